// Subclasses and re-exports.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "summaries/resolution/classes/subclasses.h"
#include "summaries/resolution/names/reexports.h"
#include "tests/resolution/source_index.h"

namespace coppice::test {
namespace {

using Strings = std::vector<std::string>;

std::string NameOf(const ModuleFinder& finder, Definition definition) {
  const SummaryView view = *finder.index().summary(definition.module);
  return finder.name(definition.module) + '.' + view.symbol(definition.row).qualname();
}

// "name distance base" of all that derive from a class.
Strings Subclasses(const Sources& sources, const std::string& name) {
  NameResolver resolver(FinderOfSources(sources));
  const auto table = SubclassTable::Make(resolver);
  const Answer answer = resolver.Resolve(name);
  Strings found;
  if (!table || answer.definitions.empty()) return found;
  for (const Subclass& each : table->All(answer.definitions[0])) {
    found.push_back(NameOf(resolver.finder(), each.definition) + ' ' +
                    std::to_string(each.distance) + ' ' + NameOf(resolver.finder(), each.base));
  }
  return found;
}

TEST(Subclasses, AreFoundThroughEveryWayToNameAClass) {
  const Sources sources = {
      {"base.py", "class B: pass\nAlias = B\nclass Own(B): pass"},
      {"p/__init__.py", "from base import B as Renamed\nfrom base import *"},
      {"use.py",
       "import base, p\nfrom p import Renamed\nimport base as other\n"
       "class Direct(base.B): pass\nclass Again(Renamed[int], metaclass=x): pass\n"
       "class Star(p.B): pass\nclass Aliased(other.Alias): pass\n"
       "class Outer:\n  class Inner(Renamed): pass\n"
       "class Late(Outer.Inner, Direct): pass\n"
       "class Unknown(missing.B): pass\nclass Called(f(base.B)): pass"},
      {"version.py",
       "import sys\nfrom base import B\nif sys.version_info < (3,):\n  class Old(B): pass"},
      {"either.py",
       "try:\n  from base import B\nexcept ImportError:\n  class B: pass\n"
       "class Either(B): pass"}};
  EXPECT_EQ(Subclasses(sources, "base.B"),
            (Strings{"base.Own 1 base.B", "either.Either 1 base.B", "use.Again 1 base.B",
                     "use.Aliased 1 base.B", "use.Direct 1 base.B", "use.Star 1 base.B",
                     "use.Outer.Inner 1 base.B", "use.Late 2 use.Direct"}));
  EXPECT_EQ(Subclasses(sources, "either.B").size(), 8U);
  EXPECT_TRUE(Subclasses(sources, "use.Late").empty());
}

TEST(Subclasses, DeriveFromWhatTypingNamesStandFor) {
  const Sources sources = {
      {"builtins.py", "class object: pass\nclass dict: pass"},
      {"collections/__init__.py", ""},
      {"collections/abc.py", "class Mapping: pass"},
      {"typing.py",
       "import collections.abc\nDict = _alias(dict, 2)\n"
       "Mapping = _alias(collections.abc.Mapping, 2)"},
      {"use.py",
       "import typing\nclass A(typing.Mapping[str, int]): pass\nclass B(typing.Dict): pass\n"
       "class C((A)): pass"}};
  EXPECT_EQ(Subclasses(sources, "collections.abc.Mapping"),
            (Strings{"use.A 1 collections.abc.Mapping", "use.C 2 use.A"}));
  EXPECT_EQ(Subclasses(sources, "builtins.dict"), (Strings{"use.B 1 builtins.dict"}));
}

TEST(Subclasses, EndWhereClassesDeriveFromThemselves) {
  const Sources sources = {{"a.py", "from b import B\nclass A(B): pass\nclass C(C): pass"},
                           {"b.py", "from a import A\nclass B(A): pass"}};
  EXPECT_EQ(Subclasses(sources, "a.A"), (Strings{"b.B 1 a.A"}));
  EXPECT_TRUE(Subclasses(sources, "a.C").empty());
}

// "module.name how public" of all that pass a name on.
Strings Reexports(const Sources& sources, const std::string& name) {
  NameResolver resolver(FinderOfSources(sources));
  const Answer answer = resolver.Resolve(name);
  const auto found = FindReexports(resolver, answer.definitions);
  Strings texts;
  if (!found) return {found.error().message};
  for (const Reexport& each : *found) {
    constexpr const char* kHow[] = {" import", " star", " alias"};
    texts.push_back(resolver.finder().name(each.module) + '.' + each.name +
                    kHow[static_cast<int>(each.how)] + (each.is_public ? " public" : ""));
  }
  return texts;
}

TEST(Reexports, AreFoundUnderEveryName) {
  const Sources sources = {
      {"a/__init__.py", "from ._impl import f\nfrom ._impl import f as _private"},
      {"a/_impl.py", "def f(): pass\ng = f"},
      {"star.py", "from a._impl import *"},
      {"twice.py", "from star import *\nfrom star import g as h"},
      {"user.py", "from a import f\nimport a\nlocal = a.f\ndef x():\n  from a import f as y"},
      {"listed.py", "from a import f as listed, f as unlisted\n__all__ = ['listed']"},
      {"starlisted.py", "from a._impl import *\n__all__ = ['g']"},
      {"redundant.py", "from a import f as f"},
      {"other.py", "from b import f"},
      {"b.py", "def f(): pass"}};
  EXPECT_EQ(Reexports(sources, "a.f"),
            (Strings{"a._private import", "a.f import public", "listed.listed import public",
                     "listed.unlisted import", "redundant.f import public", "star.f star public",
                     "star.g star public", "starlisted.f star", "starlisted.g star public",
                     "twice.f star public", "twice.g star public", "twice.h import",
                     "user.f import", "user.local alias public"}));
  EXPECT_EQ(Reexports(sources, "b.f"), (Strings{"other.f import"}));
}

TEST(Reexports, OfModules) {
  const Sources sources = {{"p/__init__.py", "from . import m"},
                           {"p/m.py", ""},
                           {"q/__init__.py", "import p.m as mine\nfrom p import m"},
                           {"r.py", "import p.m\nfrom q import *"}};
  EXPECT_EQ(Reexports(sources, "p.m"),
            (Strings{"q.m import", "q.mine import", "r.m star public", "r.mine star public"}));
}

TEST(Reexports, EndInCycles) {
  const Sources sources = {{"a.py", "from b import *\nfrom c import *\nx = 1"},
                           {"b.py", "from a import *"},
                           {"c.py", "from b import x\nfrom a import x as y"}};
  EXPECT_EQ(Reexports(sources, "a.x"),
            (Strings{"b.x star public", "b.y star public", "c.x import", "c.y import"}));
}

}  // namespace
}  // namespace coppice::test
