// What is recorded of each construct: docs/summary.md.
#include <gtest/gtest.h>

#include "tests/summaries/summary_print.h"

namespace coppice {
namespace {

void check(std::string_view source, std::string_view expected) {
  EXPECT_EQ(Print(Summarize(source).view()), expected) << "of:\n" << source;
}

TEST(SummaryRecords, Assignments) {
  check("x = 1", "variable x = 1\n");
  check("a = b = 1", "variable a = 1\nvariable b = 1\n");
  check("x: int", "variable x: int\n");
  check("x: int = 1", "variable x: int = 1\n");
  check("(x): int", "");
  check("(x): int = 1", "variable x: int = 1\n");
  check("(x) = 1", "variable x = 1\n");
  check("x, = v", "variable x = ...\n");
  check("[x] = v", "variable x = ...\n");
  check("a, (b, *c) = v", "variable a = ...\nvariable b = ...\nvariable c = ...\n");
  check("x += 1", "variable x = ...\n");
  check("a.b = c[0] = 1", "");
  check("x = yield_ = 1, 2", "variable x = 1, 2\nvariable yield_ = 1, 2\n");
  check("x: Final = 1", "variable x: Final = 1 [final]\n");
  check("x: typing.TypeAlias = int", "variable x: typing.TypeAlias = int [typealias]\n");
  check("class C:\n  x: ClassVar[int] = 1",
        "class C\nvariable C.x: ClassVar[int] = 1 [classvar]\n");
}

TEST(SummaryRecords, OtherBinders) {
  check("for i, j in x: pass",
        "variable i = ... | loop(i, j in x)/0\nvariable j = ... | loop(i, j in x)/0\n");
  check("with open(p) as f, g as (h, i): pass",
        "variable f = ... | with(open(p) as f, g as (h, i))/0\n"
        "variable h = ... | with(open(p) as f, g as (h, i))/0\n"
        "variable i = ... | with(open(p) as f, g as (h, i))/0\n");
  check("with (a as b, c as d,): pass",
        "variable b = ... | with((a as b, c as d,))/0\n"
        "variable d = ... | with((a as b, c as d,))/0\n");
  check("try: pass\nexcept E as x: pass", "variable x = ... | except(E)/0\n");
  check("try: pass\nexcept* (E, F) as x: pass", "variable x = ... | except((E, F))/0\n");
  check(
      "match s:\n  case [a, *b]: pass\n  case C(d, k=e) as f if (g := 1): pass\n"
      "  case {'k': h, **i}: pass\n  case x.y | _: pass",
      "variable a = ... | match(s)/0\nvariable b = ... | match(s)/0\n"
      "variable d = ... | match(s)/1\nvariable e = ... | match(s)/1\n"
      "variable f = ... | match(s)/1\nvariable g = 1 | match(s)/1\n"
      "variable h = ... | match(s)/2\nvariable i = ... | match(s)/2\n");
  check("f(y := 1, [z := 2 for i in x], lambda: (w := 3))", "variable y = 1\nvariable z = 2\n");
  check("f'{x:=+8}{a, x:=5}{a if b else x:=5}{a:{x:=3}}{a:={x:=4}}'", "");
  check("f'{(x:=5)}{[y:=5]}{a:{(z:=3)}}'", "variable x = 5\nvariable y = 5\nvariable z = 3\n");
  check("def f():\n  global x\n  f'{x:=5}'", "function f()\n");
  check("del x", "");
  check("[i for i in x]", "");
}

TEST(SummaryRecords, Guards) {
  check("if a:\n  x = 1\nelif b:\n  x = 2\nelse:\n  x = 3",
        "variable x = 1 | if(a)/0\n"
        "variable x = 2 | if(a)/1 | if(b)/0\n"
        "variable x = 3 | if(a)/1 | if(b)/1\n");
  check("if (w := f()):\n  pass\nelif (v := g()): pass",
        "variable w = f()\nvariable v = g() | if((w := f()))/1\n");
  check(
      "try:\n  import a\nexcept ImportError:\n  a = 1\nexcept:\n  b = 1\nelse:\n  c = 1\n"
      "finally:\n  d = 1",
      "import a | try()/0\nvariable a = 1 | except(ImportError)/0\nvariable b = 1 | except()/1\n"
      "variable c = 1 | else()/0\nvariable d = 1 | finally()/0\n");
  check("while x  <  1: y = 1\nelse: z = 1",
        "variable y = 1 | loop(x < 1)/0\nvariable z = 1 | loop(x < 1)/1\n");
  check("if a:\n  def f():\n    if b:\n      import c",
        "function f() | if(a)/0\nimport c in function | if(b)/0\n");
  check("match a, :\n  case 1: x = 1", "variable x = 1 | match(a,)/0\n");
}

TEST(SummaryRecords, Functions) {
  check("def f(): pass", "function f()\n");
  check("async def f(a, /, b: int = 1, *c: *T, d, e=2, **g) -> int: yield",
        "function f(a/, b: int = 1, *c: *T, d!, e! = 2, **g) -> int [async generator]\n");
  check("def f(*, a): pass", "function f(a!)\n");
  check("def f[T: int, *U](x: T): pass", "function f<T: int, *U>(x: T)\n");
  check("def f(): return lambda: (yield)", "function f()\n");
  check("def f():\n  def g(): yield\n  class C: pass\n  x = 1", "function f()\n");
  check("def f():\n  def g(a=(yield)): pass", "function f() [generator]\n");
  check("@a\n@b.c( 1 )\ndef f(): 'doc'", "function f() @a @b.c( 1 ) [doc]\n");
  check("@overload\ndef f(): ...\n@typing.overload\ndef f(x): ...",
        "function f() @overload [overload]\nfunction f(x) @typing.overload [overload]\n");
}

TEST(SummaryRecords, Methods) {
  check(
      "class C:\n"
      "  @property\n  def p(self): pass\n"
      "  @p.setter\n  def p(self, v): pass\n"
      "  @(a.p).deleter\n  def p(self): pass\n"
      "  @functools.cached_property\n  def q(self): pass\n"
      "  @abc.abstractmethod\n  def a(self): pass\n"
      "  @staticmethod\n  def s(): pass\n"
      "  def __new__(cls): pass\n"
      "  def __init_subclass__(cls): pass\n",
      "class C\n"
      "function C.p(self) @property [property]\n"
      "function C.p(self, v) @p.setter [setter]\n"
      "function C.p(self) @(a.p).deleter [deleter]\n"
      "function C.q(self) @functools.cached_property [property]\n"
      "function C.a(self) @abc.abstractmethod [abstract]\n"
      "function C.s() @staticmethod [staticmethod]\n"
      "function C.__new__(cls) [staticmethod implicit]\n"
      "function C.__init_subclass__(cls) [classmethod implicit]\n");
}

TEST(SummaryRecords, Classes) {
  check("class C(A, B[int], *x, metaclass=ABCMeta, **k): pass",
        "class C(A, B[int], *x){metaclass: ABCMeta, **: k} [abstract]\n");
  check("class C(enum.IntFlag): pass", "class C(enum.IntFlag){} [enum]\n");
  check("class C(Protocol[T], NamedTuple, TypedDict): pass",
        "class C(Protocol[T], NamedTuple, TypedDict){} [protocol typeddict namedtuple]\n");
  check("@dataclass(frozen=True, slots=True)\nclass C: pass",
        "class C @dataclass(frozen=True, slots=True) [dataclass slots]\n");
  check("@dataclass(slots=(True))\nclass C: pass",
        "class C @dataclass(slots=(True)) [dataclass slots]\n");
  check("class C:\n  __slots__ = ()", "class C [slots]\nvariable C.__slots__ = ()\n");
  check("class C[T]:\n  class D: x = 1", "class C<T>\nclass C.D\nvariable C.D.x = 1\n");
  check("def f():\n  class C:\n    x = 1\n    def m(self): self.y = 1", "function f()\n");
}

TEST(SummaryRecords, Attributes) {
  check(
      "class C:\n  def m(self, o):\n    self.a = 1\n    self.b: int\n    self.c, o.d = 2\n"
      "    self.e.f = self.g[0] = 3\n    (self).h = 4\n    for self.i in o: pass\n"
      "    [0 for self.j in o]\n    def n():\n      self.k = 5\n    def p(self): self.l = 6\n"
      "    lambda: [0 for self.m in o]",
      "class C\nfunction C.m(self, o)\nattribute C.a = 1\nattribute C.b: int\n"
      "attribute C.c = ...\nattribute C.h = 4\nattribute C.i = ... | loop(self.i in o)/0\n"
      "attribute C.j = ...\nattribute C.k = 5\n");
  check(
      "class C:\n  @classmethod\n  def m(cls): cls.a = 1\n  @staticmethod\n  def s(x): x.b = 1\n"
      "  def v(*self): self.c = 1",
      "class C\nfunction C.m(cls) @classmethod [classmethod]\nvariable C.a = 1\n"
      "function C.s(x) @staticmethod [staticmethod]\nfunction C.v(*self)\n");
}

TEST(SummaryRecords, Globals) {
  check("def f():\n  global x, y\n  x = 1\n  import y\n  def y(): pass\n  z = 1\n  def g(): x = 2",
        "function f()\nvariable x = 1 [global]\nimport y in function\nvariable y = ... [global]\n"
        "variable y = ... [global]\n");
  check("def f():\n  import x\n  global x",
        "function f()\nimport x in function\n"
        "variable x = ... [global]\n");
  check("class C:\n  global D\n  class D: y = 1", "class C\nvariable D = ... [global]\n");
}

TEST(SummaryRecords, PrivateNames) {
  check(
      "class __C:\n  __x = 1\n  __y__ = 2\n  class __D: __z = 3\n"
      "  def m(self, __p): self.__a = __p\n  import __i",
      "class __C\nvariable __C._C__x = 1\nvariable __C.__y__ = 2\nclass __C._C__D\n"
      "variable __C._C__D._D__z = 3\nfunction __C.m(self, __p)\nattribute __C._C__a = __p\n"
      "import __i binding _C__i in class\n");
  check("class ___:\n  __x = 1", "class ___\nvariable ___.__x = 1\n");
}

TEST(SummaryRecords, TypeAliases) {
  check("type X = int", "type_alias X = int\n");
  check("type X[T, *U] = list[T]", "type_alias X<T, *U> = list[T]\n");
  check("type = 1\nmatch = 2\nprint = 3",
        "variable type = 1\nvariable match = 2\nvariable print = 3\n");
}

TEST(SummaryRecords, Imports) {
  check("import a.b, c as d, e as e", "import a.b\nimport c as d\nimport e as e\n");
  check("from ..m import (n as k, o)", "from ..m import n as k\nfrom ..m import o\n");
  check("from . import x\nfrom .m import *", "from . import x\nfrom .m import *\n");
  check("from __future__ import annotations", "from __future__ import annotations\n");
  check("class C:\n  import a\ndef f():\n  class D:\n    import b",
        "class C\nimport a in class\nfunction f()\nimport b in function\n");
}

TEST(SummaryRecords, Texts) {
  check("x = f( a,\n  b ) # c", "variable x = f( a, b )\n");
  check("x = (\n a # comment\n)", "variable x = ( a )\n");
  check("x = 'a  b'   'c\\\n  d'", "variable x = 'a  b' 'c\\\n  d'\n");
  check("x = f'{ a  +  \"q\" }'", "variable x = f'{ a  +  \"q\" }'\n");
  check("x = a \\\n  + b", "variable x = a + b\n");
  const std::string digits(70, '1');
  check("x = " + digits, "variable x = " + digits.substr(0, 64) + "…\n");
  check("x = '" + std::string(62, 'a') + "é'", "variable x = '" + std::string(62, 'a') + "…\n");
  check("def f(a: '" + std::string(300, 'b') + "'): pass",
        "function f(a: '" + std::string(255, 'b') + "…)\n");
}

TEST(SummaryRecords, Normalisation) {
  check("ﬁ = ª = 1", "variable fi = 1\nvariable a = 1\n");
  check("import ﬁ.ª", "import fi.a\n");
  // Where a name decides something, it is compared as CPython does.
  check("class C(ａbc.ＡBC, ｍetaclass=ＥnumMeta):\n  __ｓlots__ = ()\n  ｘ: Ｆinal = 1",
        "class C(ａbc.ＡBC){metaclass: ＥnumMeta} [abstract enum slots]\n"
        "variable C.__slots__ = ()\nvariable C.x: Ｆinal = 1 [final]\n");
  check(
      "@ｄataclass(ｓlots=True)\nclass C:\n  @ｓtaticmethod\n  def f(s): s.a = 1\n"
      "  def __ｉnit_subclass__(c): c.b = 1\n  @ｆ.ｓetter\n  def g(s): pass",
      "class C @ｄataclass(ｓlots=True) [dataclass slots]\n"
      "function C.f(s) @ｓtaticmethod [staticmethod]\n"
      "function C.__init_subclass__(c) [classmethod implicit]\nvariable C.b = 1\n"
      "function C.g(s) @ｆ.ｓetter [setter]\n");
}

TEST(SummaryRecords, Positions) {
  const auto positions = [](std::string_view source) {
    return PrintPositions(Summarize(source).view());
  };
  EXPECT_EQ(positions("import a\nx = [\n 1]\ndef f():\n  pass\n  # end\n\ny = 1;"),
            "x 2:0-3 #1\nf 4:4-5 #2\ny 8:0-8 #3\n");
  EXPECT_EQ(positions("@d\nclass C:\n  def m(self):\n    self.x = (\n1)\n  y = 1\n"),
            "C 2:6-6 #0\nC.m 3:6-5 #0\nC.x 4:9-5 #1\nC.y 6:2-6 #2\n");
  EXPECT_EQ(positions("a = 1\r\nb = 2\r\nc = 3"), "a 1:0-1 #0\nb 2:0-2 #1\nc 3:0-3 #2\n");
  std::string long_function = "def f():\n";
  for (int i = 0; i < 300; ++i) long_function += "  pass\n";
  EXPECT_EQ(positions(long_function), "f 1:4-301 #0\n");
  const MadeSummary wide = Summarize("é = 𝄞; x = 1");
  const SummaryView view = wide.view();
  const Symbol x = view.symbol(view.FindSymbols("x").first);
  EXPECT_EQ(x.column(), 11u);
  EXPECT_EQ(x.utf16_column(), 8u);
}

TEST(SummaryRecords, Docstrings) {
  const auto docs = [](std::string_view source) { return Summarize(source).docs; };
  using Docs = std::vector<std::string>;
  EXPECT_EQ(docs("'''a\n\n    b\n      c\n   '''\n"), Docs({"a\n\nb\n  c"}));
  EXPECT_EQ(docs("('a' \"b\")"), Docs({"ab"}));
  EXPECT_EQ(docs("b'a'"), Docs());
  EXPECT_EQ(docs("f'a'"), Docs());
  EXPECT_EQ(docs("'a', 'b'"), Docs());
  EXPECT_EQ(docs(R"('\x41\u00e9\101\n\q\
z')"),
            Docs({"AéA\n\\qz"}));
  EXPECT_EQ(docs(R"(r'\x41')"), Docs({R"(\x41)"}));
  EXPECT_EQ(docs(R"('\ud800')"), Docs({"\xef\xbf\xbd"}));
  // The module's first, then in the order of rows: by name.
  EXPECT_EQ(docs("'m'\nclass B:\n  'b'\n  def x(): 'x'\ndef a(): 'a'"), Docs({"m", "b", "a", "x"}));
}

TEST(SummaryRecords, Names) {
  const MadeSummary made =
      Summarize("import a.b as c\ndef f(p=q.r): return g(k=1)\nclass C: __x = 'not this'\n");
  using Names = std::vector<std::string>;
  EXPECT_EQ(made.names,
            Names({"C!", "_C__x!", "__x", "a", "b", "c", "f!", "g", "k", "p", "q", "r"}));
  EXPECT_EQ(Summarize("class C:\n  def m(self): self.z = self.y").names,
            Names({"C!", "m!", "self", "y", "z!"}));
}

TEST(SummaryRecords, DunderAll) {
  const auto all = [](std::string_view source) { return PrintAll(Summarize(source).view()); };
  EXPECT_EQ(all("x = 1"), "none");
  EXPECT_EQ(all("__all__ = ['a', 'b' 'c']"), "a bc");
  EXPECT_EQ(all("__all__ = 'a', 'b'"), "a b");
  EXPECT_EQ(all("__all__: list = ('a',)\n__all__ += ['b', 'a']"), "a b");
  EXPECT_EQ(all("__all__ = ['a']\n__all__ = ['b'] + __all__"), "b a");
  EXPECT_EQ(all("__all__ = ['a']\nif x:\n  __all__ = ['b']"), "a b");
  EXPECT_EQ(all("__all__ = ['a', f()]"), "a incomplete");
  EXPECT_EQ(all("__all__ = []\n__all__.extend(['a'])\n__all__.append('b')\n__all__.remove('a')"),
            "b");
  EXPECT_EQ(all("__all__ = ['a', 'b']\n__all__.remove('a')\n__all__ += __all__ + ['c', 'a']"),
            "b c a");
  EXPECT_EQ(all("__all__ = ['a', 'b']\n__all__.remove('a')\n__all__ = ['c'] + __all__"), "c b");
  EXPECT_EQ(all("__all__ = x.__all__\n__all__ = ['a']\n__all__.remove('b')"), "a");
  EXPECT_EQ(all("__all__ = b, __all__ = ['a']"), "a incomplete");
  EXPECT_EQ(all("b, __all__ = __all__ = ['a']"), "a");
  EXPECT_EQ(all("from . import m\nfrom .n import *\nimport p.q\nimport r as s\n"
                "__all__ = m.__all__ + n.__all__ + [*p.q.__all__, 'x'] + s.__all__ + t.__all__"),
            "from:.m from:.n from:p.q x from:r from:t incomplete");
  EXPECT_EQ(all("from .m import __all__"), "from:.m");
  EXPECT_EQ(all("from m import __all__ as a\n__all__ = a + ['b']"), "from:m b");
  EXPECT_EQ(all("__all__ = ['a']\ndel __all__[0]"), "a incomplete");
  EXPECT_EQ(all("for __all__ in x: pass"), "incomplete");
  EXPECT_EQ(all("__all__.sort()"), "none");
  EXPECT_EQ(all("def f():\n  global __all__\n  __all__ = ['a']"), "incomplete");
}

TEST(SummaryRecords, DunderAllCalls) {
  const auto after = [](std::string source) {
    return PrintAll(Summarize("__all__ = ['x']\n" + source).view());
  };
  // Statements, in parentheses or not.
  EXPECT_EQ(after("(__all__.append('y'))"), "x y");
  EXPECT_EQ(after("(((__all__).append)('y'))  # ,\n"), "x y");
  EXPECT_EQ(after("(__all__.sort())"), "x");
  // Anywhere else, what they do is not followed.
  for (const char* const source :
       {"__all__.append('y'), 1", "__all__.append('y'),", "(__all__.append('y'),)",
        "[__all__.append(y) for y in z]", "if __all__.append('y'): pass",
        "__all__.append('y') if z else 0", "y = __all__.pop()", "f'{__all__.pop()}'",
        "def f(y=__all__.pop()): pass", "__all__.remove(__all__.pop())"}) {
    EXPECT_EQ(after(source), "x incomplete") << source;
  }
  EXPECT_EQ(after("y = __all__.sort(), __all__.copy()\nz.__all__.pop()\n"
                  "def f(): return __all__.index('x')"),
            "x");
}

// Functions run at any time, before what follows in the text or after it.
TEST(SummaryRecords, DunderAllChangedElsewhere) {
  const auto all = [](const std::string& source) { return PrintAll(Summarize(source).view()); };
  for (const char* const source :
       {"lambda: __all__.pop()", "def f(x): __all__.append(x)",
        "def f():\n  if x:\n    return [__all__.extend(y) for y in z]",
        "def f():\n  global __all__\n  __all__ += ['y']",
        "def f():\n  global __all__\n  del __all__", "def f(): __all__[:] = []",
        "def f(): __all__[0] += 'y'", "def f(): del __all__[0]", "class C: __all__.remove('x')",
        "def f():\n  class C:\n    def g(self): return (yield __all__.clear())"}) {
    EXPECT_EQ(all("__all__ = ['x']\n" + std::string(source)), "x incomplete") << source;
    EXPECT_EQ(all(source + std::string("\n__all__ = ['x']")), "x incomplete") << source;
  }
  EXPECT_EQ(all("def f():\n  __all__ = []\n  __all__.append('x')"), "none");
  EXPECT_EQ(all("__all__ = ['x']\ndef f():\n  __all__ = ['y']\n  return __all__ + ['z']"), "x");
}

TEST(SummaryRecords, DunderAllInventsNoNames) {
  const auto all = [](std::string_view source) { return PrintAll(Summarize(source).view()); };
  EXPECT_EQ(all(R"(__all__ = ["\N{BULLET}", "b", "c" "\N{BULLET}"])"), "b incomplete");
  EXPECT_EQ(all(R"(__all__ = ["a"]; __all__.append("\N{BULLET}"))"), "a incomplete");
  EXPECT_EQ(all(R"(__all__ = ["a"]; __all__.remove("\N{BULLET}"))"), "a incomplete");
  EXPECT_EQ(all(R"(__all__ = [r"\N{A}", "\\N"])"), R"(\N{A} \N)");
}

TEST(SummaryRecords, DunderAllInAnyNormalForm) {
  const auto all = [](std::string_view source) { return PrintAll(Summarize(source).view()); };
  EXPECT_EQ(all("__ａll__ = ['a']\n__ａll__ += ['b']\n__aｌl__.ａppend('c')"), "a b c");
  EXPECT_EQ(all("import m\n__all__ = m.__ａll__ + ['a']\n__all__ = __ａll__ + ['b']"),
            "from:m a b");
  EXPECT_EQ(all("__all__ = ['a']\n__ａll__[0] = 'b'"), "a incomplete");
  EXPECT_EQ(all("__all__ = ['a']\ndel __ａll__"), "a incomplete");
}

TEST(SummaryRecords, FindsByName) {
  const MadeSummary made = Summarize(
      "class C:\n  def m(self): pass\n  x = 1\n  x = 2\nclass D: pass\nclass C:\n  y = 1\n");
  const SummaryView view = made.view();
  const RowRange classes = view.FindSymbols("C");
  ASSERT_EQ(classes.size(), 2u);
  EXPECT_EQ(view.symbol(classes.first).line(), 1u);
  EXPECT_EQ(view.FindSymbols(view.Members(classes.first), "x").size(), 2u);
  EXPECT_EQ(view.Members(classes.first).size(), 3u);
  EXPECT_EQ(view.Members(classes.first + 1).size(), 1u);
  EXPECT_TRUE(view.FindSymbols("x").empty());
  EXPECT_TRUE(view.FindSymbols("").empty());
  const RowRange d = view.FindSymbols("D");
  EXPECT_TRUE(view.Members(d.first).empty());

  // Names differ behind what is compared first of them, in bytes that are negative as `char`, or
  // only in length.
  const std::vector<std::string> names = {"abcdefghz", "abcdefgha", "abcdefgh", "aé", "b", "a"};
  std::string source;
  for (const std::string& name : names) source += name + " = 1\n";
  const MadeSummary many = Summarize(source);
  for (const std::string& name : names) EXPECT_EQ(many.view().FindSymbols(name).size(), 1u) << name;
}

TEST(SummaryRecords, DeepNesting) {
  std::string brackets(100000, '(');
  Summarize("x = " + brackets);
  Summarize("x = " + brackets + std::string(100000, ')') + "\ny = 1");
  const auto within_ifs = [](int count) {
    std::string ifs;
    for (int depth = 0; depth < count; ++depth) ifs += std::string(depth, ' ') + "if a:\n";
    return Summarize(ifs + std::string(count, ' ') + "x = 1\n");
  };
  within_ifs(2000);
  // The 200th statement is the last one that may bind, under the 64 outermost guards.
  EXPECT_EQ(within_ifs(200).view().symbol_count(), 0u);
  const MadeSummary deep = within_ifs(199);
  const SummaryView view = deep.view();
  ASSERT_EQ(view.symbol_count(), 1u);
  EXPECT_EQ(view.guards(view.symbol(0).guard()).size(), 64u);
  std::string elifs = "if a: x = 0\n";
  for (int i = 0; i < 1000; ++i) elifs += "elif b: x = 1\n";
  const MadeSummary chain = Summarize(elifs);
  EXPECT_EQ(chain.view().FindSymbols("x").size(), 1001u);
  std::string chained;
  for (int i = 0; i < 20000; ++i) chained += "a = ";
  EXPECT_EQ(Summarize(chained + "1").view().symbol_count(), 20000u);
  std::string sums = "__all__ = ['a']";
  for (int i = 0; i < 20000; ++i) sums += " + ['a']";
  EXPECT_EQ(PrintAll(Summarize(sums).view()), "a");
  std::string classes;
  for (int depth = 0; depth < 150; ++depth) classes += std::string(depth, ' ') + "class C:\n";
  EXPECT_GT(Summarize(classes + std::string(150, ' ') + "x = 1\n").view().symbol_count(), 90u);
}

TEST(SummaryRecords, DamagedSource) {
  for (const std::string_view source : {"",
                                        "\n",
                                        "def",
                                        "class C(:\n x = ",
                                        "import",
                                        "from . import",
                                        "x = = 1\ny = 2",
                                        "def f(a, *, **: pass",
                                        "print >>f, x\nexec 'a'",
                                        "global x",
                                        "@\ndef f(): pass",
                                        "match x:\n case",
                                        "type X =",
                                        "try:\n x = 1",
                                        "lambda",
                                        "with a as",
                                        "\xff\xfe",
                                        "__all__ = ",
                                        "__all__ += ",
                                        "class C:\n def m(self):\n  self. = 1",
                                        "x: = 1"}) {
    Summarize(source);
  }
  const MadeSummary made = Summarize("x = = 1\ny = 2\ndef f(:\n  import z\nw = 3\n");
  EXPECT_FALSE(made.view().FindSymbols("y").empty());
  // Python, but not to the grammar, which leaves an error where the body should begin.
  const MadeSummary unread = Summarize(
      "class C:\n  def a(self):\n    (b.\n  c(\n  ))\n    d(\n      0\n    )\n"
      "  def e(self): pass\n");
  EXPECT_NE(Print(unread.view()).find("function C.a(self)"), std::string::npos);
}

}  // namespace
}  // namespace coppice
