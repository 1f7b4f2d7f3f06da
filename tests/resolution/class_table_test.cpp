// Classes and signatures in modules of a few lines. class_oracle.py compares those of the standard
// library with the interpreter's.
#include "summaries/resolution/classes/class_table.h"

#include <gtest/gtest.h>

#include <string>

#include "summaries/resolution/classes/signature.h"
#include "tests/resolution/small_library.h"

namespace coppice::test {
namespace {

class Classes {
 public:
  explicit Classes(const std::string& text) : Classes({{"m.py", text}}, 0) {}
  Classes(const std::map<std::string, std::string>& sources, int,
          SearchProfile profile = SearchProfile::kPyright)
      : finder_(SmallFinder(sources, profile)), resolver_(finder_), table_(resolver_) {}

  ClassTable& table() { return table_; }
  Definition Find(std::string_view name) {
    const Answer answer = resolver_.Resolve(name);
    if (!answer.definitions.empty()) return answer.definitions[0];
    ADD_FAILURE() << name << " means nothing";
    return {};
  }

  // "name:kind" of what the module's own classes bind, of what instances have too.
  std::string Members(std::string_view name) { return Members(name, false); }
  // The same of what no text binds, but is made.
  std::string Made(std::string_view name) { return Members(name, true); }
  std::string Members(std::string_view name, bool made) {
    std::string text;
    for (const ClassMember& member : table_.Members(Find(name))) {
      if (finder_->name(member.owner.module) != "m") continue;
      if (made != (member.name.starts_with("__") && member.definition == member.owner)) continue;
      text.append(text.empty() ? "" : " ").append(member.name).append(":");
      text.append(KindName(member.kind));
    }
    return text;
  }

  // "name" of fields, with "=" and the default, "!" if only keywords set it, "-" if the
  // constructor does not; "?" at the end if something is not known.
  std::string Fields(std::string_view name) {
    const ClassFields& fields = table_.FieldsOf(Find(name));
    std::string text;
    for (const auto& each : fields.fields) {
      const ClassField& field = *each;
      if (field.class_variable) continue;
      text.append(text.empty() ? "" : " ").append(field.name);
      if (field.keyword_only) text += '!';
      if (!field.in_constructor) text += '-';
      if (field.only_in_constructor) text += '+';
      if (field.has_default) text.append("=").append(field.default_text.value_or("..."));
    }
    return text + (fields.complete ? "" : " ?");
  }

  // Parameters as they are written, "|" between overloads; the gap behind.
  std::string Signature(std::string_view name, MethodBinding binding = MethodBinding::kUnbound) {
    const Signatures signatures = SignaturesOf(table_, Find(name), binding);
    std::string text;
    for (const coppice::Signature& each : signatures.overloads) {
      if (!text.empty()) text += " | ";
      text += '(';
      for (const SignatureParameter& parameter : each.parameters) {
        if (text.back() != '(') text += ", ";
        if (parameter.kind == ParameterKind::kVarargs) text += '*';
        if (parameter.kind == ParameterKind::kKwargs) text += "**";
        text += parameter.name;
        if (parameter.kind == ParameterKind::kKeywordOnly) text += '!';
        if (parameter.has_default) text.append("=").append(parameter.default_text.value_or("..."));
      }
      text += ')';
    }
    if (signatures.gap != SignatureGap::kNone) text.append(" ").append(GapName(signatures.gap));
    return text;
  }

 private:
  std::shared_ptr<const ModuleFinder> finder_;
  NameResolver resolver_;
  ClassTable table_;
};

TEST(ClassTable, MembersAreToldByWhatTheClassMakesOfThem) {
  Classes classes(R"(
from functools import cached_property, lru_cache
class Descriptor:
    def __get__(self, instance, owner): ...
class Plain: ...
def helper(self): ...
class C:
    __slots__ = ("slot",)
    a = 1
    b = Descriptor()
    c = Plain()
    d: int
    e = nowhere()
    f = helper
    g = lambda self: 1
    h = property(helper)
    class Inner: ...
    def method(self): self.set_here = 1
    @property
    def prop(self): ...
    @prop.setter
    def prop(self, value): ...
    @cached_property
    def cached(self): ...
    @classmethod
    def cm(cls): ...
    @staticmethod
    def sm(): ...
    @lru_cache()
    def kept(self): ...
    @Descriptor
    def described(self): ...
    @nowhere
    def decorated(self): ...
)");
  EXPECT_EQ(classes.Members("m.C"),
            "Inner:class __slots__:value a:value b:descriptor c:value cached:property "
            "cm:class_method d:instance decorated:unknown described:descriptor e:unknown f:method "
            "g:method h:property kept:method method:method prop:property set_here:instance "
            "slot:slot sm:static_method");
}

TEST(ClassTable, AccessorsArePropertiesOfProperties) {
  Classes classes(R"(
from gone import Gone
class Registry:
    def getter(self, function): return function
reg = Registry()
class Base:
    @property
    def a(self): ...
    @property
    def b(self): ...
    def c(self): ...
    f = property(c)
class C(Base):
    @Base.a.setter
    def a(self, value): ...
    @a.deleter
    def a_too(self): ...
    @Base.b.getter
    def b(self): ...
    @Base.c.setter
    def c(self): ...
    @Gone.d.setter
    def d(self): ...
    @reg.getter
    def e(self): ...
    @f.setter
    def f(self): ...
    @Base.f.setter
    def g(self): ...
    @reg.property
    def h(self): ...
    @i.setter
    def j(self): ...
    @j.setter
    def i(self): ...
)");
  EXPECT_EQ(classes.Members("m.C"),
            "a:property a_too:property b:property c:unknown d:property e:unknown f:unknown "
            "g:property h:unknown i:unknown j:unknown");
}

TEST(ClassTable, NamesOfDecoratorsSpeakWhereTheyLeadNowhere) {
  Classes classes(R"(
from gone import classmethod as cm, overload, override, property
import gone
def staticmethod(function): ...
class C:
    @override
    def a(self): ...
    @property
    @override
    def b(self): ...
    @gone.classmethod
    def c(cls): ...
    @staticmethod
    def d(self): ...
    @gone.other
    def e(self): ...
@override
def f(a): ...
@overload
def g(a): ...
def g(*args): ...
)");
  EXPECT_EQ(classes.Members("m.C"), "a:method b:property c:class_method d:unknown e:unknown");
  EXPECT_EQ(classes.Signature("m.C.a"), "(self)");
  EXPECT_EQ(classes.Signature("m.f"), "(a)");
  EXPECT_EQ(classes.Signature("m.g"), "(a)");
}

TEST(ClassTable, DecoratingByHandChangesWhatADecoratorWould) {
  Classes classes(R"(
def f(a): pass
f = decorate(f)
class C:
    def q(self): pass
    q = decorate(q)
    def s(): pass
    s = decorate(staticmethod(s))
    def t(): pass
    t = staticmethod(t)
class D:
    x: int
D = decorate(D)
)");
  EXPECT_EQ(classes.Signature("m.f"), "(a) decorated");
  EXPECT_EQ(classes.Members("m.C"), "q:unknown s:unknown t:static_method");
  EXPECT_EQ(classes.Signature("m.D"), "() decorated");
  EXPECT_EQ(classes.Fields("m.D"), " ?");
}

TEST(ClassTable, TheFirstClassOfTheOrderThatBindsItHasIt) {
  Classes classes(R"(
class A:
    def both(self): ...
    def first(self): ...
class B(A):
    both = 1
class C(A):
    both = 2
class D(B, C):
    def __init__(self): self.first = 1
)");
  const Definition d = classes.Find("m.D");
  EXPECT_EQ(classes.table().Member(d, "both")->owner, classes.Find("m.B"));
  // What the class has comes before what instances have.
  EXPECT_EQ(classes.table().Member(d, "first")->kind, MemberKind::kMethod);
  EXPECT_FALSE(classes.table().Member(d, "nothing"));
}

TEST(ClassTable, EnumerationsHaveMembers) {
  Classes classes(R"(
from enum import Enum, auto, member, nonmember
class Base(Enum):
    def method(self): ...
class Colour(Base):
    _order_ = "RED BLUE"
    RED = 1
    BLUE = auto()
    ALIAS = RED
    WITH_TYPE: int = 3
    NOT = nonmember(4)
    declared: int
    __private = 5
    key = lambda self: 1
    _ignore_ = "gone also"
    gone = 6
    also = 7
    size = len
    class Nested: ...
    @member
    class Chosen: ...
)");
  EXPECT_EQ(classes.Members("m.Colour"),
            "ALIAS:enum_member BLUE:enum_member Chosen:enum_member NOT:value Nested:class "
            "RED:enum_member WITH_TYPE:enum_member _Colour__private:value _ignore_:value "
            "_order_:value declared:instance key:method method:method size:enum_member");
  EXPECT_EQ(*classes.table().TraitsOf(classes.Find("m.Colour")).metaclass,
            classes.Find("enum.EnumType"));
  EXPECT_EQ(classes.Signature("m.Colour"), "(value, names=None)");
}

TEST(ClassTable, BasesAreWhatIsBoundBeforeTheClass) {
  Classes classes(R"(
from enum import Enum
class E(Enum):
    a = 1
class Enum: pass
class M(type): pass
class C(metaclass=M): pass
class M: pass
)");
  EXPECT_EQ(classes.Members("m.E"), "a:enum_member");
  const auto& metaclass = classes.table().TraitsOf(classes.Find("m.C")).metaclass;
  ASSERT_TRUE(metaclass.has_value());
  EXPECT_EQ(classes.table().views().symbol(*metaclass).line(), 6u);
}

TEST(ClassTable, ConstantsAreWhatNothingElseBinds) {
  Classes classes({{"a.py", "FAST = True\n"}, {"m.py", R"(
from dataclasses import dataclass
FAST = False
from a import FAST
@dataclass
class C:
    if FAST:
        x: int
)"}},
                  0);
  EXPECT_FALSE(classes.table().FieldsOf(classes.Find("m.C")).complete);
}

TEST(ClassTable, DataclassesHaveFields) {
  Classes classes(R"(
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import ClassVar
@dataclass
class A:
    x: int
    y: int = 2
    shared: ClassVar[int] = 3
    unannotated = 4
    def method(self): ...
@dataclass(kw_only=True)
class B(A):
    z: int
@dataclass
class C(B):
    y: str = "over"
    _: KW_ONLY
    made: list = field(default_factory=list)
    hidden: int = field(init=False, default=5)
    once: InitVar[int] = 6
class D(C): ...
@dataclass(init=False)
class E:
    x: int
)");
  EXPECT_EQ(classes.Fields("m.A"), "x y=2");
  EXPECT_EQ(classes.Fields("m.B"), "x y=2 z!");
  EXPECT_EQ(classes.Fields("m.C"), "x y=\"over\" z! made!=<factory> hidden!-=5 once!+=6");
  EXPECT_EQ(classes.Signature("m.D"), "(x, y=\"over\", z!, made!=<factory>, once!=6)");
  EXPECT_EQ(classes.Signature("m.E"), "()");
}

TEST(ClassTable, TransformedClassesAreDataclasses) {
  Classes classes(R"(
from typing import dataclass_transform
def Field(default=..., **options): ...
@dataclass_transform(kw_only_default=True, field_specifiers=(Field,))
class Meta(type): ...
class Model(metaclass=Meta): ...
class User(Model):
    name: str
    age: int = Field(default=1)
    tag: str = Field(...)
def other(cls): ...
@other
class Not:
    name: str
)");
  EXPECT_EQ(classes.Fields("m.User"), "name! age!=1 tag!");
  EXPECT_EQ(classes.Fields("m.Not"), " ?");
}

TEST(ClassTable, AttrsHasFields) {
  Classes classes({{"attr/__init__.py", R"(
def define(cls=None, **options): ...
def s(cls=None, **options): ...
def ib(**options): ...
field = ib
)"},
                   {"m.py", R"(
import attr
@attr.define
class A:
    x: int
    _y: int = 2
    z: int = attr.ib(alias="zed", factory=list, kw_only=True)
@attr.define(slots=False)
class B(A):
    x: int = attr.ib(default=attr.NOTHING)
@attr.s
class C:
    a: int
    b = attr.ib()
    def __init__(self, own): ...
@attr.define
class D:
    a: int
    def __init__(self, own): ...
@attr.define(field_transformer=hook)
class E:
    a: int
)"}},
                  0);
  EXPECT_EQ(classes.Fields("m.A"), "x _y=2 z!=<factory>");
  EXPECT_EQ(classes.Signature("m.A"), "(x, y=2, zed!=<factory>)");
  EXPECT_EQ(classes.Members("m.A"), "_y:slot x:slot z:slot");
  EXPECT_EQ(classes.Fields("m.B"), "_y=2 z!=<factory> x");
  EXPECT_EQ(classes.Members("m.B"), "_y:slot x:slot z:slot");
  EXPECT_EQ(classes.Fields("m.C"), "b");
  // attr.s replaces what the class writes, define does not.
  EXPECT_EQ(classes.Signature("m.C"), "(b)");
  EXPECT_EQ(classes.Signature("m.D"), "(own)");
  EXPECT_EQ(classes.Signature("m.E"), "(a) fields");
}

TEST(ClassTable, SpecifiersThatAreNoFunctionsAreNotKnown) {
  Classes classes(R"(
from typing import dataclass_transform
def Field(): ...
Specifier = object()
@dataclass_transform(field_specifiers=(Specifier,))
class Base: ...
class A(Base):
    x: int = Field()
)");
  EXPECT_EQ(classes.Fields("m.A"), "x=Field() ?");
}

TEST(ClassTable, AttrsTakesAwayWhatIsNamedLikeFieldsOfBases) {
  Classes classes({{"attr/__init__.py", R"(
def define(cls=None, **options): ...
def s(cls=None, **options): ...
def ib(**options): ...
)"},
                   {"m.py", R"(
import attr
from typing import ClassVar
@attr.define
class A:
    x: int
@attr.define
class B(A):
    x: ClassVar[int] = 5
    y = attr.ib()
    @y.default
    def made(self): ...
    @y.validator
    def valid(self): ...
    @y.other
    def unknown(self): ...
    w = attr.ib()
    @w.default
    def replaced(self): ...
    w = 5
@attr.s
class C(A):
    x = 1
    z: ClassVar[int] = attr.ib()
)"}},
                  0);
  EXPECT_EQ(classes.Fields("m.B"), "x y=...");
  const auto owner = [&](std::string_view name) {
    return classes.table().Member(classes.Find(name), "x")->owner;
  };
  EXPECT_EQ(owner("m.B"), classes.Find("m.A"));
  EXPECT_EQ(classes.Members("m.B"),
            "made:method replaced:method "
            "unknown:unknown valid:method w:value x:slot y:slot");
  EXPECT_EQ(classes.Signature("m.B.valid"), "(self)");
  EXPECT_EQ(owner("m.C"), classes.Find("m.C"));
  // Without annotations it is attr.ib that makes fields.
  EXPECT_EQ(classes.Fields("m.C"), "x z");
}

TEST(ClassTable, FieldsAreThoseOfTheFirstClassThatMakesThem) {
  Classes classes(R"(
from dataclasses import dataclass
@dataclass
class A:
    x: int
class B(A): ...
@dataclass
class C(A):
    y: int
class D(B, C): ...
class E(nowhere.Base, C): ...
)");
  EXPECT_EQ(classes.Fields("m.D"), "x y");
  EXPECT_EQ(classes.Fields("m.E"), "x y ?");
}

TEST(ClassTable, FieldsOfSeveralBasesComeInTheOrderOfTheClasses) {
  Classes classes(R"(
from dataclasses import dataclass
@dataclass
class A:
    a: int
@dataclass
class B(A):
    b: int
@dataclass
class C(A):
    c: int
@dataclass
class D(B, C):
    d: int
)");
  EXPECT_EQ(classes.Fields("m.D"), "a c b d");
}

TEST(ClassTable, TooManyInheritedFieldsAreNotAllKnown) {
  std::string text = "from dataclasses import dataclass\n";
  for (const std::string name : {"A", "B"}) {
    text += "@dataclass\nclass " + name + ":\n";
    for (int i = 0; i < 300; ++i) text += " " + name + std::to_string(i) + ": int\n";
  }
  Classes classes(text + "@dataclass\nclass C(A, B): ...\n");
  const ClassFields& fields = classes.table().FieldsOf(classes.Find("m.C"));
  EXPECT_EQ(fields.fields.size(), 512u);
  EXPECT_FALSE(fields.complete);
}

TEST(ClassTable, SlotsHideDefaults) {
  Classes classes(R"(
from dataclasses import dataclass
@dataclass
class A:
    x: int = 1
@dataclass
class B(A):
    __slots__ = ("x",)
    x: int
@dataclass
class C(B):
    x: int
@dataclass
class D(A):
    __slots__ = names()
    x: int
)");
  EXPECT_EQ(classes.Fields("m.B"), "x");
  EXPECT_EQ(classes.Fields("m.C"), "x");
  EXPECT_EQ(classes.Fields("m.D"), "x=1 ?");
}

TEST(ClassTable, WhatTheClassKeepsOfItsFields) {
  Classes classes(R"(
from dataclasses import dataclass, field
from typing import ClassVar
@dataclass
class A:
    x: ClassVar[int] = 1
    y: int = 2
    z: list = field(default_factory=list)
    method = len
    def back(self): ...
    back = staticmethod(back)
    either = back if nowhere else 1
@dataclass
class B(A):
    x: int = 3
    z: int
@dataclass(slots=True)
class C:
    x: int = 1
)");
  EXPECT_EQ(classes.Fields("m.A"), "y=2 z=<factory>");
  EXPECT_EQ(classes.Members("m.A"),
            "back:static_method either:unknown "
            "method:value x:value y:value z:instance");
  // In the place of what it replaces; a factory leaves no default to inherit.
  EXPECT_EQ(classes.Fields("m.B"), "x=3 y=2 z");
  EXPECT_EQ(classes.Members("m.C"), "x:slot");
}

TEST(ClassTable, MakesWhatOptionsSay) {
  Classes classes(R"(
from dataclasses import dataclass
from functools import total_ordering
@dataclass
class Plain: ...
@dataclass(order=True, eq=True, repr=False, match_args=False)
class Ordered: ...
@dataclass(frozen=True, init=False)
class Frozen: ...
@dataclass(eq=False, unsafe_hash=True)
class Hashed: ...
@dataclass(eq=nowhere)
class Unknown:
    def __hash__(self): ...
class Equal:
    def __eq__(self, other): ...
class Both(Equal):
    def __eq__(self, other): ...
    def __hash__(self): ...
@total_ordering
class Total:
    def __lt__(self, other): ...
@total_ordering
class More(Total):
    def __gt__(self, other): ...
)");
  const std::string fields = "__dataclass_fields__:value __dataclass_params__:value ";
  EXPECT_EQ(classes.Made("m.Plain"),
            fields +
                "__eq__:method __hash__:value __init__:method __match_args__:value "
                "__repr__:method");
  EXPECT_EQ(classes.Made("m.Ordered"),
            fields +
                "__eq__:method __ge__:method __gt__:method __hash__:value __init__:method "
                "__le__:method __lt__:method");
  EXPECT_EQ(classes.Made("m.Frozen"),
            fields +
                "__delattr__:method __eq__:method __hash__:method __match_args__:value "
                "__repr__:method __setattr__:method");
  EXPECT_EQ(classes.Made("m.Hashed"),
            fields + "__hash__:method __init__:method __match_args__:value __repr__:method");
  EXPECT_EQ(classes.Made("m.Unknown"),
            fields + "__eq__:unknown __init__:method __match_args__:value __repr__:method");
  EXPECT_EQ(classes.Made("m.Equal"), "__hash__:value");
  EXPECT_EQ(classes.Made("m.Both"), "");
  EXPECT_EQ(classes.Made("m.Total"), "__ge__:method __gt__:method __le__:method");
  EXPECT_EQ(classes.Made("m.More"), "__ge__:method __le__:method");
}

TEST(ClassTable, QualifiersOfDataclassesCountWhereTheyStandFirst) {
  Classes classes(R"(
from dataclasses import InitVar, dataclass
from typing import Annotated, ClassVar, Final
@dataclass
class A:
    a: Final[int] = 1
    c: "ClassVar[int]" = 3
    d: InitVar[int] = 4
    e: ClassVar = 5
    f: Annotated[ClassVar[int], 0] = 6
@dataclass
class B(A):
    c: int
    d: int
)");
  EXPECT_EQ(classes.Fields("m.A"), "a=1 d+=4 f=6");
  EXPECT_EQ(classes.Fields("m.B"), "a=1 c=3 d=4 f=6");
}

TEST(ClassTable, SlotsHideDefaultsOfBases) {
  Classes classes(R"(
from dataclasses import dataclass
@dataclass
class A:
    x: int = 1
@dataclass(slots=True)
class B(A):
    x: int = 2
@dataclass
class C(B):
    x: int
@dataclass
class D(A):
    x: int
class E:
    x = 7
@dataclass(slots=True)
class F(E, B):
    x: int = 3
@dataclass
class G(F):
    x: int
)");
  EXPECT_EQ(classes.Signature("m.C"), "(x)");
  EXPECT_EQ(classes.Signature("m.D"), "(x=1)");
  // B has the slot already, so that F gets none, and what it has under the name is E's.
  EXPECT_EQ(classes.Signature("m.G"), "(x=7)");
}

TEST(ClassTable, KeywordOnlyFieldsOfBases) {
  Classes classes({{"attr/__init__.py", R"(
def define(cls=None, **options): ...
def s(cls=None, **options): ...
def ib(**options): ...
)"},
                   {"m.py", R"(
import attr
from dataclasses import dataclass
@dataclass
class A:
    a: int
@dataclass(kw_only=True)
class B(A):
    b: int
@dataclass
class C(B):
    c: int
@dataclass
class D(B):
    b: int
@attr.s
class E:
    a = attr.ib()
@attr.s(kw_only=True)
class F(E):
    b = attr.ib()
@attr.define
class G:
    a: int
@attr.define(kw_only=True)
class H(G):
    b: int
@attr.define(kw_only=True, force_kw_only=True)
class I(G):
    b: int
)"}},
                  0);
  EXPECT_EQ(classes.Signature("m.B"), "(a, b!)");
  EXPECT_EQ(classes.Signature("m.C"), "(a, c, b!)");
  EXPECT_EQ(classes.Signature("m.D"), "(a, b)");
  EXPECT_EQ(classes.Signature("m.F"), "(a!, b!)");
  EXPECT_EQ(classes.Signature("m.H"), "(a, b!)");
  EXPECT_EQ(classes.Signature("m.I"), "(a!, b!)");
}

TEST(ClassTable, MethodsGiveDefaultsToWhatIsWrittenBeforeThem) {
  Classes classes(
      {{"attr/__init__.py", "def s(cls=None, **o): ...\ndef ib(**options): ...\n"}, {"m.py", R"(
import attr
@attr.s
class A:
    x = attr.ib()
    @x.default
    def _made(self): ...
@attr.s
class B:
    x = attr.ib()
    @x.default
    def _made(self): ...
    x = attr.ib()
)"}},
      0);
  EXPECT_EQ(classes.Signature("m.A"), "(x=...)");
  EXPECT_EQ(classes.Signature("m.B"), "(x)");
}

TEST(ClassTable, FieldsOfBranchesThatAreTaken) {
  Classes classes(R"(
import sys
from dataclasses import dataclass
from typing import NamedTuple
@dataclass
class A:
    if sys.version_info >= (3,):
        a: int
        c: int = 1
    else:
        b: int
        c: int = 2
class B(NamedTuple):
    if sys.version_info >= (3,):
        a: int
    else:
        b: int
)");
  EXPECT_EQ(classes.Fields("m.A"), "a c=1");
  EXPECT_EQ(classes.Fields("m.B"), "a");
}

TEST(ClassTable, NamedTuplesAndTypedDictionariesHaveFields) {
  Classes classes(R"(
from collections import namedtuple
from typing import NamedTuple, NotRequired, Required, TypedDict
class P(NamedTuple):
    x: int
    y: int = 0
    def method(self): ...
class Q(namedtuple("Q", "a b, c", defaults=[1])): ...
R = namedtuple("R", ["a", "b"])
class S(R): ...
class T(TypedDict, total=False):
    a: int
    b: Required[int]
class U(T):
    c: int
    d: NotRequired[int]
)");
  EXPECT_EQ(classes.Fields("m.P"), "x y=0");
  EXPECT_EQ(classes.Fields("m.Q"), "a b c=1");
  EXPECT_EQ(classes.Signature("m.R"), "(a, b)");
  EXPECT_EQ(classes.Signature("m.S"), "(a, b)");
  std::string required;
  for (const auto& field : classes.table().FieldsOf(classes.Find("m.U")).fields) {
    required += field->name + (field->required ? "! " : "? ");
  }
  EXPECT_EQ(required, "a? b! c! d? ");
}

TEST(Signature, FunctionsAreCalledAsTheyAreWritten) {
  Classes classes(R"(
from typing import TypeVar, overload
F = TypeVar("F")
def same(function: F) -> F: ...
def changes(function): ...
def f(a, /, b, *args, c=1, **kwargs): ...
@same
def g(a): ...
@changes
def h(a): ...
@overload
def o(a: int) -> int: ...
@overload
def o(a: str, b: int) -> str: ...
def o(*args): ...
k = f
l = lambda a, /, b=lambda: 1, *c, d, **e: a
v = 1
class C:
    def m(self, a): ...
    @classmethod
    def cm(cls, a): ...
    @staticmethod
    def sm(a): ...
    def star(*args): ...
)");
  EXPECT_EQ(classes.Signature("m.f"), "(a, b, *args, c!=1, **kwargs)");
  EXPECT_EQ(classes.Signature("m.g"), "(a)");
  EXPECT_EQ(classes.Signature("m.h"), "(a) decorated");
  EXPECT_EQ(classes.Signature("m.o"), "(a) | (a, b)");
  EXPECT_EQ(classes.Signature("m.l"), "(a, b=lambda: 1, *c, d!, **e)");
  EXPECT_EQ(classes.Signature("m.k"), "(a, b, *args, c!=1, **kwargs)");
  EXPECT_EQ(classes.Signature("m.v"), " unknown_value");
  EXPECT_EQ(classes.Signature("m"), " not_callable");
  EXPECT_EQ(classes.Signature("m.C.m"), "(self, a)");
  EXPECT_EQ(classes.Signature("m.C.m", MethodBinding::kBound), "(a)");
  EXPECT_EQ(classes.Signature("m.C.cm"), "(a)");
  EXPECT_EQ(classes.Signature("m.C.sm", MethodBinding::kBound), "(a)");
  EXPECT_EQ(classes.Signature("m.C.star", MethodBinding::kBound), "(*args)");
}

TEST(Signature, OverloadsAreThoseOfTyping) {
  Classes classes({{"own.py", R"(
from typing import TypeVar
F = TypeVar("F")
def overload(function: F) -> F: ...
@overload
def f(a): ...
def f(a, b): ...
)"},
                   {"other.py", R"(
from typing import overload as one_of
@one_of
def f(a): ...
@one_of
def f(b): ...
def f(*args): ...
)"}},
                  0);
  EXPECT_EQ(classes.Signature("own.f"), "(a, b)");
  EXPECT_EQ(classes.Signature("other.f"), "(a) | (b)");
}

TEST(Signature, ConstructorsThatTakeAnything) {
  Classes classes(R"(
from collections import namedtuple
from dataclasses import dataclass
class A:
    def __new__(cls, a): ...
class B(A):
    def __new__(cls, *args, **kwargs): ...
class C(A):
    def __init__(self, c): ...
class D:
    def __new__(cls, first, *args, **kwargs): ...
    def __init__(self, d): ...
class E(namedtuple("E", "a b")):
    def __new__(cls, *args, **kwargs): ...
class F(E):
    def __init__(self, f): ...
@dataclass
class G:
    a: int
    def __new__(cls, *args, **kwargs): ...
)");
  EXPECT_EQ(classes.Signature("m.B"), "(*args, **kwargs)");
  EXPECT_EQ(classes.Signature("m.C"), "(c)");
  EXPECT_EQ(classes.Signature("m.D"), "(first, *args, **kwargs)");
  EXPECT_EQ(classes.Signature("m.E"), "(*args, **kwargs)");
  EXPECT_EQ(classes.Signature("m.F"), "(f)");
  // inspect says (*args, **kwargs), but what is called then takes the field.
  EXPECT_EQ(classes.Signature("m.G"), "(a)");
}

TEST(Signature, OverloadsOfBranchesThatAreTaken) {
  Classes classes(R"(
import sys
from typing import overload
if sys.version_info >= (3,):
    @overload
    def o(a): ...
else:
    @overload
    def o(b): ...
@overload
def o(c): ...
def o(*args): ...
)");
  EXPECT_EQ(classes.Signature("m.o"), "(a) | (c)");
}

// Which say what a class is with its decorators.
TEST(Signature, DecoratorsOfClassesInStubs) {
  const std::string text =
      "def changes(cls): ...\n@changes\nclass A:\n    def __init__(self, a): ...\n";
  Classes classes({{"stub.pyi", text}, {"source.py", text}}, 0);
  EXPECT_EQ(classes.Signature("stub.A"), "(a)");
  EXPECT_EQ(classes.Signature("source.A"), "(a) decorated");
}

TEST(Signature, ClassesAreCalledAsTheirConstructorsAre) {
  Classes classes(R"(
class Meta(type):
    def __call__(cls, of_meta): ...
class A(metaclass=Meta):
    def __init__(self, a): ...
class B:
    def __new__(cls, *args, **kwargs): ...
    def __init__(self, b): ...
class C(B): ...
class D:
    def __new__(cls, d): ...
class E: ...
class F(nowhere.Unknown): ...
def changes(cls): ...
@changes
class G: ...
class H(G):
    def __init__(self, __h): ...
class I(nowhere.Unknown):
    def __init__(self): ...
class J:
    value = len
)");
  EXPECT_EQ(classes.Signature("m.A"), "(of_meta)");
  EXPECT_EQ(classes.Signature("m.B"), "(b)");
  EXPECT_EQ(classes.Signature("m.C"), "(b)");
  EXPECT_EQ(classes.Signature("m.D"), "(d)");
  EXPECT_EQ(classes.Signature("m.E"), "()");
  EXPECT_EQ(classes.Signature("m.F"), "() unknown_base");
  EXPECT_EQ(classes.Signature("m.H"), "(_H__h) decorated");
  EXPECT_EQ(classes.Signature("m.I"), "() unknown_base");
  const auto value = classes.table().Member(classes.Find("m.J"), "value");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(SignaturesOf(classes.table(), *value, MethodBinding::kBound).gap,
            SignatureGap::kUnknownValue);
}

TEST(Signature, ConstructorsForTypeCheckersAreNotThoseThatRun) {
  const std::string text =
      "from typing import TYPE_CHECKING\nclass C:\n    if TYPE_CHECKING:\n"
      "        def __init__(self, a): ...\n";
  EXPECT_EQ(Classes(text).Signature("m.C"), "(a)");
  EXPECT_EQ(Classes({{"m.py", text}}, 0, SearchProfile::kRuntime).Signature("m.C"),
            " unknown_value");
}

TEST(ClassTable, NoChainOfBasesIsTooLong) {
  std::string text = "from dataclasses import dataclass\n@dataclass\nclass C0:\n x: int\n";
  for (int i = 1; i <= 20000; ++i) {
    text += "class C" + std::to_string(i) + "(C" + std::to_string(i - 1) + "): y = 1\n";
  }
  text += "@dataclass\nclass D:\n z: int\n";
  text += "@dataclass\nclass E(C20000, D): ...\nclass F(C20000, D): ...\n";
  Classes classes(text);
  EXPECT_EQ(classes.Fields("m.C200"), "x");
  EXPECT_EQ(classes.Fields("m.C20000"), "x");
  // Wherever one begins.
  EXPECT_TRUE(classes.table().TraitsOf(classes.Find("m.C20000")).knows_bases);
  EXPECT_EQ(classes.Signature("m.C20000"), "() unknown_base");
  EXPECT_EQ(classes.Signature("m.C200"), "(x)");
  // Their orders are cut before D.
  EXPECT_EQ(classes.Fields("m.E"), "x ?");
  EXPECT_EQ(classes.Fields("m.F"), "x ?");
}

TEST(ClassTable, WhatAMakerAddsHidesWhatObjectHas) {
  Classes classes(R"(
from dataclasses import dataclass
@dataclass
class A:
    x: int
@dataclass(repr=False)
class B:
    x: int
    def __init__(self, own): ...
class P:
    __slots__ = ("__x",)
    def __init__(self): self.__x = 1
)");
  EXPECT_EQ(classes.Members("m.A"), "x:instance");
  EXPECT_EQ(classes.Members("m.B"), "__init__:method x:instance");
  EXPECT_EQ(classes.Members("m.P"), "_P__x:slot __init__:method __slots__:value");
  const auto init = classes.table().Member(classes.Find("m.A"), "__init__");
  ASSERT_TRUE(init.has_value());
  EXPECT_EQ(init->owner, classes.Find("m.A"));
  const Signatures signatures = SignaturesOf(classes.table(), *init, MethodBinding::kUnbound);
  ASSERT_EQ(signatures.overloads.size(), 1u);
  ASSERT_EQ(signatures.overloads[0].parameters.size(), 2u);
  EXPECT_EQ(signatures.overloads[0].parameters[1].name, "x");
}

TEST(ClassTable, WhatLibrariesAddToTransformsIsNotKnown) {
  Classes classes(R"(
from typing import dataclass_transform
TYPE_CHECKING = False
if TYPE_CHECKING:
    pass
def Field(default=..., **options): ...
def column(kind, default=..., **options): ...
@dataclass_transform(field_specifiers=(Field, column))
class Meta(type): ...
class Model(metaclass=Meta): ...
class A(Model):
    a: int
    _p: int = 3
class B(Model, extra="allow"):
    a: int
class C(Model):
    a: int = Field(validation_alias="b")
class D(Model):
    a: int = column(str)
    b: int = column(str, default=1)
class E(Model):
    model_config = dict(extra="allow")
    a: int
@dataclass_transform(field_specifiers=(Nowhere,))
class OtherMeta(type): ...
class Other(metaclass=OtherMeta): ...
class F(Other):
    a: int
)");
  EXPECT_EQ(classes.Fields("m.A"), "a _p=3 ?");
  EXPECT_EQ(classes.Fields("m.B"), "a ?");
  EXPECT_EQ(classes.Fields("m.C"), "a ?");
  EXPECT_EQ(classes.Fields("m.D"), "a b=1");
  EXPECT_EQ(classes.Fields("m.E"), "a ?");
  EXPECT_EQ(classes.Fields("m.F"), "a ?");
}

TEST(ClassTable, ConditionsThatAreNotKnownLeaveFieldsIncomplete) {
  Classes classes(R"(
import sys
from dataclasses import dataclass
PY2 = sys.version_info[0] == 2
@dataclass
class D:
    a: int
    if PY2:
        b: int
    else:
        c: int
@dataclass
class E:
    try:
        r: int = 1
    except Exception:
        s: int = 2
if nowhere:
    @dataclass
    class F:
        a: int
)");
  EXPECT_EQ(classes.Fields("m.D"), "a c");
  EXPECT_EQ(classes.Fields("m.E"), "r=1 s=2 ?");
  EXPECT_EQ(classes.Fields("m.F"), "a");
}

TEST(ClassTable, FieldsBehindUnknownDecoratorsAreIncomplete) {
  Classes classes(R"(
from dataclasses import dataclass
def mine(**options): return dataclass(**options)
@mine(order=True)
class A:
    x: int
@dataclass
class B(A):
    y: int
)");
  EXPECT_EQ(classes.Fields("m.A"), " ?");
  EXPECT_EQ(classes.Fields("m.B"), "y ?");
}

TEST(ClassTable, DefaultsThatAreUnpackedAreNotKnown) {
  Classes classes(R"(
from collections import namedtuple
D = [1]
class A(namedtuple("A", "x y", defaults=[*D])): ...
)");
  EXPECT_EQ(classes.Fields("m.A"), "x y ?");
}

TEST(ClassTable, ClassesThatLeadBackToThemselvesEnd) {
  Classes classes(R"(
from dataclasses import dataclass
@dataclass
class A(B):
    x: int
@dataclass
class B(A):
    y: int
a = b
b = a
class C:
    v = a
)");
  classes.Fields("m.A");
  EXPECT_EQ(classes.Members("m.C"), "v:unknown");
  EXPECT_EQ(classes.Signature("m.a"), " unknown_value");
}

}  // namespace
}  // namespace coppice::test
