// The interpreter's search: importlib's BuiltinImporter and PathFinder, PEP 420.
#include "summaries/resolution/imports/search_rules.h"

namespace coppice {
namespace {

using Outcome = SearchStep::Outcome;

class RuntimeRules : public SearchRules {
 public:
  RuntimeRules(const FileTree& tree, const Environment& env) : tree_(tree), env_(env) {}

  std::vector<Place> Start() const override {
    std::vector<Place> places(1);
    places[0].directory = tree_.builtins();
    for (const RootRole role :
         {RootRole::kProject, RootRole::kStandardLibrary, RootRole::kSitePackages}) {
      AppendPlaces(tree_, env_, role, false, places);
    }
    // Stubs that describe compiled modules which have neither stub nor source beside them.
    const std::size_t found = places.size();
    AppendPlaces(tree_, env_, RootRole::kExtraStubs, false, places);
    AppendPlaces(tree_, env_, RootRole::kTypeshed, false, places);
    AppendPlaces(tree_, env_, RootRole::kSitePackages, true, places);
    AppendPlaces(tree_, env_, RootRole::kTypeshedStubs, false, places);
    for (std::size_t place = found; place < places.size(); ++place) places[place].describes = true;
    return places;
  }

  void Decide(std::span<const Candidate> candidates, Decision& decision) const override {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Candidate& candidate = candidates[i];
      if (candidate.place->describes || candidate.entry == nullptr) continue;
      const FileTree::Entry& entry = *candidate.entry;
      if (entry.directory != kNone && IsPackage(entry.directory)) {
        decision.places.clear();  // portions before a package do not count
        decision.places.push_back(Below(tree_, *candidate.place, entry));
        AppendDescriptions(candidates, decision);
        decision.package = true;
        const FileTree::Directory& package = tree_.directory(entry.directory);
        return package.init_compiled
                   ? TakeCompiled(candidates, i, package.init_stub, package.init_source, decision)
                   : TakeFile(i, package.init_source, decision);
      }
      if (entry.compiled || entry.source != kNone) {
        decision.places.clear();
        return entry.compiled ? TakeCompiled(candidates, i, entry.stub, entry.source, decision)
                              : TakeFile(i, entry.source, decision);
      }
      if (entry.directory != kNone) {
        decision.Note(i, Outcome::kNamespacePortion);
        decision.places.push_back(Below(tree_, *candidate.place, entry));
      }
    }
    if (decision.places.empty()) return;
    decision.found = true;
    decision.package = true;
    decision.form = ModuleForm::kNamespace;
    AppendDescriptions(candidates, decision);
  }

 private:
  bool IsPackage(uint32_t directory) const {
    return tree_.directory(directory).init_source != kNone ||
           tree_.directory(directory).init_compiled;
  }

  static void TakeFile(std::size_t candidate, uint32_t file, Decision& decision) {
    decision.found = true;
    decision.file = file;
    decision.Note(candidate, Outcome::kTaken);
  }

  // What is compiled is known by the stub beside it, the source beside it that it was made of, or
  // stubs elsewhere.
  void TakeCompiled(std::span<const Candidate> candidates, std::size_t taken, uint32_t stub,
                    uint32_t source, Decision& decision) const {
    decision.found = true;
    decision.Note(taken, Outcome::kTaken);
    decision.file = stub != kNone ? stub : source;
    for (std::size_t i = 0; i < candidates.size() && decision.file == kNone; ++i) {
      const Candidate& candidate = candidates[i];
      if (!candidate.place->describes || candidate.entry == nullptr) continue;
      if (IsExcluded(*candidate.place, *candidate.entry)) {
        decision.Note(i, Outcome::kWrongVersion);
        continue;
      }
      const uint32_t directory = candidate.entry->directory;
      decision.file = directory != kNone ? tree_.directory(directory).init_stub : kNone;
      if (decision.file == kNone) decision.file = candidate.entry->stub;
      if (decision.file != kNone) decision.Note(i, Outcome::kDescription);
    }
    if (decision.file == kNone) decision.form = ModuleForm::kCompiled;
  }

  void AppendDescriptions(std::span<const Candidate> candidates, Decision& decision) const {
    for (const Candidate& candidate : candidates) {
      if (candidate.place->describes && candidate.entry != nullptr &&
          candidate.entry->directory != kNone) {
        decision.places.push_back(Below(tree_, *candidate.place, *candidate.entry));
      }
    }
  }

  const FileTree& tree_;
  const Environment& env_;
};

}  // namespace

std::unique_ptr<const SearchRules> MakeRuntimeRules(const FileTree& tree, const Environment& env) {
  return std::make_unique<RuntimeRules>(tree, env);
}

}  // namespace coppice
