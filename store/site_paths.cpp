#include "store/site_paths.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "parser/source.h"
#include "store/editable_install.h"
#include "store/path_file.h"
#include "store/path_text.h"

namespace coppice {
namespace {

constexpr std::uint64_t kMaxModuleBytes = std::uint64_t{1} << 20;

// What differs between the versions of site.py, and those that distributions change.
struct SiteRules {
  bool debian = false;        // dist-packages beside and instead of site-packages
  bool usr_local = false;     // Fedora: /usr/local is searched before /usr
  bool skips_hidden = false;  // names that start with a dot are no .pth files
  PathFileForm form = PathFileForm::kLines;
};

SiteRules RulesOf(const FileSystem& files, const Interpreter& interpreter) {
  SiteRules rules;
  std::string text;
  if (interpreter.stdlib.empty() ||
      !files.ReadFile(JoinedPath(interpreter.stdlib, "site.py"), kMaxModuleBytes, text)) {
    if (interpreter.minor >= 13) rules.form = PathFileForm::kUnicode;
    return rules;
  }
  const auto says = [&](std::string_view words) { return text.find(words) != text.npos; };
  rules.debian = says("\"dist-packages\"");
  rules.usr_local = says("RPM_BUILD_ROOT") && says("/usr/local");
  rules.skips_hidden = says("name.startswith(\".\")");
  if (says("utf-8-sig")) rules.form = PathFileForm::kUnicode;
  return rules;
}

// For messages: the start of a line.
std::string Shortened(std::string_view line) {
  constexpr std::size_t kMaxLength = 60;
  if (line.size() <= kMaxLength) return std::string(line);
  line = line.substr(0, kMaxLength);
  return std::string(line.substr(0, ValidUtf8Prefix(line))) + "...";
}

// Lines of code that are known not to change where modules are found: setuptools' shim for
// distutils, virtualenv's for the same, and namespace packages of the old kind, whose directories
// are found without (PEP 420).
bool IsHarmless(std::string_view line) {
  constexpr std::string_view kSigns[] = {"_distutils_hack", "import _virtualenv",
                                         "sys._getframe(1).f_locals['sitedir']"};
  return std::any_of(std::begin(kSigns), std::end(kSigns),
                     [&](std::string_view sign) { return line.find(sign) != line.npos; });
}

// Runs through what site.main() does, with sys.path as a list of places.
class SiteWalk {
 public:
  SiteWalk(const FileSystem& files, const Interpreter& interpreter, const SiteVariables& variables)
      : files_(files),
        interpreter_(interpreter),
        variables_(variables),
        rules_(RulesOf(files, interpreter)) {}

  SitePaths Run() && {
    if (!interpreter_.isolated) AddPythonPath();
    AddInterpreterPaths();
    if (interpreter_.runs_site) {
      if (interpreter_.environment) AddSitePackages(interpreter_.environment->prefix);
      AddUserSite();
      for (const std::string& prefix : Prefixes()) AddSitePackages(prefix);
      WarnOfCustomization();
    }
    for (SearchPlace& place : hooked_) result_.places.push_back(std::move(place));
    return std::move(result_);
  }

 private:
  void AddPythonPath() {
    std::string_view rest = variables_.python_path;
    const auto here = files_.CanonicalPath(".");
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(':'), rest.size());
      const std::string_view path = rest.substr(0, end);
      // An empty part, and a relative one, start at the working directory.
      if (path.starts_with('/') || here) {
        Add(NormalPath(JoinedPath(here ? *here : "/", path)), "PYTHONPATH");
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void AddInterpreterPaths() {
    for (const std::string& entry : interpreter_.paths) {
      std::string path = NormalPath(entry);
      // A ._pth file may name more than the standard library.
      const bool standard = !interpreter_.isolated || path == interpreter_.stdlib ||
                            LastComponent(path) == "lib-dynload";
      Add(std::move(path), interpreter_.isolated ? "._pth file" : "interpreter",
          standard ? RootRole::kStandardLibrary : RootRole::kSitePackages);
    }
  }

  bool system_site() const {
    return !interpreter_.environment || interpreter_.environment->system_site;
  }

  // site.PREFIXES, once venv() has changed them.
  std::vector<std::string> Prefixes() const {
    std::vector<std::string> prefixes;
    if (interpreter_.environment) prefixes.push_back(interpreter_.environment->prefix);
    if (!system_site()) return prefixes;
    if (rules_.usr_local && interpreter_.base_prefix == "/usr") prefixes.push_back("/usr/local");
    prefixes.push_back(interpreter_.base_prefix);
    prefixes.push_back(interpreter_.base_exec_prefix);
    return prefixes;
  }

  void AddUserSite() {
    if (!system_site() || interpreter_.isolated || !variables_.user_base) return;
    const auto here = files_.CanonicalPath(".");
    const std::string directory = JoinedPath(JoinedPath(here ? *here : "/", *variables_.user_base),
                                             "lib/" + interpreter_.library + "/site-packages");
    if (IsDirectory(files_, directory)) AddSiteDirectory(directory, "user site");
  }

  // site.getsitepackages() of one prefix, and site.addsitepackages().
  void AddSitePackages(const std::string& prefix) {
    const bool in_environment =
        interpreter_.environment && prefix == interpreter_.environment->prefix;
    std::string found_by =
        in_environment ? "site-packages of the environment" : "site-packages of " + prefix;
    for (const std::string& directory : SitePackages(prefix)) {
      if (IsDirectory(files_, directory)) AddSiteDirectory(directory, found_by);
    }
  }

  std::vector<std::string> SitePackages(const std::string& prefix) const {
    std::vector<std::string> libraries = {interpreter_.platlibdir};
    if (interpreter_.platlibdir != "lib") libraries.emplace_back("lib");
    std::vector<std::string> directories;
    if (rules_.debian) {
      if (interpreter_.environment) {
        directories.push_back("lib/" + interpreter_.library + "/site-packages");
      }
      directories.push_back("local/lib/" + interpreter_.library + "/dist-packages");
      directories.emplace_back("lib/python3/dist-packages");
    }
    for (const std::string& library : libraries) {
      directories.push_back(library + '/' + interpreter_.library +
                            (rules_.debian ? "/dist-packages" : "/site-packages"));
    }
    for (std::string& directory : directories) directory = JoinedPath(prefix, directory);
    return directories;
  }

  // Unless it is there already.
  void Add(std::string path, std::string found_by, RootRole role = RootRole::kSitePackages) {
    if (!known_.insert(path).second) return;
    result_.places.push_back({std::move(path), std::move(found_by), role, {}});
  }

  // site.addsitedir().
  void AddSiteDirectory(const std::string& path, const std::string& found_by) {
    const std::string directory = NormalPath(path);
    Add(directory, found_by);
    // A second visit would add nothing.
    if (!visited_.insert(directory).second) return;
    const auto opened = files_.OpenDirectory(directory);
    if (!opened) return;
    const auto entries = (*opened)->List();
    if (!entries) return;
    std::vector<std::string> names;
    for (const DirectoryEntry& entry : *entries) {
      if (!entry.name.ends_with(".pth")) continue;
      if (!rules_.skips_hidden || !entry.name.starts_with('.')) names.push_back(entry.name);
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) AddPathFile(directory, name);
  }

  // site.addpackage().
  void AddPathFile(const std::string& directory, const std::string& name) {
    const std::string path = JoinedPath(directory, name);
    const auto lines = ReadPathFile(files_, path, rules_.form);
    if (!lines) return Warn(lines.error().message + ": not taken into account");
    for (const PathFileLine& line : *lines) {
      const std::string place = path + ", line " + std::to_string(line.number);
      if (line.kind == PathFileLine::Kind::kImport) {
        Import(directory, place, line.text);
      } else {
        std::string target = NormalPath(JoinedPath(directory, line.text));
        if (!known_.contains(target) && files_.Stat(target)) Add(std::move(target), place);
      }
    }
  }

  void Import(const std::string& directory, const std::string& place, const std::string& line) {
    const std::string_view module = EditableModule(line);
    if (!module.empty()) return AddEditable(directory, module);
    if (line.find("sys.__plen = len(sys.path)") != line.npos) {
      easy_install_start_ = result_.places.size();
    } else if (line.find("sys.path[p:p]=new") != line.npos) {
      MoveToFront();
    } else if (!IsHarmless(line)) {
      Warn(place + ": code that is not run: " + Shortened(line));
    }
  }

  void AddEditable(const std::string& directory, std::string_view module) {
    auto install = ReadEditableInstall(files_, directory, module);
    if (!install) return Warn(install.error().message + ": editable install not followed");
    for (EditableDirectory& place : install->directories) {
      hooked_.push_back({std::move(place.directory), "editable install " + install->name,
                         RootRole::kSitePackages, std::move(place.only)});
    }
    for (std::string& warning : install->warnings) Warn(std::move(warning));
  }

  // What the last line of an easy-install.pth of the older kind does with the places that those
  // after its first line added.
  void MoveToFront() {
    auto& places = result_.places;
    if (!easy_install_start_ || *easy_install_start_ > places.size()) return;
    const auto start = places.begin() + static_cast<std::ptrdiff_t>(*easy_install_start_);
    const std::ptrdiff_t count = places.end() - start;
    // If the line stands there twice, the slice may begin behind the end.
    std::rotate(places.begin() + std::min(front_, start - places.begin()), start, places.end());
    front_ += count;
  }

  void WarnOfCustomization() {
    for (const SearchPlace& place : result_.places) {
      for (const char* name : {"sitecustomize.py", "usercustomize.py"}) {
        const std::string path = JoinedPath(place.path, name);
        std::string text;
        if (!files_.ReadFile(path, kMaxModuleBytes, text)) continue;
        if (text.find("sys.path") == text.npos && text.find("addsitedir") == text.npos) continue;
        Warn(path + ": code that is not run, and that speaks of the search path");
      }
    }
  }

  void Warn(std::string warning) { result_.warnings.push_back(std::move(warning)); }

  const FileSystem& files_;
  const Interpreter& interpreter_;
  const SiteVariables& variables_;
  const SiteRules rules_;
  SitePaths result_;
  std::set<std::string> known_;
  std::set<std::string> visited_;  // site directories
  std::vector<SearchPlace> hooked_;
  std::optional<std::size_t> easy_install_start_;
  std::ptrdiff_t front_ = 0;  // sys.__egginsert
};

}  // namespace

SitePaths FindSitePaths(const FileSystem& files, const Interpreter& interpreter,
                        const SiteVariables& variables) {
  return SiteWalk(files, interpreter, variables).Run();
}

}  // namespace coppice
