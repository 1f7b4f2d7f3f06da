#include "store/discovery.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "parser/source.h"
#include "store/glob.h"
#include "summaries/try.h"

namespace coppice {
namespace {

// A directory, by whatever path it is reached.
struct Identity {
  std::uint64_t device;
  std::uint64_t inode;

  friend auto operator<=>(const Identity&, const Identity&) = default;
};

Identity IdentityOf(const FileStat& stat) { return {stat.device, stat.inode}; }

bool IsExtensionModule(std::string_view name) {
  return name.ends_with(".so") || name.ends_with(".pyd");
}

// Whether a py.typed says that the stubs beside it are not all (PEP 561): a line "partial".
bool SaysPartial(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    if (text.substr(0, end) == "partial") return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

bool IsSource(std::string_view name) { return name.ends_with(".py") || name.ends_with(".pyi"); }

// Emacs marks a file that it edits by a dangling link of this name.
bool IsEditorLock(std::string_view name) { return name.starts_with(".#"); }

bool IsSkippedDirectory(std::string_view name) {
  return name.starts_with('.') || name == "__pycache__" || name == "node_modules";
}

std::string Joined(const std::string& directory, const std::string& name) {
  if (directory.empty()) return name;
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

Error ErrorFrom(const FileError& error) {
  return {error.code == FileErrorCode::kNotFound ? ErrorCode::kNotFound : ErrorCode::kIo,
          error.path + ": " + error.reason};
}

bool IsRootName(std::string_view name) {
  const auto forbidden = [](char c) {
    return c == '/' || c == '=' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  };
  return !name.empty() && std::none_of(name.begin(), name.end(), forbidden) &&
         ValidUtf8Prefix(name) == name.size();
}

class Excludes {
 public:
  explicit Excludes(const std::vector<std::string>& patterns) {
    for (std::string_view pattern : patterns) {
      const bool directories = pattern.ends_with('/');
      if (directories) pattern.remove_suffix(1);
      const bool of_path = pattern.find('/') != pattern.npos;
      while (pattern.starts_with('/') || pattern.starts_with("./")) {
        pattern.remove_prefix(pattern.starts_with('/') ? 1 : 2);
      }
      if (!pattern.empty()) rules_.push_back({Glob(pattern), directories, of_path});
    }
  }

  bool Match(const std::string& path, const std::string& name, FileKind kind) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
      if (rule.directories && kind != FileKind::kDirectory) return false;
      return rule.glob.Matches(rule.of_path ? path : name);
    });
  }

 private:
  struct Rule {
    Glob glob;
    bool directories;  // matches nothing else
    bool of_path;      // compared with the path, not the name
  };
  std::vector<Rule> rules_;
};

// Directories that no other root's walk enters.
struct RootOwners {
  std::map<Identity, std::uint32_t> roots;  // by the directory of each, its index
  std::set<Identity> elsewhere;
};

// Finds the files of one root.
class RootWalk {
 public:
  RootWalk(const FileSystem& files, const Excludes& excludes, const RootOwners& owners,
           std::uint32_t root, Discovery& discovery)
      : files_(files),
        excludes_(excludes),
        owners_(owners),
        root_(root),
        directory_(discovery.roots[root].directory),
        only_(discovery.roots[root].only.begin(), discovery.roots[root].only.end()),
        discovery_(discovery) {}

  void Run() {
    FindAbove();
    Walk({});
    while (!links_.empty()) Walk(std::move(links_.extract(links_.begin()).value()));
    RootExtras& extras = this->extras();
    for (auto* paths : {&extras.compiled, &extras.typed, &extras.partial, &extras.eggs}) {
      std::sort(paths->begin(), paths->end());
    }
  }

 private:
  void FindAbove() {
    for (std::string path = directory_; path.size() > 1;) {
      path.resize(std::max<std::size_t>(path.rfind('/'), 1));
      if (const auto stat = files_.Stat(path)) above_.insert(IdentityOf(*stat));
    }
  }

  // Visits `start` and the real directories below it.
  void Walk(std::string start) {
    std::vector<std::string> pending = {std::move(start)};
    while (!pending.empty()) {
      const std::string path = std::move(pending.back());
      pending.pop_back();
      Visit(path, pending);
    }
  }

  void Visit(const std::string& path, std::vector<std::string>& pending) {
    const auto directory =
        files_.OpenDirectory(path.empty() ? directory_ : Joined(directory_, path));
    if (!directory) return Warn(DiscoveryWarningKind::kUnreadable, path, directory.error().reason);
    const auto stat = (*directory)->Stat();
    if (!stat) return Warn(DiscoveryWarningKind::kUnreadable, path, stat.error().reason);
    if (!IsOurs(IdentityOf(*stat), path)) return;
    auto entries = (*directory)->List();
    if (!entries) return Warn(DiscoveryWarningKind::kUnreadable, path, entries.error().reason);
    const auto is_environment = [](const DirectoryEntry& e) { return e.name == "pyvenv.cfg"; };
    if (!path.empty() && std::any_of(entries->begin(), entries->end(), is_environment)) return;
    // In descending order, for the last of `pending` is visited first. It shows only where one
    // directory has two paths without links (bind mounts).
    std::sort(entries->begin(), entries->end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name > b.name; });
    for (const DirectoryEntry& entry : *entries) {
      if (path.empty() && !IsLookedFor(entry.name)) continue;
      VisitEntry(**directory, path, entry, pending);
    }
  }

  // Whether something at the top has a name that the root is for.
  bool IsLookedFor(std::string_view name) const {
    return only_.empty() || only_.contains(name.substr(0, name.find('.')));
  }

  // Whether a directory has to be visited by this walk, now.
  bool IsOurs(const Identity& identity, const std::string& path) {
    if (above_.contains(identity)) {
      Warn(DiscoveryWarningKind::kLinkAbove, path, "a link to a directory above the root");
      return false;
    }
    if (owners_.elsewhere.contains(identity)) return false;
    const auto owner = owners_.roots.find(identity);
    if (owner != owners_.roots.end() && owner->second != root_) {
      Warn(DiscoveryWarningKind::kOverlap, path,
           "left to the root '" + discovery_.roots[owner->second].name + "'");
      return false;
    }
    return visited_.insert(identity).second;
  }

  void VisitEntry(const Directory& directory, const std::string& parent,
                  const DirectoryEntry& entry, std::vector<std::string>& pending) {
    if (IsEditorLock(entry.name)) return;
    if (MayBeExtra(parent, entry.name) && VisitExtra(directory, parent, entry.name)) return;
    const bool source = IsSource(entry.name);
    FileKind kind = entry.kind;
    if (kind == FileKind::kUnknown) {
      const auto stat = directory.StatNoFollow(entry.name);
      if (!stat && !source) return;
      if (stat) kind = stat->kind;
    }
    // What is neither of these nor named as a source file is nobody's business.
    if (!source && kind != FileKind::kDirectory && kind != FileKind::kSymlink) return;
    std::string path = Joined(parent, entry.name);
    if (kind == FileKind::kDirectory) {
      if (!IsSkipped(path, entry.name, kind)) pending.push_back(std::move(path));
      return;
    }
    const auto stat = directory.Stat(entry.name);
    if (stat && stat->kind == FileKind::kDirectory) {
      if (!IsSkipped(path, entry.name, stat->kind)) links_.insert(std::move(path));
      return;
    }
    if (!source || IsSkipped(path, entry.name, FileKind::kRegular)) return;
    if (!stat) return WarnOfFile(kind, std::move(path), stat.error());
    if (stat->kind != FileKind::kRegular) {
      return Warn(DiscoveryWarningKind::kNotRegular, std::move(path), "not a regular file");
    }
    discovery_.files.push_back({root_, std::move(path), *stat});
  }

  static bool MayBeExtra(const std::string& parent, std::string_view name) {
    return IsExtensionModule(name) || name == "py.typed" ||
           (parent.empty() && name.ends_with(".egg"));
  }

  // Notes what is no source, but counts where modules are looked for. False for directories.
  bool VisitExtra(const Directory& directory, const std::string& parent, const std::string& name) {
    std::string path = Joined(parent, name);
    const auto stat = directory.Stat(name);
    if (!stat || stat->kind != FileKind::kRegular) return false;
    if (IsSkipped(path, name, FileKind::kRegular)) return true;
    if (IsExtensionModule(name)) {
      extras().compiled.push_back(std::move(path));
    } else if (name == "py.typed") {
      extras().typed.push_back(parent);
      if (IsPartial(path)) extras().partial.push_back(parent);
    } else {
      extras().eggs.push_back(std::move(path));
    }
    return true;
  }

  bool IsPartial(const std::string& path) const {
    constexpr std::uint64_t kMaxBytes = 4096;
    std::string text;
    return files_.ReadFile(Joined(directory_, path), kMaxBytes, text) && SaysPartial(text);
  }

  RootExtras& extras() { return discovery_.extras[root_]; }

  bool IsSkipped(const std::string& path, const std::string& name, FileKind kind) const {
    return (kind == FileKind::kDirectory && IsSkippedDirectory(name)) ||
           excludes_.Match(path, name, kind);
  }

  void WarnOfFile(FileKind kind, std::string path, const FileError& error) {
    if (kind == FileKind::kSymlink && error.code == FileErrorCode::kNotFound) {
      return Warn(DiscoveryWarningKind::kNotRegular, std::move(path), "a link to nothing");
    }
    Warn(DiscoveryWarningKind::kUnreadable, std::move(path), error.reason);
  }

  void Warn(DiscoveryWarningKind kind, std::string path, std::string reason) {
    discovery_.warnings.push_back({kind, root_, std::move(path), std::move(reason)});
  }

  const FileSystem& files_;
  const Excludes& excludes_;
  const RootOwners& owners_;
  const std::uint32_t root_;
  const std::string directory_;
  const std::set<std::string, std::less<>> only_;
  Discovery& discovery_;
  std::set<Identity> above_;  // the directories that the root is in
  std::set<Identity> visited_;
  std::set<std::string> links_;  // to directories: paths that are still to be visited
};

// Sorts the roots by name and checks the names.
Result<void> SortRoots(std::vector<Root>& roots) {
  std::sort(roots.begin(), roots.end(), [](const Root& a, const Root& b) {
    return std::tie(a.name, a.directory) < std::tie(b.name, b.directory);
  });
  for (std::size_t i = 0; i < roots.size(); ++i) {
    if (!IsRootName(roots[i].name)) {
      return Error{ErrorCode::kInvalidArgument, "'" + roots[i].name + "' cannot name a root"};
    }
    if (i > 0 && roots[i - 1].name == roots[i].name) {
      return Error{ErrorCode::kInvalidArgument,
                   "two roots are named '" + roots[i].name + "' (" + roots[i - 1].directory +
                       " and " + roots[i].directory + "): write NAME=DIRECTORY for one of them"};
    }
  }
  return {};
}

// Sorts the roots by name and makes their directories canonical.
Result<void> SettleRoots(const FileSystem& files, std::vector<Root>& roots) {
  if (roots.empty()) return Error{ErrorCode::kInvalidArgument, "no directory to index"};
  COPPICE_TRY(SortRoots(roots));
  for (Root& root : roots) {
    auto canonical = files.CanonicalPath(root.directory);
    if (!canonical) return ErrorFrom(canonical.error());
    root.directory = std::move(*canonical);
  }
  return {};
}

Result<RootOwners> FindOwners(const FileSystem& files, const std::vector<Root>& roots,
                              const std::vector<std::string>& elsewhere) {
  RootOwners owners;
  for (const std::string& directory : elsewhere) {
    if (const auto stat = files.Stat(directory)) owners.elsewhere.insert(IdentityOf(*stat));
  }
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    const auto directory = files.OpenDirectory(roots[i].directory);
    if (!directory) return ErrorFrom(directory.error());
    const auto stat = (*directory)->Stat();
    if (!stat) return ErrorFrom(stat.error());
    if (roots[i].only.empty()) owners.roots.emplace(IdentityOf(*stat), i);
  }
  return owners;
}

}  // namespace

Result<Root> ParseRootArgument(const FileSystem& files, std::string_view argument) {
  const std::size_t equals = argument.find('=');
  const bool named = equals != argument.npos && argument.find('/') > equals;
  Root root;
  if (named) root.name = argument.substr(0, equals);
  root.directory = named ? argument.substr(equals + 1) : argument;
  if (root.directory.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "'" + std::string(argument) + "': a root without a directory"};
  }
  const auto stat = files.Stat(root.directory);
  if (!stat) {
    Error error = ErrorFrom(stat.error());
    const auto whole = files.Stat(std::string(argument));
    if (named && whole && whole->kind == FileKind::kDirectory) {
      error.message += "; for the directory '" + std::string(argument) + "' write NAME=./" +
                       std::string(argument) + ", with a name for it";
    }
    return error;
  }
  if (stat->kind != FileKind::kDirectory) {
    return Error{ErrorCode::kIo, root.directory + ": not a directory"};
  }
  if (!named) {
    const auto canonical = files.CanonicalPath(root.directory);
    if (!canonical) return ErrorFrom(canonical.error());
    root.name = canonical->substr(canonical->rfind('/') + 1);
  }
  if (!IsRootName(root.name)) {
    return Error{ErrorCode::kInvalidArgument, "'" + root.name + "' cannot name the root " +
                                                  root.directory + ": write NAME=DIRECTORY"};
  }
  return root;
}

Result<std::vector<Root>> ParseRootArguments(const FileSystem& files,
                                             const std::vector<std::string>& arguments) {
  std::vector<Root> roots;
  for (const std::string& argument : arguments) {
    Result<Root> root = ParseRootArgument(files, argument);
    if (!root) return root.error();
    roots.push_back(std::move(*root));
  }
  COPPICE_TRY(SortRoots(roots));
  return roots;
}

Result<Discovery> Discover(const FileSystem& files, std::vector<Root> roots,
                           const DiscoveryOptions& options) {
  if (const auto settled = SettleRoots(files, roots); !settled) return settled.error();
  const auto owners = FindOwners(files, roots, options.elsewhere);
  if (!owners) return owners.error();
  const Excludes excludes(options.excludes);
  Discovery discovery;
  discovery.roots = std::move(roots);
  discovery.extras.resize(discovery.roots.size());
  for (std::uint32_t root = 0; root < discovery.roots.size(); ++root) {
    RootWalk(files, excludes, *owners, root, discovery).Run();
  }
  const auto by_place = [](const auto& a, const auto& b) {
    return std::tie(a.root, a.path) < std::tie(b.root, b.path);
  };
  std::sort(discovery.files.begin(), discovery.files.end(), by_place);
  std::sort(discovery.warnings.begin(), discovery.warnings.end(), by_place);
  return discovery;
}

}  // namespace coppice
