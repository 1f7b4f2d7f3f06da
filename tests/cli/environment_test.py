#!/usr/bin/env python3
"""`coppice env` and `coppice index --env`: what they print, and how they end."""

import json
import os
import subprocess
import sys
import unittest

import harness

FIELDS = ["executable", "was_run", "version", "implementation", "platform", "typeshed", "roots",
          "builtins", "warnings"]


class Environments(harness.CommandTest):
    def setUp(self):
        super().setUp()
        self.top = os.path.realpath(self.top)
        self.variables = {"PATH": os.environ["PATH"], "HOME": self.top}

    def environment(self, name="venv"):
        """A virtual environment without interpreter, but with packages and typeshed."""
        self.write(name + "/pyvenv.cfg", "home = /nowhere\nversion = 3.12.1\n"
                   "include-system-site-packages = false\n")
        packages = name + "/lib/python3.12/site-packages/"
        self.write(packages + "installed.py", "x = 1\n")
        self.write(packages + "mypy/typeshed/stdlib/builtins.pyi", "def len(x): ...\n")
        self.write(packages + "mypy/typeshed/stdlib/VERSIONS", "builtins: 3.0-\n")
        self.write(packages + "mypy/typeshed/stubs/six/six.pyi")
        return self.path(packages)

    def env(self, *arguments, **options):
        options.setdefault("env", self.variables)
        return json.loads(self.command("env", "--json", *arguments, **options).stdout)

    def test_json(self):
        packages = self.environment()
        self.write(packages + "x.pth", b"import os; os.x\n/\xc3\xbc\n")
        self.write("src/project.py")
        answer = self.env("--venv", "venv", "--root", "app=src")
        self.assertEqual(list(answer), FIELDS)
        self.assertEqual(answer["executable"], self.path("venv/bin/python"))
        self.assertEqual((answer["was_run"], answer["version"]), (False, "3.12.1"))
        self.assertEqual((answer["implementation"], answer["platform"]), ("cpython", sys.platform))
        self.assertEqual([(root["name"], root["role"], root["directory"], root["only"])
                          for root in answer["roots"]],
                         [("app", "project", self.path("src"), []),
                          ("site-packages", "site_packages", packages.rstrip("/"), []),
                          ("typeshed", "typeshed", packages + "mypy/typeshed/stdlib", []),
                          ("typeshed-six", "typeshed_stubs", packages + "mypy/typeshed/stubs/six",
                           [])])
        self.assertEqual([root["found_by"] for root in answer["roots"]],
                         ["project", "site-packages of the environment", "typeshed of mypy",
                          "typeshed of mypy"])
        self.assertEqual(answer["typeshed"], packages + "mypy/typeshed")
        self.assertIn("sys", answer["builtins"])
        self.assertEqual(len(answer["warnings"]), 2)  # the interpreter that is not there; the code

    def test_table(self):
        self.environment(".venv")
        done = self.command("env", env=self.variables)
        for word in (".venv/bin/python", "cpython 3.12.1 on", "site_packages", "typeshed_stubs",
                     "(typeshed of mypy)", "(project)"):
            self.assertIn(word.encode(), done.stdout)
        self.assertIn(b"warning: " + self.path(".venv").encode(), done.stderr)

    def test_environment_around_the_roots(self):
        self.write("work/project/src/a.py")
        self.environment(".venv")  # above the working directory: not looked for
        work = {"cwd": self.path("work")}
        found = self.path("work/project/src/.venv"), self.path("work/project/.venv"), self.path("work/.venv")
        chosen = lambda: self.env("--root", "project/src", **work)["executable"]
        self.assertFalse(chosen().startswith(self.path()))
        for place in reversed(found):  # the nearest one is taken
            self.environment(os.path.relpath(place, self.top))
            self.assertEqual(chosen(), place + "/bin/python")
        os.mkdir(self.path("elsewhere"))
        self.assertEqual(self.env("--root", "../elsewhere", **work)["executable"], found[2] + "/bin/python")

    def test_wrong_calls(self):
        self.environment()
        self.write("file", "x")
        self.write("x/y")

        def wrong(*arguments, code):
            done = self.command(*arguments, code=code, env=self.variables)
            self.assertEqual(done.stdout, b"")
            return done.stderr.decode()

        for command in (("env",), ("index", "-o", "out", "--env")):
            self.assertIn("exclude each other",
                          wrong(*command, "--python", "x", "--venv", "venv", code=2))
            self.assertIn("no such directory", wrong(*command, "--venv", "none", code=3))
            self.assertIn("pyvenv.cfg", wrong(*command, "--venv", ".", code=3))
            self.assertIn("not an executable", wrong(*command, "--python", "./file", code=3))
            self.assertIn("no such command", wrong(*command, "--python", "no-such", code=3))
            self.assertIn("no typeshed: stdlib/builtins.pyi",
                          wrong(*command, "--venv", "venv", "--typeshed", ".", code=3))
        self.assertIn("Usage: coppice env", wrong("env", "--root", "=x", code=2))
        self.assertIn("not a directory", wrong("env", "--root", "file", code=3))
        twice = "two roots are named 'a'"
        self.assertIn(twice, wrong("env", "--root", "a=x", "--root", "a=venv", code=2))
        self.assertIn(twice, wrong("index", "--env", "a=x", "a=venv", "-o", "out", code=2))
        self.assertIn("too many: 'src'", wrong("env", "src", code=2))
        self.assertIn("as in coppice index --env -o .coppice", wrong("index", "--env", code=2))
        self.assertIn("must be a directory", wrong("index", "--env", "-o", "-", code=2))
        self.assertIn("go with --env", wrong("index", "-o", "out", "--venv", "venv", code=2))
        self.assertIn("file", wrong("index", "--env", "--venv", "venv", "-o", "file", code=3))
        self.assert_only(".", ["venv", "file", "x"])

    def test_index(self):
        self.environment()
        self.write("src/project.py", "import installed\n")

        def index(*arguments):
            done = self.command("index", "--env", "--venv", "venv", "-o", "out", "src", "-q",
                                "--json", *arguments, env=self.variables)
            self.assertEqual(done.stderr, b"")
            report = json.loads(done.stdout)
            self.assertEqual(list(report), ["index", "layers"])
            return report["layers"]

        layers = index()
        self.assertEqual([(layer["layer"], layer["modules"], layer["written"]) for layer in layers],
                         [("typeshed", 2, True), ("site-packages", 1, True), ("project", 1, True)])
        for layer in layers:
            self.command("verify", "out/" + layer["pack"])
        self.assertIn(b"did you mean builtins.len?", self.command("query", "out", "resolve", "len", code=1).stderr)
        with open(self.path("out/index.json"), "rb") as file:
            manifest = json.load(file)
        self.assertEqual([pack["file"] for pack in manifest["packs"]],
                         [layer["pack"] for layer in layers])
        again = index()
        self.assertEqual([layer["pack"] for layer in again], [layer["pack"] for layer in layers])
        self.assertFalse(any(layer["written"] for layer in again))
        # Another environment in the same place: what is the same is not parsed again.
        os.rename(self.path("venv"), self.path("moved"))
        self.write("moved/lib/python3.12/site-packages/installed.py", "x = 2\n")
        os.rename(self.path("moved"), self.path("venv"))
        changed = index()
        self.assertEqual([layer["written"] for layer in changed], [False, True, False])
        self.assertEqual([layer["parsed"] for layer in changed], [0, 1, 0])
        self.assertEqual(len(os.listdir(self.path("out"))), 10)  # three layers of three, and one

    def test_what_was_not_there_is_found_once_it_is(self):
        self.environment()
        self.write("src/project.py", "from installed import late\nimport later\n")

        def found(name, code):
            self.command("index", "--env", "--venv", "venv", "-o", "out", "src", "-q", env=self.variables)
            answer = self.command("query", "out", "resolve", name, "--json", code=code)
            return [each["path"] for each in json.loads(answer.stdout)["definitions"]]

        self.assertEqual(found("project.later.x", 1), [])
        self.write("src/later.py", "x = 1\n")
        self.assertEqual(found("project.later.x", 0), [self.path("src/later.py")])
        self.assertEqual(found("project.late.x", 1), [])
        # A package where a module was: what is in it counts from now on.
        self.write("src/installed/__init__.py")
        self.write("src/installed/late.py", "x = 1\n")
        self.assertEqual(found("project.late.x", 0), [self.path("src/installed/late.py")])
        os.remove(self.path("src/later.py"))
        self.assertEqual(found("project.later.x", 1), [])

    def test_output_that_cannot_be_printed(self):
        self.environment()
        with open("/dev/full", "wb") as full:
            done = subprocess.run([harness.COPPICE, "env", "--venv", "venv"], cwd=self.top,
                                  stdout=full, stderr=subprocess.PIPE, env=self.variables)
        self.assertEqual(done.returncode, 3)


if __name__ == "__main__":
    unittest.main()
