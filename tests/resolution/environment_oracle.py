#!/usr/bin/env python3
"""Compares `coppice env` with what interpreters say of themselves: sys.path after site ran, the
builtin modules, and where import hooks of editable installs find packages.

    environment_oracle.py [PYTHON...]     (default: the one that runs this)
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

COPPICE = os.path.abspath(os.environ.get("COPPICE", "build/coppice"))
PYTHONS = [sys.executable]

ASK = """
import json, sys
print(json.dumps([sys.path[1:], sorted(sys.builtin_module_names), list(sys.version_info[:3]),
                  sys.implementation.name, sys.platform]))
"""
FIND = """
import importlib.util, json, sys
def origin(name):
    try:
        spec = importlib.util.find_spec(name)
    except ImportError:
        spec = None
    if spec is None:
        return None
    return spec.origin or sorted(set(spec.submodule_search_locations))
print(json.dumps({name: origin(name) for name in sys.argv[1:]}))
"""

# What setuptools writes in front of and behind the paths of an easy-install.pth, in its older form.
EASY_INSTALL = ("import sys; sys.__plen = len(sys.path)\n%s\n"
                "import sys; new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]; "
                "p=getattr(sys,'__egginsert',0); sys.path[p:p]=new; sys.__egginsert = p+len(new)\n")
# The finder that setuptools generates, as far as it matters here.
FINDER = """\
from __future__ import annotations
import sys
from importlib.machinery import ModuleSpec, all_suffixes as module_suffixes
from importlib.util import spec_from_file_location
from itertools import chain
from pathlib import Path

MAPPING: dict[str, str] = %r
NAMESPACES: dict[str, list[str]] = %r
PATH_PLACEHOLDER = %r


class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        for pkg, pkg_path in reversed(list(MAPPING.items())):
            if fullname == pkg or fullname.startswith(f"{pkg}."):
                rest = fullname.replace(pkg, "", 1).strip(".").split(".")
                return cls._find_spec(fullname, Path(pkg_path, *rest))
        return None

    @classmethod
    def _find_spec(cls, fullname, candidate_path):
        init = candidate_path / "__init__.py"
        candidates = (candidate_path.with_suffix(x) for x in module_suffixes())
        for candidate in chain([init], candidates):
            if candidate.exists():
                return spec_from_file_location(fullname, candidate)


class _EditableNamespaceFinder:
    @classmethod
    def _path_hook(cls, path):
        if path == PATH_PLACEHOLDER:
            return cls
        raise ImportError

    @classmethod
    def find_spec(cls, fullname, target=None):
        if fullname in NAMESPACES:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = NAMESPACES[fullname]
            return spec
        return None


def install():
    sys.meta_path.append(_EditableFinder)
    if NAMESPACES:
        sys.path_hooks.append(_EditableNamespaceFinder._path_hook)
        sys.path.append(PATH_PLACEHOLDER)
"""


def version_of(python):
    text = subprocess.check_output([python, "-I", "-S", "-c",
                                    "import sys; print('%d %d' % sys.version_info[:2])"])
    return tuple(map(int, text.split()))


class Environments(unittest.TestCase):
    def setUp(self):
        self.top = os.path.realpath(tempfile.mkdtemp(prefix="coppice-"))
        self.addCleanup(shutil.rmtree, self.top)
        self.here = self.make("here/")
        self.variables = {"PATH": os.environ["PATH"], "HOME": self.make("home/"),
                          "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}

    def make(self, relative, contents=b""):
        """Writes a file below the top, or makes a directory if the name ends in '/'."""
        path = os.path.join(self.top, relative)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not relative.endswith("/"):
            with open(path, "wb") as file:
                file.write(contents.encode() if isinstance(contents, str) else contents)
        return path.rstrip("/")

    def venv(self, python, name="venv", *options):
        """Makes an environment; returns its interpreter and its site-packages."""
        directory = os.path.join(self.top, name)
        while os.path.exists(directory):
            directory += "+"
        subprocess.check_call([python, "-m", "venv", "--without-pip", *options, directory],
                              env=self.variables)
        return os.path.join(directory, "bin", "python"), os.path.join(
            directory, "lib", "python%d.%d" % version_of(python), "site-packages")

    def env(self, *arguments, **variables):
        done = subprocess.run([COPPICE, "env", "--json", *arguments], cwd=self.here,
                              env={**self.variables, **variables}, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def ours(self, python, **variables):
        answer = self.env("--python", python, **variables)
        self.assertFalse(answer["was_run"])
        return answer

    def assert_agree(self, python, message=None, *, ours=None, **variables):
        """Compares all that the interpreter says."""
        said = subprocess.run([python, "-c", ASK], cwd=self.here, stdout=subprocess.PIPE,
                              env={**self.variables, **variables}, check=True).stdout
        path, builtins, version, implementation, platform = json.loads(said)
        answer = ours or self.ours(python, **variables)
        self.assertEqual(answer["builtins"], builtins)
        self.assertTrue("%d.%d.%d" % tuple(version) == answer["version"] or
                        "%d.%d" % tuple(version[:2]) == answer["version"], answer["version"])
        self.assertEqual(answer["implementation"], implementation)
        self.assertEqual(answer["platform"], platform)
        expected = list(dict.fromkeys(os.path.realpath(place) for place in path
                                      if os.path.isdir(place)))
        expected = [place for place in expected if place != self.here]
        found = [root["directory"] for root in answer["roots"]
                 if root["role"] in ("standard_library", "site_packages") and not root["only"]]
        self.assertEqual(found, expected, message)
        files = [place for place in path if os.path.isfile(place)]
        for place in files:
            self.assertTrue(any(w.startswith(place + ": not a directory")
                                for w in answer["warnings"]), place)
        return answer

    def test_interpreters(self):
        for python in PYTHONS:
            self.assert_agree(os.path.realpath(python))

    def test_virtual_environments(self):
        kinds = {"plain": [], "system": ["--system-site-packages"], "copies": ["--copies"],
                 "both": ["--copies", "--system-site-packages"]}
        for python in PYTHONS:
            base = os.path.realpath(python)
            user = "home/.local/lib/python%d.%d/site-packages/" % version_of(base)
            self.make(user + "user.pth", "user-directory\n")
            self.make(user + "user-directory/")
            for kind, options in kinds.items():
                inner, packages = self.venv(base, kind, *options)
                with open(os.path.join(packages, "a.pth"), "w") as file:
                    file.write("../here\n")
                os.makedirs(os.path.join(packages, "../here"))
                answer = self.assert_agree(inner, kind)
                has_user = any("user-directory" in root["directory"] for root in answer["roots"])
                self.assertEqual(has_user, "--system-site-packages" in options, kind)
                directory = os.path.dirname(os.path.dirname(inner))
                for chosen in (self.env("--venv", directory), self.env(VIRTUAL_ENV=directory)):
                    self.assertEqual(chosen["roots"], answer["roots"])
                self.assert_agree(inner, kind, PYTHONNOUSERSITE="1")
                self.assert_agree(inner, kind, PYTHONUSERBASE="../home/.local")
            nested, _ = self.venv(inner, "nested")
            # Before 3.11 its base is the copy, which finds its library by a compiled-in path.
            self.assert_agree(nested, "nested", ours=self.env("--python", nested))
            self.assert_agree(base, "user site")

    def test_the_environment_beside_a_root(self):
        python = os.path.realpath(PYTHONS[0])
        inner, packages = self.venv(python, "project/.venv")
        project = os.path.join(self.top, "project")
        answer = self.env("--root", project)
        self.assertEqual(answer["executable"], inner)
        self.assertEqual([root["directory"] for root in answer["roots"]][0], project)
        self.assertIn(packages, [root["directory"] for root in answer["roots"]])
        self.make("project/src/package/__init__.py")
        self.make("project/pyproject.toml")
        roots = [root["directory"] for root in self.env("--root", project)["roots"]]
        self.assertEqual(roots[:2], [os.path.join(project, "src"), project])
        self.make("project/src/__init__.py")
        self.assertEqual(self.env("--root", project)["roots"][0]["directory"], project)

    def test_configurations(self):
        """Unusual pyvenv.cfg files."""
        python = os.path.realpath(PYTHONS[0])
        home = os.path.dirname(python)
        version = "%d.%d" % version_of(python)
        texts = {
            "shouting": "HOME=%s\nINCLUDE-SYSTEM-SITE-PACKAGES = TRUE\n" % home,
            "silent": "home = %s\n" % home,
            "wrong": "home = %s\ninclude-system-site-packages = yes\nversion = 2.1\n" % home,
            "twice": "home = %s\ninclude-system-site-packages = false\n"
                     "include-system-site-packages=true\nhome = /nowhere\n" % home,
            "spaces": "\t home\t=  %s  \r\n=\nx=\n include-system-site-packages = false \r\n" % home,
            "homeless": "include-system-site-packages = false\nversion = %s\n" % version,
            "empty": "",
        }
        for place in ("%s/pyvenv.cfg", "%s/bin/pyvenv.cfg"):
            for name, text in texts.items():
                name += "-%d" % place.count("bin")
                with self.subTest(name=name):
                    self.make(place % name, text)
                    self.make("%s/bin/" % name)
                    os.symlink(python, os.path.join(self.top, name, "bin/python"))
                    self.make("%s/lib/python%s/site-packages/a.pth" % (name, version), "/usr\n")
                    self.assert_agree(os.path.join(self.top, name, "bin/python"), name)

    def test_path_files(self):
        for python in PYTHONS:
            inner, packages = self.venv(os.path.realpath(python))
            for name in ("one", "two", "t\u00fcr", " led", "under score", "\u3000wide", "deep/er",
                         "with#hash", "ff", "dir.pth", "..."):
                os.makedirs(os.path.join(packages, name))
            outside = self.make("outside/")
            os.symlink(outside, os.path.join(packages, "link"))
            os.symlink("loop", os.path.join(packages, "loop"))
            with open(os.path.join(packages, "file.zip"), "wb") as file:
                file.write(b"PK")
            shapes = {
                "plain": b"one\ntwo\n",
                "comments": b"# one\n#two\n\n   \n  # two\none",
                "missing": b"nothing\none\n/nowhere/at/all\n",
                "relative": b"./one\n../site-packages/two\n..\n.\nlink/..\nlink/../one\n",
                "absolute": outside.encode() + b"\n/usr//lib/\n//usr/lib\n///usr/./lib\n",
                "twice": b"one\none/\n./one\ntwo\nlink\n" + outside.encode() + b"\n",
                "spaces": "one  \ntwo\t\n led\nunder score \u3000\u2003\n\u3000wide\u2028\n".encode(),
                "ends": b"one\r\ntwo\rdeep\n\rdeep/er\r",
                "odd ends": "one\x0btwo\x0cff\x1cdeep\x1done\x1edeep/er\x85t\u00fcr\n".encode(),
                "wide ends": "one\u2028two\u2029deep\u0085t\u00fcr".encode(),
                "mark": b"\xef\xbb\xbfone\ntwo\n",
                "marked comment": b"\xef\xbb\xbf# x\ntwo\n",
                "code": b"import sys\none\nimport\tos\ntwo\nimport\nimports\n",
                "unicode": "t\u00fcr\n".encode(),
                "hash": b"with#hash\none # two\n",
                "file": b"file.zip\none\n",
                "loop": b"loop\nloop/x\ntwo\n",
                "nul": b"one\x00\ntwo\n\x00\n",
                "dots": b"...\n....\n",
                "easy": (EASY_INSTALL % "./one\n./two").encode(),
                "no final": b"one",
                "empty": b"",
                "blank": b"\n\n\n",
            }
            for name, shape in shapes.items():
                with open(os.path.join(packages, "x.pth"), "wb") as file:
                    file.write(shape)
                self.assert_agree(inner, name)
            os.remove(os.path.join(packages, "x.pth"))
            self.order(inner, packages)

    def order(self, inner, packages):
        """Several files: their order, and names that are none."""
        for number, name in enumerate(["b.pth", "B.pth", "a.pth", ".hidden.pth", "c.PTH", "d.pth~",
                                       "e.pth", "\u00fc.pth", "zz.pth", "_.pth", ".pth"]):
            os.makedirs(os.path.join(packages, "n%d" % number))
            with open(os.path.join(packages, name), "w") as file:
                file.write("n%d\none\n" % number)
        with open(os.path.join(packages, "easy-install.pth"), "w") as file:
            file.write(EASY_INSTALL % "./two\n./deep")
        with open(os.path.join(packages, "f-easy.pth"), "w") as file:
            file.write(EASY_INSTALL % "./ff\n./two")
        os.symlink("e.pth", os.path.join(packages, "linked.pth"))
        os.symlink("nowhere", os.path.join(packages, "dangling.pth"))
        os.symlink("loop", os.path.join(packages, "looping.pth"))
        self.assert_agree(inner, "order")

    def test_made_path_files(self):
        rng = random.Random(3)
        words = ["one", "two", "/", "..", ".", "link", "\n", "\n", "\n", "\r", " ", "\t", "#", "deep",
                 "\u2028", "\x0c", "import ", "/usr", "\\", "\ufeff", "\u00fc"]
        for python in PYTHONS:
            inner, packages = self.venv(os.path.realpath(python))
            for name in ("one/two", "two/one/deep", "deep", "\u00fc/one", "one two"):
                os.makedirs(os.path.join(packages, name))
            os.symlink("two/one", os.path.join(packages, "link"))
            for _ in range(60):
                for name in ("a.pth", "b.pth"):
                    text = "".join(rng.choices(words, k=rng.randrange(40)))
                    # What is no code would end the file.
                    text = text.replace("import ", rng.choice(["import sys #", "#import "]))
                    with open(os.path.join(packages, name), "wb") as file:
                        file.write(text.encode())
                self.assert_agree(inner, text)

    def test_python_path(self):
        python = os.path.realpath(PYTHONS[0])
        inner, packages = self.venv(python)
        first = self.make("first/")
        self.make("here/relative/")
        for value in (first, "relative", ":" + first, first + ":/nowhere:" + first + "/../first",
                      packages + ":" + first, "relative:./relative:" + first + "/"):
            answer = self.ours(inner, PYTHONPATH=value)
            self.assert_agree(inner, value, ours=answer, PYTHONPATH=value)

    def test_path_configuration(self):
        """EXECUTABLE._pth, which decides everything."""
        for python in PYTHONS:
            if version_of(python) < (3, 11):
                continue
            base = os.path.realpath(python)
            inner, packages = self.venv(base)
            stdlib = subprocess.check_output(
                [base, "-I", "-c", "import os; print(os.path.dirname(os.__file__))"]).decode().strip()
            os.makedirs(os.path.join(os.path.dirname(inner), "beside"))
            os.makedirs(os.path.join(packages, "one"))
            with open(os.path.join(packages, "x.pth"), "w") as file:
                file.write("one\n")
            for site in ("", "import site\n", "  import site  # yes\n", "# import site\n"):
                with open(inner + "._pth", "w") as file:
                    file.write("%s\n# x\n  beside # y\n%s/lib-dynload\n%s" % (stdlib, stdlib, site))
                said = subprocess.check_output([inner, "-c", "import sys, json; "
                                                "print(json.dumps(sys.path))"], env=self.variables)
                expected = [os.path.realpath(place) for place in json.loads(said)
                            if os.path.isdir(place)]
                roots = self.ours(inner, PYTHONPATH="/usr")["roots"]
                self.assertEqual([root["directory"] for root in roots
                                  if root["role"] in ("standard_library", "site_packages")],
                                 list(dict.fromkeys(expected)), site)

    def assert_editable(self, inner, names):
        """Each name that an import hook finds lies where our roots say, and nowhere else."""
        said = json.loads(subprocess.check_output([inner, "-c", FIND, *names], cwd=self.here,
                                                  env=self.variables))
        answer = self.ours(inner)
        for name, origin in said.items():
            found = None
            for root in answer["roots"]:
                if root["only"] and name.split(".")[0] not in root["only"]:
                    continue
                base = os.path.join(root["directory"], *name.split("."))
                candidates = [base + "/__init__.py", base + ".py"]
                found = found or next(filter(os.path.exists, candidates), None)
                if not found and os.path.isdir(base) and isinstance(origin, list):
                    found = [base]
            self.assertEqual(found, origin, name)
        return answer

    def hook(self, packages, name, mapping, namespaces):
        module = "__editable___%s_finder" % name
        with open(os.path.join(packages, module + ".py"), "w") as file:
            file.write(FINDER % (mapping, namespaces, "__editable__.%s.hook" % name))
        with open(os.path.join(packages, "__editable__.%s.pth" % name), "w") as file:
            file.write("import %s; %s.install()" % (module, module))

    def test_editable_installs(self):
        for python in PYTHONS:
            inner, packages = self.venv(os.path.realpath(python))
            for name in ("flat/one/__init__.py", "flat/one/sub.py", "flat/other/__init__.py",
                         "flat/hidden/__init__.py", "src/two/__init__.py", "src/mod.py",
                         "ns/space/deep/__init__.py", "ns/space/more.py",
                         "q/it's \"q\" \u00fc/three/__init__.py"):
                self.make(name)
            top = self.top
            self.hook(packages, "flat_1_0", {"one": top + "/flat/one", "other": top + "/flat/other"},
                      {})
            self.hook(packages, "src_2", {"two": top + "/src/two", "mod": top + "/src/mod"}, {})
            self.hook(packages, "ns", {"space.deep": top + "/ns/space/deep"},
                      {"space": [top + "/ns/space"]})
            self.hook(packages, "q", {"three": top + "/q/it's \"q\" \u00fc/three"}, {})
            self.hook(packages, "gone", {"gone": top + "/gone/gone"}, {})
            self.hook(packages, "renamed", {"renamed": top + "/src/two"}, {})
            answer = self.assert_editable(inner, ["one", "one.sub", "other", "hidden", "two", "mod",
                                                  "three", "space.deep", "space", "gone"])
            self.assertTrue(any("'renamed'" in warning for warning in answer["warnings"]))
            self.assertTrue(any(top + "/gone" in warning for warning in answer["warnings"]))

    def test_the_finder_of_setuptools(self):
        try:
            from setuptools.command.editable_wheel import _finder_template
        except ImportError:
            self.skipTest("no setuptools that makes editable installs")
        inner, packages = self.venv(os.path.realpath(sys.executable))
        for name in ("flat/one/__init__.py", "ns/space/deep/__init__.py"):
            self.make(name)
        text = _finder_template("real", {"one": self.top + "/flat/one",
                                         "space.deep": self.top + "/ns/space/deep"},
                                {"space": [self.top + "/ns/space"]})
        with open(os.path.join(packages, "__editable___real_finder.py"), "w") as file:
            file.write(text)
        with open(os.path.join(packages, "__editable__.real.pth"), "w") as file:
            file.write("import __editable___real_finder; __editable___real_finder.install()")
        self.assert_editable(inner, ["one", "space.deep", "space"])

    def test_develop_installs(self):
        """Those of the older kind: easy-install.pth and an egg-link."""
        done = subprocess.run([sys.executable, "-c", "import setuptools"], stderr=subprocess.DEVNULL)
        if done.returncode != 0:
            self.skipTest("no setuptools")
        inner, packages = self.venv(os.path.realpath(sys.executable), "venv",
                                    "--system-site-packages")
        self.make("project/setup.py", "from setuptools import setup\nsetup(name='developed', "
                  "version='1', packages=['developed'], package_dir={'': 'lib'})\n")
        self.make("project/lib/developed/__init__.py")
        done = subprocess.run([inner, "setup.py", "-q", "develop", "--no-deps"],
                              cwd=os.path.join(self.top, "project"), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=self.variables)
        if done.returncode != 0 or not os.path.exists(os.path.join(packages, "easy-install.pth")):
            self.skipTest("setuptools makes no such installs any more")
        answer = self.assert_agree(inner)
        self.assertIn(os.path.join(self.top, "project/lib"),
                      [root["directory"] for root in answer["roots"]])
        self.assert_editable(inner, ["developed"])

    def test_hostile_files(self):
        """What would stop an interpreter, or hurt a careless reader, is a warning."""
        inner, packages = self.venv(os.path.realpath(PYTHONS[0]))
        good = os.path.join(packages, "zz.pth")
        os.makedirs(os.path.join(packages, "good"))
        with open(good, "w") as file:
            file.write("good\n")
        contents = {"latin.pth": b"caf\xe9\n", "utf16.pth": "one\n".encode("utf-16"),
                    "large.pth": b"x\n" * (1 << 20), "binary.pth": bytes(range(256)),
                    "import.pth": b"import os; os.abort()\n",
                    "__editable___nil_finder.py": b"MAPPING = {'a': [[[[",
                    "nil.pth": b"import __editable___nil_finder; __editable___nil_finder.install()\n",
                    "none.pth": b"import __editable___none_finder; x()\n",
                    "__editable___deep_finder.py": b"MAPPING = " + b"[" * 50000,
                    "deep.pth": b"import __editable___deep_finder; x()\n"}
        for name, text in contents.items():
            with open(os.path.join(packages, name), "wb") as file:
                file.write(text)
        os.mkfifo(os.path.join(packages, "fifo.pth"))
        os.mkdir(os.path.join(packages, "directory.pth"))
        answer = self.ours(inner)
        self.assertIn(os.path.join(packages, "good"),
                      [root["directory"] for root in answer["roots"]])
        for name in ("latin.pth", "utf16.pth", "large.pth", "binary.pth", "import.pth", "fifo.pth",
                     "directory.pth", "__editable___nil_finder", "__editable___none_finder",
                     "__editable___deep_finder"):
            self.assertTrue(any(name in warning for warning in answer["warnings"]), name)

    def test_wrappers_are_run(self):
        python = os.path.realpath(PYTHONS[0])
        inner, packages = self.venv(python)
        wrapper = self.make("bin/python3", "#!/bin/sh\necho hello\nexec '%s' \"$@\"\n" % inner)
        os.chmod(wrapper, 0o755)
        with open(os.path.join(packages, "a.pth"), "w") as file:
            file.write("import os; os.abort()\n")  # not even then
        for answer in (self.env("--python", wrapper),
                       self.env(PATH=os.path.dirname(wrapper) + ":" + os.environ["PATH"])):
            self.assertTrue(answer["was_run"])
            self.assertEqual(answer["executable"], inner)
            self.assertEqual(answer["roots"], self.ours(inner)["roots"])
            self.assertEqual(answer["builtins"], self.ours(inner)["builtins"])

    def test_an_orphan(self):
        """An environment whose interpreter has gone keeps its packages."""
        inner, packages = self.venv(os.path.realpath(PYTHONS[0]))
        configuration = os.path.join(self.top, "venv/pyvenv.cfg")
        with open(configuration) as file:
            lines = [line for line in file if not line.startswith("home")]
        with open(configuration, "w") as file:
            file.writelines(lines + ["home = /nowhere\n"])
        for name in os.listdir(os.path.dirname(inner)):
            if name.startswith("python"):
                os.remove(os.path.join(os.path.dirname(inner), name))
        answer = self.env("--venv", os.path.join(self.top, "venv"))
        self.assertIn(packages, [root["directory"] for root in answer["roots"]])
        self.assertTrue(any("not there" in warning for warning in answer["warnings"]))


if __name__ == "__main__":
    if len(sys.argv) > 1 and os.path.isabs(sys.argv[1]):
        PYTHONS = sys.argv[1:]
        del sys.argv[1:]
    unittest.main()
