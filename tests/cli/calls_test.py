#!/usr/bin/env python3
"""Calls of the command, right and wrong: what they print, and how they end."""

import json
import os
import pty
import subprocess
import sys
import unittest

import harness

COMMANDS = ("index", "env", "stats", "verify", "export", "query", "eval", "graph", "ast")
REPORT = ["modules", "parsed", "reused", "source_bytes", "lines", "files_with_errors",
          "undecodable", "skipped", "seconds", "ast_bytes", "ast_nodes", "summary_bytes",
          "docs_bytes", "pack_bytes", "peak_rss_bytes"]


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
            self.assertEqual(self.command("help", name).stdout.decode(), text)
            self.assertIn("Example", text)
            self.assertIn("Exit codes", text)
            self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertIn("coppice help COMMAND", general)
        self.assertIn(b"coppice ", self.command("--version").stdout)

    def test_wrong_calls(self):
        self.assertIn("Usage", self.wrong())
        self.assertIn("did you mean 'index'", self.wrong("indx"))
        self.assertIn("query", self.wrong("zzzzzzzz"))
        self.assertIn("did you mean 'index'", self.wrong("help", "indx"))
        self.assertIn("come after it", self.wrong("--json", "stats", "a.pack"))
        self.assertIn("--help", self.wrong("index"))
        self.assertIn("-o", self.wrong("index", "."))
        self.assertIn("--python", self.wrong("index", "-o", "a.pack"))
        self.assertIn("-o needs a value: '--json' looks like an option",
                      self.wrong("index", "-o", "--json", "."))
        self.assertIn("exclude each other", self.wrong("index", ".", "--python", "x", "-o", "a"))
        self.assertIn("64M", self.wrong("index", ".", "-o", "a", "--max-file-size", "1T"))
        self.assertIn("from 0 to 1024, not 'many'", self.wrong("index", ".", "--jobs", "many"))
        self.assertIn("did you mean '--jobs'?", self.wrong("index", ".", "-o", "a", "--jbos=3"))
        self.assertIn("--output is given more than once",
                      self.wrong("index", ".", "-o", "a", "-o", "b"))
        self.assertIn("--limit needs a value", self.wrong("query", "a", "search", "x", "--limit"))
        self.assertIn("not 'abc'", self.wrong("query", "a", "search", "x", "--limit", "abc"))
        self.assertIn("no option '--bogus'", self.wrong("stats", "a.pack", "--bogus"))
        self.assertIn("no PACK given\nUsage: coppice stats PACK", self.wrong("stats"))
        for command in ("stats", "verify", "export", "ast"):
            self.assertIn("an empty name is given\nUsage", self.wrong(command, ""))
        self.assertIn("too many: 'b'", self.wrong("ast", "a", "b"))
        self.assertIn("'xml' is none of jsonl, tags",
                      self.wrong("export", "a.pack", "--format", "xml"))
        self.assertIn("did you mean 'json'?", self.wrong("ast", "a.py", "--format", "jsn"))
        self.assert_only(".", [])

    def test_wrong_queries(self):
        self.assertIn("as in coppice query python3.pack module json", self.wrong("query"))
        self.assertIn("no PACK given: it comes before module, as in coppice query python3.pack "
                      "module json", self.wrong("query", "module", "json"))
        self.assertIn("what to look up is missing, as in coppice query a.pack module NAME",
                      self.wrong("query", "a.pack"))
        self.assertIn("coppice query a.pack module json", self.wrong("query", "a.pack", "json"))
        self.assertIn("did you mean 'symbols'?", self.wrong("query", "a.pack", "symbol", "x"))
        self.assertLessEqual(len(self.wrong("query", "a.pack", "symbol", "x").splitlines()), 3)
        self.assertIn("no TEXT given, as in coppice query a.pack search TEXT",
                      self.wrong("query", "a.pack", "search"))
        for what in ("module", "symbols", "imports", "importers"):
            self.assertIn("--limit is for search, not for " + what,
                          self.wrong("query", "a.pack", what, "x", "--limit", "50"))
            self.assertIn("--ignore-case is for search, not for " + what,
                          self.wrong("query", "a.pack", what, "x", "-i"))
        for what in ("search", "imports", "importers"):
            self.assertIn("--columns is for module and symbols",
                          self.wrong("query", "a.pack", what, "x", "--columns", "utf8"))
        # Files may have such names.
        self.assertIn("no such pack", self.wrong("query", "module", "module", "json", code=3))

    def test_what_the_arguments_name(self):
        self.write("text.pack", "no pack")
        self.write("empty.pack")
        self.write("src/a.py")
        self.index("-o", "whole.pack", "src")
        for names in (("missing",), ("text.pack", "missing"), ("src",), ("text.pack",),
                      ("empty.pack",)):
            name = os.path.join(*names)
            for call in (("stats", name), ("export", name), ("query", name, "module", "a")):
                self.assertIn(name, self.wrong(*call, code=3))
            damaged = name in ("text.pack", "empty.pack")
            self.assertIn(name, self.wrong("verify", name, code=1 if damaged else 3))
            if not damaged:
                self.assertIn(name, self.wrong("ast", name, code=3))
            if name != "src":
                self.assertIn(name, self.wrong("index", name, "-o", "a.pack", code=3))
            if name not in ("missing", "empty.pack"):
                self.assertIn(name, self.wrong("index", "src", "-o", name, code=3))
        for command in ("stats", "verify", "export"):
            self.assertIn("coppice index", self.wrong(command, "missing", code=3))
        for python in ("no-such-python", "./no-such-python", "./text.pack", "/bin/false"):
            self.assertIn(python, self.wrong("index", "--python", python, "-o", "a", code=3))
        self.assertIn("its roots are: src",
                      self.wrong("query", "whole.pack", "module", "a", "--root", "x=y"))
        self.assertIn("its roots are: src", self.wrong("export", "whole.pack", "--root", "x=y"))
        self.assertIn("NAME=DIRECTORY", self.wrong("export", "whole.pack", "--root", "src"))

    def test_paths_are_said_once(self):
        self.write("src/a.py", "x = 1\n")
        self.index("-o", "a.pack", "src")
        pack = bytearray(self.bytes_of("a.pack"))
        for damage in (72, len(pack) // 2, len(pack) - 1):
            damaged = pack.copy()
            damaged[damage] ^= 1
            os.remove(self.path("a.pack"))
            self.write("a.pack", damaged)
            warning = self.command("index", "-o", "a.pack", "src").stderr.decode()
            self.assertIn("built anew", warning)
            self.assertEqual(warning.count("a.pack"), 1)

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

        table = self.command("index", "-o", "a.pack", "src", "--fresh")
        for word in (b"modules", b"lines", b"MB/s", b"errors", b"pack", b"peak memory"):
            self.assertIn(word, table.stdout)
        self.assertEqual(table.stderr, b"")
        up_to_date = self.command("index", "-o", "a.pack", "src")
        self.assertIn(b"up to date", up_to_date.stdout)
        self.assertNotIn(b"MB/s", up_to_date.stdout)
        quiet = self.command("index", "-o", "a.pack", "src", "--quiet")
        self.assertEqual((quiet.stdout, quiet.stderr), (b"", b""))

    def test_undecodable_files_are_counted(self):
        self.write("src/a.py", b"x = '\xff'\n")
        self.write("src/b.py", "x = 1\n")
        for parsed in (2, 0):
            warnings = self.command("index", "-o", "b.pack", "src").stderr.decode()
            self.assertEqual("src/a.py: " in warnings, parsed != 0)
            report = self.index("-o", "a.pack", "src")
            self.assertEqual((report["modules"], report["parsed"], report["undecodable"]),
                             (2, parsed, 1))
            self.assertEqual((report["files_with_errors"], report["skipped"]), (0, 0))
        self.assertIn(b"1 more not decodable", self.command("index", "-o", "a.pack", "src").stdout)

    def test_report_that_cannot_be_printed(self):
        self.write("src/a.py", "x = 1\n")
        for done in (b"a.pack was written; only", b"a.pack is up to date; only"):
            with open("/dev/full", "wb") as full:
                failed = subprocess.run([harness.COPPICE, "index", "src", "-o", "a.pack", "--json"],
                                        cwd=self.top, stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(failed.returncode, 3)
            self.assertIn(done, failed.stderr)
        self.command("verify", "a.pack")

    def on_terminal(self, *arguments, **environment):
        """What a call prints on standard error if that is a terminal."""
        master, terminal = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", **environment}
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
        self.assertEqual(self.on_terminal("index", "src", "-o", "a.pack", "--fresh", TERM="dumb"),
                         "")

    def test_roots(self):
        self.write("src/pkg/__init__.py")
        self.write("src/a=b/c.py")
        self.index("-o", "a.pack", "src", "other=src/a=b")
        rows = [(m["root"], m["path"], m["module"]) for m in self.export("a.pack")]
        self.assertEqual(rows, [("other", "c.py", "c"), ("src", "pkg/__init__.py", "pkg")])
        self.index("-o", "b.pack", "third=./src/a=b")
        self.assertEqual(len(self.export("b.pack")), 1)
        self.index("-o", "c.pack", "third=a=b", cwd=self.path("src"))
        self.assertEqual(self.bytes_of("src/c.pack"), self.bytes_of("b.pack"))
        self.write("src/a=b/inner/d.py")
        self.index("-o", "d.pack", "./src/a=b/inner")
        self.assertEqual([m["root"] for m in self.export("d.pack")], ["inner"])

    def test_wrong_roots(self):
        self.write("a=b/c.py")
        self.assertIn("cannot name the root ./a=b: write NAME=DIRECTORY",
                      self.wrong("index", "./a=b", "-o", "a.pack"))
        self.assertIn("write NAME=./a=b", self.wrong("index", "a=b", "-o", "a.pack", code=3))
        self.assertIn("NAME=DIRECTORY", self.wrong("index", "x=.", "x=.", "-o", "a.pack"))
        for root in ("", "x=", "=a", "\n=."):
            self.wrong("index", root, "-o", "a.pack", code=3 if root == "=a" else 2)
        self.assert_only(".", ["a=b"])

    def test_package_as_root(self):
        self.write("src/pkg/__init__.py")
        self.write("src/stubs/__init__.pyi")

        def hint(*arguments, cwd=""):
            return self.command("index", "-o", "a.pack", *arguments,
                                cwd=self.path(cwd)).stderr.decode()

        self.assertIn("src/pkg is a package", hint("src/pkg"))
        self.assertTrue(hint("src/pkg").endswith("index the directory above, src\n"))
        self.assertTrue(hint("x=src/stubs/").endswith("above, src\n"))
        self.assertTrue(hint(".", cwd="src/pkg").endswith("above, ..\n"))
        self.assertTrue(hint(self.path("src/pkg")).endswith("above, %s\n" %
                                                            os.path.realpath(self.path("src"))))
        self.assertEqual(hint("src"), "")
        self.assertEqual(hint("src/pkg", "--quiet"), "")

    def test_excludes(self):
        self.write("src/a.py")
        self.write("src/[b.py")
        for pattern in ("", "/", "[", "[a", "x[!]", "a\\"):
            self.assertIn("--exclude: '%s'" % pattern,
                          self.wrong("index", "src", "-o", "a.pack", "--exclude", pattern))
        self.index("-o", "a.pack", "src", "--exclude", "\\[*")
        self.assertEqual([m["path"] for m in self.export("a.pack")], ["a.py"])
        self.index("-o", "a.pack", "src", "--exclude", "[a]*")
        self.assertEqual([m["path"] for m in self.export("a.pack")], ["[b.py"])

    def test_nothing_to_index(self):
        os.mkdir(self.path("src"))

        def warning(*arguments):
            return self.command("index", "-o", "a.pack", "src", *arguments).stderr.decode()

        self.assertTrue(warning().endswith("warning: nothing to index: no .py or .pyi file was "
                                           "found\n"))
        self.assertEqual(warning("--quiet"), "")
        self.write("src/a.py")
        self.assertEqual(warning(), "")
        self.assertIn("found that --exclude does not leave out", warning("--exclude", "a.py"))
        self.write("src/a.py", b"\0\xff")  # skipped, which is said already
        self.assertNotIn("nothing to index", warning())

    def test_what_is_not_entered(self):
        for path in ("a.py", "b/tests/c.py", "tests/d.py", ".hidden/e.py", "__pycache__/f.py",
                     "node_modules/g.py", "env/h.py", "inner/i.py"):
            self.write("src/" + path)
        self.write("src/env/pyvenv.cfg")
        self.write("elsewhere/j.py")
        os.symlink("../elsewhere", self.path("src/link"))

        def paths(*arguments):
            self.index("-o", "a.pack", *arguments)
            return [m["path"] for m in self.export("a.pack") if m["root"] == "src"]

        every = ["a.py", "b/tests/c.py", "inner/i.py", "link/j.py", "tests/d.py"]
        self.assertEqual(sorted(paths("src")), every)
        for pattern, left_out in (("tests/", (1, 4)), ("/tests/", (4,)), ("b/tests/", (1,)),
                                  ("b/tests", (1,)), ("b/", (1,)), ("link", (3,))):
            self.assertEqual(sorted(paths("src", "--exclude", pattern)),
                             [path for i, path in enumerate(every) if i not in left_out])
        self.assertNotIn("inner/i.py", paths("src", "src/inner"))
        self.assertEqual(len(paths("src=src/env")), 1)

    def test_python(self):
        # All of the standard library that begins with a j.
        report = self.index("--python", sys.executable, "-o", "a.pack", "--exclude", "[!j]*/",
                            "--exclude", "/[!j]*.py")
        self.assertGreater(report["modules"], 3)
        self.command("query", "a.pack", "module", "json.decoder")

    def test_query(self):
        self.write("src/pkg/__init__.py", "from .sub import Thing as Alias\n")
        self.write("src/pkg/sub.py", "import os.path\nclass Thing:\n    '''Doc.'''\n"
                   "    def run(self, x: int = 1, *, y=2) -> str:\n        self.__z = 1\n")
        self.write("src/user.py", "import pkg.sub\nfrom pkg import sub\nfrom . import x\n")
        self.write("src/signs.py", "def f(a, /): pass\ndef g(a, /, b, *, c): pass\n")
        self.index("-o", "a.pack", "src")

        def lines(*arguments, code=0):
            return self.command("query", "a.pack", *arguments, code=code).stdout.decode().split("\n")

        self.assertEqual([line.split(None, 2) for line in lines("module", "pkg.sub")[:3]], [
            ["src/pkg/sub.py:1:0", "module", "pkg.sub"],
            ["src/pkg/sub.py:2:6", "class", "Thing"],
            ["src/pkg/sub.py:4:8", "function", "Thing.run(self, x: int = 1, *, y=2) -> str"]])
        self.assertEqual([line.split(None, 2)[2] for line in lines("module", "signs")[1:3]],
                         ["f(a, /)", "g(a, /, b, *, c)"])
        for name in ("run", "Thing.run", "sub.Thing.run", "pkg.sub.Thing.run"):
            self.assertEqual(len(lines("symbols", name)), 2)
        self.assertEqual(lines("symbols", "Other.run", code=1), [""])
        for name in ("un", "ub.Thing.run", "g.sub.Thing.run", "pkg.Thing.run", "pkg.sub", "Thing."):
            self.assertEqual(lines("symbols", name, code=1), [""])
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
        self.assertEqual(json.loads(self.command("query", "a.pack", "search", "Thing", "--json",
                                                 "--limit", "1", "--root",
                                                 "src=/there").stdout),
                         [{"name": "Thing", "mentioned_in": 2, "defined_in": [
                             {"module": "pkg.sub", "root": "/there", "path": "pkg/sub.py"}]}])
        records = json.loads(self.command("query", "a.pack", "importers", "pkg.sub",
                                          "--json").stdout)
        self.assertEqual([r["importer"] for r in records], ["pkg", "user", "user"])
        self.assertEqual(json.loads(self.command("query", "a.pack", "module", "pkg",
                                                 "--json").stdout), self.export("a.pack")[:1])
        self.assertEqual(json.loads(self.command("query", "a.pack", "imports", "none", "--json",
                                                 code=1).stdout), [])
        self.assertIn("its roots are: src",
                      self.wrong("query", "a.pack", "module", "pkg", "--root", "a=b"))

    def test_importers_by_relative_imports(self):
        for name in ("a", "a/x"):
            self.write("src/%s/__init__.py" % name)
        self.write("src/a/x/b.py")
        self.write("src/a/x/y.py", "from . import b\n")
        self.write("src/a/z.py", "from .x.b import c\n")
        self.index("-o", "a.pack", "src")

        def importers(name, code=0):
            done = self.command("query", "a.pack", "importers", name, code=code)
            return [line.split(":")[0] for line in done.stdout.decode().splitlines()]

        self.assertEqual(importers("a.x.b"), ["src/a/x/y.py", "src/a/z.py"])
        self.assertEqual(importers("a.x"), ["src/a/x/y.py", "src/a/z.py"])
        # y.py lies in it, but its dot stands for a.x.
        self.assertEqual(importers("a"), ["src/a/z.py"])

    def test_query_by_path(self):
        self.write("src/__init__.py", "import os\n")
        self.write("src/run-me.py", "def thing(): pass\n")
        self.write("src/sub/a.py")
        self.index("-o", "a.pack", "src")

        def output(*arguments, code=0):
            return self.command("query", "a.pack", *arguments, code=code).stdout.decode()

        self.assertIn("defined in src/run-me.py\n", output("search", "thing"))
        self.assertIn("module src/run-me.py\n", output("module", "src/run-me.py"))
        self.assertEqual(output("imports", "src/__init__.py"), "src/__init__.py:1  import os\n")
        self.assertEqual(output("module", "src/sub/a.py"), output("module", "sub.a"))
        for name in ("src/sub", "sub/a.py", "src/", "/", "other/run-me.py"):
            output("module", name, code=1)

    def test_query_in_normal_form(self):
        self.write("src/fix.py", "\N{MATHEMATICAL SCRIPT CAPITAL X}y = 1\nimport \ufb01x\n")
        self.index("-o", "a.pack", "src")
        for what, name in (("symbols", "\N{MATHEMATICAL SCRIPT CAPITAL X}y"), ("symbols", "Xy"),
                           ("search", "\N{MATHEMATICAL SCRIPT CAPITAL X}"),
                           ("module", "\ufb01x"), ("imports", "\ufb01x"),
                           ("importers", "\ufb01x"), ("importers", "fix")):
            self.command("query", "a.pack", what, name)
        tags = self.command("export", "a.pack", "--format", "tags").stdout
        self.assertIn(b"\nXy\tsrc/fix.py\t1;", tags)

    def test_search_shows_the_shortest_definers(self):
        for name in ("a/tests/one", "a/tests/two", "b", "c", "long/name"):
            self.write("src/%s.py" % name, "def thing(): pass\n")
        self.index("-o", "a.pack", "src")
        self.assertEqual(self.command("query", "a.pack", "search", "thing").stdout,
                         b"thing  mentioned in 5, defined in b, c, long.name and 2 more\n")

    def test_search_is_cut(self):
        self.write("src/a.py", "".join("name%d = 1\n" % i for i in range(51)))
        self.index("-o", "a.pack", "src")
        for options, shown, cut in (((), 50, True), (("--limit", "3"), 3, True),
                                    (("--limit", "51"), 51, False)):
            done = self.command("query", "a.pack", "search", "name", *options)
            self.assertEqual(len(done.stdout.splitlines()), shown)
            self.assertEqual(b"only the first %d names: there are more" % shown in done.stderr, cut)
            self.assertEqual(done.stderr == b"", not cut)
            self.assertEqual(len(json.loads(self.command("query", "a.pack", "search", "name",
                                                         "--json", *options).stdout)), shown)

    def test_nothing_found(self):
        self.write("src/pkg/__init__.py", "from .sub import Thing\n")
        self.write("src/pkg/sub.py", "class Thing:\n    def run(self): pass\n")
        self.write("src/pkg/run.py")
        self.write("src/twice.py", "if x:\n    sub = 1\nelse:\n    sub = 2\n")
        self.index("-o", "a.pack", "src")
        for what, name, reason in (
                ("module", "sub", "no module 'sub' in a.pack; it is a symbol: coppice query a.pack "
                                  "symbols sub; did you mean pkg.sub?"),
                ("module", "pkg.sbu", "did you mean pkg.sub?"),
                ("module", "zzzzzzz", "no module 'zzzzzzz' in a.pack"),
                ("imports", "pkg.sup", "did you mean pkg.sub?"),
                ("importers", "pkg.sup", "nothing in a.pack imports 'pkg.sup'; did you mean"),
                ("symbols", "thing", "no symbol 'thing' in a.pack; did you mean Thing?"),
                ("symbols", "Thnig", "did you mean Thing?"),
                ("symbols", "pkg.sub", "no symbol 'pkg.sub' in a.pack; it is a module: coppice query "
                                       "a.pack module pkg.sub\n"),
                ("symbols", "a.sub", "; did you mean twice.sub?\n"),
                ("module", "pkg.sub.Thing", "no module 'pkg.sub.Thing' in a.pack; it is a symbol: "
                                            "coppice query a.pack symbols pkg.sub.Thing"),
                ("imports", "Thing.run", "it is a symbol: coppice query a.pack symbols Thing.run"),
                ("module", "run", "symbols run; did you mean pkg.run?\n"),
                ("symbols", "Other.run", "did you mean pkg.sub.Thing.run?"),
                ("search", "THIN", "holds 'THIN'; with --ignore-case there is Thing")):
            for options, output in (((), b""), (("--json",), b"[]\n")):
                done = self.command("query", "a.pack", what, name, *options, code=1)
                self.assertEqual(done.stdout, output)
                self.assertTrue(done.stderr.startswith(b"coppice: nothing found: "))
                self.assertIn(reason, done.stderr.decode())
        # There is an answer here: none.
        done = self.command("query", "a.pack", "imports", "pkg.sub")
        self.assertEqual((done.stdout, done.stderr), (b"", b"coppice: pkg.sub imports nothing\n"))

    def test_query_of_a_damaged_pack(self):
        self.write("src/a.py", "x = 1\n")
        self.index("-o", "a.pack", "src")
        pack = bytearray(self.bytes_of("a.pack"))
        errors = 0
        for at in range(0, len(pack), 16):
            damaged = pack.copy()
            damaged[at] ^= 1
            self.write("b.pack", damaged)
            done = subprocess.run([harness.COPPICE, "query", "b.pack", "module", "a", "--json"],
                                  cwd=self.top, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if done.returncode == 3:
                errors += 1
                self.assertEqual(done.stdout, b"")
        self.assertGreater(errors, 0)

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
        for name in ("-", "/dev/stdin"):
            piped = subprocess.run([harness.COPPICE, "ast", name], input=b"x = f(1)\n",
                                   stdout=subprocess.PIPE, check=True)
            self.assertEqual(piped.stdout, expected)
        self.assertEqual(self.command("ast", "/dev/null").stdout, b"(module)\n")
        tree = json.loads(self.command("ast", "a.py", "--format", "json").stdout)
        self.assertEqual((tree["kind"], tree["start"], tree["end"]), ("module", 0, 9))
        self.assertIn(b"identifier", self.command("ast", "a.py", "--format", "tree").stdout)
        self.assertIn("missing.py", self.wrong("ast", "missing.py", code=3))


if __name__ == "__main__":
    unittest.main()
