// What names mean, in trees of a few lines. runtime_oracle.py asks an interpreter the same of all
// that is installed.
#include "summaries/resolution/names/name_resolver.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/resolution/source_index.h"

namespace coppice::test {
namespace {

constexpr std::string_view kObstacleNames[] = {
    "missing module", "missing name", "opaque module", "getattr", "incomplete __all__",
    "conditional",    "value",        "unknown base",  "cycle",   "too many",
    "damaged"};
static_assert(std::size(kObstacleNames) == kObstacleCount);

// Modules and a resolver of their names, whose answers are written as text: "MODULE:QUALNAME:LINE"
// for a symbol, "MODULE" for a module as a whole, with spaces between them, then obstacles.
class Names {
 public:
  explicit Names(const Sources& sources, SearchProfile profile = SearchProfile::kRuntime,
                 const Target& target = {}, std::vector<std::string> compiled = {}) {
    Environment environment;
    environment.target = target;
    environment.builtins = {"builtins"};
    environment.roots.push_back({"src", {}, RootRole::kProject, {}, {}});
    environment.roots.push_back({"typeshed", {}, RootRole::kTypeshed, {}, {}});
    environment.roots[0].extras.compiled = std::move(compiled);
    finder_ = FinderOfSources(sources, profile, std::move(environment));
    Forget();
  }

  void Forget() { resolver_ = std::make_unique<NameResolver>(finder_); }
  NameResolver& resolver() { return *resolver_; }
  const ModuleFinder& finder() const { return *finder_; }

  std::string Resolve(std::string_view module, std::string_view name) {
    return Written(resolver_->Resolve(finder_->Find(module), name));
  }
  // Sorted, without obstacles.
  std::string Definitions(std::string_view module, std::string_view name) {
    const Answer answer = resolver_->Resolve(finder_->Find(module), name);
    std::vector<Definition> sorted(answer.definitions.begin(), answer.definitions.end());
    std::sort(sorted.begin(), sorted.end());
    return Written(Answer{sorted, {}});
  }
  std::string Resolve(std::string_view dotted_name) {
    return Written(resolver_->Resolve(dotted_name));
  }
  std::string Lookup(std::string_view module, std::string_view name) {
    return Written(resolver_->Lookup({finder_->Find(module)}, name));
  }
  // In the body of a class.
  std::string LookupIn(std::string_view class_name, std::string_view name) {
    const Definition scope = Class(class_name);
    return Written(resolver_->Lookup({scope.module, scope.row}, name));
  }
  std::string Member(std::string_view class_name, std::string_view name) {
    return Written(resolver_->Member(Class(class_name), name));
  }
  // Names of the order's classes, then what is wrong with it.
  std::string Order(std::string_view class_name) {
    const Mro mro = resolver_->MroOf(Class(class_name));
    std::string text;
    for (const Definition& each : mro.classes) {
      if (!text.empty()) text += ' ';
      text += View(each.module).symbol(each.row).qualname();
    }
    if (!mro.complete) text += " (incomplete)";
    if (!mro.consistent) text += " (inconsistent)";
    return text;
  }
  std::string NamesOf(std::string_view module) {
    std::string text;
    for (const std::string_view name : resolver_->NamesOf(finder_->Find(module))) {
      if (!text.empty()) text += ' ';
      text += name;
    }
    return text;
  }
  Definition Class(std::string_view dotted_name) {
    const Answer answer = resolver_->Resolve(dotted_name);
    if (!answer.definitions.empty()) return answer.definitions[0];
    ADD_FAILURE() << "no " << dotted_name;
    return {};
  }
  std::string Written(Definition definition) const {
    std::string text = finder_->name(definition.module);
    if (definition.is_module()) return text;
    const SummaryView& view = View(definition.module);
    const Symbol symbol = view.symbol(definition.row);
    return text + ':' + symbol.qualname() + ':' + std::to_string(symbol.line());
  }
  std::string Written(const Answer& answer) const {
    std::string text;
    for (const Definition& definition : answer.definitions) {
      if (!text.empty()) text += ' ';
      text += Written(definition);
    }
    for (uint32_t i = 0; i < kObstacleCount; ++i) {
      if (!answer.obstacles.has(static_cast<Obstacle>(i))) continue;
      if (!text.empty()) text += ' ';
      text.append("(").append(kObstacleNames[i]).append(")");
    }
    return text;
  }

 private:
  const SummaryView& View(ModuleRef module) const {
    view_ = *finder_->index().summary(module);
    return *view_;
  }

  std::shared_ptr<const ModuleFinder> finder_;
  std::unique_ptr<NameResolver> resolver_;
  mutable std::optional<SummaryView> view_;
};

Target TypesTarget() {
  Target target;
  target.type_checking = true;
  return target;
}

// --- Bindings --------------------------------------------------------------------------------

TEST(NameResolver, TakesTheLastBinding) {
  Names names(Sources{{"m.py", "def f(): pass\nclass f: pass\nx = 1\nx = 2\n"}});
  EXPECT_EQ(names.Resolve("m", "f"), "m:f:2");
  EXPECT_EQ(names.Resolve("m", "x"), "m:x:4");
  EXPECT_EQ(names.Resolve("m", "y"), "(missing name)");
  EXPECT_EQ(names.Resolve("m.f"), "m:f:2");
  EXPECT_EQ(names.Resolve("n.f"), "(missing module)");
  EXPECT_EQ(names.Resolve("m.x.y"), "(value)");
}

TEST(NameResolver, FollowsReExports) {
  Names names(Sources{{"a.py", "from b import g as h\n"},
                      {"b.py", "from c import f as g\n"},
                      {"c.py", "from d import *\n"},
                      {"d.py", "def f(): pass\n"}});
  EXPECT_EQ(names.Resolve("a", "h"), "d:f:1");
  EXPECT_EQ(names.Lookup("a", "h"), "d:f:1");
}

TEST(NameResolver, FollowsAliases) {
  Names names(Sources{{"a.py",
                       "import b\n"
                       "import p.q as r\n"
                       "f = b.f\n"
                       "g = f\n"
                       "h = r.K.m\n"
                       "v = b.value\n"
                       "either = f if b else g\n"
                       "other = b.f or 3\n"
                       "call = f()\n"},
                      {"b.py", "def f(): pass\nvalue = 1\n"},
                      {"p/__init__.py", ""},
                      {"p/q.py", "class K:\n  def m(self): pass\n"}});
  EXPECT_EQ(names.Resolve("a", "f"), "b:f:1");
  EXPECT_EQ(names.Resolve("a", "g"), "b:f:1");
  EXPECT_EQ(names.Resolve("a", "h"), "p.q:K.m:2");
  // A variable with a value of its own is no alias.
  EXPECT_EQ(names.Resolve("a", "v"), "a:v:6");
  EXPECT_EQ(names.Resolve("a", "either"), "b:f:1");
  EXPECT_EQ(names.Resolve("a", "other"), "b:f:1 a:other:8");
  EXPECT_EQ(names.Resolve("a", "call"), "a:call:9");
}

TEST(NameResolver, TakesWhatStarImportsTake) {
  Names names(
      Sources{{"plain.py", "x = 1\n_x = 2\n"},
              {"listed.py", "__all__ = ['_y', 'sub']\n_y = 1\nz = 2\n"},
              {"over.py", "import pkg\n__all__ = ['a']\n__all__ += pkg.__all__\na = b = c = 1\n"},
              {"pkg/__init__.py", "__all__ = ['sub', 'b']\n"},
              {"pkg/sub.py", ""},
              {"partly.py", "__all__ = ['a'] + made()\na = 1\nb = 2\n_c = 3\n"},
              {"m.py", "from plain import *\nfrom listed import *\n"},
              {"n.py", "from over import *\n"},
              {"o.py", "from pkg import *\n"},
              {"p.py", "from partly import *\n"}});
  EXPECT_EQ(names.Resolve("m", "x"), "plain:x:1");
  EXPECT_EQ(names.Resolve("m", "_x"), "(missing name)");
  EXPECT_EQ(names.Resolve("m", "_y"), "listed:_y:2");
  EXPECT_EQ(names.Resolve("m", "z"), "(missing name)");
  EXPECT_EQ(names.Resolve("n", "a"), "over:a:4");
  EXPECT_EQ(names.Resolve("n", "b"), "over:b:4");
  EXPECT_EQ(names.Resolve("n", "c"), "(missing name)");
  EXPECT_EQ(names.Resolve("o", "sub"), "pkg.sub");
  EXPECT_EQ(names.Resolve("p", "a"), "partly:a:2");
  EXPECT_EQ(names.Resolve("p", "b"), "partly:b:3 (incomplete __all__)");
  EXPECT_EQ(names.Resolve("p", "_c"), "(missing name) (incomplete __all__)");
}

TEST(NameResolver, KnowsTheNamesOfAModule) {
  Names names(Sources{{"m.py", "from a import *\nimport os.x\ndef f(): pass\nif c: g = 1\n"},
                      {"a.py", "x = 1\n_y = 2\nfrom b import *\n"},
                      {"b.py", "z = 3\nfrom a import *\n"},
                      {"os/__init__.py", ""},
                      {"os/x.py", ""}});
  EXPECT_EQ(names.NamesOf("m"), "f g os x z");
  EXPECT_EQ(names.Resolve("m", "g"), "m:g:4 (conditional)");
}

TEST(NameResolver, FindsSubmodulesAsAttributes) {
  Names names(Sources{{"m.py", "import p.q\nimport p.q as r\nfrom p import q as s\n"},
                      {"p/__init__.py", "from . import q\nfrom .t import v\n"},
                      {"p/q.py", "x = 1\n"},
                      {"p/t.py", "v = 1\n"},
                      {"p/u.py", ""},
                      {"n/o.py", "y = 1\n"}});
  EXPECT_EQ(names.Resolve("m", "p"), "p");
  EXPECT_EQ(names.Resolve("m", "r"), "p.q");
  EXPECT_EQ(names.Resolve("m", "s"), "p.q");
  EXPECT_EQ(names.Resolve("m.p.q.x"), "p.q:x:1");
  EXPECT_EQ(names.Resolve("p", "q"), "p.q");
  // Whether somebody has imported it is not asked.
  EXPECT_EQ(names.Resolve("p", "u"), "p.u");
  // `from .t import v` binds the submodule, too.
  EXPECT_EQ(names.Lookup("p", "t"), "p.t");
  EXPECT_EQ(names.Lookup("p", "u"), "(missing name)");
  EXPECT_EQ(names.Resolve("n.o.y"), "n.o:y:1");  // a namespace package
}

TEST(NameResolver, PrefersWhatAPackageBindsToItsSubmodules) {
  Names names(Sources{{"p/__init__.py", "from .run import run\n"},
                      {"p/run.py", "def run(): pass\n"},
                      {"m.py", "from p import run\n"}});
  EXPECT_EQ(names.Resolve("m", "run"), "p.run:run:1");
  EXPECT_EQ(names.Resolve("p.run"), "p.run:run:1");
}

TEST(NameResolver, ImportsModulesThatOthersBind) {
  // As os does with os.path.
  Names names(Sources{{"m.py", "from system.path import join\nimport system.path\n"},
                      {"system.py", "import posixpath as path\n"},
                      {"posixpath.py", "def join(): pass\n"}});
  EXPECT_EQ(names.Resolve("m", "join"), "posixpath:join:1");
  EXPECT_EQ(names.Resolve("m.system.path.join"), "posixpath:join:1");
}

TEST(NameResolver, ImportsFromEachModuleThatAnotherMayHaveBound) {
  Names names(Sources{{"system.py", "if test:\n  import a as path\nelse:\n  import b as path\n"},
                      {"a.py", "def join(): pass\ndef only(): pass\n"},
                      {"b.py", "def join(): pass\n"},
                      {"m.py", "from system.path import join\n"},
                      {"star.py", "from system.path import *\n"}});
  EXPECT_EQ(names.Resolve("m", "join"), "b:join:1 a:join:1");
  EXPECT_EQ(names.Resolve("star", "join"), "b:join:1 a:join:1");
  EXPECT_EQ(names.Resolve("star", "only"), "a:only:2");
}

TEST(NameResolver, ImportsFromItsOwnPackageWhatIsBoundBefore) {
  // What an interpreter has as `p.y`.
  constexpr struct {
    const char* text;
    const char* meaning;
  } kCases[] = {
      {"from . import x as y\nx = y\n", "p.x"},
      {"from . import x as y\ndef x(): pass\n", "p.x"},
      {"from p import x as y\ndef x(): pass\n", "p.x"},
      {"def x(): pass\nfrom . import x as y\n", "p:x:1"},
  };
  for (const auto& [text, meaning] : kCases) {
    Names names(Sources{{"p/__init__.py", text}, {"p/x.py", "def h(): pass\n"}});
    EXPECT_EQ(names.Resolve("p", "y"), meaning) << text;
  }
}

TEST(NameResolver, ImportsUnderAnotherNameWhatThePackageHas) {
  const Sources sources = {{"p/__init__.py", "from .c import c\n"},
                           {"p/c.py", "def c(): pass\n"},
                           {"p/d.py", ""},
                           {"m.py", "import p.c as x\nimport p.d as y\nimport p.c\n"}};
  Names names(sources);
  EXPECT_EQ(names.Resolve("m", "x"), "p.c:c:1");
  EXPECT_EQ(names.Resolve("m", "y"), "p.d");
  EXPECT_EQ(names.Resolve("m", "p"), "p");
}

TEST(NameResolver, LeavesNamesToAModulesGetattr) {
  const Sources sources = {{"m.py", "x = 1\ndef __getattr__(name): pass\n"},
                           {"lazy.py",
                            "import typing\n"
                            "if typing.TYPE_CHECKING:\n"
                            "  from impl import f\n"
                            "def __getattr__(name): pass\n"},
                           {"impl.py", "def f(): pass\n"}};
  Names names(sources);
  EXPECT_EQ(names.Resolve("m", "x"), "m:x:1");
  EXPECT_EQ(names.Resolve("m", "y"), "m:__getattr__:2 (getattr)");
  // What is there for type checkers says what it returns.
  EXPECT_EQ(names.Resolve("lazy", "f"), "impl:f:1 (getattr)");
  EXPECT_EQ(names.Resolve("lazy", "g"), "lazy:__getattr__:4 (getattr)");
  Names typed(sources, SearchProfile::kPyright, TypesTarget());
  EXPECT_EQ(typed.Resolve("lazy", "f"), "impl:f:1");
}

TEST(NameResolver, GivesAllAlternativesOfConditions) {
  Names names(Sources{{"m.py",
                       "def f(): pass\n"
                       "if test:\n  def f(): pass\n"
                       "if test:\n  g = 1\nelse:\n  g = 2\n"
                       "if test:\n  h = 1\nelif other:\n  h = 2\nelse:\n  h = 3\n"
                       "h0 = 0\n"
                       "if test:\n  i = 1\nelif other:\n  i = 2\n"
                       "while 0:\n  j = 1\n"
                       "for k in ():\n  l = 1\n"
                       "with test as w:\n  n = 1\n"}});
  EXPECT_EQ(names.Resolve("m", "f"), "m:f:3 m:f:1");
  EXPECT_EQ(names.Resolve("m", "g"), "m:g:7 m:g:5");
  EXPECT_EQ(names.Resolve("m", "h"), "m:h:13 m:h:11 m:h:9");
  EXPECT_EQ(names.Resolve("m", "i"), "m:i:18 m:i:16 (conditional)");
  EXPECT_EQ(names.Resolve("m", "j"), "(missing name)");
  EXPECT_EQ(names.Resolve("m", "l"), "m:l:22 (conditional)");
  EXPECT_EQ(names.Resolve("m", "n"), "m:n:24");
}

TEST(NameResolver, PairsBranchesOfOneTestUnderOneGuard) {
  Names names(Sources{
      {"m.py",
       "x = 0\nif outer:\n  if test:\n    x = 1\n  else:\n    x = 2\n"
       "y = 0\nif a:\n  if test:\n    y = 1\nif b:\n  if test:\n    pass\n  else:\n    y = 2\n"
       "z = 0\nif one:\n  z = 1\nif two:\n  pass\nelse:\n  z = 2\n"
       "w = 0\nif 1:\n  if test:\n    w = 1\n  else:\n    w = 2\n"
       "v = 0\nif test:\n  v = 1\nif a:\n  if test:\n    pass\n  else:\n    v = 2\n"}});
  EXPECT_EQ(names.Resolve("m", "x"), "m:x:6 m:x:4 m:x:1");
  EXPECT_EQ(names.Resolve("m", "y"), "m:y:15 m:y:10 m:y:7");
  EXPECT_EQ(names.Resolve("m", "z"), "m:z:22 m:z:18 m:z:16");
  EXPECT_EQ(names.Resolve("m", "w"), "m:w:28 m:w:26");
  EXPECT_EQ(names.Resolve("m", "v"), "m:v:36 m:v:31 m:v:29");
}

TEST(NameResolver, LeavesOutWhatIsWithinABranchThatIsNeverTaken) {
  Names names(Sources{{"m.py",
                       "if 0:\n  if test:\n    x = 1\n  if 1:\n    y = 1\n"
                       "  for _ in ():\n    if test:\n      z = 1\n"
                       "while 0:\n  a = 1\nelse:\n  b = 1\n"}});
  for (const char* name : {"x", "y", "z", "a"}) {
    EXPECT_EQ(names.Resolve("m", name), "(missing name)") << name;
  }
  EXPECT_EQ(names.Resolve("m", "b"), "m:b:12 (conditional)");
}

TEST(NameResolver, TellsStarImportsApartByTheirGuards) {
  Names names(Sources{{"m.py", "from s import *\nif test:\n  from s import *\n"},
                      {"n.py", "from s import *\nif 0:\n  from s import *\n"},
                      {"s.py", "x = 1\n"}});
  EXPECT_EQ(names.Resolve("m", "x"), "s:x:1");
  EXPECT_EQ(names.Resolve("n", "x"), "s:x:1");
}

TEST(NameResolver, TakesWhatWasBoundBeforeAStarImportThatLeadsBackOnly) {
  Names names(
      Sources{{"a.py", "def x(): pass\nfrom b import *\n"},
              {"b.py", "try:\n  from missing import x\nexcept ImportError:\n  from a import x\n"}});
  EXPECT_EQ(names.Definitions("a", "x"), "a:x:1");
  EXPECT_EQ(names.Definitions("b", "x"), "a:x:1");
}

TEST(NameResolver, GoesRoundCyclesUntilNothingIsNew) {
  const auto either = [](const std::string& one, const std::string& other) {
    return "if test:\n  " + one + "\nelse:\n  " + other + "\n";
  };
  Names names(Sources{{"a.py", either("def x(): pass", "from b import x")},
                      {"b.py", either("from c import x", "from a import x")},
                      {"c.py", either("from d import x", "from b import x")},
                      {"d.py", "from c import x\n"}});
  EXPECT_EQ(names.Definitions("a", "x"), "a:x:2");
  // Each round takes it one further.
  EXPECT_EQ(names.Definitions("b", "x"), "a:x:2");
  EXPECT_EQ(names.Definitions("c", "x"), "a:x:2");
  EXPECT_EQ(names.Definitions("d", "x"), "a:x:2");
}

TEST(NameResolver, PutsHandlersBehind) {
  Names names(
      Sources{{"m.py",
               "try:\n  from fast import f\nexcept ImportError:\n  from slow import f\n"
               "try:\n  import fast as g\nexcept ImportError:\n  g = None\n"
               "def h(): pass\n"
               "try:\n  from fast import h\nexcept ImportError:\n  pass\n"
               "try:\n  from gone import i\nexcept ImportError:\n  from slow import f as i\n"},
              {"fast.py", "def f(): pass\ndef h(): pass\n"},
              {"slow.py", "def f(): pass\n"}});
  EXPECT_EQ(names.Resolve("m", "f"), "fast:f:1 slow:f:1");
  EXPECT_EQ(names.Resolve("m", "g"), "fast m:g:8");
  EXPECT_EQ(names.Resolve("m", "h"), "fast:h:2 m:h:9");
  EXPECT_EQ(names.Resolve("m", "i"), "slow:f:1 (missing module)");
}

TEST(NameResolver, TakesNamesThatFunctionsBindLast) {
  Names names(Sources{{"m.py",
                       "def load():\n  global f, g, h\n  from a import f\n  g = made()\n"
                       "  from a import f as _h\n  h = _h\n"
                       "g = 1\n"},
                      {"a.py", "def f(): pass\n"}});
  EXPECT_EQ(names.Resolve("m", "f"), "a:f:1 (conditional)");
  EXPECT_EQ(names.Resolve("m", "g"), "m:g:7 m:g:4");
  EXPECT_EQ(names.Resolve("m", "h"), "a:f:1 m:h:6 (conditional)");
}

TEST(NameResolver, LeavesLocalImportsOfOtherFunctionsAlone) {
  Names names(Sources{{"m.py",
                       "def f():\n  from a import f as x\n"
                       "def g():\n  global x\n  x = 5\n"},
                      {"a.py", "def f(): pass\n"}});
  EXPECT_EQ(names.Resolve("m", "x"), "m:x:5 (conditional)");
}

TEST(NameResolver, KeepsWhatImportsInWithMayNotReplace) {
  Names names(Sources{{"m.py",
                       "def f(): pass\ndef g(): pass\n"
                       "with suppress(ImportError):\n  from missing import f\n"
                       "with suppress(ImportError):\n  from a import g\n"},
                      {"a.py", "def g(): pass\n"}});
  EXPECT_EQ(names.Resolve("m", "f"), "m:f:1 (missing module)");
  EXPECT_EQ(names.Resolve("m", "g"), "a:g:1");
}

TEST(NameResolver, SeesWhatIsBoundBefore) {
  Names names(Sources{{"m.py",
                       "from a import Widget\nclass Widget(Widget): pass\n"
                       "class Base: pass\nOld = Base\nclass Base(Old): pass\n"
                       "def aa(): pass\nbb = aa\ndef aa(): pass\n"
                       "text = str\ndef str(): pass\n"
                       "class C:\n  def f(self): pass\n  g = f\n  h = aa\n"
                       "  def f(self): pass\n  def aa(self): pass\n"
                       "later = done\ndef done(): pass\n"},
                      {"a.py", "class Widget: pass\n"},
                      {"typeshed:builtins.pyi", "class object: ...\nclass str: ...\n"}});
  EXPECT_EQ(names.Order("m.Widget"), "Widget Widget object");
  EXPECT_EQ(names.Order("m.Base"), "Base Base object");
  EXPECT_EQ(names.Resolve("m", "bb"), "m:aa:6");
  EXPECT_EQ(names.Resolve("m", "aa"), "m:aa:8");
  EXPECT_EQ(names.Resolve("m", "text"), "builtins:str:2");
  EXPECT_EQ(names.Resolve("m.C.g"), "m:C.f:12");
  EXPECT_EQ(names.Resolve("m.C.h"), "m:aa:8");
  EXPECT_EQ(names.Resolve("m", "later"), "m:done:18");
}

TEST(NameResolver, TakesWhatAPackageBoundBeforeItsSubmodule) {
  Names names(Sources{{"p/__init__.py", "def x(): pass\nfrom . import x\nfrom . import y\n"},
                      {"p/x.py", ""},
                      {"p/y.py", ""}});
  EXPECT_EQ(names.Resolve("p", "x"), "p:x:1");
  EXPECT_EQ(names.Resolve("p", "y"), "p.y");
}

TEST(NameResolver, BindsSubmodulesWhereTheyAreFirstImported) {
  // What an interpreter has as `p.x`; where it knows more of conditions, both.
  constexpr struct {
    const char* text;
    const char* meaning;
  } kCases[] = {
      {"def x(): pass\nfrom .x import h\n", "p.x"},
      {"def x(): pass\nfrom p.x import h\n", "p.x"},
      {"def x(): pass\nfrom .x import *\n", "p.x:x:3"},
      {"def x(): pass\nimport p.x\n", "p.x"},
      {"def x(): pass\nimport p.x as y\n", "p.x"},
      {"def x(): pass\nimport p.x.y\n", "p.x"},
      {"from .x import h\ndef x(): pass\n", "p:x:2"},
      {"from .x import h\ndef x(): pass\nfrom .x import g\n", "p:x:2"},
      {"from .x import h\ndef x(): pass\nimport p.x\n", "p:x:2"},
      {"from .x import x, h\n", "p.x:x:3"},
      {"from .x import h, x\n", "p.x:x:3"},
      {"from .x import x\nfrom .x import h\n", "p.x:x:3"},
      {"def x(): pass\nfrom . import x\n", "p:x:1"},
      {"def x(): pass\nfrom . import x as y\n", "p:x:1"},
      {"def x(): pass\nfrom . import x\nfrom .x import h\n", "p.x"},
      {"from . import x\ndef x(): pass\nfrom .x import h\n", "p:x:2"},
      {"from . import x as y\n", "p.x"},
      {"from . import x as y\ndef x(): pass\nfrom .x import h\n", "p:x:2"},
      {"x = 1\ndel x\nfrom .x import h\n", "p.x"},
      {"import sys\ndef x(): pass\nfrom .x import h\n", "p.x"},
      // Conditions.
      {"def x(): pass\nif c:\n  from .x import h\n", "p.x p:x:1"},
      {"if c:\n  from .x import h\ndef x(): pass\nfrom .x import g\n", "p.x p:x:3"},
      {"if c:\n  from .x import x, h\n", "p.x:x:3 (conditional)"},
      {"if c:\n  from .x import h\n  def x(): pass\n  from .x import h\n",
       "p:x:3 p.x (conditional)"},
      {"if c:\n  from .x import h\n  def x(): pass\n  if d:\n    from .x import h\n",
       "p:x:3 p.x (conditional)"},
      {"def x(): pass\nif False:\n  from .x import h\n", "p:x:1"},
      {"def x(): pass\nif False:\n  from .x import h\nfrom .x import h\n", "p.x"},
      {"def x(): pass\ntry:\n  from .x import h\nexcept ImportError:\n  h = 1\n", "p.x p:x:1"},
      {"try:\n  from .x import x\nexcept ImportError:\n  x = 1\n", "p.x:x:3 p:x:4"},
      // What is imported further up may have imported it.
      {"from .a import b\ndef x(): pass\nfrom .x import h\n", "p.x p:x:2"},
      {"from .a import b\nfrom .x import h\n", "p.x"},
      {"from .a import x\ntry:\n  import p.x\nexcept ImportError:\n  import p.x\n", "p.x p.a:x:2"},
  };
  for (const auto& [text, meaning] : kCases) {
    Names names(Sources{{"p/__init__.py", text},
                        {"p/a.py", "b = 1\ndef x(): pass\n"},
                        {"p/x/__init__.py", "h = 1\ng = 2\ndef x(): pass\n"},
                        {"p/x/y.py", ""}});
    EXPECT_EQ(names.Resolve("p", "x"), meaning) << text;
    EXPECT_EQ(names.Lookup("p", "x"), meaning) << text;
  }
}

TEST(NameResolver, ManglesPrivateNamesInClasses) {
  Names names(Sources{{"m.py",
                       "def __x(): pass\nclass C:\n  def __x(self): pass\n  y = __x\n"
                       "def \u00b5(): pass\nz = \u00b5\n"}});
  EXPECT_EQ(names.Resolve("m.C.y"), "m:C._C__x:3");
  EXPECT_EQ(names.Resolve("m", "z"), "m:\u03bc:5");
}

TEST(NameResolver, ReadsBasesAsExpressions) {
  Names names(Sources{{"m.py",
                       "import a\nclass P: \n  class Inner: pass\n"
                       "class A(a . B): pass\nclass B((a.B)): pass\n"
                       "class C(P[int].Inner[str]): pass\nclass D(P[int][str]): pass\n"},
                      {"a.py", "class B: pass\n"},
                      {"typeshed:builtins.pyi", "class object: ...\n"}});
  EXPECT_EQ(names.Order("m.A"), "A B object");
  EXPECT_EQ(names.Order("m.B"), "B B object");
  EXPECT_EQ(names.Order("m.C"), "C (incomplete)");
  EXPECT_EQ(names.Order("m.D"), "D P object");
  Names alone(Sources{{"m.py", "class A: pass\n"}});
  EXPECT_EQ(alone.Order("m.A"), "A (incomplete)");
}

TEST(NameResolver, KnowsThatAnnotationsAloneBindNothing) {
  const Sources sources = {
      {"m.py", "x = 1\nx: int\n"}, {"n.py", "y: int\n"}, {"typeshed:s.pyi", "z: int\n"}};
  Names names(sources);
  EXPECT_EQ(names.Resolve("m", "x"), "m:x:2 m:x:1");
  EXPECT_EQ(names.Resolve("n", "y"), "n:y:1 (conditional)");
  Names typed(sources, SearchProfile::kPyright);
  EXPECT_EQ(typed.Resolve("s", "z"), "s:z:1");
}

TEST(NameResolver, TakesWhatIsBoundForTypeCheckersForThemAlone) {
  const Sources sources = {{"m.py",
                            "from typing import TYPE_CHECKING\n"
                            "if TYPE_CHECKING:\n"
                            "  def f(): pass\n"
                            "  from a import g\n"
                            "  x: int = 1\n"
                            "else:\n"
                            "  def h(): pass\n"
                            "class Base:\n"
                            "  def __init__(self): pass\n"
                            "class C(Base):\n"
                            "  if TYPE_CHECKING:\n"
                            "    def __init__(self, x): pass\n"
                            "if not TYPE_CHECKING:\n"
                            "  def k(): pass\n"},
                           {"a.py", "def g(): pass\n"}};
  Names runtime(sources);
  EXPECT_EQ(runtime.NamesOf("m"), "Base C TYPE_CHECKING h k");
  for (const char* name : {"f", "g", "x"}) {
    EXPECT_EQ(runtime.Resolve("m", name), "(missing name)") << name;
  }
  EXPECT_EQ(runtime.Member("m.C", "__init__"), "m:Base.__init__:9");
  for (const SearchProfile profile : {SearchProfile::kMypy, SearchProfile::kPyright}) {
    Names checked(sources, profile, TypesTarget());
    EXPECT_EQ(checked.NamesOf("m"), "Base C TYPE_CHECKING f g x");
    EXPECT_EQ(checked.Resolve("m", "g"), "a:g:1");
    EXPECT_EQ(checked.Resolve("m", "h"), "(missing name)");
    EXPECT_EQ(checked.Resolve("m", "k"), "(missing name)");
    EXPECT_EQ(checked.Member("m.C", "__init__"), "m:C.__init__:12");
  }
}

TEST(NameResolver, SeesThroughDecoratingByHand) {
  Names names(Sources{{"m.py",
                       "def f(): pass\nf = trace(cache(f))\n"
                       "class K: pass\nK = add(K, 1)\n"
                       "x = 1\nx = made(x)\n"
                       "def g(): pass\ng = made(f)\n"}});
  EXPECT_EQ(names.Resolve("m", "f"), "m:f:1");
  EXPECT_EQ(names.Resolve("m", "K"), "m:K:3");
  EXPECT_EQ(names.Resolve("m", "x"), "m:x:6");
  EXPECT_EQ(names.Resolve("m", "g"), "m:g:8");
}

TEST(NameResolver, TellsAccessorsByThePropertyThatTheyName) {
  Names names(Sources{{"m.py",
                       "def f(): pass\n@event.setter\ndef f(x): pass\n"
                       "class C:\n  @property\n  def p(self): pass\n"
                       "  @p.setter\n  def p(self, value): pass\n"}});
  EXPECT_EQ(names.Resolve("m", "f"), "m:f:3");
  EXPECT_EQ(names.Resolve("m.C.p"), "m:C.p:6");
}

TEST(NameResolver, KeepsTheDefinitionsAmongWhatAnAliasMayBe) {
  Names names(Sources{{"m.py", "def b(): pass\nif test:\n  b = 3\na = b\n"}});
  EXPECT_EQ(names.Resolve("m", "a"), "m:b:1 m:a:4");
}

TEST(NameResolver, LooksAroundForNamesThatAliasThemselves) {
  Names names(
      Sources{{"m.py", "open = open\nclass K:\n  int = int\n  def f(self): pass\n  f = f\n"},
              {"typeshed:builtins.pyi", "def open(): ...\nclass int: ...\nclass object: ...\n"}});
  EXPECT_EQ(names.Resolve("m", "open"), "builtins:open:1");
  EXPECT_EQ(names.Resolve("m.K.int"), "builtins:int:2");
  EXPECT_EQ(names.Resolve("m.K.f"), "m:K.f:4");
}

TEST(NameResolver, DoesNotKnowWhetherAnAliasOfItselfIsBoundUnderACondition) {
  Names names(Sources{{"m.py", "if test:\n  x = x\n"}});
  EXPECT_EQ(names.Resolve("m", "x"), "m:x:2 (conditional)");
}

TEST(NameResolver, LooksUpNamesInScopes) {
  Names names(Sources{{"m.py",
                       "x = 1\n"
                       "class K:\n"
                       "  x = 2\n"
                       "  import n as y\n"
                       "  class L: z = 3\n"},
                      {"n.py", "v = 1\n"},
                      {"typeshed:builtins.pyi", "class object: ...\ndef len(): ...\n"}});
  EXPECT_EQ(names.Lookup("m", "x"), "m:x:1");
  EXPECT_EQ(names.LookupIn("m.K", "x"), "m:K.x:3");
  EXPECT_EQ(names.LookupIn("m.K", "y.v"), "n:v:1");
  EXPECT_EQ(names.LookupIn("m.K", "L.z"), "m:K.L.z:5");
  EXPECT_EQ(names.LookupIn("m.K", "len"), "builtins:len:2");
  EXPECT_EQ(names.Resolve("m", "len"), "(missing name)");
  EXPECT_EQ(names.Lookup("m", "z"), "(missing name)");
}

// --- Targets ---------------------------------------------------------------------------------

TEST(NameResolver, DecidesConditionsForTheTarget) {
  const Sources sources = {
      {"m.py",
       "import sys\nfrom typing import TYPE_CHECKING\n"
       "if sys.version_info >= (3, 9):\n  a = 1\nelse:\n  a = 2\n"
       "if sys.platform == 'win32':\n  b = 1\nelif sys.platform == 'linux':\n  b = 2\n"
       "else:\n  b = 3\n"
       "if TYPE_CHECKING:\n  c = 1\nelse:\n  c = 2\n"
       "PY38 = sys.version_info < (3, 9)\n"
       "if PY38:\n  d = 1\nelse:\n  d = 2\n"
       "if __name__ == '__main__':\n  e = 1\n"}};
  Target old;
  old.minor = 8;
  old.platform = "win32";
  Names before(sources, SearchProfile::kRuntime, old);
  EXPECT_EQ(before.Resolve("m", "a"), "m:a:6");
  EXPECT_EQ(before.Resolve("m", "b"), "m:b:8");
  EXPECT_EQ(before.Resolve("m", "c"), "m:c:16");
  EXPECT_EQ(before.Resolve("m", "d"), "m:d:19");
  EXPECT_EQ(before.Resolve("m", "e"), "(missing name)");
  Names now(sources, SearchProfile::kPyright, TypesTarget());
  EXPECT_EQ(now.Resolve("m", "a"), "m:a:4");
  EXPECT_EQ(now.Resolve("m", "b"), "m:b:10");
  EXPECT_EQ(now.Resolve("m", "c"), "m:c:14");
  EXPECT_EQ(now.Resolve("m", "d"), "m:d:21");
}

TEST(NameResolver, TakesForConstantsOnlyWhatNothingElseBinds) {
  const std::string choice = "if HAS:\n  def f(): pass\nelse:\n  def g(): pass\n";
  Names names(
      Sources{{"imported.py",
               "HAS = False\ntry:\n  from fast import HAS\nexcept ImportError:\n  pass\n" + choice},
              {"starred.py", "HAS = False\nfrom fast import *\n" + choice},
              {"own.py", "from fast import *\nHAS = False\n" + choice},
              {"m.py",
               "D = False\nclass C:\n  D = True\n  if D:\n    def f(): pass\n"
               "class E:\n  if D:\n    def f(): pass\n"
               "if D:\n  def h(): pass\n"},
              {"named.py", "if __name__ == 'named':\n  def f(): pass\n"},
              {"hidden.py",
               "_names = ()\nHAS = 'a' in _names\nfrom fast import *\n"
               "_HAS = False\nfrom fast import *\n"
               "if _HAS:\n  def f(): pass\n"},
              {"other.py",
               "MORE = False\nfrom fast import *\nfrom missing import *\n"
               "if MORE:\n  def f(): pass\n"},
              {"listed.py", "_HAS = False\nfrom lists import *\nif _HAS:\n  def f(): pass\n"},
              {"lists.py", "__all__ = ['_HAS']\n_HAS = True\n"},
              {"fast.py", "HAS = True\n"}});
  // Only what a star import can bind.
  EXPECT_EQ(names.Resolve("hidden", "f"), "(missing name)");
  EXPECT_TRUE(names.Resolve("other", "f").starts_with("(missing")) << names.Resolve("other", "f");
  EXPECT_EQ(names.Resolve("listed", "f"), "listed:f:4 (conditional)");
  for (const char* const module : {"imported", "starred"}) {
    EXPECT_TRUE(names.Resolve(module, "f").ends_with(" (conditional)")) << module;
    EXPECT_TRUE(names.Resolve(module, "g").ends_with(" (conditional)")) << module;
  }
  EXPECT_EQ(names.Resolve("own", "f"), "(missing name)");
  EXPECT_EQ(names.Resolve("m", "h"), "(missing name)");
  EXPECT_EQ(names.Resolve("m.C.f"), "m:C.f:5 (conditional)");
  EXPECT_EQ(names.Resolve("m.E.f"), "(unknown base)");
  EXPECT_EQ(names.Resolve("named", "f"), "named:f:2 (conditional)");
}

TEST(NameResolver, AsksStubsForWhatIsCompiled) {
  const Sources sources = {
      // A source that takes from a compiled module without a stub, and has one itself.
      {"collections.py", "from _collections import deque\n"},
      {"typeshed:collections.pyi", "class deque: ...\n"},
      // A stub that takes from that of the module whose source takes from it.
      {"tree.py", "from _tree import *\n"},
      {"typeshed:_tree.pyi", "from tree import Node as Node\n"},
      {"typeshed:tree.pyi", "class Node: ...\n"},
      {"m.py",
       "from collections import deque\nfrom tree import Node\nfrom _collections import x\n"},
      // A stub that takes from what has no file.
      {"typeshed:q.pyi", "from space import x as x\n"},
      {"space/sub.py", ""},
      {"typeshed:builtins.pyi", "class object: ...\n"}};
  Names names(sources, SearchProfile::kRuntime, {}, {"_collections.so", "_tree.so", "q.so"});
  EXPECT_EQ(names.Resolve("m", "deque"), "collections:deque:1 (opaque module)");
  EXPECT_EQ(names.Resolve("m", "Node"), "tree:Node:1 (cycle)");
  EXPECT_EQ(names.Resolve("m", "x"), "(opaque module)");
  EXPECT_EQ(names.Resolve("q", "x"), "(missing name)");
  EXPECT_EQ(names.NamesOf("m"), "Node deque x");
}

TEST(NameResolver, ModuleGetattrIsTheLastResortInCycles) {
  const Sources sources = {
      {"tree/__init__.py", "from tree.api import *\ndef __getattr__(name): pass\n"},
      {"tree/api.py", "from _tree import *\n"},
      {"typeshed:_tree.pyi", "from tree import Node as Node\n"},
      {"typeshed:tree/__init__.pyi", "class Node: ...\n"}};
  for (const char* first : {"tree", "tree.api", "_tree"}) {
    Names names(sources, SearchProfile::kRuntime, {}, {"_tree.so"});
    names.Resolve(first, "Node");
    EXPECT_EQ(names.Resolve("tree", "Node"), "tree:Node:1 (cycle)") << first;
    EXPECT_EQ(names.Resolve("_tree", "Node"), "tree:Node:1 (cycle)") << first;
    EXPECT_EQ(names.Resolve("tree", "Leaf"), "tree:__getattr__:2 (getattr)") << first;
  }
}

TEST(NameResolver, KeepsImportsOfStubsToThemselves) {
  Names names(Sources{{"typeshed:s.pyi",
                       "import a\nimport b as b\nfrom c import x, y as y, z as w\n"
                       "from d import u\n__all__ = ['u']\n"},
                      {"typeshed:a.pyi", ""},
                      {"typeshed:b.pyi", ""},
                      {"typeshed:c.pyi", "x: int\ny: int\nz: int\n"},
                      {"typeshed:d.pyi", "u: int\n"}},
              SearchProfile::kPyright);
  EXPECT_EQ(names.Resolve("s", "a"), "(missing name)");
  EXPECT_EQ(names.Resolve("s", "b"), "b");
  EXPECT_EQ(names.Resolve("s", "x"), "(missing name)");
  EXPECT_EQ(names.Resolve("s", "y"), "c:y:2");
  EXPECT_EQ(names.Resolve("s", "w"), "(missing name)");
  EXPECT_EQ(names.Resolve("s", "u"), "d:u:1");
  EXPECT_EQ(names.Lookup("s", "x"), "c:x:1");  // its own code sees it
}

// --- Classes ---------------------------------------------------------------------------------

const std::string kBuiltins = "class object: ...\nclass tuple: ...\nclass dict: ...\n";

// What typeshed leaves to bases that a class of C has not, and what typing makes of NamedTuple.
TEST(NameResolver, FindsInBasesOfStubsWhatClassesHave) {
  Names names(Sources{{"m.py",
                       "from typing import NamedTuple\n"
                       "class D(dict): pass\n"
                       "class P(NamedTuple): pass\n"},
                      {"typing.py", "MutableMapping = _alias(1)\ndef NamedTuple(): pass\n"},
                      {"typeshed:typing.pyi",
                       "class Mapping:\n  def get(self): ...\n  def pop(self): ...\n"
                       "class MutableMapping(Mapping):\n  def update(self): ...\n"
                       "class NamedTuple:\n  def _replace(self): ...\n"},
                      {"typeshed:builtins.pyi",
                       "from typing import MutableMapping\nclass object: ...\nclass tuple: ...\n"
                       "class dict(MutableMapping):\n  def pop(self): ...\n"}});
  EXPECT_EQ(names.Order("m.D"), "D dict object");
  EXPECT_EQ(names.Resolve("m.D.pop"), "builtins:dict.pop:5");
  EXPECT_EQ(names.Resolve("m.D.update"), "typing:MutableMapping.update:5 (unknown base)");
  EXPECT_EQ(names.Resolve("builtins.dict.get"), "typing:Mapping.get:2 (unknown base)");
  EXPECT_EQ(names.Resolve("m.D.x"), "(missing name)");
  EXPECT_EQ(names.Resolve("m.P._replace"), "typing:NamedTuple._replace:7");
}

TEST(NameResolver, OrdersBases) {
  Names names(Sources{{"m.py",
                       "from n import A as Base\nimport n\n"
                       "class B(Base): pass\n"
                       "class C(n.A): pass\n"
                       "class D(B, C): pass\n"
                       "class E: pass\n"
                       "class F(E if n else D): pass\n"
                       "class P(E): pass\n"
                       "class X(P, B, E): pass\n"},
                      {"n.py", "class A: pass\n"},
                      {"typeshed:builtins.pyi", kBuiltins}});
  EXPECT_EQ(names.Order("m.D"), "D B C A object");
  EXPECT_EQ(names.Order("m.E"), "E object");
  EXPECT_EQ(names.Order("m.F"), "F E object");
  EXPECT_EQ(names.Order("m.X"), "X P B E A object");
  EXPECT_EQ(names.Order("builtins.object"), "object");
}

TEST(NameResolver, SaysWhereThereIsNoOrder) {
  Names names(Sources{{"m.py",
                       "class A: pass\nclass B: pass\n"
                       "class X(A, B): pass\nclass Y(B, A): pass\n"
                       "class Z(X, Y): pass\n"
                       "class Twice(A, A): pass\n"
                       "class Own(Own): pass\n"
                       "class U(made(), A): pass\n"
                       "class V(U): pass\n"
                       "class W(missing.Base): pass\n"},
                      {"typeshed:builtins.pyi", kBuiltins}});
  EXPECT_EQ(names.Order("m.Z"), "Z X Y A B object (inconsistent)");
  EXPECT_EQ(names.Order("m.Twice"), "Twice A object (inconsistent)");
  EXPECT_EQ(names.Order("m.Own"), "Own (inconsistent)");
  EXPECT_EQ(names.Order("m.U"), "U A object (incomplete)");
  EXPECT_EQ(names.Order("m.V"), "V U A object (incomplete)");
  EXPECT_EQ(names.Order("m.W"), "W (incomplete)");
}

TEST(NameResolver, OrdersBasesAcrossCycles) {
  Names names(Sources{{"a.py", "from b import B\nclass A(B): pass\n"},
                      {"b.py", "from a import A\nclass B(A): pass\n"},
                      {"typeshed:builtins.pyi", kBuiltins}});
  EXPECT_EQ(names.Order("a.A"), "A B (inconsistent)");
  EXPECT_EQ(names.Order("b.B"), "B A (inconsistent)");
}

TEST(NameResolver, OrdersBasesAsTypingDoes) {
  Names names(Sources{{"m.py",
                       "from typing import *\n"
                       "T = TypeVar('T')\n"
                       "class G(Generic[T]): pass\n"
                       "class H(Generic[T], G[T]): pass\n"
                       "class P(Protocol[T]): pass\n"
                       "class N(NamedTuple): pass\n"
                       "class D(TypedDict): pass\n"
                       "class E(TypedDict, Generic[T]): pass\n"
                       "class L(Dict[str, T]): pass\n"
                       "class M(Dict[str, T], G[T]): pass\n"
                       "class S[U](N): pass\n"
                       "class Q((Generic[T]), (G[T])): pass\n"},
                      {"typing.py",
                       "class Generic: pass\nclass Protocol(Generic): pass\n"
                       "def NamedTuple(): pass\ndef TypedDict(): pass\n"
                       "Dict = _alias(dict, 2, inst=False)\n"},
                      {"typeshed:builtins.pyi", kBuiltins}});
  EXPECT_EQ(names.Order("m.G"), "G Generic object");
  EXPECT_EQ(names.Order("m.H"), "H G Generic object");
  EXPECT_EQ(names.Order("m.P"), "P Protocol Generic object");
  EXPECT_EQ(names.Order("m.N"), "N tuple object");
  EXPECT_EQ(names.Order("m.D"), "D dict object");
  EXPECT_EQ(names.Order("m.E"), "E Generic dict object");
  EXPECT_EQ(names.Order("m.L"), "L dict Generic object");
  EXPECT_EQ(names.Order("m.M"), "M dict G Generic object");
  EXPECT_EQ(names.Order("m.S"), "S N tuple Generic object");
  EXPECT_EQ(names.Order("m.Q"), "Q G Generic object");
}

TEST(NameResolver, LeavesOutBasesThatClassesOfCCannotHave) {
  const Sources sources = {{"typeshed:builtins.pyi",
                            "from typing import Sized\nfrom io import Base\nclass object: "
                            "...\nclass K(Sized, Base): ...\n"
                            "class L(K): ...\n"},
                           {"typeshed:typing.pyi", "class Sized: ...\n"},
                           {"io.py", "class Base: pass\n"}};
  Names names(sources);
  EXPECT_EQ(names.Order("builtins.L"), "L K object");
  Names typed(sources, SearchProfile::kPyright);
  EXPECT_EQ(typed.Order("builtins.L"), "L K Sized Base object");
}

TEST(NameResolver, FindsMembersThroughTheOrder) {
  Names names(Sources{{"m.py",
                       "class A:\n  def f(self): self.i = 1\n  x = 1\n"
                       "class B(A):\n  x = 2\n  @property\n  def p(self): pass\n"
                       "  @p.setter\n  def p(self, v): pass\n"
                       "class C(B, unknown): pass\n"},
                      {"typeshed:builtins.pyi", kBuiltins}});
  EXPECT_EQ(names.Member("m.B", "f"), "m:A.f:2");
  EXPECT_EQ(names.Member("m.B", "x"), "m:B.x:5");
  EXPECT_EQ(names.Member("m.B", "p"), "m:B.p:7");
  EXPECT_EQ(names.Member("m.B", "i"), "(missing name)");  // instances alone have it
  EXPECT_EQ(names.Member("m.C", "f"), "m:A.f:2");
  EXPECT_EQ(names.Member("m.C", "g"), "(unknown base)");
  EXPECT_EQ(names.Resolve("m.C.x"), "m:B.x:5");
}

// --- Steps -----------------------------------------------------------------------------------

TEST(NameResolver, ExplainsEveryStep) {
  Names names(Sources{{"a.py", "from b import K\n"},
                      {"b.py", "from .c import *\nfrom c import *\n"},
                      {"c.py", "import d\nK = d.L\n"},
                      {"d.py", "class M:\n  def f(self): pass\nclass L(M): pass\n"}});
  const auto explained = names.resolver().Explain("a.K.f");
  ASSERT_EQ(explained.size(), 1u);
  EXPECT_EQ(names.Written(explained[0].definition), "d:M.f:2");
  const auto module = [&](std::string_view name) { return names.finder().Find(name); };
  const std::vector<Step> expected = {{Step::Kind::kImport, module("a"), 1, "b.K"},
                                      {Step::Kind::kStar, module("b"), 2, "c"},
                                      {Step::Kind::kAlias, module("c"), 2, "d.L"},
                                      {Step::Kind::kMember, module("d"), 0, "f"}};
  const auto& steps = explained[0].steps;
  for (const Step& step : expected) {
    EXPECT_NE(std::find(steps.begin(), steps.end(), step), steps.end()) << step.name;
  }
}

// --- Cycles ----------------------------------------------------------------------------------

TEST(NameResolver, AnswersCyclesByWhatElseThereIs) {
  Names names(Sources{{"a.py", "from b import x\n"},
                      {"b.py", "from a import x\n"},
                      {"c.py", "from d import *\ndef y(): pass\n"},
                      {"d.py", "from c import *\n"},
                      {"e.py", "try:\n  from f import z\nexcept ImportError:\n  z = None\n"},
                      {"f.py", "from e import z\n"},
                      {"g.py", "from g import h\n"},
                      {"q/__init__.py", "from q.a import *\nfrom q.b import *\n"},
                      {"q/a.py", "def w(): pass\n"},
                      {"q/b.py", "from q import w\n"},
                      {"p/__init__.py", "from . import i\n"}});
  EXPECT_EQ(names.Resolve("a", "x"), "(missing name) (cycle)");
  EXPECT_EQ(names.Resolve("b", "x"), "(missing name) (cycle)");
  EXPECT_EQ(names.Resolve("d", "y"), "c:y:2");
  EXPECT_EQ(names.Resolve("c", "y"), "c:y:2");
  EXPECT_EQ(names.Resolve("f", "z"), "e:z:4 (cycle)");
  EXPECT_EQ(names.Resolve("e", "z"), "e:z:4 (cycle)");
  EXPECT_EQ(names.Resolve("g", "h"), "(missing name)");
  // What was bound before is imported back.
  EXPECT_EQ(names.Resolve("q", "w"), "q.a:w:1 (cycle)");
  EXPECT_EQ(names.Resolve("q.b.w"), "q.a:w:1 (cycle)");
  EXPECT_EQ(names.Resolve("p", "i"), "(missing name)");
}

TEST(NameResolver, AnswersCyclesAlikeWhereverTheyAreEntered) {
  const Sources sources{
      // What the star import brings hides what would let it bring anything.
      {"a.py", "from c import *\n__all__ = f()\ndef __getattr__(name): pass\n"},
      {"c/__init__.py", "from .d import d\n"},
      {"c/d.py", "from a import *\n"},
      {"e.py", "from f import *\nx = x\n"},
      {"f.py", "from e import *\nx = x\n"},
  };
  const std::vector<std::pair<std::string, std::string>> asked{
      {"a", "d"}, {"c", "d"}, {"c.d", "d"}, {"e", "x"}, {"f", "x"}};
  Names forwards(sources);
  Names backwards(sources);
  std::vector<std::string> answers;
  for (const auto& [module, name] : asked) answers.push_back(forwards.Resolve(module, name));
  for (size_t i = asked.size(); i-- > 0;) {
    EXPECT_EQ(backwards.Resolve(asked[i].first, asked[i].second), answers[i]) << asked[i].first;
  }
  EXPECT_EQ(answers[3], "e:x:2 (cycle)");
  EXPECT_EQ(answers[4], "e:x:2 (cycle)");
}

TEST(NameResolver, AnswersForClassesThatHaveThemselvesAsBases) {
  Names names(Sources{{"a.py", "class E(E.x):\n  pass\n"},
                      {"b.py", "class F(F.x.y, G.x): pass\nclass G(F.z): pass\n"}});
  EXPECT_EQ(names.Resolve("a.E.x"), "(unknown base)");
  EXPECT_EQ(names.Resolve("b.G.x"), "(unknown base)");
}

// Sanitizers put red zones between variables: frames are several times as large.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kSmallStack = size_t{1} << 20;
#else
constexpr size_t kSmallStack = size_t{256} << 10;
#endif

void OnSmallStack(const std::function<void()>& work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kSmallStack);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)),
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

std::string Numbered(std::string_view stem, int number) {
  return std::string(stem) + std::to_string(number);
}

TEST(NameResolver, FollowsChainsOfAnyLength) {
  constexpr int kLength = 10'000;
  Sources chain;
  Sources cycle;
  for (int i = 0; i < kLength; ++i) {
    chain[Numbered("m", i) + ".py"] = "from " + Numbered("m", i + 1) + " import x\n";
    const std::string next = Numbered("m", (i + 1) % kLength);
    cycle[Numbered("m", i) + ".py"] = "from " + next + " import x\nfrom " + next + " import *\n" +
                                      (i == 4'321 ? "def y(): pass\n" : "");
  }
  chain[Numbered("m", kLength) + ".py"] = "def x(): pass\n";
  Names chained(chain);
  Names cyclic(cycle);
  OnSmallStack([&] {
    EXPECT_EQ(chained.Resolve("m0", "x"), "m10000:x:1");
    EXPECT_EQ(chained.Resolve("m5000", "x"), "m10000:x:1");
    for (const int start : {0, 4'320, 4'321, 4'322, 9'999}) {
      EXPECT_EQ(cyclic.Resolve(Numbered("m", start), "x"), "(missing name) (cycle)");
      EXPECT_EQ(cyclic.Resolve(Numbered("m", start), "y"), "m4321:y:3");
    }
  });
}

TEST(NameResolver, FollowsChainsOfAliasesAndBasesOfAnyLength) {
  constexpr int kLength = 5'000;
  std::string aliases = "def a0(): pass\n";
  std::string classes = "class C0: pass\n";
  for (int i = 1; i < kLength; ++i) {
    aliases += Numbered("a", i) + " = " + Numbered("a", i - 1) + "\n";
    classes += "class " + Numbered("C", i) + "(" + Numbered("C", i - 1) + "): pass\n";
  }
  Names names(Sources{{"m.py", aliases}, {"k.py", classes}, {"typeshed:builtins.pyi", kBuiltins}});
  OnSmallStack([&] {
    EXPECT_EQ(names.Resolve("m", Numbered("a", kLength - 1)), "m:a0:1");
    const Mro mro = names.resolver().MroOf(names.Class("k.C4999"));
    EXPECT_TRUE(mro.consistent);
    EXPECT_FALSE(mro.complete);  // more classes than are kept
    EXPECT_EQ(mro.classes.size(), 256u);
    EXPECT_EQ(names.Order("k.C2"), "C2 C1 C0 object");
  });
}

// --- Hostile ---------------------------------------------------------------------------------

TEST(NameResolver, BoundsAlternatives) {
  // Each has two ways to go, which meet again: 2^200 ways, and one definition.
  Sources sources;
  constexpr int kLayers = 200;
  for (int i = 0; i < kLayers; ++i) {
    const std::string body = "if test:\n  from " + Numbered("l", i + 1) +
                             " import x\nelse:\n  from " + Numbered("r", i + 1) + " import x\n";
    sources[Numbered("l", i) + ".py"] = body;
    sources[Numbered("r", i) + ".py"] = body;
  }
  sources[Numbered("l", kLayers) + ".py"] = "x = 1\n";
  sources[Numbered("r", kLayers) + ".py"] = "x = 2\n";
  std::string many;
  for (int i = 0; i < 3'000; ++i) {
    many += "if " + Numbered("c", i) + ":\n  y = " + std::to_string(i) + "\n";
  }
  sources["many.py"] = many;
  Names names(sources);
  EXPECT_EQ(names.Resolve("l0", "x"), "r200:x:1 l200:x:1");
  const Answer answer = names.resolver().Resolve(names.finder().Find("many"), "y");
  EXPECT_EQ(answer.definitions.size(), 256u);
  EXPECT_TRUE(answer.obstacles.has(Obstacle::kTooMany));
}

TEST(NameResolver, BoundsStarImports) {
  Sources sources;
  std::string many = "from first import *\n";
  std::string again = many;
  for (int i = 0; i < 300; ++i) {
    sources[Numbered("m", i) + ".py"] = Numbered("x", i) + " = 1\n";
    many += "from " + Numbered("m", i) + " import *\n";
    again += "from m0 import *\nif test:\n  from m1 import *\n";
  }
  sources["first.py"] = "y = 1\n";
  sources["many.py"] = many;
  sources["again.py"] = "from m299 import *\n" + again;
  Names names(sources);
  EXPECT_EQ(names.Resolve("many", "x299"), "m299:x299:1");
  const Answer cut = names.resolver().Resolve(names.finder().Find("many"), "y");
  EXPECT_TRUE(cut.definitions.empty());
  EXPECT_TRUE(cut.obstacles.has(Obstacle::kTooMany));
  // The same ones over and over are one.
  EXPECT_EQ(names.Resolve("again", "y"), "first:y:1");
  EXPECT_EQ(names.Resolve("again", "x299"), "m299:x299:1");
}

TEST(NameResolver, BoundsListsThatTakeOverEachOther) {
  // Every __all__ takes over those of two others, in a cycle.
  Sources sources;
  constexpr int kModules = 300;
  for (int i = 0; i < kModules; ++i) {
    const std::string a = Numbered("m", (i + 1) % kModules);
    const std::string b = Numbered("m", (i + 2) % kModules);
    sources[Numbered("m", i) + ".py"] = "import " + a + "\nimport " + b + "\n__all__ = ['x'] + " +
                                        a + ".__all__ + " + b + ".__all__\nfrom " + a +
                                        " import *\nfrom " + b + " import *\n";
  }
  sources["m150.py"] += "def x(): pass\n_y = 1\n";
  Names names(sources);
  OnSmallStack([&] {
    EXPECT_EQ(names.Resolve("m0", "x"), "m150:x:6");
    EXPECT_EQ(names.Resolve("m0", "_y"), "(missing name) (cycle)");
  });
}

TEST(NameResolver, BoundsStarsOfAllFromAll) {
  Sources sources;
  constexpr int kModules = 60;
  for (int i = 0; i < kModules; ++i) {
    std::string text;
    for (int j = 0; j < kModules; ++j) {
      if (i != j) text += "from " + Numbered("m", j) + " import *\n";
    }
    sources[Numbered("m", i) + ".py"] = text + Numbered("own", i) + " = 1\n";
  }
  Names names(sources);
  OnSmallStack([&] {
    for (int i = 0; i < kModules; ++i) {
      EXPECT_EQ(names.Definitions(Numbered("m", i), "own7"), "m7:own7:60");
      EXPECT_EQ(names.Definitions(Numbered("m", i), "none"), "");
    }
  });
}

TEST(NameResolver, BoundsOrdersOfHostileBases) {
  // Two classes a layer, both with both of the next as bases; the last have the first.
  std::string text;
  constexpr int kLayers = 100;
  for (int i = 0; i < kLayers; ++i) {
    const std::string bases = "(" + Numbered("m.A", (i + 1) % kLayers) + ", " +
                              Numbered("m.B", (i + 1) % kLayers) + "): pass\n";
    text += "class " + Numbered("A", i) + bases + "class " + Numbered("B", i) + bases;
  }
  std::string wide = "class Wide(";
  for (int i = 0; i < 5'000; ++i) wide += Numbered("K", i) + ", ";
  std::string bases;
  for (int i = 0; i < 5'000; ++i) bases += "class " + Numbered("K", i) + ": pass\n";
  Names names(Sources{{"m.py", "import m\n" + text + bases + wide + "): pass\n"},
                      {"typeshed:builtins.pyi", kBuiltins}});
  OnSmallStack([&] {
    EXPECT_FALSE(names.resolver().MroOf(names.Class("m.A0")).consistent);
    EXPECT_FALSE(names.resolver().MroOf(names.Class("m.Wide")).complete);
  });
}

// --- What was asked before -------------------------------------------------------------------

constexpr int kModules = 6;
constexpr int kNames = 3;

std::string Text(const Sources& sources) {
  std::string all;
  for (const auto& [path, text] : sources) all += "--- " + path + "\n" + text;
  return all;
}

std::vector<std::pair<std::string, std::string>> Questions(std::mt19937& random) {
  std::vector<std::pair<std::string, std::string>> questions;
  for (int i = 0; i < kModules; ++i) {
    for (int j = 0; j < kNames; ++j) questions.emplace_back(Numbered("m", i), Numbered("x", j));
  }
  std::shuffle(questions.begin(), questions.end(), random);
  return questions;
}

// A few modules, where `import_of` says which module the one of a number imports from, and `kinds`
// how many kinds of statements there are.
template <class ImportOf>
Sources MadeUp(std::mt19937& random, int kinds, ImportOf import_of) {
  const auto below = [&](int limit) { return static_cast<int>(random() % limit); };
  Sources sources;
  for (int i = 0; i < kModules; ++i) {
    std::string text;
    for (int line = below(6); line >= 0; --line) {
      const std::string from = "from " + Numbered("m", import_of(i)) + " import ";
      const std::string name = Numbered("x", below(kNames));
      text += below(3) == 0 ? "if test: " : "";
      switch (below(kinds)) {
        case 0:
          text += name + " = 1\n";
          break;
        case 1:
          text += from + name + "\n";
          break;
        case 2:
          text += from + name + " as x0\n";
          break;
        case 3:
          text += from + "*\n";
          break;
        default:
          text += name + " = " + Numbered("x", below(kNames)) + "\n";
      }
    }
    sources[Numbered("m", i) + ".py"] = text;
  }
  return sources;
}

TEST(NameResolver, AnswersWithoutRegardToWhatWasAskedBefore) {
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    const Sources sources = MadeUp(random, 5, [&](int importer) {
      return importer + 1 + static_cast<int>(random() % (kModules - importer));
    });
    Names names(sources);
    const auto questions = Questions(random);
    std::vector<std::string> alone;
    for (const auto& [module, name] : questions) {
      names.Forget();
      alone.push_back(names.Resolve(module, name));
    }
    names.Forget();
    for (size_t i = 0; i < questions.size(); ++i) {
      const auto& [module, name] = questions[i];
      ASSERT_EQ(names.Resolve(module, name), alone[i]) << module << '.' << name << " in\n"
                                                       << Text(sources);
    }
  }
}

TEST(NameResolver, FindsTheSameInCyclesWhereverOneBegins) {
  std::mt19937 random(2);
  for (int round = 0; round < 30; ++round) {
    const Sources sources =
        MadeUp(random, 3, [&](int) { return static_cast<int>(random() % kModules); });
    Names names(sources);
    const auto questions = Questions(random);
    std::vector<std::string> alone;
    for (const auto& [module, name] : questions) {
      names.Forget();
      alone.push_back(names.Definitions(module, name));
    }
    names.Forget();
    for (size_t i = 0; i < questions.size(); ++i) {
      const auto& [module, name] = questions[i];
      ASSERT_EQ(names.Definitions(module, name), alone[i]) << module << '.' << name << " in\n"
                                                           << Text(sources);
    }
  }
}

}  // namespace
}  // namespace coppice::test
