#!/usr/bin/env python3
"""`coppice query INDEX resolve|members|mro|signature` and `coppice eval`: what they print."""

import os
import subprocess
import unittest

import harness

DEFINITION = ["module", "qualname", "kind", "path", "line", "col"]
BUILTINS = """
class object:
    def __init__(self) -> None: ...
class type: ...
class int: ...
class str: ...
"""
SOURCES = {
    "pkg/__init__.py": "from .base import Base as Basis\n",
    "pkg/base.py": "class Base:\n    size = 1\n    def grow(self, by: int = 1, *rest) -> int: ...\n",
    "use.py": ("from pkg import Basis\nimport nowhere\n\nclass Derived(Basis):\n"
               "    def __init__(self, name: str):\n        self.name = name\n\n"
               "class Wrong(Basis, Derived): ...\nclass Open(nowhere.X): ...\nvalue = Derived('x')\n"),
    "builtins.pyi": BUILTINS,
}

ODD = ("import asked\nfrom collections import namedtuple\n"
       "def __getattr__(name: str): ...\n"
       "if asked.x:\n    class Alt: ...\nelse:\n    class Alt(int): ...\n"
       "if asked.x:\n    def way(): ...\nelse:\n    def way(x): ...\n"
       "Row = namedtuple('Row', 'a b')\n@asked.changed\ndef decorated(x): ...\n"
       "class \uff2d: ...\n")


class Resolution(harness.CommandTest):
    def setUp(self):
        super().setUp()
        for path, text in SOURCES.items():
            self.write("src/" + path, text)
        self.command("index", "--quiet", "src=src", "-o", "a.pack")

    def query(self, *arguments, code=0, **options):
        return harness.read_json(self.command("query", "a.pack", *arguments, "--json", code=code, **options).stdout)

    def add_odd(self):
        self.write("src/odd.py", ODD)
        self.command("index", "--quiet", "src=src", "-o", "a.pack")

    def test_resolve(self):
        answer = self.query("resolve", "use.Basis", "--explain")
        self.assertEqual(list(answer), ["name", "definitions", "obstacles"])
        (definition,) = answer["definitions"]
        self.assertEqual(list(definition), [*DEFINITION, "steps"])
        self.assertEqual([definition[key] for key in DEFINITION],
                         ["pkg.base", "Base", "class", "src/pkg/base.py", 1, 6])
        self.assertEqual([(step["kind"], step["module"], step["line"]) for step in definition["steps"]],
                         [("import", "use", 1), ("import", "pkg", 1)])
        self.assertNotIn("steps", self.query("resolve", "use.Basis")["definitions"][0])
        nothing = self.query("resolve", "use.nothing", code=1)
        self.assertEqual((nothing["definitions"], nothing["obstacles"]), ([], ["missing_name"]))
        text = self.command("query", "a.pack", "resolve", "use.Basis", "--explain").stdout.decode()
        self.assertEqual(text.splitlines()[0], "src/pkg/base.py:1:6  class pkg.base.Base")
        self.assertIn("    import in use:1 to pkg.Basis", text)
        done = self.command("query", "a.pack", "resolve", "nope", code=1)
        self.assertIn(b"nothing found: 'nope' means nothing in a.pack: a module on the way is not found", done.stderr)

    def test_members(self):
        answer = self.query("members", "use.Derived", "--profile", "pyright")
        self.assertEqual([answer["class"][key] for key in DEFINITION], ["use", "Derived", "class", "src/use.py", 4, 6])
        self.assertEqual([(member["name"], member["kind"], member["owner"]) for member in answer["members"]],
                         [("__init__", "method", "use.Derived"), ("grow", "method", "pkg.base.Base"),
                          ("name", "instance", "use.Derived"), ("size", "value", "pkg.base.Base")])
        self.assertTrue(answer["complete"])
        self.assertEqual(answer["metaclass"]["qualname"], "type")
        self.assertFalse(self.query("members", "use.Open")["complete"])
        self.assertIsNone(self.query("members", "use.value", code=1)["class"])
        text = self.command("query", "a.pack", "members", "use.Derived").stdout.decode()
        self.assertIn("src/pkg/base.py:3:8  function pkg.base.Base.grow  method grow of pkg.base.Base", text)

    def test_fields(self):
        self.write("src/dataclasses.py", "def dataclass(cls): return cls\n")
        self.write("src/fields.py", "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int\n")
        self.command("index", "--quiet", "src=src", "-o", "a.pack")
        (field,) = self.query("members", "fields.A")["fields"]
        self.assertEqual(list(field), ["name", "parameter", "annotation", "has_default", "in_constructor",
                                       "only_in_constructor", "keyword_only"])
        answer = self.query("signature", "fields.A.__init__")
        self.assertEqual((answer["known"], answer["others"], answer["overloads"][0]["text"]),
                         (True, [], "(self, x: int)"))
        self.assertEqual(answer["definition"]["qualname"], "A")

    def test_what_says_the_type_of_a_name_is_no_other_meaning(self):
        self.write("src/says.py", "class A:\n    def f(self): ...\n    f: object\n")
        self.command("index", "--quiet", "src=src", "-o", "a.pack")
        answer = self.query("signature", "says.A.f")
        self.assertEqual((answer["known"], answer["others"], len(answer["overloads"])), (True, [], 1))

    def test_mro(self):
        answer = self.query("mro", "use.Derived", "--profile", "pyright")
        self.assertEqual([each["qualname"] for each in answer["mro"]], ["Derived", "Base", "object"])
        self.assertEqual((answer["complete"], answer["consistent"], answer["why"]), (True, True, ""))
        self.assertEqual(self.query("mro", "use.Wrong")["why"], "inconsistent")
        self.assertFalse(self.query("members", "use.Wrong")["complete"])
        self.assertEqual(self.query("signature", "use.Wrong")["why"], "inconsistent")
        self.assertIn(b"no order", self.command("query", "a.pack", "members", "use.Wrong").stderr)
        self.assertEqual(self.query("mro", "use.Open")["why"], "unknown_base")
        self.assertIn(b"no order", self.command("query", "a.pack", "mro", "use.Wrong").stderr)
        self.write("src/many.py", "class C0: ...\n" + "".join(f"class C{i + 1}(C{i}): ...\n" for i in range(300)))
        self.command("index", "--quiet", "src=src", "-o", "a.pack")
        answer = self.query("mro", "many.C300")
        self.assertEqual((len(answer["mro"]), answer["complete"], answer["why"]), (256, False, "too_many"))
        self.assertIn(b"too many classes", self.command("query", "a.pack", "mro", "many.C300").stderr)

    def test_signature(self):
        answer = self.query("signature", "use.Derived.grow")
        (overload,) = answer["overloads"]
        self.assertEqual(overload["text"], "(self, by: int = 1, *rest) -> int")
        self.assertEqual(overload["parameters"][1], {"name": "by", "kind": "normal", "annotation": "int",
                                                     "default": "1", "has_default": True})
        self.assertEqual((answer["known"], answer["why"]), (True, ""))
        self.assertEqual(self.query("signature", "use.Derived.grow", "--bound")["overloads"][0]["text"],
                         "(by: int = 1, *rest) -> int")
        self.assertEqual(self.query("signature", "use.Derived")["overloads"][0]["text"], "(name: str)")
        self.assertEqual(self.query("signature", "use.value", code=1)["why"], "unknown_value")
        self.assertIsNone(self.query("signature", "use.none", code=1)["definition"])

    def test_what_has_several_meanings(self):
        self.add_odd()
        for what in ("mro", "members"):
            answer = self.query(what, "odd.Alt")
            self.assertEqual((answer["class"]["line"], answer["complete"], [each["line"] for each in answer["others"]]),
                             (7, False, [5]))
            self.assertIn(b"'odd.Alt' may also be the class at src/odd.py:5",
                          self.command("query", "a.pack", what, "odd.Alt").stderr)
        self.assertEqual(self.query("mro", "odd.Alt", "--profile", "pyright")["why"], "ambiguous")
        answer = self.query("signature", "odd.way")
        self.assertEqual((answer["known"], answer["why"], len(answer["others"]), len(answer["overloads"])),
                         (False, "ambiguous", 1, 1))
        self.assertIn(b"may also be the function", self.command("query", "a.pack", "signature", "odd.way").stderr)
        self.assertEqual(self.query("mro", "use.Derived", "--profile", "pyright")["others"], [])

    def test_what_is_not_known(self):
        self.add_odd()
        answer = self.query("signature", "odd.by_getattr", code=1)
        self.assertEqual((answer["known"], answer["overloads"], answer["obstacles"]), (False, [], ["module_getattr"]))
        self.assertEqual(self.query("signature", "odd.__getattr__")["known"], True)
        answer = self.query("signature", "odd.decorated")  # printed as it is written: found
        self.assertEqual((answer["known"], answer["why"], len(answer["overloads"])), (False, "decorated", 1))
        for name, message in (("odd.Row", b"whether 'odd.Row' is a class is not known"),
                              ("odd.way", b"'odd.way' is no class")):
            self.assertIn(message, self.command("query", "a.pack", "mro", name, code=1).stderr)

    def test_nothing_found(self):
        for name, message in (("pkg.Bass", "did you mean pkg.Basis?"), ("pkgs", "did you mean pkg?"),
                              ("other.Derived", "did you mean use.Derived?"),
                              ("pkg.Bass.grow", "did you mean pkg.Basis.grow?"),
                              ("use.Derived.gorw", "did you mean use.Derived.grow?"),
                              ("pkg.Derived", "nothing binds it there\n"),
                              ("use.Derived.name", "only instances have it"), ("pkg.", "nothing binds it there\n"),
                              (".pkg", "nothing binds it there"), ("pkg..base", "nothing binds it there")):
            for options in ((), ("--json",)):
                done = self.command("query", "a.pack", "resolve", name, *options, code=1)
                self.assertIn("nothing found: '%s' means nothing in a.pack" % name, done.stderr.decode())
                self.assertIn(message, done.stderr.decode())

    def test_damage(self):
        pack = self.bytes_of("a.pack")
        codes = set()
        for at in range(0, len(pack), 8):
            self.write("b.pack", pack[:at] + bytes([pack[at] ^ 1]) + pack[at + 1:])
            done = subprocess.run([harness.COPPICE, "query", "b.pack", "signature", "use.Derived.grow", "--json"],
                                  cwd=self.top, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if b'"damaged"' in done.stdout:
                codes.add(done.returncode)
                self.assertIn(b"the index is damaged", done.stderr)
        self.assertEqual(codes, {3})

    def test_names_in_normal_form(self):
        self.add_odd()
        for what in ("resolve", "members", "mro", "signature"):
            self.assertEqual(self.query(what, "\uff55se.Derived")["name"], "\uff55se.Derived")
            self.query(what, "odd.\uff2d")

    def test_packs_of_an_index(self):
        self.write("venv/pyvenv.cfg", "home = /nowhere\nversion = 3.12.1\n")
        self.write("venv/lib/python3.12/site-packages/installed.py", "x = 1\n")
        self.command("index", "--env", "--venv", "venv", "src", "-o", "out", "--quiet")
        with open(self.path("out/index.json"), "rb") as file:
            packs = ["out/" + pack["file"] for pack in harness.read_json(file.read())["packs"]]
        self.assertGreater(len(packs), 1)
        for at in ("out", "out/index.json"):
            done = self.command("query", at, "module", "use", code=2)
            self.assertEqual(done.stderr.decode(), "coppice: error: %s: module asks one pack, not an index: %s\n"
                             % (at, ", ".join(packs)))
            self.assertEqual(self.command("verify", at).stdout.count(b": sound, "), len(packs))
        # Damage is found in whichever pack it is, and other packs are no substitute.
        sound = self.bytes_of(packs[-1])
        os.remove(self.path(packs[-1]))
        self.write(packs[-1], sound[:-1] + bytes([sound[-1] ^ 1]))
        done = self.command("verify", "out", code=1)
        self.assertIn(packs[-1], done.stderr.decode())
        self.assertEqual(done.stdout.count(b": sound, "), len(packs) - 1)
        os.remove(self.path(packs[-1]))
        self.assertIn(packs[-1], self.command("verify", "out", code=3).stderr.decode())
        self.write(packs[-1], self.bytes_of(packs[0]))
        self.assertIn(packs[-1], self.command("verify", "out", code=1).stderr.decode())
        for text in ("", "some notes"):
            self.write("other", text)
            self.assertIn(b"other: is neither a pack nor an index",
                          self.command("query", "other", "mro", "a", code=3).stderr)

    def test_names_from_standard_input(self):
        done = self.command("query", "a.pack", "resolve", "-", "--json", code=1, stdin=None,
                            input=b"use.Basis\r\nnone\nuse.Derived\n")
        self.assertEqual([len(harness.read_json(line)["definitions"]) for line in done.stdout.splitlines()], [1, 0, 1])

    def test_wrong_calls(self):
        for arguments, message in ((("mro", "a", "--explain"), b"--explain is for resolve"),
                                   (("mro", "a", "--bound"), b"--bound is for signature"),
                                   (("module", "a", "--profile", "mypy"), b"--profile is for"),
                                   (("mro", "a", "--profile", "x"), b"none of"),
                                   (("mro",), b"no NAME given")):
            self.assertIn(message, self.command("query", "a.pack", *arguments, code=2).stderr)
        self.command("query", "none.pack", "mro", "a", code=3)

    def test_eval(self):
        answer = harness.read_json(self.command("eval", "a.pack", "--json").stdout)
        self.assertEqual(list(answer), ["modules", "damaged", "source_bytes", "evaluations", "worked_out", "kept",
                                        "shapes", "kinds", "gaps", "obstacles", "open_seconds", "seconds",
                                        "processor_seconds", "per_second", "result_bytes", "anonymous_bytes", "asts"])
        self.assertEqual((answer["modules"], answer["asts"]), (4, 0))
        kinds = answer["kinds"]
        self.assertEqual(kinds["import"], {"total": 3, "typed": 2, "named": 0, "unknown": 1})
        self.assertEqual(kinds["base"], {"total": 4, "typed": 3, "named": 0, "unknown": 1})
        self.assertEqual(kinds["annotation"]["total"], 4)
        self.assertEqual(sum(kind["total"] for kind in kinds.values()), answer["evaluations"])
        self.assertEqual(sum(kind["unknown"] for kind in kinds.values()), sum(answer["gaps"].values()))
        self.assertEqual(answer["obstacles"]["missing_module"], 2)
        text = self.command("eval", "a.pack").stdout.decode()
        for line in ("modules", "import", "annotation", "time", "results", "memory", "ASTs grown"):
            self.assertIn("\n" + line if line != "modules" else line, text)
        self.write("empty/.keep")
        self.command("index", "--quiet", "empty", "-o", "empty.pack")
        self.assertNotIn(b"inf", self.command("eval", "empty.pack").stdout)
        self.command("eval", "none.pack", code=3)
        # What can be read of a damaged pack is printed.
        pack = self.bytes_of("a.pack")
        damaged = False
        for at in range(0, len(pack), 64):
            self.write("b.pack", pack[:at] + bytes([pack[at] ^ 1]) + pack[at + 1:])
            done = subprocess.run([harness.COPPICE, "eval", "b.pack", "--json"], cwd=self.top, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            if done.stdout and harness.read_json(done.stdout)["damaged"]:
                damaged = True
                self.assertEqual(done.returncode, 3)
                self.assertIn(b"b.pack", done.stderr)
                break
        self.assertTrue(damaged)
        self.assertIn(b"no INDEX given", self.command("eval", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
