#include "summaries/resolution/imports/module_finder.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <utility>

#include "summaries/hash.h"
#include "summaries/module_name.h"
#include "summaries/resolution/imports/file_tree.h"
#include "summaries/resolution/imports/name_tree.h"
#include "summaries/resolution/imports/search_rules.h"

namespace coppice {
namespace {

constexpr uint32_t kTop = NameTree::kTop;

struct ChildKey {
  uint32_t parent;
  std::string_view name;
};

uint64_t HashChild(const ChildKey& key) {
  return Hash64(key.name) + key.parent * uint64_t{0x9e3779b97f4a7c15};
}

struct NodeHash {
  using is_transparent = void;
  using is_avalanching = void;
  const std::vector<NameNode>* nodes;

  std::size_t operator()(uint32_t node) const {
    return HashChild({(*nodes)[node].parent, (*nodes)[node].name});
  }
  std::size_t operator()(const ChildKey& key) const { return HashChild(key); }
};

struct NodeEqual {
  using is_transparent = void;
  const std::vector<NameNode>* nodes;

  bool operator()(uint32_t a, uint32_t b) const { return a == b; }
  bool operator()(const ChildKey& key, uint32_t node) const {
    return (*nodes)[node].parent == key.parent && (*nodes)[node].name == key.name;
  }
  bool operator()(uint32_t node, const ChildKey& key) const { return (*this)(key, node); }
};

std::unique_ptr<const SearchRules> MakeRules(SearchProfile profile, const FileTree& tree,
                                             const Environment& env) {
  switch (profile) {
    case SearchProfile::kMypy:
      return MakeMypyRules(tree, env);
    case SearchProfile::kPyright:
      return MakePyrightRules(tree, env);
    case SearchProfile::kRuntime:
      break;
  }
  return MakeRuntimeRules(tree, env);
}

}  // namespace

std::optional<SearchProfile> FindSearchProfile(std::string_view name) {
  if (name == "runtime") return SearchProfile::kRuntime;
  if (name == "mypy") return SearchProfile::kMypy;
  if (name == "pyright") return SearchProfile::kPyright;
  return std::nullopt;
}

struct ModuleFinder::Tree {
  explicit Tree(std::shared_ptr<const Index> of_index, SearchProfile of_profile, FileTree of_files)
      : index(std::move(of_index)),
        profile(of_profile),
        files(std::move(of_files)),
        rules(MakeRules(profile, files, index->environment())),
        by_name(0, NodeHash{&nodes}, NodeEqual{&nodes}) {}

  void Build();
  void FindSources();

  // kNone if there is none.
  uint32_t Child(uint32_t node, std::string_view name) const {
    const auto found = by_name.find(ChildKey{node, name});
    return found == by_name.end() ? kNone : *found;
  }
  uint32_t Descend(uint32_t node, std::string_view dotted) const {
    if (dotted.empty()) return node;
    while (true) {
      const std::size_t dot = dotted.find('.');
      node = Child(node, dotted.substr(0, dot));
      if (dot == dotted.npos || node == kNone) return node;
      dotted.remove_prefix(dot + 1);
    }
  }
  uint32_t NodeOf(ModuleRef module) const {
    const auto number = static_cast<uint32_t>(module);
    const uint32_t file_count = index->file_count();
    return number < file_count ? nodes_of_files[number] : fileless[number - file_count];
  }
  ModuleRef RefOf(uint32_t node) const {
    return node == kNone || node == kTop ? kNoModule : ModuleRef{nodes[node].module};
  }
  // The node of the package in which a module's relative imports start; kNone if it has no name.
  uint32_t PackageNode(ModuleRef module) const;
  bool IsPackageFile(ModuleRef file) const {
    const auto info = index->file(file);
    return info && info->is_package();
  }

  // The search that made a name's nodes again: visit(component, candidates, decision, whether it is
  // the last) for each component that there are places for.
  template <class Visit>
  void Search(std::vector<Place> places, std::string_view dotted, Visit visit) const;
  ModuleRef FindBeside(ModuleRef importer, uint32_t level, std::string_view dotted) const;
  std::string DottedNameOf(uint32_t node) const;

  std::shared_ptr<const Index> index;
  SearchProfile profile;
  FileTree files;
  std::unique_ptr<const SearchRules> rules;
  std::vector<NameNode> nodes;
  boost::unordered_flat_set<uint32_t, NodeHash, NodeEqual> by_name;
  std::vector<uint32_t> nodes_of_files;        // kNone: not reachable
  std::vector<uint32_t> nodes_of_directories;  // by their names; kNone: no module has such a name
  std::vector<uint32_t> fileless;              // nodes of the modules without file
  std::vector<uint32_t> sources;               // files, by node; empty: every module is its own
  // Directories that are searched as one, by each of the two: a package's, and its partial stubs'
  // (kPyright).
  struct Laid {
    uint32_t directory = kNone;
    uint32_t overlay = kNone;
  };
  boost::unordered_flat_map<uint32_t, Laid> laid;
};

void ModuleFinder::Tree::Build() {
  NameTree names = BuildNameTree(files, *rules, index->file_count());
  nodes = std::move(names.nodes);
  for (const Place& place : names.places) {
    if (place.directory == kNone || place.overlay == kNone) continue;
    laid.emplace(place.directory, Laid{place.directory, place.overlay});
    laid.emplace(place.overlay, Laid{place.directory, place.overlay});
  }
  nodes_of_files.assign(index->file_count(), kNone);
  by_name.reserve(nodes.size());
  for (uint32_t node = 1; node < nodes.size(); ++node) {
    if (!nodes[node].useful) continue;
    by_name.insert(node);
    if (nodes[node].module == kNone) continue;
    if (nodes[node].module < nodes_of_files.size()) {
      nodes_of_files[nodes[node].module] = node;
    } else {
      fileless.push_back(node);
    }
  }
  nodes_of_directories.resize(files.directory_count(), kTop);
  for (uint32_t directory = 0; directory < files.directory_count(); ++directory) {
    const FileTree::Directory& of = files.directory(directory);
    if (of.parent == kNone) continue;
    const uint32_t above = nodes_of_directories[of.parent];
    nodes_of_directories[directory] = above == kNone ? kNone : Child(above, of.name);
  }
  if (profile != SearchProfile::kRuntime) FindSources();
}

// What the interpreter would run for each name.
void ModuleFinder::Tree::FindSources() {
  const auto runtime = MakeRuntimeRules(files, index->environment());
  const std::vector<NameNode> theirs = BuildNameTree(files, *runtime, index->file_count()).nodes;
  std::vector<uint32_t> same(nodes.size(), kNone);  // their node of that name
  sources.assign(nodes.size(), kNone);
  same[kTop] = kTop;
  for (uint32_t node = 0; node < nodes.size(); ++node) {
    if (same[node] == kNone) continue;
    const NameNode& parent = theirs[same[node]];
    uint32_t their_child = parent.first_child;
    for (uint32_t child = nodes[node].first_child; child < nodes[node].last_child; ++child) {
      const std::string_view name = nodes[child].name;
      while (their_child < parent.last_child && theirs[their_child].name < name) ++their_child;
      if (their_child == parent.last_child) break;
      if (theirs[their_child].name == name) same[child] = their_child;
    }
  }
  for (uint32_t node = 1; node < nodes.size(); ++node) {
    if (same[node] == kNone || nodes[node].module >= index->file_count()) continue;
    const uint32_t module = theirs[same[node]].module;
    if (module >= index->file_count() || module == nodes[node].module) continue;
    const auto info = index->file(ModuleRef{module});
    if (info && !info->is_stub()) sources[node] = module;  // a stub would describe compiled code
  }
}

uint32_t ModuleFinder::Tree::PackageNode(ModuleRef module) const {
  if (const uint32_t node = NodeOf(module); node != kNone) {
    return nodes[node].package ? node : nodes[node].parent;
  }
  const uint32_t directory = files.directory_of(static_cast<uint32_t>(module));
  return directory == kNone ? kNone : nodes_of_directories[directory];
}

std::string ModuleFinder::Tree::DottedNameOf(uint32_t node) const {
  std::string name(nodes[node].name);
  for (node = nodes[node].parent; node != kTop; node = nodes[node].parent) {
    name = std::string(nodes[node].name) + "." + name;
  }
  return name;
}

template <class Visit>
void ModuleFinder::Tree::Search(std::vector<Place> places, std::string_view dotted,
                                Visit visit) const {
  std::vector<std::optional<SearchStep::Outcome>> outcomes;
  for (std::size_t dot = 0; dot != dotted.npos && !places.empty();) {
    dot = dotted.find('.');
    const std::string_view name = dotted.substr(0, dot);
    dotted.remove_prefix(dot == dotted.npos ? dotted.size() : dot + 1);
    std::vector<Candidate> candidates;
    for (const Place& place : places) {
      candidates.push_back({&place,
                            place.directory == kNone ? nullptr : files.Find(place.directory, name),
                            place.overlay == kNone ? nullptr : files.Find(place.overlay, name)});
    }
    outcomes.assign(candidates.size(), std::nullopt);
    Decision decision;
    decision.outcomes = &outcomes;
    rules->Decide(candidates, decision);
    visit(name, candidates, decision, dot == dotted.npos);
    places = std::move(decision.places);
  }
}

// As pyright finds `from .name`: in the directory of the file, whatever package that is a part of.
ModuleRef ModuleFinder::Tree::FindBeside(ModuleRef importer, uint32_t level,
                                         std::string_view dotted) const {
  const auto number = static_cast<uint32_t>(importer);
  uint32_t directory = number < index->file_count() ? files.directory_of(number) : kNone;
  for (; level > 1 && directory != kNone; --level) directory = files.directory(directory).parent;
  if (directory == kNone) return kNoModule;
  const auto with_stubs = laid.find(directory);
  const Laid searched = with_stubs == laid.end() ? Laid{directory, kNone} : with_stubs->second;
  if (dotted.empty()) {
    for (const uint32_t of : {searched.overlay, searched.directory}) {
      if (of == kNone) continue;
      const FileTree::Directory& own = files.directory(of);
      if (own.init_stub != kNone) return ModuleRef{own.init_stub};
      if (own.init_source != kNone) return ModuleRef{own.init_source};
    }
    return RefOf(nodes_of_directories[directory]);
  }
  Place place;
  place.directory = searched.directory;
  place.overlay = searched.overlay;
  place.root = files.directory(directory).root;
  ModuleRef found = kNoModule;
  const uint32_t node = Descend(nodes_of_directories[directory], dotted);
  Search({place}, dotted, [&](std::string_view, const auto&, const Decision& decision, bool last) {
    if (!last || !decision.found) return;
    found = decision.file != kNone ? ModuleRef{decision.file} : RefOf(node);
  });
  return found;
}

ModuleFinder::ModuleFinder(std::unique_ptr<const Tree> tree) : tree_(std::move(tree)) {}
ModuleFinder::~ModuleFinder() = default;

Result<std::shared_ptr<const ModuleFinder>> ModuleFinder::Make(std::shared_ptr<const Index> index,
                                                               SearchProfile profile) {
  auto files = FileTree::Make(*index);
  if (!files) return files.error();
  auto tree = std::make_unique<Tree>(std::move(index), profile, *std::move(files));
  tree->Build();
  return std::shared_ptr<const ModuleFinder>(new ModuleFinder(std::move(tree)));
}

const Index& ModuleFinder::index() const { return *tree_->index; }
SearchProfile ModuleFinder::profile() const { return tree_->profile; }

ModuleRef ModuleFinder::Find(std::string_view dotted_name) const {
  return tree_->RefOf(tree_->Descend(kTop, dotted_name));
}

ModuleRef ModuleFinder::FindFrom(ModuleRef importer, uint32_t level,
                                 std::string_view dotted_name) const {
  if (level == 0) return Find(dotted_name);
  if (tree_->profile == SearchProfile::kPyright) {
    return tree_->FindBeside(importer, level, dotted_name);
  }
  uint32_t node = tree_->PackageNode(importer);
  for (; level > 1 && node != kNone && node != kTop; --level) node = tree_->nodes[node].parent;
  if (node == kNone || node == kTop) return kNoModule;
  return tree_->RefOf(tree_->Descend(node, dotted_name));
}

ModuleRef ModuleFinder::FindChild(ModuleRef package, std::string_view name) const {
  const uint32_t node = tree_->NodeOf(package);
  return node == kNone ? kNoModule : tree_->RefOf(tree_->Child(node, name));
}

std::vector<ModuleRef> ModuleFinder::Children(ModuleRef package) const {
  std::vector<ModuleRef> children;
  const uint32_t node = tree_->NodeOf(package);
  if (node == kNone) return children;
  for (uint32_t child = tree_->nodes[node].first_child; child < tree_->nodes[node].last_child;
       ++child) {
    if (tree_->nodes[child].module != kNone) children.push_back(tree_->RefOf(child));
  }
  return children;
}

uint32_t ModuleFinder::module_count() const {
  return tree_->index->file_count() + static_cast<uint32_t>(tree_->fileless.size());
}

ModuleForm ModuleFinder::form(ModuleRef module) const {
  const uint32_t node = tree_->NodeOf(module);
  return node == kNone ? ModuleForm::kFile : tree_->nodes[node].form;
}

bool ModuleFinder::is_package(ModuleRef module) const {
  const uint32_t node = tree_->NodeOf(module);
  return node == kNone ? tree_->IsPackageFile(module) : tree_->nodes[node].package;
}

bool ModuleFinder::reachable(ModuleRef module) const { return tree_->NodeOf(module) != kNone; }

ModuleRef ModuleFinder::source(ModuleRef module) const {
  const uint32_t node = tree_->NodeOf(module);
  if (node == kNone || tree_->sources.empty() || tree_->sources[node] == kNone) return module;
  return ModuleRef{tree_->sources[node]};
}

ModuleRef ModuleFinder::FindStub(ModuleRef module) const {
  if (form(module) != ModuleForm::kFile) return kNoModule;
  const Index& index = *tree_->index;
  const Result<ModuleInfo> info = index.file(module);
  if (!info || info->is_stub() || !info->path.ends_with(".py")) return kNoModule;
  // Either may be a package where the other is a file.
  constexpr std::string_view kInit = "/__init__";
  std::string stem(info->path.substr(0, info->path.size() - 3));
  if (stem.ends_with(kInit)) stem.resize(stem.size() - kInit.size());
  std::vector<std::string_view> roots{info->root};
  for (const SearchRoot& root : index.environment().roots) {
    if (root.role == RootRole::kTypeshed) roots.push_back(root.name);
  }
  for (const std::string_view root : roots) {
    for (const std::string_view end :
         {std::string_view(".pyi"), std::string_view("/__init__.pyi")}) {
      const auto found = index.FindFile(root, stem + std::string(end));
      if (found && *found) return **found;
    }
  }
  return kNoModule;
}

ModuleRef ModuleFinder::package(ModuleRef module) const {
  return tree_->RefOf(tree_->PackageNode(module));
}

ModuleRef ModuleFinder::parent(ModuleRef module) const {
  if (const uint32_t node = tree_->NodeOf(module); node != kNone) {
    return tree_->RefOf(tree_->nodes[node].parent);
  }
  const uint32_t node = tree_->PackageNode(module);
  if (node == kNone || node == kTop || !tree_->IsPackageFile(module)) return tree_->RefOf(node);
  return tree_->RefOf(tree_->nodes[node].parent);
}

std::string ModuleFinder::name(ModuleRef module) const {
  if (const uint32_t node = tree_->NodeOf(module); node != kNone) return tree_->DottedNameOf(node);
  const auto info = tree_->index->file(module);
  return info ? info->name() : std::string();
}

namespace {

// What a candidate is, or would be, relative to its root: a file, or else a directory.
std::string PathOf(const Index& index, const FileTree& files, const Candidate& candidate,
                   std::string_view name) {
  const Place& place = *candidate.place;
  if (candidate.entry != nullptr) {
    uint32_t file = kNone;
    if (candidate.entry->directory != kNone) {
      const FileTree::Directory& directory = files.directory(candidate.entry->directory);
      file = directory.init_stub != kNone ? directory.init_stub : directory.init_source;
    }
    if (file == kNone) file = candidate.entry->stub;
    if (file == kNone) file = candidate.entry->source;
    if (file != kNone) {
      const auto info = index.file(ModuleRef{file});
      if (info) return std::string(info->path);
    }
  }
  std::string path = place.directory == kNone ? std::string() : files.path(place.directory);
  if (!path.empty()) path += '/';
  path += name;
  if (place.stub_package && place.depth == 0) path += "-stubs";
  return path;
}

}  // namespace

std::vector<SearchStep> ModuleFinder::Explain(std::string_view dotted_name) const {
  using Outcome = SearchStep::Outcome;
  std::vector<SearchStep> steps;
  const Index& index = *tree_->index;
  const auto add = [&](std::string_view name, const std::vector<Candidate>& candidates,
                       const Decision& decision, bool) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Candidate& candidate = candidates[i];
      const bool empty = candidate.entry == nullptr && candidate.overlay == nullptr;
      // There is a root for every package that typeshed has stubs of.
      if (empty && candidate.place->role == RootRole::kTypeshedStubs) continue;
      const Outcome outcome = (*decision.outcomes)[i].value_or(
          !empty && decision.found ? Outcome::kShadowed : Outcome::kMissing);
      const bool taken = outcome == Outcome::kTaken || outcome == Outcome::kDescription;
      const auto file = taken && decision.file != kNone
                            ? index.file(ModuleRef{decision.file})
                            : Result<ModuleInfo>(Error{ErrorCode::kNotFound, {}});
      const uint32_t root = candidate.place->root;
      const std::string root_name =
          root == kNone ? std::string() : index.environment().roots[root].name;
      const bool described = tree_->profile == SearchProfile::kRuntime &&
                             outcome == Outcome::kTaken && file && file->root != root_name;
      if (file && !described) {
        steps.push_back({std::string(file->root), std::string(file->path), outcome});
      } else {
        steps.push_back({root_name, PathOf(index, tree_->files, candidate, name), outcome});
      }
    }
  };
  tree_->Search(tree_->rules->Start(), dotted_name, add);
  return steps;
}

}  // namespace coppice
