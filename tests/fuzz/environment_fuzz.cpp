// Whatever lies in an environment's files: .pth files, editable installs, pyvenv.cfg, typeshed's
// VERSIONS and the records of a build.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/builtin_modules.h"
#include "store/editable_install.h"
#include "store/file_system.h"
#include "store/path_file.h"
#include "store/path_text.h"
#include "store/typeshed.h"
#include "store/virtual_environment.h"

namespace {

using namespace coppice;

void Check(bool holds) {
  if (!holds) std::abort();
}

// Every file has the same contents; directories have one that is a record of a build.
class OneFile final : public FileSystem {
 public:
  explicit OneFile(std::string_view contents) : contents_(contents) {}

  FileResult<std::unique_ptr<Directory>> OpenDirectory(const std::string&) const override {
    return std::unique_ptr<Directory>(std::make_unique<Listing>(contents_));
  }
  FileResult<FileStat> Stat(const std::string&) const override { return Regular(); }
  FileResult<std::string> CanonicalPath(const std::string& path) const override { return path; }
  FileResult<FileStat> ReadFile(const std::string&, std::uint64_t,
                                std::string& contents) const override {
    contents = contents_;
    return Regular();
  }

 private:
  class Listing final : public Directory {
   public:
    explicit Listing(const std::string& contents) : contents_(contents) {}

    FileResult<std::vector<DirectoryEntry>> List() override {
      return std::vector<DirectoryEntry>{{"_sysconfigdata__x.py", FileKind::kRegular}};
    }
    FileResult<FileStat> Stat(const std::string&) const override { return Regular(); }
    FileResult<FileStat> StatNoFollow(const std::string&) const override { return Regular(); }
    FileResult<FileStat> Stat() const override { return Regular(); }
    FileResult<FileStat> ReadFile(const std::string&, std::uint64_t,
                                  std::string& contents) const override {
      contents = contents_;
      return Regular();
    }

   private:
    const std::string& contents_;
  };

  static FileStat Regular() {
    FileStat stat;
    stat.kind = FileKind::kRegular;
    return stat;
  }

  const std::string contents_;
};

void CheckPathFile(const FileSystem& files, PathFileForm form) {
  const auto lines = ReadPathFile(files, "x.pth", form);
  if (!lines) return;
  std::uint32_t last = 0;
  for (const PathFileLine& line : *lines) {
    Check(line.number > last && !line.text.empty() && line.text.front() != '#');
    Check((line.kind == PathFileLine::Kind::kImport) ==
          (line.text.starts_with("import ") || line.text.starts_with("import\t")));
    last = line.number;
    const std::string path = NormalPath(JoinedPath("/site", line.text));
    Check(path.starts_with('/') && NormalPath(path) == path);
    Check(EditableModule(line.text).find('/') == std::string_view::npos);
  }
}

void CheckEditable(const FileSystem& files) {
  const auto install = ReadEditableInstall(files, "/site", "__editable___x_finder");
  if (!install) return;
  for (const EditableDirectory& directory : install->directories) {
    Check(directory.directory.starts_with('/') && !directory.only.empty());
    Check(std::is_sorted(directory.only.begin(), directory.only.end()));
  }
}

void CheckVersions(std::string_view text) {
  std::size_t malformed = 0;
  const std::vector<VersionRange> versions = ParseVersions(text, malformed);
  for (std::size_t i = 1; i < versions.size(); ++i) {
    Check(versions[i - 1].module < versions[i].module);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const OneFile files(text);
  CheckPathFile(files, PathFileForm::kLines);
  CheckPathFile(files, PathFileForm::kUnicode);
  CheckEditable(files);
  CheckVersions(text);
  const auto environment = ReadVirtualEnvironment(files, "/venv");
  if (environment && *environment) Check((*environment)->prefix == "/venv");
  const std::vector<std::string> builtins = FindBuiltinModules(files, "/lib", 12, false).names;
  Check(std::binary_search(builtins.begin(), builtins.end(), "sys"));
  return 0;
}
