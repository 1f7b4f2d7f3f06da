// Any sources, in four modules that may import each other: whatever is asked about them is
// answered, and twice the same.
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arena/memory_pool.h"
#include "parser/parser.h"
#include "parser/source.h"
#include "summaries/pack_writer.h"
#include "summaries/resolution/classes/signature.h"
#include "summaries/resolution/classes/subclasses.h"
#include "summaries/resolution/graph/import_graph.h"
#include "summaries/resolution/names/reexports.h"
#include "summaries/resolution/types/evaluation.h"
#include "summaries/summary_builder.h"

namespace {

using namespace coppice;

void Check(bool holds, int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "resolution_fuzz.cpp:%d: does not hold\n", line);
  std::abort();
}

constexpr std::array<std::string_view, 4> kPaths = {"a.py", "b.py", "c/__init__.py", "c/d.py"};
constexpr std::string_view kNextModule = "#---\n";

// The pack's file; removed at the end, and overwritten before.
class PackFile {
 public:
  PackFile() {
    const int descriptor = mkstemp(path_.data());
    Check(descriptor >= 0);
    close(descriptor);
  }
  ~PackFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/coppice-fuzz-XXXXXX";
};

std::shared_ptr<const Index> IndexOf(std::string_view bytes) {
  static const PackFile file;
  static MemoryPool pool;
  static Parser parser(pool);
  static SummaryBuilder builder;
  auto writer = PackWriter::Create(file.path());
  Check(writer.has_value());
  for (const std::string_view path : kPaths) {
    const std::size_t end = bytes.find(kNextModule);
    std::string storage;
    const auto source = DecodeLossy(bytes.substr(0, end), storage);
    if (!source) return nullptr;
    const auto tree = parser.Parse(source->text);
    if (!tree) return nullptr;
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + kNextModule.size());
    const BuiltSummary& summary = builder.Build(*tree);
    ModuleRecord record;
    record.root = "src";
    record.path = path;
    if (!writer->Add(record, std::as_bytes(std::span(summary.words)), summary.docs,
                     summary.names)) {
      return nullptr;
    }
  }
  Check(writer->Finish().has_value());
  auto pack = Pack::Open(file.path(), Pack::OpenMode::kPrivateCopy);
  Check(pack.has_value());
  Environment environment;
  environment.roots.push_back({"src", {}, RootRole::kProject, {}, {}});
  return Index::Make({*std::move(pack)}, std::move(environment)).value();
}

void AskAbout(ClassTable& classes, Definition definition) {
  SignaturesOf(classes, definition, MethodBinding::kBound);
  SignaturesOf(classes, definition, MethodBinding::kUnbound);
  if (!classes.views().IsA(definition, SymbolKind::kClass)) return;
  const Mro order = classes.resolver().MroOf(definition);
  Check(order.classes.empty() || order.classes[0] == definition);
  classes.TraitsOf(definition);
  classes.FieldsOf(definition);
  for (const ClassMember& member : classes.Members(definition)) {
    Check(classes.Member(definition, member.name).has_value());
    SignaturesOf(classes, member, MethodBinding::kBound);
  }
}

void Ask(const std::shared_ptr<const ModuleFinder>& finder) {
  NameResolver resolver(finder);
  NameResolver again(finder);
  ClassTable classes(resolver);
  std::vector<Definition> all;
  for (uint32_t number = 0; number < finder->module_count(); ++number) {
    const ModuleRef module{number};
    for (const std::string_view name : resolver.NamesOf(module)) {
      const Answer answer = resolver.Resolve(module, name);
      for (const Definition definition : answer.definitions) {
        AskAbout(classes, definition);
        all.push_back(definition);
      }
    }
  }
  for (uint32_t number = finder->module_count(); number-- > 0;) {
    const ModuleRef module{number};
    for (const std::string_view name : resolver.NamesOf(module)) {
      const Answer first = resolver.Resolve(module, name);
      const Answer second = again.Resolve(module, name);
      Check(std::vector(first.definitions.begin(), first.definitions.end()) ==
            std::vector(second.definitions.begin(), second.definitions.end()));
    }
  }
  TypeEvaluator evaluator(resolver);
  const Evaluations evaluations = EvaluateAll(evaluator);
  for (uint64_t i = 0; i < evaluations.size(); ++i) evaluator.TextOf(evaluations[i].type);
  Check(SubclassTable::Make(resolver).has_value());
  if (!all.empty()) Check(FindReexports(resolver, std::span(all).first(1)).has_value());
  Check(ImportGraph::Make(*finder).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto index = IndexOf({reinterpret_cast<const char*>(data), size});
  if (!index) return 0;
  for (const SearchProfile profile : {SearchProfile::kRuntime, SearchProfile::kPyright}) {
    Ask(ModuleFinder::Make(index, profile).value());
  }
  return 0;
}
