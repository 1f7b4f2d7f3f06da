// Who refers to a definition or a name, in a whole index: subclasses, re-exports, mentions.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clients/cli/definition_place.h"
#include "clients/cli/graph_picture.h"
#include "clients/cli/near_names.h"
#include "clients/cli/query.h"
#include "clients/cli/query_results.h"
#include "summaries/resolution/classes/subclasses.h"
#include "summaries/resolution/names/reexports.h"
#include "summaries/try.h"
#include "summaries/unicode.h"

namespace coppice::cli {
namespace {

std::string_view Word(Reexport::How how) {
  switch (how) {
    case Reexport::How::kStar:
      return "star";
    case Reexport::How::kAlias:
      return "alias";
    case Reexport::How::kImport:
      break;
  }
  return "import";
}

class ReferenceQuery {
 public:
  ReferenceQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                 const RootDirectories& roots)
      : query_(query),
        name_(NormalFormKc(query.name).value_or(query.name)),
        shared_finder_(finder),
        finder_(*finder),
        index_(finder->index()),
        results_(query, roots),
        json_(results_.json()) {}

  int Run() { return results_.Finish(Ask()); }

 private:
  Result<void> Ask() {
    if (query_.what == "subclasses") return Subclasses();
    if (query_.what == "reexports") return Reexports();
    return Mentions();
  }

  Result<void> Subclasses() {
    NameResolver resolver(shared_finder_);
    const Answer meant = resolver.Resolve(name_);
    std::vector<Definition> classes;
    for (const Definition definition : meant.definitions) {
      if (PlaceOf(definition).kind == KindName(SymbolKind::kClass)) classes.push_back(definition);
    }
    if (classes.empty()) {
      results_.why_nothing = meant.definitions.empty()
                                 ? fmt::format("no class '{}' in {}{}", Printable(name_),
                                               Printable(query_.index), ProposeSymbols())
                                 : fmt::format("'{}' is no class", Printable(name_));
      return {};
    }
    const Result<SubclassTable> table = SubclassTable::Make(resolver);
    if (!table) return table.error();
    std::vector<Subclass> all;
    for (const Definition each : classes) {
      for (const Subclass& subclass : table->All(each)) {
        const auto same = [&](const Subclass& other) {
          return other.definition == subclass.definition;
        };
        // Alternatives of one name have few subclasses in common, if any.
        if (classes.size() > 1 && std::ranges::any_of(all, same)) continue;
        all.push_back(subclass);
      }
    }
    results_.why_nothing =
        fmt::format("nothing in {} derives from '{}'", Printable(query_.index), Printable(name_));
    for (const Subclass& subclass : all) PrintSubclass(subclass);
    return {};
  }

  void PrintSubclass(const Subclass& subclass) {
    const DefinitionPlace place = PlaceOf(subclass.definition);
    const std::string base = PlaceOf(subclass.base).FullName();
    results_.found = true;
    if (results_.as_json()) {
      results_.BeginElement();
      WritePlaceFields(json_, place);
      json_.Key("base").Bytes(base);
      json_.Key("distance").Number(subclass.distance);
      json_.EndObject();
      return;
    }
    results_.AddLine(
        fmt::format("{}:{}:{}", Printable(place.path), place.line, place.column),
        fmt::format("{}  derives from {}", Printable(place.FullName()), Printable(base)));
  }
  DefinitionPlace PlaceOf(Definition definition) const {
    return cli::PlaceOf(finder_, results_.roots(), definition);
  }

  Result<void> Reexports() {
    NameResolver resolver(shared_finder_);
    const Answer meant = resolver.Resolve(name_);
    if (meant.definitions.empty()) {
      results_.why_nothing = fmt::format("no '{}' in {}{}", Printable(name_),
                                         Printable(query_.index), ProposeSymbols());
      return {};
    }
    const Result<std::vector<Reexport>> reexports = FindReexports(resolver, meant.definitions);
    if (!reexports) return reexports.error();
    std::size_t hidden = 0;
    for (const Reexport& reexport : *reexports) {
      if (!reexport.is_public && !query_.all) {
        ++hidden;
        continue;
      }
      const Result<ModuleInfo> info = index_.file(reexport.module);
      if (!info) return info.error();
      results_.found = true;
      if (results_.as_json()) {
        results_.BeginElement();
        results_.WriteModuleFields("module", finder_.name(reexport.module), *info);
        json_.Key("name").String(reexport.name);
        json_.Key("how").String(Word(reexport.how));
        json_.Key("public").Bool(reexport.is_public);
        json_.Key("line").Number(reexport.line);
        json_.EndObject();
      } else {
        results_.AddLine(
            results_.PlaceOf(*info, reexport.line),
            fmt::format("{}.{}  {}{}", Printable(ShownName(finder_, reexport.module)),
                        reexport.name, Word(reexport.how), reexport.is_public ? "" : ", private"));
      }
    }
    results_.why_nothing = fmt::format("no other module of {} passes on '{}'",
                                       Printable(query_.index), Printable(name_));
    if (hidden != 0) {
      const std::string note =
          fmt::format("{} modules import it for themselves: --all shows them", Grouped(hidden));
      if (results_.found) PrintNote(note);
      results_.why_nothing += "; " + note;
    }
    return {};
  }

  Result<void> Mentions() {
    uint32_t first = 0;
    for (const auto& pack : index_.packs()) {
      const Result<NamePostings> postings = pack->FindName(name_);
      if (!postings) return postings.error();
      for (const NamePosting& posting : *postings) {
        const ModuleRef module{first + static_cast<uint32_t>(posting.module)};
        if (index_.shadowed(module)) continue;
        const Result<ModuleInfo> info = index_.file(module);
        if (!info) return info.error();
        results_.found = true;
        if (results_.as_json()) {
          results_.BeginElement();
          results_.WriteModuleFields("module", finder_.name(module), *info);
          json_.Key("defined").Bool(posting.defined);
          json_.EndObject();
        } else {
          results_.AddLine(results_.PlaceOf(*info), posting.defined ? "defines it" : "");
        }
      }
      first += pack->module_count();
    }
    const std::size_t dot = name_.rfind('.');
    results_.why_nothing = fmt::format(
        "no module of {} mentions '{}'{}", Printable(query_.index), Printable(name_),
        dot == name_.npos ? ProposeSymbols()
                          : "; mentions takes one identifier: " + Printable(name_.substr(dot + 1)));
    return {};
  }

  std::string ProposeSymbols() const {
    NameResolver resolver(shared_finder_);
    ClassTable classes(resolver);
    return Proposal(NearDefinitions(classes, name_));
  }

  const Query& query_;
  const std::string name_;  // in normal form
  const std::shared_ptr<const ModuleFinder> shared_finder_;
  const ModuleFinder& finder_;
  const Index& index_;
  QueryResults results_;
  Json& json_;
};

}  // namespace

int RunReferenceQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                      const RootDirectories& roots) {
  return ReferenceQuery(query, finder, roots).Run();
}

}  // namespace coppice::cli
