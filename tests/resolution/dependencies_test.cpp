// What an edit invalidates, in trees of a few lines. invalidation_oracle.py edits real files.
#include "summaries/resolution/changes/dependencies.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "summaries/pack_writer.h"
#include "summaries/resolution/changes/index_change.h"
#include "summaries/resolution/names/name_resolver.h"
#include "tests/resolution/source_index.h"
#include "tests/store/temporary_tree.h"
#include "tests/summaries/pack_repair.h"

namespace coppice::test {
namespace {

// Answers "MODULE.NAME" in a first version, each by a caller's number.
class Project {
 public:
  Project(Sources sources, std::vector<std::string> asked)
      : sources_(std::move(sources)),
        asked_(std::move(asked)),
        finder_(FinderOfSources(sources_)),
        resolver_(finder_, &dependencies_) {
    for (uint32_t i = 0; i < asked_.size(); ++i) {
      const auto node = dependencies_.AddAnswer({DependencyKind::kCaller, kNoModule, i});
      const Dependencies::Recording recording(&dependencies_, node);
      Ask(asked_[i]);
    }
  }

  // "MODULE" for the names it binds, "MODULE:NAME" for one, "MODULE:CLASS()" for the order of
  // bases.
  void Ask(const std::string& question) {
    const size_t colon = question.find(':');
    const ModuleRef module = finder_->Find(question.substr(0, colon));
    if (colon == question.npos) {
      if (module != kNoModule) resolver_.NamesOf(module);
    } else if (question.ends_with("()")) {
      const std::string name = question.substr(colon + 1, question.size() - colon - 3);
      NameResolver plain(finder_);  // of what is asked with, nothing is recorded
      resolver_.MroOf(plain.Resolve(module, name).definitions[0]);
    } else {
      resolver_.Lookup({module}, question.substr(colon + 1));
    }
  }

  // Those asked whose answers are invalidated if these files have these texts; "" deletes one.
  std::set<std::string> Invalidated(const Sources& edits) {
    Sources edited = sources_;
    for (const auto& [path, text] : edits) {
      edited[path] = text;
      if (text.empty()) edited.erase(path);
    }
    const auto change = IndexChange::Make(finder_, FinderOfSources(edited));
    std::set<std::string> invalidated;
    if (!change) {
      ADD_FAILURE() << change.error().message;
      return invalidated;
    }
    for (const Dependencies::Node node : dependencies_.Invalidated(*change)) {
      const Dependency answer = dependencies_.Describe(node);
      if (answer.kind == DependencyKind::kCaller) invalidated.insert(asked_[answer.row]);
    }
    return invalidated;
  }

  Dependencies& dependencies() { return dependencies_; }
  NameResolver& resolver() { return resolver_; }
  const std::shared_ptr<const ModuleFinder>& finder() { return finder_; }

 private:
  Sources sources_;
  std::vector<std::string> asked_;
  std::shared_ptr<const ModuleFinder> finder_;
  Dependencies dependencies_;
  NameResolver resolver_;
};

using Asked = std::set<std::string>;

TEST(Dependencies, BodiesCommentsAndPlacesInvalidateNothing) {
  Project project(
      {{"m.py", "def f(x):\n    return x\nclass C:\n    y = 1\n    def g(self): pass\n"}},
      {"m:f", "m:C", "m:C()", "m:C.g", "m:nothing", "m"});
  EXPECT_EQ(
      project.Invalidated({{"m.py",
                            "# class\nclass C:\n    'doc'\n    def g(self): return 2\n    y = 1\n"
                            "def f(x):\n    z = x\n    return z\n"}}),
      Asked());
}

TEST(Dependencies, AddedNameInvalidatesWhoAskedForItAndStarImporters) {
  Project project({{"m.py", "a = 1\n"},
                   {"star.py", "from m import *\n"},
                   {"hidden.py", "from m import *\nnew = 1\n"},
                   {"user.py", "from m import new\nfrom m import a\n"},
                   {"other.py", "a = 1\n"}},
                  {"m:new", "m:a", "star:new", "star:a", "hidden:new", "user:new", "user:a",
                   "other:new", "m", "star", "other"});
  EXPECT_EQ(project.Invalidated({{"m.py", "a = 1\ndef new(): pass\n"}}),
            Asked({"m", "m:new", "star", "star:new", "user:new"}));
}

TEST(Dependencies, AddedStarImportInvalidatesWhatNothingElseSurelyBinds) {
  Project project({{"m.py", "a = 1\nif f():\n    c = 1\n"}, {"s.py", "b = 1\n"}},
                  {"m:a", "m:b", "m:c", "s:b"});
  EXPECT_EQ(project.Invalidated({{"m.py", "from s import *\na = 1\nif f():\n    c = 1\n"}}),
            Asked({"m:b", "m:c"}));
  EXPECT_EQ(project.Invalidated({{"m.py", "a = 1\nif f():\n    c = 1\nfrom s import *\n"}}),
            Asked({"m:a", "m:b", "m:c"}));
}

TEST(Dependencies, OrderMattersWhereItCanBeSeen) {
  Project project({{"m.py", "a = 1\na = 2\nfrom s import *\nb = 1\nc = 1\n"}, {"s.py", "b = 2\n"}},
                  {"m:a", "m:b", "m:c"});
  EXPECT_EQ(project.Invalidated({{"m.py", "a = 2\na = 1\nfrom s import *\nc = 1\nb = 1\n"}}),
            Asked({"m:a"}));
  EXPECT_EQ(project.Invalidated({{"m.py", "a = 1\na = 2\nb = 1\nfrom s import *\nc = 1\n"}}),
            Asked({"m:b"}));
  Project imported({{"m.py", "from s import a\ndef a(): pass\n"}, {"s.py", "a = 1\n"}}, {"m:a"});
  EXPECT_EQ(imported.Invalidated({{"m.py", "def a(): pass\nfrom s import a\n"}}), Asked({"m:a"}));
}

TEST(Dependencies, PlacesMatterToWhatIsBoundTwice) {
  const std::string a = "def a(): return 1\n";
  const std::string b = "b = a\n";
  const std::string c = "class C: pass\nd = C\n";
  Project project({{"m.py", a + b + a + c}}, {"m:a", "m:b", "m:d"});
  EXPECT_EQ(project.Invalidated({{"m.py", c + a + a + b}}), Asked({"m:b"}));
  EXPECT_EQ(project.Invalidated({{"m.py", a + b + a + "d = C\nclass C: pass\n"}}), Asked());
}

TEST(Dependencies, PlacesMatterAmongStarImports) {
  const std::string first = "from s import *\n";
  const std::string second = "from t import *\n";
  const std::string user = "b = a\n";
  Project project(
      {{"m.py", first + second + user}, {"s.py", "def a(): pass\n"}, {"t.py", "def a(): pass\n"}},
      {"m:a", "m:b"});
  EXPECT_EQ(project.Invalidated({{"m.py", first + user + second}}), Asked({"m:b"}));
}

TEST(Dependencies, PlacesMatterToWhatAPackageImportsFromItself) {
  const std::string import = "from . import x as y\n";
  const std::string function = "def x(): pass\n";
  Project project({{"p/__init__.py", import + function}, {"p/x.py", ""}}, {"p:x", "p:y"});
  EXPECT_EQ(project.Invalidated({{"p/__init__.py", function + import}}), Asked({"p:x", "p:y"}));
  EXPECT_EQ(project.Invalidated({{"p/__init__.py", "z = 1\n" + import + function}}), Asked());
}

TEST(Dependencies, NameOfASubmoduleIsNoneOfThePackage) {
  Project project({{"p/__init__.py", "from .d import c\n"}, {"p/d.py", "c = 1\n"}}, {"p"});
  EXPECT_EQ(project.Invalidated({{"p/__init__.py", "from .d import c\nclass d: pass\n"}}),
            Asked({"p"}));
}

TEST(Dependencies, BaseInvalidatesOrdersAndWhatIsInherited) {
  Project project(
      {{"m.py", "class A:\n    def f(self): pass\nclass B(A): pass\nclass C(B): pass\n"}},
      {"m:A()", "m:B()", "m:C()", "m:C.f", "m:A.f", "m:A"});
  EXPECT_EQ(project.Invalidated({{"m.py",
                                  "class A:\n    def f(self): pass\nclass B: pass\n"
                                  "class C(B): pass\n"}}),
            Asked({"m:B()", "m:C()", "m:C.f"}));
  EXPECT_EQ(project.Invalidated({{"m.py",
                                  "class A:\n    def f(self, x): pass\nclass B(A): pass\n"
                                  "class C(B): pass\n"}}),
            Asked({"m:C.f", "m:A.f"}));
}

TEST(Dependencies, DunderAllMemberByMember) {
  Project project({{"m.py", "__all__ = ['a']\na = b = 1\n"}, {"star.py", "from m import *\n"}},
                  {"star:a", "star:b", "star:c", "m:a"});
  EXPECT_EQ(project.Invalidated({{"m.py", "__all__ = ['a', 'b']\na = b = 1\n"}}),
            Asked({"star:b"}));
  EXPECT_EQ(project.Invalidated({{"m.py", "a = b = 1\n"}}), Asked({"star:a", "star:b", "star:c"}));
  EXPECT_EQ(project.Invalidated({{"m.py", "__all__ = ['a'] + f()\na = b = 1\n"}}),
            Asked({"star:a", "star:b", "star:c"}));
}

TEST(Dependencies, FilesThatAppearAndDisappear) {
  Project project({{"p/__init__.py", "from p import x\n"},
                   {"p/y.py", "a = 1\n"},
                   {"user.py", "import missing\nfrom p.y import a\nimport p.y\n"}},
                  {"p:x", "p:y", "user:missing", "user:a", "user:p"});
  EXPECT_EQ(project.Invalidated({{"p/x.py", "b = 1\n"}}), Asked({"p:x"}));
  EXPECT_EQ(project.Invalidated({{"missing.py", "b = 1\n"}}), Asked({"user:missing"}));
  EXPECT_EQ(project.Invalidated({{"p/y.py", ""}}), Asked({"user:a", "user:p"}));
  EXPECT_EQ(project.Invalidated({{"unrelated.py", "a = 1\n"}}), Asked());
}

TEST(Dependencies, ConditionsReadWhatTheyName) {
  const std::string rest =
      "if OLD:\n    def f(): pass\n    def h(): pass\n    def i(): pass\nelse:\n    def f(x): "
      "pass\ndef g(): pass\n";
  Project project({{"m.py", "import sys\nOLD = sys.version_info < (3,)\n" + rest}},
                  {"m:f", "m:g", "m:h", "m:i"});
  EXPECT_EQ(project.Invalidated({{"m.py", "import sys\nOLD = True\n" + rest}}),
            Asked({"m:f", "m:h", "m:i"}));
}

TEST(Dependencies, CyclesAreInvalidatedAsAWhole) {
  Project project({{"a.py", "from b import *\nx = 1\n"},
                   {"b.py", "from c import *\n"},
                   {"c.py", "from a import *\nfrom d import *\n"},
                   {"d.py", "z = 1\n"}},
                  {"a:y", "b:y", "c:y", "a:z", "d:z"});
  EXPECT_EQ(project.Invalidated({{"d.py", "z = 1\ny = 2\n"}}), Asked({"a:y", "b:y", "c:y"}));
}

TEST(Dependencies, ChainsDeeperThanTheStack) {
  Sources sources{{"m0.py", "x = 1\n"}};
  for (int i = 1; i < 500; ++i) {
    sources["m" + std::to_string(i) + ".py"] = "from m" + std::to_string(i - 1) + " import x\n";
  }
  Project project(sources, {"m499:x", "m499:y"});
  EXPECT_EQ(project.Invalidated({{"m0.py", "x = 2\n"}}), Asked({"m499:x"}));
  EXPECT_EQ(project.Invalidated({{"m0.py", "\n"}}), Asked({"m499:x"}));
}

TEST(Dependencies, FilesOfPacksAbove) {
  const Sources low{{"m.py", "a = 1\n"}, {"n.py", "from m import a\n"}};
  const auto finder = [](const std::vector<Sources>& packs) {
    return *ModuleFinder::Make(IndexOfPacks(packs, {}), SearchProfile::kRuntime);
  };
  const auto before = finder({low});
  Dependencies dependencies;
  const auto node = dependencies.AddAnswer({DependencyKind::kCaller});
  {
    NameResolver resolver(before, &dependencies);
    const Dependencies::Recording recording(&dependencies, node);
    resolver.Lookup({before->Find("n")}, "a");
  }
  const auto is_invalidated = [&](const std::vector<Sources>& packs) {
    const auto change = IndexChange::Make(before, finder(packs));
    EXPECT_TRUE(change);
    return change && !dependencies.Invalidated(*change).empty();
  };
  EXPECT_TRUE(is_invalidated({low, {{"m.py", "a = 2\n"}}}));
  EXPECT_FALSE(is_invalidated({low, {{"m.py", "a = 1\n"}}}));
  EXPECT_FALSE(is_invalidated({low, {{"l.py", "a = 1\n"}}}));
}

TEST(Dependencies, EnvironmentInvalidatesEverything) {
  Project project({{"m.py", "a = 1\n"}}, {"m:a", "m"});
  Environment environment = project.finder()->index().environment();
  environment.target.minor = 8;
  const auto packs = project.finder()->index().packs();
  const auto index = Index::Make({packs.begin(), packs.end()}, environment);
  ASSERT_TRUE(index);
  const auto after = ModuleFinder::Make(*index, SearchProfile::kRuntime);
  ASSERT_TRUE(after);
  const auto change = IndexChange::Make(project.finder(), *after);
  ASSERT_TRUE(change);
  size_t answers = 0;
  for (uint32_t node = 2; node < project.dependencies().node_count(); ++node) {
    answers += project.dependencies().IsAnswer(Dependencies::Node{node}) ? 1 : 0;
  }
  EXPECT_EQ(project.dependencies().Invalidated(*change).size(), answers);
  const auto mypy = ModuleFinder::Make(*index, SearchProfile::kMypy);
  ASSERT_TRUE(mypy);
  EXPECT_FALSE(IndexChange::Make(project.finder(), *mypy));
}

TEST(Dependencies, DefinitionsAreCarriedOverByTheirKeys) {
  Project project({{"m.py",
                    "class A:\n    def f(self): pass\n    def f(self, x): pass\n"
                    "def g(): pass\n"}},
                  {});
  const auto after = FinderOfSources({{"l.py", ""},
                                      {"m.py",
                                       "B = 1\ndef g(): pass\nclass A:\n"
                                       "    e = 1\n    def f(self): pass\n"
                                       "    def f(self, x): pass\n"}});
  const auto change = IndexChange::Make(project.finder(), after);
  ASSERT_TRUE(change);
  const ModuleRef module = project.finder()->Find("m");
  const SummaryView before = *project.finder()->index().summary(module);
  EXPECT_EQ(change->After(module), after->Find("m"));
  const SummaryView view = *after->index().summary(after->Find("m"));
  std::map<std::string, uint32_t> seen;
  for (uint32_t row = 0; row < before.symbol_count(); ++row) {
    const auto carried = change->After(Definition{module, row});
    ASSERT_TRUE(carried);
    const Symbol symbol = before.symbol(row);
    EXPECT_EQ(view.symbol(carried->row).qualname(), symbol.qualname());
    EXPECT_EQ(view.symbol(carried->row).details().params.size(), symbol.details().params.size());
    ++seen[symbol.qualname()];
  }
  EXPECT_EQ(seen, (std::map<std::string, uint32_t>{{"A", 1}, {"A.f", 2}, {"g", 1}}));
  const auto without = IndexChange::Make(project.finder(), FinderOfSources({{"m.py", "A = 1\n"}}));
  ASSERT_TRUE(without);
  const RowRange members = before.Members(before.FindSymbols("A").first);
  EXPECT_FALSE(without->After(Definition{module, members.first}));
}

// Whether an answer that read nothing but `read`, of `module` or of its class (by its qualified
// name), is invalidated if the files become those.
bool IsInvalidated(const Sources& before, const Sources& after, DependencyKind read,
                   std::string_view class_name = {}, std::string_view name = {}) {
  const auto finder = FinderOfSources(before);
  const ModuleRef module = finder->Find("m");
  Dependency dependency{read, module, Dependency::kModuleScope, name};
  if (!class_name.empty()) {
    dependency.row = finder->index().summary(module)->FindSymbols(class_name).first;
  }
  Dependencies dependencies;
  {
    const auto node = dependencies.AddAnswer({DependencyKind::kCaller});
    const Dependencies::Recording recording(&dependencies, node);
    if (read > DependencyKind::kEvery) {
      const Dependencies::Recording inner(&dependencies, dependency);
    } else {
      dependencies.Read(dependency);
    }
  }
  const auto change = IndexChange::Make(finder, FinderOfSources(after));
  EXPECT_TRUE(change);
  return change && !dependencies.Invalidated(*change).empty();
}

TEST(Dependencies, WhatIsSaidOfAClassDependsOnIt) {
  const Sources before{{"m.py", "class C:\n    x = 1\n"}};
  for (const char* after : {"C = 1\n", "c = 1\n"}) {
    for (const auto kind : {DependencyKind::kScope, DependencyKind::kNames,
                            DependencyKind::kMembers, DependencyKind::kBindings}) {
      const bool named = kind == DependencyKind::kBindings;
      EXPECT_TRUE(IsInvalidated(before, {{"m.py", after}}, kind, "C", named ? "y" : "")) << after;
    }
    EXPECT_TRUE(IsInvalidated(before, {{"m.py", after}}, DependencyKind::kEvaluation, "C", "1"));
  }
  EXPECT_FALSE(IsInvalidated(before, {{"m.py", "class C:\n    x = 2\n"}}, DependencyKind::kBindings,
                             "C", "y"));
}

TEST(Dependencies, WhatIsSaidOfAModuleDependsOnIt) {
  const Sources before{{"m.py", "class C: ...\n"}, {"other.py", ""}};
  const Sources without{{"other.py", ""}};
  for (const auto kind : {DependencyKind::kTraits, DependencyKind::kFields, DependencyKind::kType,
                          DependencyKind::kReturn, DependencyKind::kTypeParameters}) {
    EXPECT_TRUE(IsInvalidated(before, without, kind, "C"));
    EXPECT_FALSE(IsInvalidated(before, {{"m.py", "class C: ...\n"}}, kind, "C"));
  }
  EXPECT_TRUE(IsInvalidated(before, without, DependencyKind::kStars));
}

// Of a module "m" whose content has a hash that is the same for all texts.
std::shared_ptr<const ModuleFinder> FinderOfProducer(const std::string& text, bool another) {
  const auto index = IndexOfPacks({{{"m.py", text}}}, {});
  const TemporaryTree tree;
  auto writer = PackWriter::Create(tree / "m.pack");
  ModuleRecord record;
  record.root = "src";
  record.path = "m.py";
  EXPECT_TRUE(writer->AddFrom(index->packs()[0], ModuleId{0}, record));
  EXPECT_TRUE(writer->Finish());
  std::ifstream file(tree / "m.pack", std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (another) bytes[bytes.rfind(PackProducer())] ^= 1;
  const auto pack =
      Pack::Open(tree.Write("made.pack", RepairChecksums(bytes)), Pack::OpenMode::kPrivateCopy);
  EXPECT_TRUE(pack);
  return *ModuleFinder::Make(*Index::Make({*pack}, index->environment()), SearchProfile::kRuntime);
}

TEST(Dependencies, AnotherProducerMaySaySomethingElseOfTheSameContent) {
  const auto before = FinderOfProducer("a = 1\n", false);
  Dependencies dependencies;
  {
    const auto node = dependencies.AddAnswer({DependencyKind::kCaller});
    const Dependencies::Recording recording(&dependencies, node);
    dependencies.Read(
        {DependencyKind::kBindings, before->Find("m"), Dependency::kModuleScope, "a"});
  }
  for (const bool another : {false, true}) {
    const auto change = IndexChange::Make(before, FinderOfProducer("a = 2\n", another));
    ASSERT_TRUE(change);
    EXPECT_EQ(!dependencies.Invalidated(*change).empty(), another);
  }
}

TEST(Dependencies, StubsAppearAndDisappear) {
  const Sources source{{"m.py", ""}};
  const Sources both{{"m.py", ""}, {"m.pyi", ""}};
  EXPECT_TRUE(IsInvalidated(source, both, DependencyKind::kStub));
  EXPECT_FALSE(IsInvalidated(source, {{"m.py", ""}, {"n.pyi", ""}}, DependencyKind::kStub));
}

TEST(Dependencies, WhatAModuleIs) {
  const Sources source{{"m.py", ""}};
  EXPECT_TRUE(IsInvalidated(source, {{"m.py", ""}, {"m/__init__.py", ""}},
                            DependencyKind::kModule));  // which hides it
  EXPECT_FALSE(IsInvalidated(source, {{"m.py", ""}, {"n.py", ""}}, DependencyKind::kModule));
  const Sources part{{"m/x.py", ""}};
  EXPECT_TRUE(IsInvalidated(part, {{"m/x.py", ""}, {"m/__init__.py", ""}},
                            DependencyKind::kModule));  // was a namespace
  EXPECT_FALSE(IsInvalidated(part, {{"m/x.py", ""}, {"m/y.py", ""}}, DependencyKind::kModule));
}

TEST(Dependencies, NamesThatClassesAndAliasesMention) {
  const auto differ = [](const std::string& text) {
    const std::string twice = "class X: ...\n";
    return IsInvalidated({{"m.py", twice + text + twice}}, {{"m.py", twice + twice + text}},
                         DependencyKind::kPlace, "", "X");
  };
  EXPECT_TRUE(differ("class C(X): ...\n"));
  EXPECT_TRUE(differ("class C(metaclass=X): ...\n"));
  EXPECT_TRUE(differ("c = X\n"));
  EXPECT_FALSE(differ("class C(a.X): ...\n"));
  EXPECT_FALSE(differ("def c(x=X): ...\n"));
}

TEST(Dependencies, ImportsAreTheSameUnderTheSameGuards) {
  const auto differ = [](const std::string& before, const std::string& after) {
    return IsInvalidated({{"m.py", before}}, {{"m.py", after}}, DependencyKind::kBindings, "", "x");
  };
  const std::string branch = "if T:\n    import x\nelse:\n    y = 1\n";
  EXPECT_TRUE(differ(branch, "if T:\n    y = 1\nelse:\n    import x\n"));
  EXPECT_TRUE(differ(branch, "if U:\n    import x\nelse:\n    y = 1\n"));
  EXPECT_TRUE(differ(branch, "while T:\n    import x\nelse:\n    y = 1\n"));
  EXPECT_TRUE(differ(branch, "if V:\n    if T:\n        import x\n"));
  EXPECT_FALSE(differ(branch, "y = 2\nif T:\n    import x\n"));
}

TEST(Dependencies, OrderOfAClassesVariables) {
  const auto differ = [](DependencyKind kind, std::string_view name = {}) {
    return IsInvalidated({{"m.py", "class C:\n    a: int\n    b: int\n"}},
                         {{"m.py", "class C:\n    b: int\n    a: int\n"}}, kind, "C", name);
  };
  EXPECT_TRUE(differ(DependencyKind::kMembers));
  EXPECT_FALSE(differ(DependencyKind::kNames));
  EXPECT_FALSE(differ(DependencyKind::kBindings, "a"));
}

TEST(Dependencies, MethodsThatGiveDefaultsAreOrderedAmongVariables) {
  const auto differ = [](const std::string& decorator) {
    const std::string method = "    @x." + decorator + "\n    def f(self): ...\n";
    const std::string variable = "    x = make()\n";
    return IsInvalidated({{"m.py", "class C:\n" + variable + method}},
                         {{"m.py", "class C:\n" + method + variable}}, DependencyKind::kMembers,
                         "C");
  };
  EXPECT_TRUE(differ("default"));
  EXPECT_FALSE(differ("validator"));
}

TEST(Dependencies, SubmodulesThatImportsBind) {
  const auto differ = [](const std::string& text, std::string_view name) {
    return IsInvalidated({{"m/__init__.py", ""}}, {{"m/__init__.py", text}},
                         DependencyKind::kBindings, "", name);
  };
  EXPECT_TRUE(differ("import m.x.y\n", "x"));
  EXPECT_TRUE(differ("from .x import y\n", "x"));
  EXPECT_TRUE(differ("from . import x as y\n", "x"));
  EXPECT_FALSE(differ("import m.x.y\n", "y"));
  EXPECT_FALSE(differ("from ..x import y\n", "x"));
  EXPECT_FALSE(differ("class C:\n    import m.x\n", "x"));
}

TEST(Dependencies, OrderOfImportsOfSubmodules) {
  const auto differ = [](const std::string& before, const std::string& after) {
    return IsInvalidated({{"m/__init__.py", before}}, {{"m/__init__.py", after}},
                         DependencyKind::kBindings, "", "x");
  };
  const std::string text = "x = 1\nfrom .x import y\n";
  EXPECT_TRUE(differ(text, "from .x import y\nx = 1\n"));
  EXPECT_TRUE(differ(text, "x = 1\nif y: from .x import y\n"));
  EXPECT_TRUE(differ(text, "from .a import b\n" + text));
  EXPECT_FALSE(differ(text, "x = 1\nfrom .x import z\n"));
  EXPECT_FALSE(differ(text, "from a import b\n" + text));
}

TEST(Dependencies, ImportsInFunctions) {
  const auto differ = [](const std::string& text) {
    return IsInvalidated({{"m.py", "def f():\n    global x\n    import x\n"}},
                         {{"m.py", "def f():\n    global x\n    " + text}},
                         DependencyKind::kCallImports, "", "x");
  };
  EXPECT_TRUE(differ("import y as x\n"));
  EXPECT_TRUE(differ("pass\n"));
  EXPECT_FALSE(differ("import y\n    import x\n"));
}

TEST(Dependencies, SymbolsAreMatchedBesideImports) {
  const auto carried = [](const std::string& before, const std::string& after) {
    const auto finder = FinderOfSources({{"m.py", before}});
    const auto change = IndexChange::Make(finder, FinderOfSources({{"m.py", after}}));
    EXPECT_TRUE(change);
    const ModuleRef module = finder->Find("m");
    const uint32_t row = finder->index().summary(module)->FindSymbols("f").first;
    return change && change->After(Definition{module, row}).has_value();
  };
  EXPECT_TRUE(carried("e = 1\nimport f\ndef f(): ...\n", "e = 1\ndef f(): ...\n"));
  EXPECT_TRUE(carried("e = 1\ndef f(): ...\n", "e = 1\nimport f\ndef f(): ...\n"));
  EXPECT_FALSE(carried("e = 1\ndef f(): ...\n", "e = 1\nimport f\n"));
}

TEST(Dependencies, WhatIsNotRecordedCostsNothing) {
  Project project({{"m.py", "a = 1\n"}}, {});
  const size_t nodes = project.dependencies().node_count();
  NameResolver plain(project.finder());
  plain.Resolve("m.a");
  EXPECT_EQ(project.dependencies().node_count(), nodes);
  EXPECT_EQ(plain.dependencies(), nullptr);
}

}  // namespace
}  // namespace coppice::test
