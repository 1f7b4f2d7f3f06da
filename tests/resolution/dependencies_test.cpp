// What an edit invalidates, in trees of a few lines. invalidation_oracle.py edits real files.
#include "summaries/resolution/dependencies.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "summaries/resolution/index_change.h"
#include "summaries/resolution/name_resolver.h"
#include "tests/resolution/source_index.h"

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
}

TEST(Dependencies, PlacesMatterToWhatIsBoundTwice) {
  const std::string a = "def a(): return 1\n";
  const std::string b = "b = a\n";
  const std::string c = "class C: pass\nd = C\n";
  Project project({{"m.py", a + b + a + c}}, {"m:a", "m:b", "m:d"});
  EXPECT_EQ(project.Invalidated({{"m.py", c + a + a + b}}), Asked({"m:b"}));
  EXPECT_EQ(project.Invalidated({{"m.py", a + b + a + "d = C\nclass C: pass\n"}}), Asked());
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
