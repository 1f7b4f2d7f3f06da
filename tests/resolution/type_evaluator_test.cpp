// What expressions mean, in modules of a few lines.
#include "summaries/resolution/types/type_evaluator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "summaries/resolution/types/evaluation.h"
#include "tests/resolution/small_library.h"

namespace coppice::test {
namespace {

class Types {
 public:
  explicit Types(const std::string& text)
      : finder_(SmallFinder({{"m.py", text}})), resolver_(finder_), evaluator_(resolver_) {}

  TypeEvaluator& evaluator() { return evaluator_; }
  const ModuleFinder& finder() const { return *finder_; }

  std::string Value(std::string_view text) {
    return Text(evaluator_.Value({finder_->Find("m"), {}}, text));
  }
  std::string Annotation(std::string_view text) {
    return Text(evaluator_.Annotation({finder_->Find("m"), {}}, text));
  }

 private:
  std::string Text(const Evaluation& evaluation) {
    std::string text = evaluator_.TextOf(evaluation.type);
    if (evaluation.gap != TypeGap::kNone) text.append(" ").append(GapName(evaluation.gap));
    return text;
  }

  std::shared_ptr<const ModuleFinder> finder_;
  NameResolver resolver_;
  TypeEvaluator evaluator_;
};

TEST(TypeTable, EqualShapesHaveEqualIds) {
  TypeTable table;
  const Definition list{ModuleRef{1}, 2};
  const std::array<TypeId, 1> none = {TypeId::kNone};
  const TypeId a = table.Make(TypeForm::kInstance, list, none);
  EXPECT_EQ(a, table.Make(TypeForm::kInstance, list, none));
  EXPECT_NE(a, table.Make(TypeForm::kInstance, list));
  EXPECT_NE(a, table.Make(TypeForm::kClassObject, list, none));
  const std::array<TypeId, 3> members = {a, TypeId::kNone, a};
  const TypeId both = table.MakeUnion(members);
  EXPECT_EQ(table[both].arguments.size(), 2u);
  const std::array<TypeId, 2> nested = {both, TypeId::kNone};
  EXPECT_EQ(table.MakeUnion(nested), both);
  const std::array<TypeId, 2> unknown = {both, TypeId::kUnknown};
  EXPECT_EQ(table.MakeUnion(unknown), TypeId::kUnknown);
}

TEST(TypeTable, ShapesAreBounded) {
  TypeTable table;
  TypeId type = TypeId::kNone;
  for (uint32_t i = 0; i < 100; ++i) {
    const std::array<TypeId, 1> item = {type};
    type = table.Make(TypeForm::kTuple, {}, item);
    if (type == TypeId::kUnknown) break;
  }
  EXPECT_EQ(table.Make(TypeForm::kTuple, {}, std::vector<TypeId>(65, TypeId::kNone)),
            TypeId::kUnknown);
  EXPECT_LT(table.size(), 60u);
}

TEST(TypeEvaluator, InstancesHaveAllThatMethodsGiveThem) {
  Types types(R"(
class A:
    z = None
    def __init__(self):
        self.x = None
        self.d: int = 1
    def set(self):
        self.x = 5
        self.z = 5
        self.d = None
class B(A):
    def other(self):
        self.x = nowhere()
)");
  EXPECT_EQ(types.Value("A().x"), "int | None");
  EXPECT_EQ(types.Value("A().z"), "int | None");
  EXPECT_EQ(types.Value("A.z"), "None");
  EXPECT_EQ(types.Value("A().d"), "int");
  EXPECT_EQ(types.Value("B().x"), "Unknown name");
}

TEST(TypeEvaluator, ClassesAreCalledAndSubscriptedAsTheyAreMade) {
  Types types(R"(
from enum import Enum
class Color(Enum):
    RED = 1
class Meta(type):
    def __getitem__(cls, item): ...
class M(metaclass=Meta): ...
class G:
    def __class_getitem__(cls, item) -> int: ...
class N:
    def __new__(cls) -> int: ...
class O:
    def __new__(cls) -> "O": ...
def unknown(c): ...
@unknown
class S: ...
)");
  EXPECT_EQ(types.Value("Color(1)"), "Color");
  EXPECT_EQ(types.Value("Enum('Made', 'A B')"), "Unknown variables");
  EXPECT_EQ(types.Value("M['x']"), "Unknown operation");
  EXPECT_EQ(types.Value("G['x']"), "Unknown operation");
  EXPECT_EQ(types.Value("O['x']"), "Unknown operation");
  EXPECT_EQ(types.Value("list[int]"), "type[list[int]]");
  EXPECT_EQ(types.Value("N()"), "int");
  EXPECT_EQ(types.Value("O()"), "O");
  EXPECT_EQ(types.Value("S"), "Unknown decorated");
}

TEST(TypeEvaluator, Literals) {
  Types types("");
  EXPECT_EQ(types.Value("1"), "int");
  EXPECT_EQ(types.Value("-1.5"), "float");
  EXPECT_EQ(types.Value("'a' 'b'"), "str");
  EXPECT_EQ(types.Value("b''"), "bytes");
  EXPECT_EQ(types.Value("True"), "bool");
  EXPECT_EQ(types.Value("None"), "None");
  EXPECT_EQ(types.Value("(1, 'a')"), "tuple[int, str]");
  EXPECT_EQ(types.Value("[1, 2]"), "list[int]");
  EXPECT_EQ(types.Value("{'a': 1, 'b': None}"), "dict[str, int | None]");
  EXPECT_EQ(types.Value("[]"), "list[Unknown]");
  EXPECT_EQ(types.Value("1 + 2 * 3"), "int");
  EXPECT_EQ(types.Value("'%s' % 1"), "str");
  EXPECT_EQ(types.Value("1 if x is None else 'a'"), "int | str");
  EXPECT_EQ(types.Value("not nothing"), "bool");
  EXPECT_EQ(types.Value("lambda: 1"), "Unknown operation");
  EXPECT_EQ(types.Value("a + nothi…"), "Unknown cut");
}

TEST(TypeEvaluator, NamesCallsAndAttributes) {
  Types types(R"(
import typing
class C:
    size: int
    def name(self) -> str: ...
    @property
    def other(self) -> "C": ...
    @classmethod
    def make(cls) -> typing.Self: ...
    def plain(self): ...
def f() -> C: ...
async def g() -> int: ...
c = C()
alias = c
text = "a"
)");
  EXPECT_EQ(types.Value("C"), "type[C]");
  EXPECT_EQ(types.Value("C()"), "C");
  EXPECT_EQ(types.Value("f"), "def f");
  EXPECT_EQ(types.Value("f()"), "C");
  EXPECT_EQ(types.Value("g()"), "Coroutine[Any, Any, int]");
  EXPECT_EQ(types.Value("alias"), "C");
  EXPECT_EQ(types.Value("alias.size"), "int");
  EXPECT_EQ(types.Value("c.other.other.name()"), "str");
  EXPECT_EQ(types.Value("C.make()"), "C");
  EXPECT_EQ(types.Value("c.plain()"), "Unknown undeclared");
  EXPECT_EQ(types.Value("c.nothing"), "Unknown attribute");
  EXPECT_EQ(types.Value("nothing"), "Unknown name");
  EXPECT_EQ(types.Value("text.upper().split()"), "list[str]");
  EXPECT_EQ(types.Value("open('a').read()"), "str");
  EXPECT_EQ(types.Value("typing"), "Module(typing)");
  EXPECT_EQ(types.Value("typing.cast(C, 1)"), "C");
}

TEST(TypeEvaluator, Annotations) {
  Types types(R"(
from typing import *
from typing import Any, Callable, Final, List, Literal, Optional, Self, Union, NewType, TypeAlias
class C: ...
Pair = Union[int, C]
Text: TypeAlias = "str"
UserId = NewType("UserId", int)
x: Final = 3
type New[T] = list[T]
)");
  EXPECT_EQ(types.Annotation("C"), "C");
  EXPECT_EQ(types.Annotation("'C'"), "C");
  EXPECT_EQ(types.Annotation("Optional[C]"), "C | None");
  EXPECT_EQ(types.Annotation("C | None"), "C | None");
  EXPECT_EQ(types.Annotation("List[int]"), "list[int]");
  EXPECT_EQ(types.Annotation("dict[str, list['C']]"), "dict[str, list[C]]");
  EXPECT_EQ(types.Annotation("tuple[int, ...]"), "tuple[int, ...]");
  EXPECT_EQ(types.Annotation("Callable[[int], str]"), "Callable[[int], str]");
  EXPECT_EQ(types.Annotation("Literal['a', 'b']"), "Literal['a'] | Literal['b']");
  EXPECT_EQ(types.Annotation("type[C]"), "type[C]");
  EXPECT_EQ(types.Annotation("Any"), "Any");
  EXPECT_EQ(types.Annotation("Pair"), "C | int");
  EXPECT_EQ(types.Annotation("Text"), "str");
  EXPECT_EQ(types.Annotation("UserId"), "UserId");
  EXPECT_EQ(types.Annotation("New[int]"), "list[int]");
  EXPECT_EQ(types.Annotation("C()"), "Unknown no_type");
  EXPECT_EQ(types.Annotation("list[nothing]"), "list[Unknown] name");
  EXPECT_EQ(types.Value("x"), "int");
}

TEST(TypeEvaluator, ParametersOfGenericClassesAreBoundThroughBases) {
  Types types(R"(
from typing import Generic, Iterator, Mapping, Protocol, TypeVar
A = TypeVar("A")
B = TypeVar("B")
class Swapped(Mapping[B, A], Generic[A, B]): ...
class Fixed(Swapped[int, A]): ...
class Last(Fixed[str]): ...
class New[T](list[T]):
    first: T
class Partly(Iterator[A], Protocol[nowhere.B]): ...
swapped: Swapped[int, str]
last: Last
partly: Partly[int]
new: New[bytes]
)");
  EXPECT_EQ(types.Value("swapped.get"), "def Mapping.get");
  EXPECT_EQ(types.Value("swapped.get('a')"), "int | None");
  EXPECT_EQ(types.Value("last.get('a')"), "int | None");
  EXPECT_EQ(types.Value("last.keys()"), "Iterator[str]");
  EXPECT_EQ(types.Value("last.keys().__next__()"), "str");
  // A protocol none of whose parameters is known says nothing of them.
  EXPECT_EQ(types.Value("partly.__next__()"), "int");
  EXPECT_EQ(types.Value("new.first"), "bytes");
  EXPECT_EQ(types.Value("new.pop()"), "bytes");
  EXPECT_EQ(types.Value("new[0]"), "Unknown overloads");
}

TEST(TypeEvaluator, WhatIsUnpackedIsNoSingleItem) {
  Types types(R"(
from typing import Callable, Generic, TypeVar, TypeVarTuple, Unpack
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Us = Ts
class Old(Generic[T, Unpack[Ts]]):
    first: T
    rest: tuple[Unpack[Ts]]
class New[*Us, L]:
    last: L
    rest: tuple[*Us]
class Plain[A, B]:
    a: A
    b: B
type Swap[A, B] = dict[B, A]
type More[*Us] = tuple[int, *Us]
old: Old[int, str, bytes]
new: New[int, str, bytes]
plain: Plain[*tuple[int, str]]
items: tuple[int, *tuple[str, ...], bytes]
type Hides[Ts] = list[Ts]
class Inner[T]:
    hidden: T
    def f(self) -> T: ...
inner: Inner[int]
)");
  EXPECT_EQ(types.Annotation("tuple[int, *tuple[str, ...]]"), "tuple[int, *tuple[str, ...]]");
  EXPECT_EQ(types.Annotation("Callable[[Unpack[Ts]], int]"), "Callable[[*Ts], int]");
  EXPECT_EQ(types.Annotation("Swap[int, str]"), "dict[str, int]");
  EXPECT_EQ(types.Annotation("Hides[int]"), "list[int]");
  EXPECT_EQ(types.Value("inner.hidden"), "int");
  EXPECT_EQ(types.Value("inner.f()"), "int");
  EXPECT_EQ(types.Annotation("More[str, bytes]"), "tuple[int, *Unknown]");
  EXPECT_EQ(types.Value("old.first"), "int");
  EXPECT_EQ(types.Value("old.rest"), "tuple[*Unknown]");
  EXPECT_EQ(types.Value("new.last"), "Unknown variables");
  EXPECT_EQ(types.Value("new.rest"), "tuple[*Unknown]");
  EXPECT_EQ(types.Value("plain.a"), "Unknown variables");
  EXPECT_EQ(types.Value("items[0]"), "Unknown operation");
}

TEST(TypeEvaluator, SpecialMethodsAreThoseOfTheClass) {
  Types types(R"(
def f(x: int) -> bytes: ...
class C:
    __call__ = f
    def __init__(self):
        self.__getitem__ = f
class D:
    def __init__(self):
        self.__call__ = f
class P:
    @property
    def p(self) -> int: ...
    @p.setter
    def p(self, value: str) -> None: ...
read = P.p
from typing import NewType
Id = NewType("Id", C)
new: Id
)");
  EXPECT_EQ(types.Value("C()()"), "bytes");
  EXPECT_EQ(types.Value("C()[0]"), "Unknown attribute");
  EXPECT_EQ(types.Value("D()()"), "Unknown attribute");
  EXPECT_EQ(types.Value("new()"), "Unknown attribute");
  EXPECT_EQ(types.Value("new[0]"), "Unknown attribute");
  EXPECT_EQ(types.Value("P().p"), "int");
  EXPECT_EQ(types.Value("read"), "Unknown decorated");
}

TEST(TypeEvaluator, DecoratorsAreWhatTheyLeadTo) {
  Types types(R"(
from typing import TypeVar
from gone import override
F = TypeVar("F")
def overload(function: F) -> F: ...
@overload
def f(a) -> int: ...
def f(a, b) -> str: ...
@override
def g() -> int: ...
class Registry:
    def getter(self, function): ...
reg = Registry()
class C:
    @reg.getter
    def m(self) -> int: ...
    @property
    def p(self) -> int: ...
class D(C):
    @C.p.setter
    def p(self, value: str) -> None: ...
)");
  EXPECT_EQ(types.Value("f(1, 2)"), "str");
  EXPECT_EQ(types.Value("D().p"), "int");
  EXPECT_EQ(types.Value("g()"), "int");
  EXPECT_EQ(types.Value("C().m"), "Unknown decorated");
}

TEST(TypeEvaluator, ValuesOfInstancesAreReadWithoutLocals) {
  Types types(R"(
class D: ...
shared = D()
class C:
    def __init__(self, given, D2):
        self.made = D()
        self.number = 1
        self.given = given
        self.of_parameter = D2()
        self.variable = shared
        self.declared: int = given
c = C()
)");
  EXPECT_EQ(types.Value("c.made"), "D");
  EXPECT_EQ(types.Value("c.number"), "int");
  EXPECT_EQ(types.Value("c.given"), "Unknown local");
  EXPECT_EQ(types.Value("c.of_parameter"), "Unknown local");
  EXPECT_EQ(types.Value("c.variable"), "Unknown local");
  EXPECT_EQ(types.Value("c.declared"), "int");
}

TEST(TypeEvaluator, TextsDoNotDependOnWhatWasAskedBefore) {
  const std::string text = R"(
from typing import Dict, List, Optional, Union
class B: ...
class A: ...
class C:
    x = None
    def set(self):
        self.x = B()
        self.x = [A()]
        self.x = 1
def f() -> Union[str, "B", None]: ...
pair = (A(), 1) if f() else [B(), None]
)";
  const std::vector<std::string> questions = {"C().x",
                                              "f()",
                                              "pair",
                                              "[B(), A(), 1, None]",
                                              "[A, B, C]",
                                              "{1: A(), 'a': None, b'': B()}",
                                              "(1, [f, A()])",
                                              "[[1], ['a'], [b'']]",
                                              "f() or C().x",
                                              "[list[int], list[str], dict[str, int]]",
                                              "None if f else 1"};
  Types forward(text);
  Types backward(text);
  std::vector<std::string> texts;
  for (const std::string& question : questions) texts.push_back(forward.Value(question));
  for (size_t i = questions.size(); i-- != 0;) {
    EXPECT_EQ(backward.Value(questions[i]), texts[i]) << questions[i];
  }
  EXPECT_EQ(texts[3], "list[A | B | int | None]");
}

// From wherever one begins, what depends on a circle is not known.
TEST(TypeEvaluator, CirclesAreNotKnownWhereverOneBegins) {
  const std::string text = R"(
from typing import Union
a = (b, 1)
b = (a, 2)
c = (b, 3)
Json = Union[int, "list[Json]"]
def f() -> "f2": ...
)";
  const std::vector<std::string> names = {"a", "b", "c"};
  std::vector<std::string> order = names;
  do {
    Types types(text);
    for (const std::string& name : order) EXPECT_EQ(types.Value(name), "Unknown cycle") << name;
  } while (std::next_permutation(order.begin(), order.end()));
  Types types(text);
  EXPECT_EQ(types.Annotation("Json"), "Unknown cycle");
}

TEST(TypeEvaluator, NoChainIsTooLong) {
  std::string text = "n0 = 1\ndef f0() -> int: ...\n";
  constexpr int kLength = 3000;
  for (int i = 1; i < kLength; ++i) {
    const std::string at = std::to_string(i);
    const std::string before = std::to_string(i - 1);
    text += "n" + at + " = (n" + before + ")\n";
    text += "f" + at + " = [f" + before + "]\n";
    text += "c" + at + " = [c" + std::to_string(i % (kLength - 1) + 1) + "]\n";
  }
  Types types(text);
  EXPECT_EQ(types.Value("n2999"), "int");
  EXPECT_EQ(types.Value("f2"), "list[list[def f0]]");
  EXPECT_EQ(types.Value("f2999"), "Unknown too_many");  // the shape, not the chain
  EXPECT_EQ(types.Value("c7"), "Unknown cycle");
  EXPECT_EQ(types.Value("c2999"), "Unknown cycle");
}

TEST(TypeEvaluator, HostileTextsEnd) {
  std::string text = "from typing import Generic, Tuple, TypeVar, Union\nT = TypeVar('T')\n";
  // Each twice the one before; each a union of all before; a chain of names; a class that is its
  // own argument, and one that grows in its base.
  text += "d0 = (1, 2)\nu0 = int\nn0 = 1\n";
  for (int i = 1; i < 400; ++i) {
    const std::string at = std::to_string(i);
    const std::string before = std::to_string(i - 1);
    text += "d" + at + " = (d" + before + ", d" + before + ")\n";
    text += "class U" + at + ": ...\nu" + at + " = Union[u" + before + ", U" + at + "]\n";
    text += "n" + at + " = n" + before + "\n";
  }
  text += "class Own(list['Own']): ...\n";
  text += "class Grows(Generic[T]):\n    def more(self) -> 'Grows[Grows[T]]': ...\n";
  text += "g: Grows[int]\nown: Own\n";
  std::string deep = "g";
  for (int i = 0; i < 12; ++i) deep += ".more()";
  Types types(text);
  EXPECT_EQ(types.Value("d399"), "Unknown too_many");
  EXPECT_EQ(types.Value("n399"), "int");
  EXPECT_EQ(types.Value("n100"), "int");
  EXPECT_EQ(types.Annotation("u10").substr(0, 4), "U1 |");
  EXPECT_EQ(types.Annotation("u399").substr(0, 7), "Unknown");
  EXPECT_EQ(types.Value("own.pop().pop().pop()"), "Own");
  types.Value(deep);
  std::string nested = "int";
  for (int i = 0; i < 90; ++i) nested = "list[" + nested + "]";
  types.Annotation(nested);
  EXPECT_LT(types.evaluator().types().size(), 20'000u);
}

TEST(Evaluation, EveryOccurrenceIsEvaluatedOnce) {
  Types types(R"(
import os
from typing import Optional
class C(object):
    x: int = 1
    def f(self, a: int, b: Optional[int] = None) -> "C": ...
@nothing
def g(a: int = 1): ...
y = C
z = g()
)");
  const Evaluations evaluations = EvaluateAll(types.evaluator());
  const ModuleRef module = types.finder().Find("m");
  const uint64_t first = evaluations.first_of(module);
  const uint64_t end = evaluations.first_of(ModuleRef{static_cast<uint32_t>(module) + 1});
  // 2 imports; the base; annotations int, int, Optional[int], "C", int; defaults None, 1; the
  // decorator; the values 1, C, g().
  EXPECT_EQ(end - first, 14u);
  EXPECT_EQ(evaluations[first].gap, TypeGap::kName);  // there is no os
  EXPECT_TRUE(evaluations[first].obstacles.has(Obstacle::kMissingModule));
  EXPECT_LE(evaluations.bytes(), 16 * evaluations.size() + 4096);
  uint64_t total = 0;
  for (const EvaluationCounts& counts : evaluations.counts) total += counts.total;
  EXPECT_EQ(total, evaluations.size());
}

}  // namespace
}  // namespace coppice::test
