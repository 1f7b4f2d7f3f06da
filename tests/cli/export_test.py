#!/usr/bin/env python3
"""What `coppice export` writes: the fields of JSON lines, and tags that readers of tags accept."""

import os
import shutil
import subprocess
import unicodedata
import unittest

import harness

SOURCE = '''"""Module doc.

More."""
from __future__ import annotations
import os, sys as sys
from .other import *
if sys.version_info >= (3, 8):
    from a.b import c as d
__all__ = ["K", "f"]
__all__ += other.__all__

class K(Base, metaclass=M, **extra):
    """K doc."""
    z: int = 1
    @property
    def p(self): return self._p
    @staticmethod
    async def s(a, /, b: "x" = (1,  2), *args, c=None, **kw) -> str: yield
    def __init__(self):
        self.attr: int = 3
        self.__private = 4

def f(): ...
e\u0301t\u00e9 = "\N{GRINNING FACE}"; after = 5
a, b = g()
'''


class Export(harness.CommandTest):
    def setUp(self):
        super().setUp()
        self.write("src/pkg/mod.py", SOURCE)
        self.write("src/pkg/other.pyi", "x: int\n")
        self.write("src/pkg/__init__.py")
        self.index("-o", "a.pack", "src")

    def test_module_fields(self):
        lines = self.export("a.pack")
        self.assertEqual([m["module"] for m in lines], ["pkg", "pkg.mod", "pkg.other"])
        self.assertEqual(list(lines[1]), [
            "module", "root", "path", "package", "stub", "hash", "interface_hash", "syntax", "doc",
            "all", "all_complete", "imports", "symbols"])
        package, module, stub = lines
        self.assertEqual((package["package"], package["stub"]), (True, False))
        self.assertEqual((stub["package"], stub["stub"], stub["path"]),
                         (False, True, "pkg/other.pyi"))
        self.assertEqual((package["doc"], package["all"]), (None, None))
        self.assertEqual((module["doc"], module["syntax"]), ("Module doc.", "clean"))
        self.assertEqual(module["all"], ["K", "f", {"from": ".other"}])
        self.assertEqual(len(module["hash"]), 32)

    def test_order(self):
        self.write("a/same.py")
        self.write("b/same.py")
        self.index("-o", "b.pack", "a", "b")
        modules = self.export("b.pack", "--root", "a=z", "--root", "b=y")
        self.assertEqual([m["root"] for m in modules], ["z", "y"])

    def test_imports(self):
        imports = self.export("a.pack")[1]["imports"]
        self.assertEqual(
            [(i["module"], i["level"], i["name"], i["binds"], i["alias"]) for i in imports],
            [("__future__", 0, "annotations", "annotations", False),
             ("os", 0, None, "os", False), ("sys", 0, None, "sys", True),
             ("other", 1, "*", "*", False), ("a.b", 0, "c", "d", True)])
        self.assertEqual(imports[4]["guards"],
                         [{"kind": "if", "test": "sys.version_info >= (3, 8)", "branch": 0}])
        self.assertEqual({i["scope"] for i in imports}, {"module"})
        self.assertEqual(imports[3]["line"], 6)

    def test_symbols(self):
        symbols = {s["qualname"]: s for s in self.export("a.pack")[1]["symbols"]}
        k = symbols["K"]
        self.assertEqual((k["kind"], k["bases"], k["keywords"], k["doc"], k["line"], k["col"]),
                         ("class", ["Base"], {"metaclass": "M", "**": "extra"}, "K doc.", 12, 6))
        self.assertEqual(k["end_line"], 21)
        s = symbols["K.s"]
        self.assertEqual(s["flags"], ["async", "generator", "staticmethod"])
        self.assertEqual(s["params"], [
            {"name": "a", "kind": "posonly"},
            {"name": "b", "kind": "normal", "annotation": '"x"', "default": "(1, 2)"},
            {"name": "args", "kind": "vararg"},
            {"name": "c", "kind": "kwonly", "default": "None"},
            {"name": "kw", "kind": "kwarg"}])
        self.assertEqual((s["returns"], s["decorators"]), ("str", ["staticmethod"]))
        self.assertEqual(symbols["K.attr"]["kind"], "attribute")
        self.assertEqual(symbols["K.attr"]["annotation"], "int")
        self.assertIn("K._K__private", symbols)
        self.assertIsNone(symbols["a"]["value"])
        self.assertNotIn("returns", symbols["f"])

    def test_columns(self):
        bytes_of = {s["qualname"]: s["col"] for s in self.export("a.pack")[1]["symbols"]}
        units = {s["qualname"]: s["col"]
                 for s in self.export("a.pack", "--columns", "utf16")[1]["symbols"]}
        line = SOURCE.split("\n")[23]
        before = line[:line.index("after")]
        self.assertEqual(bytes_of["after"], len(before.encode()))
        self.assertEqual(units["after"], len(before.encode("utf-16-le")) // 2)
        self.assertEqual(units["K"], bytes_of["K"])

    def test_wrong_calls(self):
        for arguments, message in (
                (("--format", "tags", "--columns", "utf8"), b"tags have no columns"),
                (("--root", "src=x", "--root", "src=y"), b"two directories for the root 'src'")):
            done = self.command("export", "a.pack", *arguments, code=2)
            self.assertEqual(done.stdout, b"")
            self.assertIn(message, done.stderr)

    def test_without_docstrings(self):
        self.index("-o", "b.pack", "src", "--no-docs")
        module = self.export("b.pack")[1]
        self.assertIsNone(module["doc"])
        self.assertFalse([s for s in module["symbols"] if "doc" in s])
        self.assertEqual(module["hash"], self.export("a.pack")[1]["hash"])

    def test_tags(self):
        root = self.path("src")
        tags = self.command("export", "a.pack", "--format", "tags", "--root", "src=" + root).stdout
        lines = tags.splitlines()
        self.assertEqual(lines, sorted(lines))
        fields = dict()
        for line in lines:
            if line.startswith(b"!_TAG_"):
                continue
            name, path, address, kind, *rest = line.decode().split("\t")
            self.assertTrue(os.path.isfile(path))
            self.assertTrue(address.endswith(';"'))
            with open(path, encoding="utf-8") as file:
                line = file.read().split("\n")[int(address[:-2]) - 1]
                self.assertIn(name, unicodedata.normalize("NFKC", line))
            fields[name] = (kind, dict(field.split(":", 1) for field in rest))
        self.assertEqual(fields["K"][0], "c")
        self.assertEqual(fields["f"][0], "f")
        self.assertEqual(fields["p"][0], "m")
        self.assertEqual(fields["p"][1]["class"], "K")
        self.assertIn("__private", fields)

    @unittest.skipUnless(shutil.which("readtags"), "readtags is not installed")
    def test_readtags(self):
        self.write("tags", self.command("export", "a.pack", "--format", "tags").stdout)
        found = subprocess.run(["readtags", "-t", "tags", "-e", "-n", "s"], cwd=self.top,
                               stdout=subprocess.PIPE, check=True).stdout.decode()
        self.assertIn("src/pkg/mod.py\t18;\"", found)
        self.assertIn("class:K", found)
        self.assertIn('signature:(a, /, b: "x" = (1, 2), *args, c=None, **kw) -> str', found)


if __name__ == "__main__":
    unittest.main()
