#!/usr/bin/env python3
"""Compares what conditions are for a target with what interpreters evaluate them to.

    target_oracle.py EVALUATE_CONDITIONS

Asks the interpreters python3.8 to python3.14 that are in PATH or installed by pyenv, and this one, for
the conditions in the standard library that speak of the interpreter alone, and for made-up ones. A
condition that is said to be true or false must be. Of the made-up ones many are of kinds that nobody
writes and that are unknown; of those in the standard library nineteen in twenty must be known.
"""

import ast
import collections
import glob
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tokenize

EVALUATE = """
import json, os, sys, typing
results = []
for text in json.load(sys.stdin):
    names = {"sys": sys, "os": os, "typing": typing, "TYPE_CHECKING": False, "__name__": "module"}
    try:
        results.append(bool(eval(text, {"__builtins__": {}}, names)))
    except Exception:
        results.append(None)
json.dump([sys.version_info[1], sys.platform, sys.implementation.name, results], sys.stdout)
"""

KNOWN = {"sys.version_info", "sys.version_info.major", "sys.version_info.minor", "sys.platform",
         "sys.platform.startswith", "sys.implementation.name", "os.name", "TYPE_CHECKING",
         "typing.TYPE_CHECKING", "__name__", "sys.builtin_module_names"}
# Part of an expression that is evaluated: nothing else can be called or looked at.
ALLOWED = (ast.Expression, ast.BoolOp, ast.boolop, ast.UnaryOp, ast.Not, ast.Compare, ast.cmpop,
           ast.Name, ast.Load, ast.Attribute, ast.Subscript, ast.Slice, ast.Call, ast.Tuple,
           ast.List, ast.Set, ast.Constant)


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join([node.id] + parts) if isinstance(node, ast.Name) else None


def speaks_of_interpreter(test):
    found = False
    inner = set()
    for node in ast.walk(test):
        if isinstance(node, (ast.Name, ast.Attribute)) and node not in inner:
            if dotted(node) not in KNOWN:
                return False
            found = True
            inner.update(ast.walk(node))
        elif not isinstance(node, ALLOWED) and type(node).__name__ != "Index":
            return False
        if isinstance(node, ast.Call) and dotted(node.func) != "sys.platform.startswith":
            return False
    return found


def conditions_below(directory):
    for path, folders, files in os.walk(directory):
        folders[:] = sorted(set(folders) - {"test", "tests", "site-packages", "__pycache__"})
        for file in sorted(files):
            if not file.endswith((".py", ".pyi")):
                continue
            try:
                with tokenize.open(os.path.join(path, file)) as source:
                    text = source.read()
                tree = ast.parse(text)
            except (SyntaxError, ValueError, OSError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, (ast.If, ast.IfExp, ast.While)) and \
                        speaks_of_interpreter(node.test):
                    segment = ast.get_source_segment(text, node.test)
                    if "\n" not in segment:
                        yield segment


def made_up():
    versions = ["sys.version_info", "sys.version_info[:2]", "sys.version_info[:1]",
                "sys.version_info[0]", "sys.version_info[1]", "sys.version_info[:]",
                "sys.version_info[0:2]", "sys.version_info[::2]", "sys.version_info[:3]",
                "sys.version_info[-1]", "sys.version_info.major", "sys.version_info.minor"]
    others = ["()", "(3,)", "(4,)", "(2, 7)", "(3, 8)", "(3, 9)", "(3, 10)", "(3, 12)", "(3, 13)",
              "(3, 11, 0)", "(3, 9, 99)", "(3, 9, 0, 'final')", "(3, 10, 0, 'alpha', 7)", "3", "2",
              "8", "11", "(3, 99)"]
    for left, operator, right in itertools.product(versions, ["<", "<=", ">", ">=", "==", "!="],
                                                   others):
        yield "%s %s %s" % (left, operator, right)
        yield "%s %s %s" % (right, operator, left)
        yield "not %s %s %s" % (left, operator, right)
    names = ["sys.platform", "os.name", "sys.implementation.name", "__name__"]
    values = ["'linux'", '"win32"', "'posix'", "'nt'", "'cpython'", "'__main__'", "''", "3"]
    for name, value in itertools.product(names, values):
        for operator in ("==", "!=", "in", "not in", "is not"):
            if operator != "is not":
                yield "%s %s %s" % (name, operator, value)
                yield "%s %s %s" % (value, operator, name)
        yield "%s in (%s, 'x')" % (name, value)
        yield "%s not in {%s}" % (name, value)
        yield "%s in [%s, 3]" % (name, value)
        yield "sys.platform.startswith(%s)" % value
        yield "%s in sys.builtin_module_names" % value
    atoms = ["sys.version_info >= (3, 10)", "sys.platform == 'win32'", "TYPE_CHECKING", "True", "0",
             "sys.byteorder == 'little'", "'x'", "(3, 8) <= sys.version_info < (3, 11)"]
    for a, b, c in itertools.product(atoms, repeat=3):
        yield "%s and %s or not (%s)" % (a, b, c)
        yield "not (%s or %s) and (%s)" % (a, b, c)


def interpreters():
    found = {}
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    pythons = [sys.executable] + glob.glob(os.path.join(glob.escape(pyenv), "versions/3.*/bin/python3"))
    pythons += filter(None, (shutil.which("python3.%d" % minor) for minor in range(8, 15)))
    for path in pythons:
        try:
            run = subprocess.run([path, "-I", "-c", "import sys; print(sys.version_info[1])"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if 8 <= int(run.stdout) < 15:
            found.setdefault(int(run.stdout), path)
    return found


def main():
    written = {re.sub(r"\s+", " ", text)
               for text in conditions_below(sysconfig.get_paths()["stdlib"])}
    texts = sorted(written | set(made_up()))
    failed = 0
    for minor, python in sorted(interpreters().items()):
        run = subprocess.run([python, "-I", "-c", EVALUATE], input=json.dumps(texts).encode(),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        said_minor, platform, implementation, results = json.loads(run.stdout)
        if (platform, implementation) != ("linux", "cpython") or said_minor != minor:
            print("3.%d: skipped: not CPython on Linux" % minor)
            continue
        lines = "".join("%d %s\n" % (minor, text) for text in texts)
        ours = subprocess.run([sys.argv[1]], input=lines.encode(), stdout=subprocess.PIPE,
                              check=True).stdout.decode().splitlines()
        counts = collections.Counter()
        written_counts = collections.Counter()
        for text, result, answer in zip(texts, results, ours):
            if text in written and result is not None:
                written_counts[answer != "unknown"] += 1
                if answer == "unknown" and "--unknown" in sys.argv:
                    print(text)
            if result is None:
                counts["failing"] += 1  # it raises: any answer will do
            elif answer == "unknown":
                counts["unknown"] += 1
            elif answer == str(result).lower():
                counts["equal"] += 1
            else:
                counts["different"] += 1
                print("3.%d: %s is %s, said to be %s" % (minor, text, result, answer))
        print("3.%d: %d conditions: %s; %d of %d in the standard library known" % (
            minor, len(texts), ", ".join("%d %s" % (n, kind) for kind, n in counts.most_common()),
            written_counts[True], sum(written_counts.values())))
        failed += counts["different"] + (20 * written_counts[False] > sum(written_counts.values()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
