#include "summaries/resolution/graph/import_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "summaries/resolution/graph/components.h"
#include "summaries/resolution/graph/import_sites.h"
#include "tests/resolution/source_index.h"

namespace coppice::test {
namespace {

constexpr ImportLabels kPlain;
constexpr ImportLabels kTypeChecking = ImportLabels().With(ImportLabel::kTypeChecking);
constexpr ImportLabels kDeferred = ImportLabels().With(ImportLabel::kDeferred);
constexpr ImportLabels kUnreachable = ImportLabels().With(ImportLabel::kUnreachable);
constexpr ImportLabels kPackage = ImportLabels().With(ImportLabel::kPackage);

// A graph with names.
struct Graphed {
  explicit Graphed(const Sources& sources, SearchProfile profile = SearchProfile::kRuntime,
                   const Environment& environment = {})
      : finder(FinderOfSources(sources, profile, environment)),
        graph(*ImportGraph::Make(*finder)) {}

  // "a b:type-checking" for each edge but those to packages; modules by path where no import
  // reaches them.
  std::vector<std::string> Imports(const std::string& module) const {
    std::vector<std::string> names;
    for (const ImportEdge edge : graph.imports(finder->Find(module))) {
      if (edge.labels() == kPackage) continue;
      names.push_back(finder->name(edge.module()) + Suffix(edge.labels()));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  static std::string Suffix(ImportLabels labels) {
    std::string suffix;
    if (labels.has(ImportLabel::kTypeChecking)) suffix += ":checked";
    if (labels.has(ImportLabel::kDeferred)) suffix += ":deferred";
    if (labels.has(ImportLabel::kUnreachable)) suffix += ":never";
    return suffix;
  }
  std::vector<std::string> Names(const std::vector<ModuleRef>& modules) const {
    std::vector<std::string> names;
    for (const ModuleRef module : modules) names.push_back(finder->name(module));
    return names;
  }
  std::vector<std::string> Cycle(ImportLabels allowed) const {
    const auto cycles = graph.Cycles(allowed);
    return cycles.empty() ? std::vector<std::string>() : Names(cycles.front());
  }

  std::shared_ptr<const ModuleFinder> finder;
  ImportGraph graph;
};

using Strings = std::vector<std::string>;

TEST(ImportGraph, FollowsEachWayOfImporting) {
  const Graphed graphed(
      {{"p/__init__.py", "from . import a\nfrom .a import name\nfrom .. import x"},
       {"p/a.py", "from . import b, unknown\nfrom .sub.c import d"},
       {"p/b.py", "import p.sub.c as c, p.a\nfrom p import *"},
       {"p/sub/__init__.py", "from ..a import x\nfrom ...p import y"},
       {"p/sub/c.py", "import q.r.s\nfrom q import r\nimport nowhere.x"},
       {"q/r.py", "import q\nfrom p.sub import c, e\nimport p.b.nothing"},
       {"top.py", "import top\nfrom top import x\nimport p"}});
  EXPECT_EQ(graphed.Imports("p"), (Strings{"p.a"}));
  EXPECT_EQ(graphed.Imports("p.a"), (Strings{"p", "p.b", "p.sub.c"}));
  EXPECT_EQ(graphed.Imports("p.b"), (Strings{"p", "p.a", "p.sub.c"}));
  EXPECT_EQ(graphed.Imports("p.sub"), (Strings{"p.a"}));
  EXPECT_EQ(graphed.Imports("p.sub.c"), (Strings{"q.r"}));
  EXPECT_EQ(graphed.Imports("q.r"), (Strings{"p.b", "p.sub", "p.sub.c", "q"}));
  EXPECT_EQ(graphed.Imports("top"), (Strings{"p"}));
  // Twice above the top, q.r.s, nowhere.x, p.b.nothing.
  EXPECT_EQ(graphed.graph.missing_count(), 5U);
}

TEST(ImportGraph, LabelsWhatIsNotAlwaysRun) {
  Environment environment;
  environment.target.minor = 10;
  environment.roots.push_back({"src", {}, RootRole::kProject, {}, {}});
  const Graphed graphed(
      {{"a.py",
        "import sys, typing\n"
        "if typing.TYPE_CHECKING:\n  import b\n  if sys.version_info < (3, 8):\n    import c\n"
        "else:\n  import d\n"
        "if sys.version_info >= (3, 11):\n  import e\nelif sys.platform == 'win32':\n  import f\n"
        "else:\n  import g\n"
        "def h():\n  import b\n  if typing.TYPE_CHECKING:\n    import i\n"
        "class C:\n  import i\n"
        "if __name__ == '__main__':\n  import j\n"
        "try:\n  import k\nexcept ImportError:\n  import l\n"
        "while typing.TYPE_CHECKING:\n  import l\n"
        "with x:\n  import j"},
       {"b.py", ""},
       {"c.py", ""},
       {"d.py", ""},
       {"e.py", ""},
       {"f.py", ""},
       {"g.py", ""},
       {"i.py", ""},
       {"j.py", ""},
       {"k.py", ""},
       {"l.py", ""}},
      SearchProfile::kRuntime, environment);
  EXPECT_EQ(graphed.Imports("a"),
            (Strings{"b:checked", "b:deferred", "c:never", "d", "e:never", "f:never", "g", "i",
                     "i:checked:deferred", "j", "j:never", "k", "l", "l:checked"}));
}

// importlib's _handle_fromlist: what the package binds to the name comes first.
TEST(ImportGraph, TakesWhatAPackageBindsBeforeASubmodule) {
  const Graphed graphed({{"p/__init__.py",
                          "from .f import f\nfrom . import m\nimport p.n\nfrom .o import o as n\n"
                          "c = 1\nx: int\nfrom typing import TYPE_CHECKING\n"
                          "if TYPE_CHECKING:\n  from .f import t\n"
                          "def g():\n  from .f import u\n  global v\n  v = 1\nfrom . import f\n"},
                         {"p/f.py", ""},
                         {"p/m.py", ""},
                         {"p/n.py", ""},
                         {"p/o.py", ""},
                         {"p/c.py", ""},
                         {"p/x.py", ""},
                         {"p/t.py", ""},
                         {"p/u.py", ""},
                         {"p/v.py", ""},
                         {"user.py", "from p import f, m, n, o, c, x, t, u, v"}});
  EXPECT_EQ(graphed.Imports("user"), (Strings{"p", "p.m", "p.o", "p.t", "p.u", "p.v", "p.x"}));
  EXPECT_EQ(graphed.Imports("p"),
            (Strings{"p.f", "p.f:checked", "p.f:deferred", "p.m", "p.n", "p.o"}));
}

TEST(ImportGraph, LetsNoStubRun) {
  Environment environment;
  environment.roots = {{"src", {}, RootRole::kProject, {}, {}},
                       {"typeshed", {}, RootRole::kTypeshed, {}, {}}};
  environment.builtins = {"b"};
  const Sources sources = {
      {"a.py", "import b"}, {"a.pyi", "import c"}, {"typeshed:b.pyi", "import c"}, {"c.py", ""}};
  const Graphed runtime(sources, SearchProfile::kRuntime, environment);
  EXPECT_EQ(runtime.Imports("a"), (Strings{"b"}));
  EXPECT_EQ(runtime.Imports("b"), (Strings{"c:checked"}));
  EXPECT_EQ(runtime.graph.importers(runtime.finder->Find("c")).size(), 1U);
  const Graphed mypy(sources, SearchProfile::kMypy, environment);
  EXPECT_EQ(mypy.Imports("a"), (Strings{"c"}));
  EXPECT_EQ(mypy.Imports("b"), (Strings{"c"}));
  // The source beside the stub is code too.
  EXPECT_EQ(mypy.graph.importers(mypy.finder->Find("b")).size(), 1U);
}

TEST(ImportGraph, LeadsFromModulesToTheirPackages) {
  const Graphed graphed({{"p/q/r.py", ""}, {"p/__init__.py", ""}, {"a.py", "import p.q.r"}});
  const auto all = ImportLabels::All();
  Strings reached;
  for (const ImportDistance& each :
       graphed.graph.TransitiveImports(graphed.finder->Find("a"), all)) {
    reached.push_back(graphed.finder->name(each.module) + std::to_string(each.distance));
  }
  EXPECT_EQ(reached, (Strings{"p.q.r1", "p.q2", "p3"}));
  EXPECT_TRUE(graphed.graph.TransitiveImporters(graphed.finder->Find("p"), kPlain).empty());
  EXPECT_EQ(graphed.graph.TransitiveImporters(graphed.finder->Find("p"), kPackage).size(), 3U);
}

TEST(ImportGraph, LeavesStubsBesideSourcesAlone) {
  const Sources sources = {{"p/__init__.py", ""}, {"p/m.py", ""}, {"p/m.pyi", "import p.m"}};
  const Graphed runtime(sources, SearchProfile::kRuntime);
  const ModuleRef package = runtime.finder->Find("p");
  ASSERT_EQ(runtime.graph.TransitiveImporters(package, kPackage).size(), 1U);
  EXPECT_EQ(runtime.graph.TransitiveImporters(package, kPackage)[0].module,
            runtime.finder->Find("p.m"));
}

TEST(ImportGraph, FindsTheNearestWay) {
  const Graphed graphed({{"a.py", "import b, c"},
                         {"b.py", "import c"},
                         {"c.py", "import d"},
                         {"d.py", "def f(): import a"},
                         {"e.py", "import a"}});
  const auto importers = [&](ImportLabels allowed) {
    Strings names;
    for (const ImportDistance& each :
         graphed.graph.TransitiveImporters(graphed.finder->Find("c"), allowed)) {
      names.push_back(graphed.finder->name(each.module) + std::to_string(each.distance) + ">" +
                      graphed.finder->name(each.next));
    }
    return names;
  };
  EXPECT_EQ(importers(kPlain), (Strings{"a1>c", "b1>c", "e2>a"}));
  EXPECT_EQ(importers(kDeferred), (Strings{"a1>c", "b1>c", "d2>a", "e2>a"}));
}

TEST(ImportGraph, FindsCyclesByLabels) {
  const Graphed graphed({{"a.py", "import b"},
                         {"b.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING: import c"},
                         {"c.py", "def f(): import a"},
                         {"d.py", "import d, e"},
                         {"e.py", "import d"},
                         {"f.py", "if False:\n  import g"},
                         {"g.py", "import f"}});
  EXPECT_EQ(graphed.Cycle(kPlain), (Strings{"d", "e"}));
  EXPECT_EQ(graphed.graph.Cycles(kDeferred).size(), 1U);
  EXPECT_EQ(graphed.graph.Cycles(kTypeChecking).size(), 1U);
  EXPECT_EQ(graphed.graph.Cycles(kUnreachable).size(), 2U);
  const ImportLabels both(kTypeChecking.bits() | kDeferred.bits());
  EXPECT_EQ(graphed.Cycle(both), (Strings{"a", "b", "c"}));
  const auto shortest = [&](const char* module, ImportLabels allowed) {
    const auto cycle = graphed.graph.Cycles(allowed).front();
    return graphed.Names(graphed.graph.ShortestCycle(cycle, graphed.finder->Find(module), allowed));
  };
  EXPECT_EQ(shortest("b", both), (Strings{"b", "c", "a"}));
  EXPECT_EQ(shortest("e", kPlain), (Strings{"e", "d"}));
}

TEST(ImportGraph, FindsTheShortestCycleOfSeveral) {
  const Graphed graphed({{"a.py", "import b, e"},
                         {"b.py", "import c, outside"},
                         {"c.py", "import d"},
                         {"d.py", "import a, c"},
                         {"e.py", "import d"},
                         {"outside.py", ""}});
  const auto cycle = graphed.graph.Cycles(kPlain).front();
  const auto shortest = [&](const char* module) {
    return graphed.Names(graphed.graph.ShortestCycle(cycle, graphed.finder->Find(module), kPlain));
  };
  EXPECT_EQ(shortest("a"), (Strings{"a", "e", "d"}));
  EXPECT_EQ(shortest("b"), (Strings{"b", "c", "d", "a"}));
  EXPECT_EQ(shortest("c"), (Strings{"c", "d"}));
}

// The upper pack's file is the one that is there.
TEST(ImportGraph, PassesOverFilesThatAreReplaced) {
  const auto index = IndexOfPacks(
      {{{"a.py", "import b"}, {"b.py", ""}, {"c.py", ""}}, {{"a.py", "import c"}}}, {});
  const auto finder = *ModuleFinder::Make(index, SearchProfile::kRuntime);
  const ImportGraph graph = *ImportGraph::Make(*finder);
  EXPECT_TRUE(graph.importers(finder->Find("b")).empty());
  ASSERT_EQ(graph.importers(finder->Find("c")).size(), 1U);
  EXPECT_EQ(graph.importers(finder->Find("c"))[0].module(), finder->Find("a"));
}

// Both directions hold the same edges, whatever they are.
TEST(ImportGraph, HasEachEdgeBothWays) {
  std::mt19937 random(7);
  Sources sources;
  for (int i = 0; i < 60; ++i) {
    std::string text;
    for (unsigned k = 0; k < random() % 8; ++k) {
      text += random() % 3 == 0 ? "def f():\n  " : "";
      text += "import m" + std::to_string(random() % 60) + "\n";
    }
    sources["m" + std::to_string(i) + ".py"] = text;
  }
  const Graphed graphed(sources);
  std::vector<std::pair<ModuleRef, ImportEdge>> forward;
  std::vector<std::pair<ModuleRef, ImportEdge>> backward;
  for (uint32_t i = 0; i < graphed.graph.module_count(); ++i) {
    const ModuleRef module{i};
    const auto importers = graphed.graph.importers(module);
    EXPECT_TRUE(std::is_sorted(importers.begin(), importers.end()));
    for (const ImportEdge edge : graphed.graph.imports(module)) forward.emplace_back(module, edge);
    for (const ImportEdge edge : importers) {
      backward.emplace_back(edge.module(), ImportEdge(module, edge.labels()));
    }
  }
  std::sort(backward.begin(), backward.end());
  EXPECT_EQ(forward, backward);
  EXPECT_EQ(graphed.graph.edge_count(), forward.size());
  EXPECT_GT(forward.size(), 100U);
}

TEST(ImportSites, CountsWhatIsImportedOnTheWay) {
  const Sources sources = {{"p/__init__.py", ""},
                           {"p/q/__init__.py", ""},
                           {"p/q/r.py",
                            "from . import s\nfrom .. import q\nimport p.q.s\n"
                            "from p.q import s\nimport p.q.nothing"},
                           {"p/q/s.py", ""}};
  const auto finder = FinderOfSources(sources);
  const ModuleRef importer = finder->Find("p.q.r");
  ImportSites sites = *ImportSites::Make(*finder);
  const SummaryView view = *finder->index().summary(importer);
  sites.Enter(importer, view);
  const auto counts = [&](const char* module) {
    std::string found;
    for (uint32_t row = 0; row < view.import_count(); ++row) {
      found += sites.Imports(row, finder->Find(module)) ? '1' : '0';
    }
    return found;
  };
  EXPECT_EQ(counts("p.q.s"), "10110");
  EXPECT_EQ(counts("p.q"), "11111");
  EXPECT_EQ(counts("p"), "01111");
  EXPECT_EQ(counts("p.q.r"), "00000");
}

std::vector<std::vector<uint32_t>> Components(const std::vector<std::vector<uint32_t>>& edges) {
  std::vector<uint32_t> first = {0};
  std::vector<uint32_t> targets;
  for (const auto& of_node : edges) {
    targets.insert(targets.end(), of_node.begin(), of_node.end());
    first.push_back(static_cast<uint32_t>(targets.size()));
  }
  return StronglyConnected(first, targets);
}

TEST(StronglyConnected, AgreesWithReachability) {
  std::mt19937 engine(11);
  const auto random = [&engine] { return static_cast<uint32_t>(engine()); };
  for (int round = 0; round < 300; ++round) {
    const uint32_t size = 1 + random() % 12;
    std::vector<std::vector<uint32_t>> edges(size);
    std::vector<std::vector<bool>> reaches(size, std::vector<bool>(size));
    for (uint32_t i = 0; i < random() % (2 * size + 1); ++i) {
      const uint32_t from = random() % size;
      edges[from].push_back(random() % size);
      reaches[from][edges[from].back()] = true;
    }
    for (uint32_t via = 0; via < size; ++via) {
      for (uint32_t from = 0; from < size; ++from) {
        for (uint32_t to = 0; to < size; ++to) {
          if (reaches[from][via] && reaches[via][to]) reaches[from][to] = true;
        }
      }
    }
    std::vector<std::vector<uint32_t>> expected;
    std::vector<bool> seen(size);
    for (uint32_t node = 0; node < size; ++node) {
      if (seen[node]) continue;
      std::vector<uint32_t> component = {node};
      for (uint32_t other = node + 1; other < size; ++other) {
        if (reaches[node][other] && reaches[other][node]) component.push_back(other);
      }
      for (const uint32_t member : component) seen[member] = true;
      if (component.size() > 1) expected.push_back(component);
    }
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    EXPECT_EQ(Components(edges), expected);
  }
}

// A chain that would be as deep on the stack as it is long.
TEST(StronglyConnected, TakesLongChains) {
  constexpr uint32_t kSize = 1000000;
  std::vector<uint32_t> first(kSize + 1);
  std::vector<uint32_t> targets(kSize);
  for (uint32_t i = 0; i < kSize; ++i) {
    first[i + 1] = i + 1;
    targets[i] = (i + 1) % kSize;
  }
  const auto components = StronglyConnected(first, targets);
  ASSERT_EQ(components.size(), 1U);
  EXPECT_EQ(components.front().size(), kSize);
  EXPECT_TRUE(StronglyConnected({}, {}).empty());
}

}  // namespace
}  // namespace coppice::test
