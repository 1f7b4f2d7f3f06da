#!/usr/bin/env python3
"""Calls of the command, right and wrong: what they print, and how they end."""

import json
import os
import pty
import subprocess
import sys
import unittest

import harness

COMMANDS = ("index", "stats", "verify", "export", "query", "ast")
REPORT = ["modules", "parsed", "reused", "source_bytes", "lines", "files_with_errors", "skipped",
          "seconds", "ast_bytes", "ast_nodes", "summary_bytes", "docs_bytes", "pack_bytes",
          "peak_rss_bytes"]


class Calls(harness.CommandTest):
    def wrong(self, *arguments, code=2):
        done = self.command(*arguments, code=code)
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode()

    def test_help(self):
        general = self.command("--help").stdout.decode()
        self.assertEqual(self.command("help").stdout.decode(), general)
        for name in COMMANDS:
            self.assertIn("\n  " + name, general)
            text = self.command(name, "--help").stdout.decode()
            self.assertIn("Usage: coppice " + name, text)
            self.assertIn("Example", text)
            self.assertIn("Exit codes", text)
            self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertIn(b"coppice ", self.command("--version").stdout)

    def test_wrong_calls(self):
        self.assertIn("Usage", self.wrong())
        self.assertIn("did you mean 'index'", self.wrong("indx"))
        self.assertIn("query", self.wrong("zzzzzzzz"))
        self.assertIn("--help", self.wrong("index"))
        self.assertIn("-o", self.wrong("index", "."))
        self.assertIn("--python", self.wrong("index", "-o", "a.pack"))
        self.assertIn("exclude each other", self.wrong("index", ".", "--python", "x", "-o", "a"))
        self.assertIn("64M", self.wrong("index", ".", "-o", "a", "--max-file-size", "1T"))
        self.assertIn("nowhere", self.wrong("index", "nowhere", "-o", "a", code=None))
        self.assertIn("--bogus", self.wrong("stats", "a.pack", "--bogus"))
        self.assertIn("coppice index", self.wrong("stats", "a.pack", code=3))
        self.assertIn("--help", self.wrong("query", "a.pack", "symbol", "x"))
        self.assertIn("--help", self.wrong("query", "a.pack"))
        self.assertIn("--help", self.wrong("export", "a.pack", "--format", "xml"))
        self.assertIn("--jobs", self.wrong("index", ".", "-o", "a", "--jobs", "many"))
        self.write("text.pack", "no pack")
        for name in ("stats", "export"):
            self.assertIn("text.pack", self.wrong(name, "text.pack", code=3))
        self.assertIn("text.pack", self.wrong("verify", "text.pack", code=1))
        self.assertIn("NAME=DIRECTORY", self.wrong("index", "x=.", "x=.", "-o", "a"))
        self.assert_only(".", ["text.pack"])

    def command(self, *arguments, code=0, **options):
        if code is None:  # any failure
            done = subprocess.run([harness.COPPICE, *arguments], cwd=self.top,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertIn(done.returncode, (2, 3))
            return done
        return super().command(*arguments, code=code, **options)

    def test_report(self):
        self.write("src/a.py", "x = 1\n\n\ny = 2")
        self.write("src/b.py", "def f(:\n")
        done = self.command("index", "-o", "a.pack", "src", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(list(report), REPORT)
        self.assertEqual((report["modules"], report["parsed"], report["reused"]), (2, 2, 0))
        self.assertEqual((report["source_bytes"], report["lines"]), (21, 5))
        self.assertEqual(report["files_with_errors"], 1)
        self.assertEqual(report["pack_bytes"], os.path.getsize(self.path("a.pack")))
        self.assertGreater(report["ast_nodes"], 0)
        self.assertLess(report["docs_bytes"] + report["summary_bytes"], report["pack_bytes"])
        self.assertGreater(report["peak_rss_bytes"], 1 << 20)

        table = self.command("index", "-o", "a.pack", "src")
        for word in (b"modules", b"lines", b"MB/s", b"errors", b"pack", b"peak memory"):
            self.assertIn(word, table.stdout)
        self.assertEqual(table.stderr, b"")
        quiet = self.command("index", "-o", "a.pack", "src", "--quiet")
        self.assertEqual((quiet.stdout, quiet.stderr), (b"", b""))

    def on_terminal(self, *arguments, **environment):
        """What a call prints on standard error if that is a terminal."""
        master, terminal = pty.openpty()
        environment = dict(os.environ, TERM="xterm", **environment)
        process = subprocess.Popen([harness.COPPICE, *arguments], cwd=self.top, env=environment,
                                   stdout=subprocess.DEVNULL, stderr=terminal)
        os.close(terminal)
        output = b""
        try:
            while True:
                piece = os.read(master, 4096)
                if not piece:
                    break
                output += piece
        except OSError:  # Linux's way to say that the other end is closed
            pass
        os.close(master)
        process.wait()
        return output.decode()

    def test_terminal(self):
        environment = {"NO_COLOR": ""}
        self.assertIn("\x1b[31m", self.on_terminal("bogus", **environment))
        self.assertNotIn("\x1b[", self.on_terminal("bogus", NO_COLOR="1"))
        self.assertNotIn(b"\x1b[", self.command("bogus", code=2).stderr)
        self.write("src/a.py", "value = call(argument, other=[1, 2, 3])\n" * 50000)
        self.write("src/b.py", "x = 1\n")
        progress = self.on_terminal("index", "src", "-o", "a.pack")
        self.assertIn("MB/s", progress)
        self.assertIn(" left", progress)
        self.assertTrue(progress.endswith("\r\x1b[K"), "the bar is wiped away at the end")
        self.assertEqual(self.on_terminal("index", "src", "-o", "a.pack", "--fresh", "--quiet"),
                         "")

    def test_roots(self):
        self.write("src/pkg/__init__.py")
        self.write("src/a=b/c.py")
        self.index("-o", "a.pack", "src", "other=src/a=b")
        rows = [(m["root"], m["path"], m["module"]) for m in self.export("a.pack")]
        self.assertEqual(rows, [("other", "c.py", "c"), ("src", "pkg/__init__.py", "pkg")])
        self.index("-o", "b.pack", "third=./src/a=b")
        self.assertEqual(len(self.export("b.pack")), 1)

    def test_python(self):
        # All of the standard library that begins with a j.
        report = self.index("--python", sys.executable, "-o", "a.pack", "--exclude", "[!j]*/",
                            "--exclude", "/[!j]*.py")
        self.assertGreater(report["modules"], 3)
        self.command("query", "a.pack", "module", "json.decoder")
        self.assertIn("no-such-python", self.wrong("index", "--python", "no-such-python", "-o",
                                                   "b.pack", code=None))

    def test_query(self):
        self.write("src/pkg/__init__.py", "from .sub import Thing as Alias\n")
        self.write("src/pkg/sub.py", "import os.path\nclass Thing:\n    '''Doc.'''\n"
                   "    def run(self, x: int = 1, *, y=2) -> str:\n        self.__z = 1\n")
        self.write("src/user.py", "import pkg.sub\nfrom pkg import sub\nfrom . import x\n")
        self.index("-o", "a.pack", "src")

        def lines(*arguments, code=0):
            return self.command("query", "a.pack", *arguments, code=code).stdout.decode().split("\n")

        self.assertEqual([line.split(None, 2) for line in lines("module", "pkg.sub")[:3]], [
            ["src/pkg/sub.py:1:0", "module", "pkg.sub"],
            ["src/pkg/sub.py:2:6", "class", "Thing"],
            ["src/pkg/sub.py:4:8", "function", "Thing.run(self, x: int = 1, *, y=2) -> str"]])
        for name in ("run", "Thing.run", "sub.Thing.run", "pkg.sub.Thing.run"):
            self.assertEqual(len(lines("symbols", name)), 2)
        self.assertEqual(lines("symbols", "Other.run", code=1), [""])
        self.assertEqual(len(lines("symbols", "__z")), 2)
        self.assertTrue(lines("search", "THIN", "-i")[0].startswith("Thing"))
        self.assertEqual(lines("search", "THIN", code=1), [""])
        self.assertEqual(lines("imports", "pkg"),
                         ["src/pkg/__init__.py:1  from .sub import Thing as Alias", ""])
        self.assertEqual([line.split()[0] for line in lines("importers", "pkg.sub")[:-1]],
                         ["src/pkg/__init__.py:1", "src/user.py:1", "src/user.py:2"])
        self.assertEqual(lines("importers", "os")[0], "src/pkg/sub.py:1  import os.path")

        records = json.loads(self.command("query", "a.pack", "symbols", "run", "--json",
                                          "--root", "src=/there").stdout)
        self.assertEqual([(r["module"], r["root"], r["path"], r["qualname"]) for r in records],
                         [("pkg.sub", "/there", "pkg/sub.py", "Thing.run")])
        records = json.loads(self.command("query", "a.pack", "importers", "pkg.sub",
                                          "--json").stdout)
        self.assertEqual([r["importer"] for r in records], ["pkg", "user", "user"])
        self.assertEqual(json.loads(self.command("query", "a.pack", "module", "pkg",
                                                 "--json").stdout), self.export("a.pack")[:1])
        self.assertEqual(json.loads(self.command("query", "a.pack", "imports", "none", "--json",
                                                 code=1).stdout), [])
        self.assertIn("its roots are: src",
                      self.wrong("query", "a.pack", "module", "pkg", "--root", "a=b"))

    def test_stats_and_verify(self):
        self.write("src/a.py", "x = 1\n")
        report = self.index("-o", "a.pack", "src")
        stats = json.loads(self.command("stats", "a.pack", "--json").stdout)
        for key in ("modules", "source_bytes", "lines", "summary_bytes", "pack_bytes"):
            self.assertEqual(stats[key], report[key])
        self.assertEqual(stats["roots"], ["src"])
        self.assertIn(b"summaries", self.command("stats", "a.pack").stdout)
        self.assertIn(b"sound", self.command("verify", "a.pack").stdout)
        damaged = bytearray(self.bytes_of("a.pack"))
        damaged[72] ^= 1
        self.write("b.pack", damaged)
        failed = self.command("verify", "b.pack", code=1)
        self.assertIn(b"b.pack", failed.stderr)

    def test_ast(self):
        self.write("a.py", "x = f(1)\n")
        expected = (b"(module (expression_statement (assignment left: (identifier) right: (call "
                    b"function: (identifier) arguments: (argument_list (integer))))))\n")
        self.assertEqual(self.command("ast", "a.py").stdout, expected)
        with open(self.path("a.py"), "rb") as file:
            self.assertEqual(self.command("ast", "-", stdin=file).stdout, expected)
        tree = json.loads(self.command("ast", "a.py", "--format", "json").stdout)
        self.assertEqual((tree["kind"], tree["start"], tree["end"]), ("module", 0, 9))
        self.assertIn(b"identifier", self.command("ast", "a.py", "--format", "tree").stdout)
        self.assertIn("missing.py", self.wrong("ast", "missing.py", code=3))


if __name__ == "__main__":
    unittest.main()
