#!/usr/bin/env python3
"""Files that are not what an indexer hopes for: reported, counted, skipped or indexed as far as
possible, and never the end of a run."""

import os
import unittest

import harness


class Hostile(harness.CommandTest):
    def setUp(self):
        super().setUp()
        self.write("src/good.py", "def good(): pass\n")

    def modules(self, *arguments):
        """Indexes src; path -> exported module, and the report."""
        report = self.index("-o", "a.pack", "src", "--fresh", *arguments)
        self.command("verify", "a.pack")
        modules = {module["path"]: module for module in self.export("a.pack")}
        self.assertEqual(report["modules"], len(modules))
        self.assertIn("good.py", modules)
        # Nothing of it makes a second run different.
        again = self.index("-o", "a.pack", "src", *arguments)
        self.assertEqual((again["parsed"], again["modules"], again["skipped"]),
                         (0, report["modules"], report["skipped"]))
        return modules, report

    def warnings(self, *arguments):
        done = self.command("index", "-o", "w.pack", "src", "--fresh", *arguments)
        return done.stderr.decode()

    def names(self, module):
        return [symbol["qualname"] for symbol in module["symbols"]]

    def test_contents(self):
        self.write("src/empty.py", b"")
        self.write("src/cr.py", b"a = 1\rdef f():\r    pass\rclass C: pass\r")
        self.write("src/crlf.py", b"a = 1\r\nb = 2\r\n")
        self.write("src/formfeed.py", b"\x0ca = 1\n\x0c\nb = 2\n")
        self.write("src/bom.py", b"\xef\xbb\xbfa = 1\n")
        self.write("src/latin.py", b"# -*- coding: latin-1 -*-\ncaf\xe9 = 1\n")
        self.write("src/unterminated.py", b"a = 1")
        self.write("src/undecodable.py", b"a = 1\nb = '\xff\xfe'\nc = 3\n")
        self.write("src/cookie.py", b"# coding: no-such-codec\na = 1\n")
        self.write("src/null.py", b"x = 1\n" * 2000 + b"a = '\0'\nb = 2\n")
        self.write("src/binary.py", bytes(range(256)) * 40)
        self.write("src/prose.py", "This is not Python at all, is it? " * 50)
        modules, report = self.modules()
        self.assertEqual(modules["empty.py"]["syntax"], "clean")
        self.assertEqual(modules["empty.py"]["symbols"], [])
        self.assertEqual(self.names(modules["cr.py"]), ["a", "f", "C"])
        self.assertEqual([s["line"] for s in modules["cr.py"]["symbols"]], [1, 2, 4])
        for name in ("crlf.py", "formfeed.py"):
            self.assertEqual(self.names(modules[name]), ["a", "b"])
        self.assertEqual(modules["bom.py"]["symbols"][0]["col"], 0)
        self.assertEqual(self.names(modules["latin.py"]), ["caf\xe9"])
        self.assertEqual(self.names(modules["unterminated.py"]), ["a"])
        for name in ("undecodable.py", "cookie.py", "null.py"):
            self.assertEqual(modules[name]["syntax"], "unknown")
            self.assertIn("a", self.names(modules[name]))
        self.assertEqual(modules["prose.py"]["syntax"], "errors")
        self.assertNotIn("binary.py", modules)
        self.assertEqual(report["skipped"], 1)
        self.assertEqual(modules["cr.py"]["syntax"], "clean")
        self.assertEqual(report["files_with_errors"], 1)
        warnings = self.warnings()
        for name in ("undecodable.py", "cookie.py", "null.py", "binary.py"):
            self.assertIn(name, warnings)

    def test_nesting(self):
        depth = 100000
        self.write("src/brackets.py", "x = " + "(" * depth + ")" * depth + "\ny = 1\n")
        self.write("src/open.py", "[" * depth)
        self.write("src/attributes.py", "x = a" + ".b" * depth + "\n")
        self.write("src/sum.py", "x = 1" + " + 1" * depth + "\n")
        self.write("src/minus.py", "x = " + "-" * depth + "1\n")
        self.write("src/ifs.py", "if a: pass\n" + "elif b: pass\n" * 20000)
        blocks = "".join(" " * i + "if a%d:\n" % i for i in range(90))
        self.write("src/blocks.py", blocks + " " * 90 + "deep = 1\n")
        classes = "".join(" " * i + "class C:\n" for i in range(90))
        self.write("src/classes.py", classes + " " * 90 + "deep = 1\n")
        modules, report = self.modules()
        self.assertEqual(report["skipped"], 0)
        self.assertEqual(self.names(modules["brackets.py"]), ["x", "y"])
        self.assertEqual(self.names(modules["blocks.py"]), ["deep"])
        self.assertEqual(len(modules["classes.py"]["symbols"]), 91)
        for path in modules:
            for form in ("sexp", "tree", "json"):
                self.command("ast", "src/" + path, "--format", form)

    def test_sizes(self):
        self.write("src/large.py", b"x = 1\n" * 20000)
        self.write("src/long.py", "s = '" + "y" * 3000000 + "'\nz = 1\n")
        modules, report = self.modules("--max-file-size", "100K")
        self.assertEqual(sorted(modules), ["good.py"])
        self.assertEqual(report["skipped"], 2)
        self.assertIn("larger than the limit", self.warnings("--max-file-size", "100k"))
        modules, report = self.modules("--max-file-size", "1G")
        self.assertEqual(len(modules["large.py"]["symbols"]), 20000)
        self.assertEqual(self.names(modules["long.py"]), ["s", "z"])

    def test_what_is_no_file(self):
        os.mkfifo(self.path("src/pipe.py"))
        os.symlink("nowhere.py", self.path("src/dangling.py"))
        os.symlink("loop.py", self.path("src/loop.py"))
        os.makedirs(self.path("src/package"))
        os.symlink("..", self.path("src/package/up"))
        os.symlink(".", self.path("src/package/self"))
        os.makedirs(self.path("src/directory.py"))
        self.write("src/package/inner.py", "x = 1\n")
        modules, report = self.modules()
        self.assertEqual(sorted(modules), ["good.py", "package/inner.py"])
        self.assertEqual(report["skipped"], 3)
        warnings = self.warnings()
        for name in ("pipe.py", "dangling.py", "loop.py"):
            self.assertIn(name, warnings)

    def test_names(self):
        names = [b"not-identifier.py", b"2to3.py", b"sp ace.py", b"new\nline.py", b"tab\there.py",
                 b"quote'\".py", b"dot.dot.py", b"\xff\xfe.py", "\N{SNOWMAN}.py".encode(),
                 "caf\xe9.py".encode(), b"class.py", b"-o.py", b"\x1b[31m.py"]
        for name in names:
            with open(os.path.join(os.fsencode(self.path("src")), name), "wb") as file:
                file.write(b"def %s(: pass\nx = 1\n" % b"f")
        modules, report = self.modules()
        self.assertEqual(report["skipped"], 0)
        self.assertEqual({os.fsencode(path) for path in modules}, set(names) | {b"good.py"})
        self.assertEqual(modules["caf\xe9.py"]["module"], "caf\xe9")
        self.assertEqual(modules["2to3.py"]["module"], "")
        self.assertEqual(modules["\udcff\udcfe.py"]["module"], "")
        tags = self.command("export", "a.pack", "--format", "tags")
        self.assertIn(b"tab or line end", tags.stderr)
        self.assertNotIn(b"\x1b", tags.stderr)

    def test_permissions(self):
        os.chmod(self.write("src/secret.py", "x = 1\n"), 0)
        os.makedirs(self.path("src/closed"))
        os.chmod(self.path("src/closed"), 0)
        self.drop_privileges()
        modules, report = self.modules()
        self.assertEqual(sorted(modules), ["good.py"])
        self.assertEqual(report["skipped"], 2)
        os.chmod(self.path("src/secret.py"), 0o600)
        report = self.index("-o", "a.pack", "src")
        self.assertEqual((report["parsed"], report["modules"], report["skipped"]), (1, 2, 1))

    def test_nothing_to_index(self):
        os.makedirs(self.path("bare"))
        report = self.index("-o", "bare.pack", "bare")
        self.assertEqual((report["modules"], report["lines"]), (0, 0))
        self.command("verify", "bare.pack")
        self.assertEqual(self.export("bare.pack"), [])
        self.command("stats", "bare.pack")
        self.command("query", "bare.pack", "module", "x", code=1)


if __name__ == "__main__":
    unittest.main()
