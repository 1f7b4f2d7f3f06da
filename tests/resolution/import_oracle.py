#!/usr/bin/env python3
"""Asks the interpreter, mypy and pyright what import_cases.txt says of them.

All cases are laid out in one tree: the first component of every name gets a prefix of its case, so
that one run of each tool answers for all.

  --checkers DIR      a virtual environment with mypy and pyright: made there if it can be. Without
                      it they are looked for beside this interpreter. What is not there is reported
                      as skipped.
  --update            writes their answers into the table instead of comparing them
  --made N SEED TOOL  makes up N cases instead, for which TOOL (import_answers) gives our answers
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import sysconfig
import tempfile

from pinned_packages import make_environment

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "import_cases.txt")
PROFILES = ("runtime", "mypy", "pyright")
# In the order of the interpreter's search.
IMPORTED = ("project", "project2", "stdlib", "site", "site2", "editable")
INSTALLED = ("site", "site2", "editable")
EXTENSION = sysconfig.get_config_var("EXT_SUFFIX")


class Ask:
    """A name, perhaps as a file imports it, and what each profile answers."""

    def __init__(self, case, text, line):
        question, _, answers = text.partition("=")
        self.case = case
        self.line = line  # of the table, from 0
        self.name, _, self.importer = (part.strip() for part in question.partition(" from "))
        self.level = len(self.name) - len(self.name.lstrip("."))
        expected = [answer.strip() for answer in answers.split("|")]
        self.expected = expected * 3 if len(expected) == 1 else expected

    def dotted(self):
        """The name without dots before it, as the tree has it."""
        name = self.name[self.level:]
        depth = self.importer.count("/") - 1  # directories below the root
        top = not self.level or self.level - 1 == depth
        return self.case.prefixed(name) if top and name else name


class Case:
    def __init__(self, number, title):
        self.title = title
        self.prefix = "c%d_" % number
        self.roots = {}  # name to paths
        self.only = {}
        self.builtins = []
        self.versions = []  # (module, range)
        self.asks = []

    def prefixed(self, path):
        """A path or dotted name with the case's prefix, where that leaves it importable or not."""
        first = re.split(r"[./]|-stubs/", path, maxsplit=1)[0]
        if not first.isidentifier() or first in self.builtins:
            return path
        return self.prefix + path

    def files(self, root):
        """(path in the table, path in the tree, text) of each file that a root really has."""
        for entry in self.roots.get(root, ()):
            path, _, text = entry.partition("=")
            first = re.split(r"[./]|-stubs/", path, maxsplit=1)[0]
            if root in self.only and first not in self.only[root]:
                continue
            placed = self.prefixed(path).replace(".EXT", EXTENSION)
            yield root + "/" + path, os.path.join(root, placed), text


def read_table(lines):
    cases = []
    for number, line in enumerate(lines):
        word, _, rest = line.partition(" ")
        if not line or word == "#":
            continue
        if word == "case":
            cases.append(Case(len(cases), rest))
        elif word == "?":
            cases[-1].asks.append(Ask(cases[-1], rest, number))
        elif word == "builtins":
            cases[-1].builtins = rest.split()
        elif word == "versions":
            words = rest.split()
            cases[-1].versions = [(module.rstrip(":"), versions)
                                  for module, versions in zip(words[::2], words[1::2])]
        elif word == "only":
            root, *names = rest.split()
            cases[-1].only[root] = names
        else:
            cases[-1].roots[word] = rest.split()
    return cases


class Tree:
    """The cases' files on disk, each with a class of its own by which it is known."""

    def __init__(self, directory, cases):
        self.directory = directory
        self.cases = cases
        self.known = []  # by number of the class: the path in the table
        self.placed = {}  # absolute path to the path in the table
        roots = {"typeshed": "typeshed/stdlib", "thirdparty": "typeshed/stubs/all"}
        for root in IMPORTED + ("stubs",) + tuple(roots.values()):
            os.makedirs(self.path(root), exist_ok=True)
        for case in cases:
            for root in case.roots:
                for path, placed, text in case.files(root):
                    first, _, rest = placed.partition("/")
                    self.write(path, roots.get(first, first) + "/" + rest, text)
        versions = ["%s: %s" % (case.prefixed(module), span)
                    for case in cases for module, span in case.versions]
        with open(self.path("typeshed/stdlib/VERSIONS"), "w", encoding="utf-8") as file:
            file.write("\n".join(versions) + "\n")

    def path(self, relative):
        return os.path.join(self.directory, relative)

    def write(self, path, placed, text):
        placed = self.path(placed)
        os.makedirs(os.path.dirname(placed), exist_ok=True)
        self.placed[placed] = path
        with open(placed, "w", encoding="utf-8") as file:
            if placed.endswith((".py", ".pyi")):
                file.write("class At%d: ...\nWHERE = At%d\n" % ((len(self.known),) * 2))
                self.known.append(path)
            elif text:
                file.write(text + "\n")

    def importer(self, ask):
        """Where the file that asks is."""
        return next(placed for placed, path in self.placed.items()
                    if path == ask.importer and self.belongs(placed, ask.case))

    @staticmethod
    def belongs(placed, case):
        return "/" + case.prefix in placed


# --- the interpreter ------------------------------------------------------------------------------

RUNTIME = r"""
import importlib.machinery as machinery, importlib.util, json, sys
paths, asks = json.load(sys.stdin)
sys.path[:] = paths + sys.path
answers = []
for importer, level, name in asks:
    try:
        package = None
        if level:
            of_importer = importlib.util.find_spec(importer)
            package = of_importer.parent if of_importer else ""
        spec = importlib.util.find_spec("." * level + name, package)
    except ImportError:
        spec = None
    loader = spec and spec.loader
    if spec is None:
        answers.append("-")
    elif loader is machinery.BuiltinImporter or isinstance(loader, machinery.ExtensionFileLoader):
        answers.append("compiled")
    elif isinstance(loader, machinery.SourceFileLoader):
        answers.append(spec.origin)
    else:
        answers.append("namespace")
json.dump(answers, sys.stdout)
"""


def dotted_of(placed, root):
    name = os.path.splitext(os.path.relpath(placed, root))[0].replace("/", ".")
    return name[:-len(".__init__")] if name.endswith(".__init__") else name


def ask_runtime(tree, asks):
    questions = []
    for ask in asks:
        importer = ""
        if ask.level:
            placed = tree.importer(ask)
            importer = dotted_of(placed, tree.path(ask.importer.split("/")[0]))
        questions.append((importer, ask.level, ask.dotted()))
    paths = [tree.path(root) for root in IMPORTED]
    run = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", RUNTIME], check=True,
                         input=json.dumps([paths, questions]), stdout=subprocess.PIPE,
                         universal_newlines=True)
    return [tree.placed.get(answer, answer) for answer in json.loads(run.stdout)]


# --- mypy -----------------------------------------------------------------------------------------

MYPY = r"""
import json, os, sys
from mypy.fscache import FileSystemCache
from mypy.modulefinder import FindModuleCache, SearchPaths, load_stdlib_py_versions
from mypy.options import Options
from mypy.util import correct_relative_import
python, stubs, packages, typeshed, known, asks = json.load(sys.stdin)
cache = FindModuleCache(SearchPaths(tuple(python), (stubs,), tuple(packages), (typeshed,)),
                        FileSystemCache(), Options(), load_stdlib_py_versions(os.path.dirname(typeshed)))
for name in sorted(known, key=len, reverse=True):  # as if everything was imported
    cache.find_module(name)
answers = []
for importer, is_init, level, name in asks:
    found = True
    if level:
        name, found = correct_relative_import(importer, level, name, is_init)
        found = found and bool(name)
    path = cache.find_module(name) if found else None
    if not isinstance(path, str):
        answers.append("-")
    elif not os.path.exists(path):  # for a partial stub package without its package
        answers.append("?")
    else:
        answers.append("namespace" if os.path.isdir(path) else path)
json.dump(answers, sys.stdout)
"""


def without_stubs(name):
    return re.sub(r"^(\w+)-stubs\b", r"\1", name)


def ask_mypy(tree, asks):
    python = find_checker("mypy")
    if python is None:
        return None
    questions = []
    for ask in asks:
        importer, is_init = "", False
        if ask.level:
            placed = tree.importer(ask)
            importer = without_stubs(dotted_of(placed, tree.path(ask.importer.split("/")[0])))
            is_init = os.path.basename(placed).startswith("__init__.")
        questions.append((importer, is_init, ask.level, ask.dotted()))
    known = set()
    for placed in tree.placed:
        root = tree.path(os.path.relpath(placed, tree.directory).split("/")[0])
        if placed.endswith("/py.typed"):
            known.add(without_stubs(dotted_of(os.path.dirname(placed), root)))
        elif placed.endswith((".py", ".pyi")):
            known.add(without_stubs(dotted_of(placed, root)))
    run = subprocess.run(
        [python, "-I", "-c", MYPY], check=True, stdout=subprocess.PIPE, universal_newlines=True,
        input=json.dumps([[tree.path("project"), tree.path("project2")], tree.path("stubs"),
                          [tree.path(root) for root in INSTALLED], tree.path("typeshed/stdlib"),
                          sorted(known), questions]))
    return [tree.placed.get(answer, answer) for answer in json.loads(run.stdout)]


# --- pyright --------------------------------------------------------------------------------------

# Answers pyright's question for the search path.
INTERPRETER = """#!%s
import json, os, sys
code = sys.argv[sys.argv.index("-c") + 1]
sys.path[:] = %r
exec(code)
"""


def ask_pyright(tree, asks):
    python = find_checker("pyright")
    if python is None:
        return None
    interpreter = tree.path("interpreter")
    with open(interpreter, "w", encoding="utf-8") as file:
        file.write(INTERPRETER % (sys.executable, [tree.path(root) for root in
                                                   ("stdlib",) + INSTALLED]))
    os.chmod(interpreter, 0o755)
    with open(tree.path("pyrightconfig.json"), "w", encoding="utf-8") as file:
        json.dump({"include": ["."], "exclude": ["typeshed"], "stubPath": "stubs",
                   "typeshedPath": "typeshed", "pythonVersion": "3.13",
                   "executionEnvironments": [{"root": "project", "extraPaths": ["project2"]}]}, file)
    asked = {}  # (file, line from 0) to the ask
    for number, ask in enumerate(asks):
        placed = tree.importer(ask) if ask.level else tree.path("project/ask_for_imports.py")
        with open(placed, "a+", encoding="utf-8") as file:
            file.seek(0)
            line = file.read().count("\n")
            asked[placed, line] = number
            # Files of a partial stub package are shown where they lie over the package.
            asked.setdefault((placed.replace("-stubs/", "/"), line), number)
            file.write("from %s import WHERE as q%d; reveal_type(q%d)\n" %
                       ("." * ask.level + ask.dotted(), number, number))
    run = subprocess.run([python, "-m", "pyright", "--outputjson", "-p", tree.directory,
                          "--pythonpath", interpreter], stdout=subprocess.PIPE,
                         universal_newlines=True, cwd=tree.directory)
    answers = [None] * len(asks)
    for diagnostic in json.loads(run.stdout)["generalDiagnostics"]:
        number = asked.get((diagnostic["file"], diagnostic["range"]["start"]["line"]))
        if number is None:
            continue
        message = diagnostic["message"]
        revealed = re.search(r'is "type\[At(\d+)\]"', message)
        if diagnostic.get("rule") == "reportMissingImports":
            answers[number] = "-"
        elif revealed:
            answers[number] = tree.known[int(revealed.group(1))]
        elif "is unknown import symbol" in message:
            answers[number] = "namespace"
        elif 'is "Unknown"' in message and answers[number] is None:
            answers[number] = "compiled"
    return answers


# --- made-up cases --------------------------------------------------------------------------------


def made_files(random_, stubs):
    """Some paths that one root could have."""
    files = set()
    for _ in range(random_.randint(1, 5)):
        parts = [random_.choice("ab") for _ in range(random_.choice((1, 2, 2, 2, 3, 3)))]
        name = "/".join(parts)
        kind = random_.randrange(20)
        if kind < 7:
            files.add(name + (".pyi" if stubs and kind < 6 else ".py"))
        elif kind < 9:
            files.add(name + ".pyi")
        elif kind < 15:
            files.add(name + "/__init__." + ("pyi" if stubs else random_.choice(("py", "py", "pyi"))))
        elif kind < 17 and not stubs:
            files.add(name + "/py.typed")
        elif kind < 18 and not stubs:
            files.add(name + ".so")
        else:
            files.add("%s-stubs/%s.pyi" % (parts[0], "/".join(parts[1:] or ["__init__"])))
            if random_.randrange(3) == 0:
                files.add("%s-stubs/__init__.pyi" % parts[0])
            if random_.randrange(3) == 0:
                files.add("%s-stubs/py.typed=partial" % parts[0])
    return files


def settle_partial_stubs(roots):
    """Leaves at most one partial stub package of a name, an installed one, and no other stubs of it:
    pyright maps its files over those of the package, whose own stubs it then finds but not reads.
    """
    for name in "ab":
        marker = name + "-stubs/py.typed=partial"
        partial = next((root for root in INSTALLED if marker in roots.get(root, ())), None)
        for root, files in roots.items():
            if root != partial:
                files.discard(marker)
            if partial:
                files -= {path for path in files if path.endswith(".pyi") and
                          (path.startswith((name + "/", name + ".")) or
                           root != partial and path.startswith(name + "-stubs/"))}


def made_table(count, seed):
    random_ = random.Random(seed)
    lines = []
    for number in range(count):
        lines.append("case made up: %d of seed %s" % (number, seed))
        roots = {}
        for root, chance in (("stubs", 3), ("project", 7), ("project2", 4), ("typeshed", 2),
                             ("stdlib", 2), ("site", 7), ("site2", 5)):
            if random_.randrange(10) < chance:
                roots[root] = made_files(random_, root in ("stubs", "typeshed"))
        settle_partial_stubs(roots)
        for root, files in roots.items():
            if files:
                lines.append(root + " " + " ".join(sorted(files)))
        names = {"a", "b", "a.b", "a.a", "b.a", "a.b.a"}
        for paths in roots.values():
            names.update(without_stubs(dotted_of(path, "")) for path in paths if "=" not in path)
        lines.extend("? " + name for name in sorted(names) if re.match(r"^[ab](\.[ab])*$", name))
    return lines


def differences(profile, ask, ours, answer):
    """Whether an answer of ours is another than the tool's, and not one that is ours alone."""
    if answer in (ours, "?"):
        return False
    if profile == "runtime" and answer == "compiled":  # ours is the file that describes it
        return ours == "-" or ours == "namespace"
    if profile == "pyright" and answer == "compiled":
        # Of a name within an extension module pyright does not say that there is none.
        answer = "-"
    if profile == "pyright" and answer == "-" and ours == "namespace":
        # A namespace package among the extra stubs is there for those who ask for its modules.
        return "stubs" not in ask.case.roots
    return ours != answer


def not_installed(profile, answers):
    """Whether that tool could not be asked, which is an error with CI set."""
    if answers[profile] is not None:
        return False
    if os.environ.get("CI"):
        sys.exit("%s is not installed" % profile)
    print("skipped: %s is not installed" % profile)
    return True


def compare_made(count, seed, tool):
    lines = made_table(count, seed)
    run = subprocess.run([tool], input="\n".join(lines), check=True, stdout=subprocess.PIPE,
                         universal_newlines=True)
    ours = [line.split("\t") for line in run.stdout.splitlines()]
    cases = read_table(lines)
    asks = [ask for case in cases for ask in case.asks]
    answers = ask_tools(cases, asks)
    passed = failed = skipped = 0
    for column, profile in enumerate(PROFILES):
        if not_installed(profile, answers):
            skipped += len(asks)
            continue
        for ask, answer, our in zip(asks, answers[profile], ours):
            if not differences(profile, ask, our[column], answer):
                passed += 1
                continue
            failed += 1
            if failed <= 20:
                print("%s: %s is %s, not %s, in:" % (profile, ask.name, answer, our[column]))
                for root, paths in ask.case.roots.items():
                    print("    %s %s" % (root, " ".join(paths)))
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


# --- comparing ------------------------------------------------------------------------------------


CHECKERS = [sys.executable]


def find_checker(module):
    """An interpreter that can run the module."""
    for python in CHECKERS:
        try:
            subprocess.run([python, "-I", "-m", module, "--version"], check=True, timeout=120,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
            continue
        return python
    return None


def agrees(expected, answer):
    return expected == answer or (answer == "compiled" and expected.startswith("compiled:"))


def update(lines, asks, answers):
    """Rewrites the table's answers, but for those that no tool gives (~)."""
    for number, ask in enumerate(asks):
        merged = []
        for profile, old in zip(PROFILES, (ask.expected + ["", "", ""])[:3]):
            new = answers[profile][number] if answers[profile] else old
            merged.append(old if old.startswith("~") or agrees(old, new) else new)
        question = lines[ask.line].partition("=")[0].rstrip()
        same = len(set(merged)) == 1
        lines[ask.line] = question + " = " + (merged[0] if same else " | ".join(merged))
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def ask_tools(cases, asks):
    """To the name of each profile what its tool answers, or None if it is not there."""
    tools = {"runtime": ask_runtime, "mypy": ask_mypy, "pyright": ask_pyright}
    answers = {}
    for profile in PROFILES:
        with tempfile.TemporaryDirectory() as directory:
            answers[profile] = tools[profile](Tree(os.path.realpath(directory), cases), asks)
    return answers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkers")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--made", nargs=3)
    options = parser.parse_args()
    if options.checkers:
        python = make_environment(options.checkers, "requirements-imports.txt")
        if python is not None:
            CHECKERS.insert(0, python)
    if options.made:
        count, seed, tool = options.made
        return compare_made(int(count), seed, tool)
    with open(TABLE, encoding="utf-8") as file:
        lines = file.read().split("\n")
    cases = read_table(lines)
    asks = [ask for case in cases for ask in case.asks]
    answers = ask_tools(cases, asks)
    if options.update:
        update(lines, asks, answers)
        return 0

    passed = failed = skipped = 0
    for column, profile in enumerate(PROFILES):
        if not_installed(profile, answers):
            skipped += len(asks)
            continue
        for ask, answer in zip(asks, answers[profile]):
            expected = ask.expected[column]
            if expected.startswith("~"):
                skipped += 1
            elif agrees(expected, answer):
                passed += 1
            else:
                failed += 1
                print("%s: %s: %s%s: the table says %s, it says %s" % (
                    profile, ask.case.title, ask.name, ask.importer and " from " + ask.importer,
                    expected, answer))
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
