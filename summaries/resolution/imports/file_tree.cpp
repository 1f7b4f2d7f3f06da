#include "summaries/resolution/imports/file_tree.h"

#include <algorithm>
#include <utility>

#include "summaries/try.h"
#include "summaries/unicode.h"

namespace coppice {
namespace {

constexpr std::string_view kStubsSuffix = "-stubs";
constexpr std::string_view kInit = "__init__";

// A path of a root, and what is there.
struct Item {
  enum class Kind : uint8_t { kFile, kCompiled, kTypedDirectory, kPartialDirectory };

  std::string_view path;
  uint32_t file;
  Kind kind;

  friend bool operator<(const Item& a, const Item& b) { return a.path < b.path; }
};

std::string_view TakeComponent(std::string_view& path) {
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view component = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return component;
}

// What comes before the dot of an extension module's file, and nothing if it is none that an
// interpreter looks for: NAME.so, NAME.abi3.so, NAME.cpython-311-x86_64-linux-gnu.so, NAME.pyd,
// NAME.cp311-win_amd64.pyd, ...
std::string_view CompiledName(std::string_view file) {
  const std::size_t dot = std::min(file.find('.'), file.size());
  std::string_view suffix = file.substr(dot);
  if (!suffix.ends_with(".so") && !suffix.ends_with(".pyd")) return {};
  suffix = suffix.substr(0, suffix.rfind('.'));
  const bool known = suffix.empty() || suffix.starts_with(".abi3") || suffix.starts_with(".cp") ||
                     suffix.starts_with(".pypy") || suffix.starts_with(".graalpy");
  return known ? file.substr(0, dot) : std::string_view();
}

FileTree::Version VersionOf(const VersionRange& range, const Target& target) {
  const bool included = target.major == 3 && target.minor >= range.first_minor &&
                        (!range.last_minor || target.minor <= *range.last_minor);
  return included ? FileTree::Version::kIncluded : FileTree::Version::kExcluded;
}

}  // namespace

// Paths come sorted by bytes. '.' and '/' sort below whatever can be in an importable name, and
// next to each other: what is called NAME, NAME.* or NAME/* in a directory comes in one run, and
// the runs in the order of their names. So whatever an item belongs to, it is the last of its
// directory.
class FileTreeBuilder {
 public:
  explicit FileTreeBuilder(const Index& index) : index_(index) {}

  Result<FileTree> Build() {
    const auto& roots = index_.environment().roots;
    for (uint32_t root = 0; root < roots.size(); ++root) {
      AddDirectory({}, kNone, root);
      AddDirectory({}, kNone, root);
    }
    tree_.directory_of_.assign(index_.file_count(), kNone);
    for (uint32_t root = 0; root < roots.size(); ++root) {
      COPPICE_TRY(Collect(roots[root]));
      for (const Item& item : items_) Add(item, root);
    }
    AddBuiltins();
    GroupEntries();
    for (uint32_t root = 0; root < roots.size(); ++root) {
      if (roots[root].role == RootRole::kTypeshed) ApplyVersions(root);
    }
    return std::move(tree_);
  }

 private:
  uint32_t AddDirectory(std::string_view name, uint32_t parent, uint32_t root) {
    FileTree::Directory directory;
    directory.name = name;
    directory.parent = parent;
    directory.root = root;
    tree_.directories_.push_back(directory);
    last_entry_.push_back(kNone);
    return static_cast<uint32_t>(tree_.directories_.size() - 1);
  }

  Result<void> Collect(const SearchRoot& root) {
    items_.clear();
    for (std::size_t pack = 0; pack < index_.packs().size(); ++pack) {
      const auto files = index_.FilesOf(pack, root.name);
      if (!files) return files.error();
      const std::size_t size = items_.size();
      for (uint32_t file = files->first; file < files->last; ++file) {
        if (index_.shadowed(ModuleRef{file})) continue;
        const auto info = index_.file(ModuleRef{file});
        if (!info) return info.error();
        if (info->root != root.name) continue;  // rows that somebody put out of order
        items_.push_back({info->path, file, Item::Kind::kFile});
      }
      MergeFrom(size);
    }
    Collect(root.extras.compiled, Item::Kind::kCompiled);
    Collect(root.extras.typed, Item::Kind::kTypedDirectory);
    Collect(root.extras.partial, Item::Kind::kPartialDirectory);
    if (!root.only.empty()) {
      std::erase_if(items_, [&](const Item& item) { return !IsSearched(item, root.only); });
    }
    return {};
  }

  void Collect(const std::vector<std::string>& paths, Item::Kind kind) {
    const std::size_t size = items_.size();
    for (const std::string& path : paths) items_.push_back({path, kNone, kind});
    MergeFrom(size);
  }

  // Sorts, where [0, middle) is sorted and the rest ought to be.
  void MergeFrom(std::size_t middle) {
    const auto at = items_.begin() + static_cast<std::ptrdiff_t>(middle);
    if (!std::is_sorted(at, items_.end())) std::sort(at, items_.end());
    std::inplace_merge(items_.begin(), at, items_.end());
  }

  static bool IsSearched(const Item& item, const std::vector<std::string>& only) {
    std::string_view name = item.path.substr(0, item.path.find_first_of("./"));
    if (name.ends_with(kStubsSuffix)) name.remove_suffix(kStubsSuffix.size());
    return std::find(only.begin(), only.end(), name) != only.end();
  }

  // The last entry of a directory if it has that name, else a new one.
  uint32_t EntryFor(uint32_t directory, std::string_view name) {
    uint32_t& last = last_entry_[directory];
    if (last == kNone || tree_.entries_[last].name != name) {
      last = static_cast<uint32_t>(tree_.entries_.size());
      FileTree::Entry entry;
      entry.name = name;
      tree_.entries_.push_back(entry);
      parents_.push_back(directory);
    }
    return last;
  }

  // The directory of that name in another; kNone if its name cannot be imported.
  uint32_t Enter(uint32_t parent, std::string_view name) {
    if (const uint32_t last = last_entry_[parent]; last != kNone &&
                                                   tree_.entries_[last].name == name &&
                                                   tree_.entries_[last].directory != kNone) {
      return tree_.entries_[last].directory;
    }
    const uint32_t root = tree_.directories_[parent].root;
    if (parent == tree_.top(root) && name.ends_with(kStubsSuffix)) {
      return Enter(tree_.stub_packages(root), name.substr(0, name.size() - kStubsSuffix.size()));
    }
    if (!IsImportableName(name)) return kNone;
    const uint32_t directory = AddDirectory(name, parent, root);
    tree_.entries_[EntryFor(parent, name)].directory = directory;
    return directory;
  }

  void Add(const Item& item, uint32_t root) {
    std::string_view rest = item.path;
    uint32_t directory = tree_.top(root);
    const bool is_directory = item.kind != Item::Kind::kFile && item.kind != Item::Kind::kCompiled;
    while (is_directory ? !rest.empty() : rest.find('/') != rest.npos) {
      directory = Enter(directory, TakeComponent(rest));
      if (directory == kNone) return;
    }
    if (is_directory) {
      MarkTyped(directory, item.kind == Item::Kind::kPartialDirectory);
    } else {
      AddFile(directory, rest, item);
    }
  }

  void MarkTyped(uint32_t directory, bool partial) {
    FileTree::Directory& marked = tree_.directories_[directory];
    marked.typed = true;
    marked.partial = marked.partial || partial;
    for (uint32_t above = marked.parent; above != kNone; above = tree_.directories_[above].parent) {
      if (std::exchange(tree_.directories_[above].typed_below, true)) break;
    }
  }

  void AddFile(uint32_t parent, std::string_view name, const Item& item) {
    const bool compiled = item.kind == Item::Kind::kCompiled;
    if (!compiled) tree_.directory_of_[item.file] = parent;
    const bool stub = name.ends_with(".pyi");
    if (compiled) {
      name = CompiledName(name);
    } else if (stub || name.ends_with(".py")) {
      name.remove_suffix(stub ? 4 : 3);
    } else {
      return;
    }
    if (name == kInit) {
      FileTree::Directory& directory = tree_.directories_[parent];
      if (compiled) directory.init_compiled = true;
      if (!compiled) (stub ? directory.init_stub : directory.init_source) = item.file;
    } else if (IsImportableName(name)) {
      FileTree::Entry& entry = tree_.entries_[EntryFor(parent, name)];
      if (compiled) entry.compiled = true;
      if (!compiled) (stub ? entry.stub : entry.source) = item.file;
    }
  }

  void AddBuiltins() {
    tree_.builtins_ = AddDirectory({}, kNone, 0);
    std::vector<std::string_view> names(index_.environment().builtins.begin(),
                                        index_.environment().builtins.end());
    std::sort(names.begin(), names.end());
    for (const std::string_view name : names) {
      if (!IsImportableName(name)) continue;
      tree_.entries_[EntryFor(tree_.builtins_, name)].compiled = true;
    }
  }

  // Puts each directory's entries side by side, in the order in which they are.
  void GroupEntries() {
    auto& directories = tree_.directories_;
    for (const uint32_t parent : parents_) ++directories[parent].last_entry;
    uint32_t first = 0;
    for (FileTree::Directory& directory : directories) {
      directory.first_entry = first;
      first += directory.last_entry;
      directory.last_entry = directory.first_entry;
    }
    std::vector<FileTree::Entry> grouped(tree_.entries_.size());
    for (std::size_t entry = 0; entry < grouped.size(); ++entry) {
      grouped[directories[parents_[entry]].last_entry++] = tree_.entries_[entry];
    }
    tree_.entries_ = std::move(grouped);
  }

  void ApplyVersions(uint32_t root) {
    for (const VersionRange& range : index_.environment().versions) {
      uint32_t directory = tree_.top(root);
      const FileTree::Entry* entry = nullptr;
      for (std::string_view rest = range.module; directory != kNone;) {
        const std::size_t dot = std::min(rest.find('.'), rest.size());
        entry = tree_.Find(directory, rest.substr(0, dot));
        rest.remove_prefix(std::min(dot + 1, rest.size()));
        if (entry == nullptr || rest.empty()) break;
        directory = entry->directory;
        entry = nullptr;
      }
      if (entry == nullptr) continue;
      tree_.entries_[static_cast<std::size_t>(entry - tree_.entries_.data())].version =
          VersionOf(range, index_.environment().target);
    }
  }

  const Index& index_;
  FileTree tree_;
  std::vector<Item> items_;           // of one root
  std::vector<uint32_t> parents_;     // of each entry
  std::vector<uint32_t> last_entry_;  // of each directory
};

Result<FileTree> FileTree::Make(const Index& index) { return FileTreeBuilder(index).Build(); }

std::span<const FileTree::Entry> FileTree::entries(uint32_t directory) const {
  const Directory& of = directories_[directory];
  return std::span(entries_).subspan(of.first_entry, of.last_entry - of.first_entry);
}

const FileTree::Entry* FileTree::Find(uint32_t directory, std::string_view name) const {
  const auto all = entries(directory);
  const auto found = std::lower_bound(
      all.begin(), all.end(), name,
      [](const Entry& entry, std::string_view other) { return entry.name < other; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

std::string FileTree::path(uint32_t directory) const {
  std::string path;
  for (; directory != kNone && directories_[directory].parent != kNone;
       directory = directories_[directory].parent) {
    std::string name(directories_[directory].name);
    if (directories_[directory].parent == stub_packages(directories_[directory].root)) {
      name += kStubsSuffix;
    }
    path = path.empty() ? name : name + "/" + path;
  }
  return path;
}

}  // namespace coppice
