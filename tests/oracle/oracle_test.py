#!/usr/bin/env python3
"""Tests the oracle: its records against cases written by hand, and that no perturbation escapes."""

import copy
import json
import os
import stat
import subprocess
import sys
import tempfile
import textwrap
import unittest

import compare
import expected
import names

HERE = os.path.dirname(os.path.abspath(__file__))

SAMPLE = textwrap.dedent('''\
    """Doc.

    More."""
    from __future__ import annotations
    import os, sys as system
    from . import part
    __all__ = ["a", "b"] + part.__all__
    if sys.version_info >= (3, 11):
        x: Final[int] = (1)
    else:
        x = y = 2
    class C(Base[int], metaclass=M):
        """Class doc."""
        __slots__ = ()
        @property
        async def p(self, a, /, b: int = 1, *c, d=(2), **e) -> "C":
            """Method doc."""
            self.z = b
            yield
    ''')


def records(source):
    return expected.records(textwrap.dedent(source))[0]


def brief(source, *fields):
    """The symbols of a source as tuples of (qualname, fields...)."""
    return [(s["qualname"],) + tuple(s.get(f, "absent") for f in fields)
            for s in records(source)["symbols"]]


def guards(source):
    return {s["qualname"]: [(g["kind"], g["test"], g["branch"]) for g in s["guards"]]
            for s in records(source)["symbols"]}


class Records(unittest.TestCase):
    def test_every_binding_is_a_symbol(self):
        self.assertEqual(
            brief("x = 1; x += 2\na = b = (3)\n(p), [q, *r] = 4\n(s) = 5\nt: int\n(u): int\n"
                  "del x\n(w := 6)\n[v := 7 for _ in y]\nlambda: (h := 8)\n", "value"),
            [("x", "1"), ("x", None), ("a", "(3)"), ("b", "(3)"), ("p", None), ("q", None),
             ("r", None), ("s", "5"), ("t", "absent"), ("w", "6"), ("v", "7")])

    def test_compound_statements_bind(self):
        self.assertEqual(
            guards("for a in f( x ):\n  b = 1\nelse:\n  c = 1\nwith o() as d, p:\n  pass\n"
                   "try:\n  e = 1\nexcept (E) as g: pass\nexcept: h = 1\nelse: i = 1\n"
                   "finally: j = 1\nwhile k: l = 1\nelse: m = 1\n"),
            {"a": [("loop", "a in f( x )", 0)], "b": [("loop", "a in f( x )", 0)],
             "c": [("loop", "a in f( x )", 1)], "d": [("with", "o() as d, p", 0)],
             "e": [("try", "", 0)], "g": [("except", "(E)", 0)], "h": [("except", "", 1)],
             "i": [("else", "", 0)], "j": [("finally", "", 0)], "l": [("loop", "k", 0)],
             "m": [("loop", "k", 1)]})

    def test_elif_nests(self):
        self.assertEqual(
            guards("if (A): a = 1\nelif B and (b := 1): c = 1\nelse: d = 1\n"),
            {"a": [("if", "(A)", 0)], "b": [("if", "(A)", 1)],
             "c": [("if", "(A)", 1), ("if", "B and (b := 1)", 0)],
             "d": [("if", "(A)", 1), ("if", "B and (b := 1)", 1)]})

    def test_match_binds(self):
        self.assertEqual(
            guards("match x, y:\n  case [a, *b] if (c := 1): pass\n  case {'k': d, **e}: pass\n"
                   "  case P(f=int() as g) | Q.r: pass\n  case _: pass\n"),
            dict([(n, [("match", "x, y", 0)]) for n in "abc"]
                 + [(n, [("match", "x, y", 1)]) for n in "de"] + [("g", [("match", "x, y", 2)])]))

    def test_attributes(self):
        self.assertEqual(
            brief("""\
                class C:
                    def m(self, a):
                        self.a, (self.b), other.c, self.d.e, self.f[0] = a
                        for self.g in a: self.__h: int
                        def inner():
                            self.i = 1
                        def shadow(self): self.no = 1
                    @staticmethod
                    def s(self): self.no = 1
                    @classmethod
                    def c(cls): cls.v = 1
                    def __new__(cls): cls.no = 1
                    def __init_subclass__(cls): cls.w = 1
                """, "kind", "value")[1:],
            [("C.m", "function", "absent"), ("C.a", "attribute", None), ("C.b", "attribute", None),
             ("C.g", "attribute", None), ("C._C__h", "attribute", "absent"),
             ("C.i", "attribute", "1"), ("C.s", "function", "absent"),
             ("C.c", "function", "absent"), ("C.v", "variable", "1"),
             ("C.__new__", "function", "absent"),
             ("C.__init_subclass__", "function", "absent"), ("C.w", "variable", "1")])

    def test_globals(self):
        self.assertEqual(
            brief("""\
                def f():
                    global a, b, c, d
                    a = 1
                    def b(): pass
                    class c: pass
                    import d as d
                    local = 1
                    def g(): a = 2
                class C:
                    global h
                    h, i = 1
                    def j(self):
                        global __k
                        __k = 1
                """, "kind", "value", "order"),
            [("f", "function", "absent", 0), ("a", "variable", "1", 1), ("b", "variable", None, 2),
             ("c", "variable", None, 3), ("d", "variable", None, 4), ("C", "class", "absent", 5),
             ("h", "variable", None, 6), ("C.i", "variable", None, 0),
             ("C.j", "function", "absent", 1), ("_C__k", "variable", "1", 7)])

    def test_names_as_python_compares_them(self):
        self.assertEqual(
            brief("class __D:\n  class __E:\n    __f = 1\n  __g__ = 1\nclass __:\n  __h = 1\n"
                  "\ufb01 = 1\n"),
            [("__D",), ("__D._D__E",), ("__D._D__E._E__f",), ("__D.__g__",), ("__",),
             ("__.__h",), ("fi",)])

    def test_positions(self):
        source = "@d\nasync  def \\\n f(): pass\nx = (\n  1)\n\u00e9 = z = 1\n"
        self.assertEqual(brief(source, "line", "col", "end_line"),
                         [("f", 3, 1, 3), ("x", 4, 0, 5), ("\u00e9", 6, 0, 6), ("z", 6, 5, 6)])

    def test_texts(self):
        long = "'" + "\u00e9" * 40 + "'"
        self.assertEqual(
            brief("a = f( b,  # why\n   c )\nd = 'x  y'  'z'\ne = %s\ng = (  # n\n 1\n)\n" % long,
                  "value"),
            [("a", "f( b, c )"), ("d", "'x  y' 'z'"), ("e", "'" + "\u00e9" * 31 + "\u2026"),
             ("g", "( 1 )")])

    def test_definitions(self):
        klass, function = records(
            "@ ( a ) . b\n@c(1)\nclass C((A), *B, k = (1), **d): pass\n"
            "def f(a: (int), /, b = (1), *c: d, e, **g) -> (h): pass\n")["symbols"]
        self.assertEqual(klass["decorators"], ["( a ) . b", "c(1)"])
        self.assertEqual(klass["bases"], ["(A)", "*B"])
        self.assertEqual(klass["keywords"], {"k": "(1)", "**": "d"})
        self.assertEqual(function["returns"], "(h)")
        self.assertEqual(function["params"], [
            {"name": "a", "kind": "posonly", "annotation": "(int)"},
            {"name": "b", "kind": "normal", "default": "(1)"},
            {"name": "c", "kind": "vararg", "annotation": "d"}, {"name": "e", "kind": "kwonly"},
            {"name": "g", "kind": "kwarg"}])

    def test_flags(self):
        self.assertEqual(
            brief("""\
                class C(abc.ABC, Protocol[T], metaclass=EnumMeta):
                    __slots__ = ()
                    @functools.cached_property
                    def a(self): yield
                    @a.setter
                    def a(self, v): lambda: (yield)
                    @abc.abstractclassmethod
                    async def b(cls): pass
                    def __new__(cls): pass
                    def __class_getitem__(cls): pass
                    @typing.overload
                    @deprecated("x")
                    def c(self): self.v: t.Final = 1
                    d: ClassVar[int]
                @dataclass(slots=True)
                class D(enum.Enum): pass
                X: TypeAlias = int
                """, "flags"),
            [("C", ["abstract", "enum", "protocol", "slots"]), ("C.__slots__", []),
             ("C.a", ["generator", "property"]), ("C.a", ["setter"]),
             ("C.b", ["async", "classmethod", "abstract"]),
             ("C.__new__", ["staticmethod", "implicit"]),
             ("C.__class_getitem__", ["classmethod", "implicit"]),
             ("C.c", ["overload", "deprecated"]), ("C.v", ["final"]), ("C.d", ["classvar"]),
             ("D", ["dataclass", "enum", "slots"]), ("X", ["typealias"])])

    def test_imports(self):
        found = records(
            "import a.b, c.d as e\nif x:\n  from ..m import (n,\n    o as o)\n"
            "class C:\n  from . import __p\ndef f():\n  try: import q\n"
            "  except E: from r import s\n")
        rows = [(i["module"], i["level"], i["name"], i["binds"], i["alias"], i["line"], i["scope"],
                 i["order"], [g["kind"] for g in i["guards"]]) for i in found["imports"]]
        self.assertEqual(rows, [
            ("a.b", 0, None, "a", False, 1, "module", 0, []),
            ("c.d", 0, None, "e", True, 1, "module", 1, []),
            ("m", 2, "n", "n", False, 3, "module", 2, ["if"]),
            ("m", 2, "o", "o", True, 4, "module", 3, ["if"]),
            ("", 1, "__p", "_C__p", False, 6, "class", 0, []),
            ("q", 0, None, "q", False, 8, "function", 0, ["try"]),
            ("r", 0, "s", "s", False, 9, "function", 1, ["except"])])

    def test_docs(self):
        self.assertEqual(records("(  '\\n  a ' 'b \\n c')\n")["doc"], "a b")
        self.assertIsNone(records("b'a'\n")["doc"])
        self.assertIsNone(records("f'a'\n")["doc"])
        self.assertIsNone(records("'  '\n")["doc"])

    def check_all(self, source, entries, complete=True):
        found = records(source)
        self.assertEqual((found["all"], found["all_complete"]), (entries, complete), source)

    def test_all(self):
        self.check_all("x = 1\n", None)
        self.check_all("__all__ = ['a', 'b' 'c', 'a']\n", ["a", "bc"])
        self.check_all("__all__ = ('a', b)\n", ["a"], False)
        self.check_all("__all__ = ['a']\n__all__ = ['b']\n", ["b"])
        self.check_all("__all__ = f()\n__all__: list = ['b']\n", ["b"])
        self.check_all("if x:\n  __all__ = ['a']\nelse:\n  __all__ = ['b']\n", ["a", "b"])
        self.check_all("__all__ = []\n__all__ += ['a']\n__all__.extend(('b',))\n"
                       "__all__.append('c')\n__all__.remove('a')\n__all__.sort()\n", ["b", "c"])
        self.check_all("__all__ = ['a']\n__all__.insert(0, 'b')\n", ["a"], False)
        self.check_all("def f():\n  global __all__\n  __all__ = ['a']\n", [], False)
        self.check_all("__all__ = ['a']\n__all__[:] = []\n", ["a"], False)
        self.check_all("__all__ = ['a']\ndel __all__\n", ["a"], False)
        self.check_all("__all__ = ['a']\n(__all__.append('b'))\n", ["a", "b"])
        self.check_all("__all__ = ['a']\n__all__.append('b'), 1\n", ["a"], False)
        self.check_all("__all__ = ['a']\nx = [__all__.append(b) for b in y]\n", ["a"], False)
        self.check_all("__all__ = ['a']\nx = __all__.sort(), __all__.index('a')\n", ["a"])
        self.check_all("def f(): __all__.append('b')\n__all__ = ['a']\n", ["a"], False)
        self.check_all("class C: __all__[0] = 'b'\n__all__ = ['a']\n", ["a"], False)
        self.check_all("__all__ = ['a']\nx = lambda: __all__.pop()\n", ["a"], False)
        self.check_all("__all__ = ['\\N{BULLET}', 'b', r'\\N{c}']\n", ["b", "\\N{c}"], False)

    def test_all_of_other_modules(self):
        self.check_all("import m.n\n__all__ = m.n.__all__ + ['a']\n", [{"from": "m.n"}, "a"])
        self.check_all("import m.n as o\n__all__ = [*o.p.__all__]\n", [{"from": "m.n.p"}])
        self.check_all("from . import x\n__all__ = x.__all__\n", [{"from": ".x"}])
        self.check_all("from ..m import x\n__all__ = x.__all__\n", [{"from": "..m.x"}])
        self.check_all("from .x import *\n__all__ = x.__all__\n", [{"from": ".x"}])
        self.check_all("__all__ = x.__all__\n", [{"from": "x"}], False)
        self.check_all("from .m import __all__ as y\n__all__ = ['a'] + y\n", ["a", {"from": ".m"}])
        self.check_all("from m import __all__\n__all__.remove('a')\n", [{"from": "m"}], False)

    def test_witnesses_agree_and_can_disagree(self):
        _, bound = expected.records(SAMPLE)
        self.assertEqual(names.disagreements(bound, SAMPLE, "sample"), [])
        bound["module"].discard("x")
        bound["classes"][0][3].add("q")
        self.assertEqual(len(names.disagreements(bound, SAMPLE, "sample")), 2)


def perturbations(record, path=()):
    """(path, perturbed copy) for every scalar of a record, and every element dropped."""
    items = record.items() if isinstance(record, dict) else enumerate(record)
    for key, value in list(items):
        changed = copy.copy(record)
        if isinstance(value, (dict, list)):
            for inner, copied in perturbations(value, path + (key,)):
                changed = copy.copy(record)
                changed[key] = copied
                yield inner, changed
        else:
            if isinstance(value, bool):
                changed[key] = not value
            elif isinstance(value, int):
                changed[key] = value + 1
            else:
                changed[key] = (value or "") + "?"
            yield path + (key,), changed
        dropped = copy.copy(record)
        del dropped[key]
        if value is not None and value != [] and value != {}:
            yield path + (key, "dropped"), dropped


class Comparison(unittest.TestCase):
    def setUp(self):
        self.wanted = expected.records(SAMPLE)[0]
        self.wanted.update(module="sample", package=False, stub=False, syntax="clean")

    def test_equal_records_do_not_differ(self):
        actual = json.loads(json.dumps(self.wanted))
        count, found = compare.differences(self.wanted, actual, SAMPLE)
        self.assertEqual(found, [])
        self.assertEqual(count, 1 + len(actual["imports"]) + len(actual["symbols"]))

    def test_every_perturbation_is_one_difference_or_more(self):
        actual = json.loads(json.dumps(self.wanted))
        tried = 0
        for path, perturbed in perturbations(actual):
            _, found = compare.differences(self.wanted, perturbed, SAMPLE)
            self.assertTrue(found, path)
            if path != ("syntax",):
                self.assertIsNone(found[0].choice, path)
            tried += 1
        self.assertGreater(tried, 250)

    def test_order_of_the_lists_matters(self):
        for kind in ("imports", "symbols"):
            actual = json.loads(json.dumps(self.wanted))
            actual[kind].reverse()
            self.assertTrue(compare.differences(self.wanted, actual, SAMPLE)[1])


FAKE = '''\
#!{python}
import json, os, sys
sys.path.insert(0, {here!r})
import expected
arguments = sys.argv[1:]
if arguments[0] == "index":
    name, root = arguments[-1].split("=", 1)
    with open(arguments[arguments.index("-o") + 1], "w") as pack:
        pack.write(name + "=" + root)
else:
    name, root = open(arguments[1]).read().split("=", 1)
    for path in sorted(os.listdir(root)):
        record = expected.records(open(os.path.join(root, path)).read())[0]
        record.update(module=path[:-3], root=name, path=path, package=False, stub=False,
                      syntax="clean")
        {tamper}
        print(json.dumps(record))
'''


class Driver(unittest.TestCase):
    def run_with(self, tamper):
        with tempfile.TemporaryDirectory() as directory:
            tree = os.path.join(directory, "tree")
            os.mkdir(tree)
            for name in ("one.py", "two.py"):
                with open(os.path.join(tree, name), "w") as file:
                    file.write(SAMPLE)
            fake = os.path.join(directory, "coppice")
            with open(fake, "w") as file:
                file.write(FAKE.format(python=sys.executable, here=HERE, tamper=tamper))
            os.chmod(fake, stat.S_IRWXU)
            return subprocess.run(
                [sys.executable, os.path.join(HERE, "summary_oracle.py"), "--coppice", fake, tree],
                stdout=subprocess.PIPE, universal_newlines=True)

    def test_agreement(self):
        run = self.run_with("pass")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn("2 files compared, 0 do not compile, 0 not in the pack", run.stdout)

    def test_a_wrong_record_is_reported(self):
        run = self.run_with("record['symbols'][0]['line'] += 1")
        self.assertEqual(run.returncode, 1)
        self.assertIn("2 differ", run.stdout)
        self.assertIn("DO NOT AGREE", run.stdout)

    def test_a_choice_does_not_cover_more_than_its_share(self):
        run = self.run_with("record['syntax'] = 'errors'; record['symbols'][0]['line'] += 1")
        self.assertEqual(run.returncode, 1)
        self.assertIn("0 of them outside", run.stdout)

    def test_a_file_left_out_is_reported(self):
        run = self.run_with("if path == 'two.py': continue")
        self.assertEqual(run.returncode, 1)
        self.assertIn("1 not in the pack", run.stdout)


if __name__ == "__main__":
    unittest.main()
