#!/usr/bin/env python3
"""coppice graph, and the queries over a whole index: what they print, and how they end."""

import os
import platform
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

import harness

SVG = "{http://www.w3.org/2000/svg}"

SOURCES = {
    "app/__init__.py": "from app.base import Base\nfrom app.base import _hidden\n",
    "app/base.py": "class Base:\n    pass\n\ndef _hidden():\n    pass\n",
    "app/one.py": "from app import Base, two\n\nclass One(Base):\n    pass\n",
    "app/two.py": "import app.one\nimport os.path\n\nclass Two(app.one.One):\n    pass\n",
    "app/late.py": "def f():\n    from app import two\n",
    "app/checked.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.late\n",
    "run-me.py": "import app.late\nfrom app.base import Base as Renamed\n",
}


class GraphTest(harness.CommandTest):
    def setUp(self):
        super().setUp()
        for path, text in SOURCES.items():
            self.write("src/" + path, text)
        self.index("-o", "a.pack", "src")

    def query(self, *arguments, code=0):
        return harness.read_json(self.command("query", "a.pack", *arguments, "--json", code=code).stdout)

    def lines(self, *arguments):
        return self.command("query", "a.pack", *arguments).stdout.decode().splitlines()

    def wrong(self, *arguments, code=2):
        done = self.command(*arguments, code=code)
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode()

    def index_environment(self):
        """Makes the index `env` of the standard library and the sources, without what the machine has
        installed."""
        self.write("venv/pyvenv.cfg", "home = %s\nversion = %s\ninclude-system-site-packages = false\n" % (
            os.path.dirname(os.path.realpath(sys.executable)), platform.python_version()))
        os.makedirs(self.path("venv/lib/python%d.%d/site-packages" % sys.version_info[:2]))
        self.command("index", "--env", "--venv", "venv", "src", "-o", "env", "--quiet")


class Queries(GraphTest):
    def test_subclasses(self):
        found = self.query("subclasses", "app.Base")
        self.assertEqual(found[0], {
            "module": "app.one", "qualname": "One", "path": "src/app/one.py",
            "kind": "class", "line": 3, "col": 6, "base": "app.base.Base", "distance": 1})
        self.assertEqual([(each["qualname"], each["base"], each["distance"]) for each in found],
                         [("One", "app.base.Base", 1), ("Two", "app.one.One", 2)])
        self.assertEqual(self.lines("subclasses", "app.base.Base")[1].split("  "),
                         ["src/app/two.py:4:6", "app.two.Two", "derives from app.one.One"])
        self.assertEqual(self.query("subclasses", "app.two.Two", code=1), [])
        for name, why in (("app.one", "'app.one' is no class"), ("app.two.Tow", "no class"),
                          ("app.two.Two", "nothing in a.pack derives from 'app.two.Two'"),
                          ("Two", "no class 'Two' in a.pack; did you mean app.two.Two?")):
            self.assertIn(why, self.wrong("query", "a.pack", "subclasses", name, code=1))

    def test_reexports(self):
        found = self.query("reexports", "app.base.Base")
        self.assertEqual(found, [{"module": "app", "root": "src", "path": "app/__init__.py",
                                  "name": "Base", "how": "import", "public": True, "line": 1}])
        self.assertEqual([(each["module"], each["path"], each["name"], each["public"])
                          for each in self.query("reexports", "app.base.Base", "--all")],
                         [("app", "app/__init__.py", "Base", True),
                          ("app.one", "app/one.py", "Base", False),
                          ("", "run-me.py", "Renamed", False)])
        self.assertIn("2 modules import it for themselves: --all shows them",
                      self.command("query", "a.pack", "reexports", "app.base.Base").stderr.decode())
        self.assertIn("--all shows them",
                      self.wrong("query", "a.pack", "reexports", "app.base._hidden", code=1))

    def test_transitive_importers(self):
        found = self.query("importers", "app.one", "--transitive")
        self.assertEqual(found[0], {"importer": "app.two", "root": "src", "path": "app/two.py",
                                    "distance": 1, "imports": "app.one", "line": 1})
        self.assertEqual([each["importer"] for each in found], ["app.two"])
        self.assertEqual([(each["importer"], each["distance"], each["imports"], each["line"])
                          for each in self.query("importers", "app.one", "--transitive",
                                                 "--deferred", "--type-checking")],
                         [("app.two", 1, "app.one", 1), ("app.late", 2, "app.two", 2),
                          ("app.checked", 3, "app.late", 3), ("", 3, "app.late", 1)])
        # What imports a module of a package imports the package.
        self.assertEqual([(each["path"], each["distance"], each["imports"], each["line"])
                          for each in self.query("importers", "app", "--transitive")],
                         [("app/base.py", 1, "app", None), ("app/checked.py", 1, "app", None),
                          ("app/late.py", 1, "app", None), ("app/one.py", 1, "app", 1),
                          ("app/two.py", 1, "app", None), ("run-me.py", 2, "app.base", 2)])
        self.assertIn("did you mean app.one?",
                      self.wrong("query", "a.pack", "importers", "app.oen", "--transitive", code=1))
        # Of what is imported late alone, which options would show it.
        for options, words in (((), "imported itself; --deferred counts"),
                               (("--type-checking",), "'app.checked'; --deferred counts imports in"),
                               (("--deferred",), "'app.checked'; --type-checking counts imports"),
                               (("--deferred", "--type-checking"), "imports 'app.checked'\n")):
            self.assertIn(words, self.wrong("query", "a.pack", "importers", "app.checked", "--transitive", *options,
                                            code=1))

    def test_cycles(self):
        found = self.query("cycles")
        self.assertEqual(found, [
            {"modules": ["app.one", "app.two"], "shortest": [
                {"module": "app.one", "root": "src", "path": "app/one.py", "line": 1,
                 "imports": "app.two"},
                {"module": "app.two", "root": "src", "path": "app/two.py", "line": 1,
                 "imports": "app.one"}]}])
        self.assertEqual(self.lines("cycles")[1].split(), ["src/app/one.py:1", *"from app import two"
                                                           .split()])
        self.assertEqual(self.query("cycles", "app"), found)
        self.assertEqual(self.query("cycles", "app.two")[0]["shortest"][0]["module"], "app.two")
        self.assertIn("'app.late' is in no import cycle",
                      self.wrong("query", "a.pack", "cycles", "app.late", code=1))
        self.assertIn("no module 'ap'", self.wrong("query", "a.pack", "cycles", "ap", code=1))

    def test_mentions(self):
        self.assertEqual([(each["path"], each["module"], each["defined"])
                          for each in self.query("mentions", "Base")],
                         [("app/__init__.py", "app", False), ("app/base.py", "app.base", True),
                          ("app/one.py", "app.one", False), ("run-me.py", "", False)])
        self.assertIn("no module of a.pack mentions 'Bsae'",
                      self.wrong("query", "a.pack", "mentions", "Bsae", code=1))
        self.assertIn("mentions takes one identifier: Base",
                      self.wrong("query", "a.pack", "mentions", "app.Base", code=1))

    def test_roots_are_printed_as_given(self):
        self.assertTrue(self.lines("mentions", "Base", "--root", "src=/x")[0].startswith("/x/app"))
        self.assertIn("the index has no root 'y'; its roots are: src",
                      self.wrong("query", "a.pack", "mentions", "Base", "--root", "y=/x"))

    def test_stubs_of_what_is_there_as_source_import_nothing(self):
        self.write("src/app/two.pyi", "import app.one\n")
        self.index("-o", "b.pack", "src")
        for profile, path in (("runtime", "app/two.py"), ("pyright", "app/two.pyi")):
            done = self.command("query", "b.pack", "importers", "app.one", "--transitive", "--json",
                                "--profile", profile)
            self.assertIn(path, [each["path"] for each in harness.read_json(done.stdout)])
            self.assertEqual(profile == "pyright", b"two.pyi" in done.stdout)

    def test_an_index_answers_as_its_packs(self):
        self.index_environment()
        direct = harness.read_json(self.command("query", "env", "importers", "app.two", "--json").stdout)
        self.assertEqual([(each["importer"], each["line"]) for each in direct],
                         [("app.late", 2), ("app.one", 1)])
        at = os.path.join("env", "index.json")
        self.assertEqual(harness.read_json(self.command("query", at, "importers", "app.two",
                                                 "--json").stdout), direct)
        # Through the environment: os is the standard library's.
        found = harness.read_json(self.command("query", "env", "importers", "posixpath", "--transitive",
                                        "--json").stdout)
        self.assertIn("app.two", [each["importer"] for each in found])
        self.command("query", "env", "subclasses", "collections.abc.Mapping")

    def test_wrong_calls(self):
        self.assertIn("no NAME given, as in coppice query a.pack subclasses NAME",
                      self.wrong("query", "a.pack", "subclasses"))
        self.assertIn("did you mean 'cycles'?", self.wrong("query", "a.pack", "cycels"))
        for what in ("subclasses", "cycles", "mentions"):
            self.assertIn("missing.pack", self.wrong("query", "missing.pack", what, "x", code=3))
        self.assertIn("--transitive is for importers",
                      self.wrong("query", "a.pack", "cycles", "--transitive"))
        self.assertIn("--all is for reexports",
                      self.wrong("query", "a.pack", "mentions", "x", "--all"))
        self.assertIn("--deferred is for cycles and importers --transitive",
                      self.wrong("query", "a.pack", "importers", "app", "--deferred"))
        self.assertIn("runtime, mypy, pyright",
                      self.wrong("query", "a.pack", "cycles", "--profile", "x"))


class Graph(GraphTest):
    def graph(self, *arguments, **options):
        return self.command("graph", "a.pack", *arguments, **options).stdout.decode()

    def test_dot(self):
        text = self.graph("--format", "dot")
        self.assertIn('  "app.one" -> "app.two" [color="#c62828"];\n', text)
        self.assertIn('  "src/run-me.py" -> "app.late";\n', text)
        self.assertNotIn('"app.late" -> ', text)
        text = self.graph("--format", "dot", "--deferred", "--type-checking")
        self.assertIn('  "app.late" -> "app.two" [style=dashed];\n', text)
        self.assertIn('  "app.checked" -> "app.late" [style=dotted];\n', text)
        self.assertIn('  "app" [label="app (6)"];\n', self.graph("--format", "dot", "--depth", "1"))

    @unittest.skipIf(shutil.which("dot") is None, "no Graphviz here")
    def test_dot_is_graphviz(self):
        self.write("src/a\"b\\.py", "import app\n")
        self.index("-o", "a.pack", "src")
        done = subprocess.run(["dot", "-Tplain"], input=self.graph("--format", "dot").encode(),
                              stdout=subprocess.PIPE, check=True)
        names = [line.split()[1] for line in done.stdout.decode().splitlines()
                 if line.startswith("node")]
        self.assertEqual(len(names), 8)

    def test_svg(self):
        root = xml.etree.ElementTree.fromstring(self.graph("--format", "svg"))
        texts = [each.text for each in root.iter(SVG + "text")]
        self.assertEqual(sorted(texts), ["app", "app.base", "app.checked", "app.late", "app.one",
                                         "app.two", "src/run-me.py"])
        titles = [each.text for each in root.iter(SVG + "title")]
        self.assertIn("app.two imports app.one", titles)
        red = [each.find(SVG + "title").text for each in root.iter(SVG + "path")
               if "cycle" in each.get("class", "") and each.find(SVG + "title") is not None]
        self.assertEqual(red, ["app.one imports app.two", "app.two imports app.one"])
        # Nothing lies on anything else, nor outside.
        width, height = float(root.get("width")), float(root.get("height"))
        boxes = [[float(each.get(key)) for key in ("x", "y", "width", "height")]
                 for each in root.iter(SVG + "rect") if each.get("rx")]
        self.assertEqual(len(boxes), 7)
        for i, (x, y, w, h) in enumerate(boxes):
            self.assertTrue(-20 <= x and x + w <= width - 20 and -20 <= y and y + h <= height - 20)
            for other in boxes[:i]:
                self.assertTrue(x + w <= other[0] or other[0] + other[2] <= x or
                                y + h <= other[1] or other[1] + other[3] <= y)

    def test_svg_lies_in_layers(self):
        for path in ("a", "b", "c", "d"):
            self.write("tree/%s.py" % path, "import %s\n" % ", ".join("bcde"["abcd".index(path):]))
        self.write("tree/e.py", "")
        self.index("-o", "tree.pack", "tree")
        root = xml.etree.ElementTree.fromstring(
            self.command("graph", "tree.pack", "--format", "svg").stdout)
        heights = {each.text: float(each.get("y")) for each in root.iter(SVG + "text")}
        self.assertEqual(sorted(heights, key=heights.get), ["a", "b", "c", "d", "e"])
        self.assertEqual(len(set(heights.values())), 5)

    def test_svg_folds_what_is_too_much(self):
        for i in range(500):
            self.write("many/p%d/m%d.py" % (i % 20, i), "import p%d.m%d\n" % ((i + 1) % 20, (i + 1) % 500))
        self.index("-o", "many.pack", "many")
        done = self.command("graph", "many.pack", "--format", "svg")
        texts = [each.text for each in
                 xml.etree.ElementTree.fromstring(done.stdout).iter(SVG + "text")]
        self.assertEqual(len(texts), 20)
        self.assertIn("p0 (25)", texts)
        self.assertIn("folded to 20 nodes, as --depth 1 does", done.stderr.decode())

    def test_of_a_part(self):
        text = self.graph("--format", "dot", "--of", "app.two")
        self.assertEqual([line.strip().split('"')[1] for line in text.splitlines()
                          if '"' in line and "->" not in line and "node [" not in line
                          and "edge [" not in line], ["app.one", "app.two"])
        self.assertIn("did you mean", self.wrong("graph", "a.pack", "--of", "app.tow", code=1))

    def test_names_of_any_bytes(self):
        names = ["<&>\"'.py", "a\nb\tc.py", "</svg>.py", "\u2028.py", "\uffff.py"]
        for name in names:
            self.write("src/odd-" + name, "import app\n")
        path = os.path.join(os.fsencode(self.path("src")), b"odd-\xff.py")
        with open(path, "wb") as file:
            file.write(b"import app\n")
        self.index("-o", "a.pack", "src")
        for form in ("dot", "svg", "html"):
            text = self.graph("--format", form)
            text.encode()  # is UTF-8
            if form != "dot":
                self.assertNotIn("odd-</", text)
        root = xml.etree.ElementTree.fromstring(self.graph("--format", "svg"))
        texts = [each.text for each in root.iter(SVG + "text")]
        self.assertIn("src/odd-<&>\"'.py", texts)
        self.assertIn("src/odd-\\xff.py", texts)

    def test_output_replaces_no_index(self):
        self.index_environment()
        for name in ("a.pack", "env/index.json"):
            with open(self.path(name), "rb") as file:
                before = file.read()
            os.symlink(self.path(name), self.path("link"))
            for output in (name, "link"):
                kind = "is a pack" if name == "a.pack" else "is an index"
                self.assertIn(kind, self.wrong("graph", "a.pack", "-o", output, code=3))
            os.unlink(self.path("link"))
            with open(self.path(name), "rb") as file:
                self.assertEqual(file.read(), before)

    def test_output_is_written_in_one_step(self):
        self.write("old.dot", "old")
        with open(self.path("old.dot"), "rb") as reader:
            self.command("graph", "a.pack", "--format", "dot", "-o", "old.dot")
            self.assertEqual(reader.read(), b"old")
        self.assertEqual([name for name in os.listdir(self.top) if name.startswith("old")],
                         ["old.dot"])

    def test_output(self):
        self.command("graph", "a.pack", "-o", "out.html")
        with open(self.path("out.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertEqual(page, self.graph())
        self.assertIn("default-src 'none'", page)
        self.assertNotIn("http://", page)
        self.assertNotIn("https://", page)
        self.assertIn("out/of/reach", self.wrong("graph", "a.pack", "-o", "out/of/reach", code=3))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([harness.COPPICE, "graph", self.path("a.pack")], stdout=full,
                                  stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 3)
        self.assertIn("/dev/full", self.wrong("graph", "a.pack", "-o", "/dev/full", code=3))

    def test_wrong_calls(self):
        self.assertIn("dot, svg, html", self.wrong("graph", "a.pack", "--format", "png"))
        self.assertIn("--depth is for svg and dot", self.wrong("graph", "a.pack", "--depth", "2"))
        self.assertIn("--deferred is for svg and dot",
                      self.wrong("graph", "a.pack", "--deferred"))
        self.assertIn("missing.pack", self.wrong("graph", "missing.pack", code=3))
        self.assertIn("Usage: coppice graph INDEX", self.wrong("graph"))


if __name__ == "__main__":
    unittest.main()
