#!/usr/bin/env python3
"""Indexes the environment of an interpreter, and compares every module that its index reaches with
what the interpreter itself finds under that name, and the other way round.

    installed_oracle.py LIST_MODULES [PYTHON]     (default: the one that runs this)
"""

import json
import os
import subprocess
import sys
import tempfile

COPPICE = os.path.abspath(os.environ.get("COPPICE", "build/coppice"))

# Finds without importing: parents are searched by their paths. What .pth files put into the import
# system is taken into account.
ASK = r"""
import importlib.machinery, json, os, pkgutil, sys, types
sys.path = [place for place in sys.path if place]
finders = [finder for finder in sys.meta_path
           if finder is not importlib.machinery.FrozenImporter]
specs = {}
def find(name):
    if name not in specs:
        parent, _, _ = name.rpartition(".")
        specs[name] = None
        path = None
        if parent:
            above = find(parent)
            if above is None or above.submodule_search_locations is None:
                return None
            path = list(above.submodule_search_locations)
            # Paths of namespace packages look into their parents.
            if parent not in sys.modules:
                sys.modules[parent] = types.ModuleType(parent)
                sys.modules[parent].__path__ = path
        for finder in finders:
            spec = finder.find_spec(name, path)
            if spec is not None:
                specs[name] = spec
                break
    return specs[name]
def describe(spec):
    if spec is None:
        return None
    if isinstance(spec.loader, importlib.machinery.SourceFileLoader):
        return ["file", os.path.realpath(os.path.dirname(spec.origin)) + "/" +
                os.path.basename(spec.origin)]
    if spec.loader is None or "Namespace" in type(spec.loader).__name__:
        return ["namespace", ""]
    return ["compiled", ""]
def names(path, prefix):
    for module in pkgutil.iter_modules(path, prefix):
        yield module.name
        spec = find(module.name) if module.ispkg else None
        if spec is not None and spec.submodule_search_locations:
            yield from names(list(spec.submodule_search_locations), module.name + ".")
listed = sorted(set(names(sys.path, "")) | set(sys.builtin_module_names))
asked = json.load(sys.stdin)
print(json.dumps({name: describe(find(name)) for name in listed + asked}))
"""


def importable(name):
    return all(component.isidentifier() for component in name.split("."))


def main():
    lister = os.path.abspath(sys.argv[1])
    python = sys.argv[2] if len(sys.argv) > 2 else sys.executable
    with tempfile.TemporaryDirectory(prefix="coppice-") as top:
        here = os.path.join(top, "here")
        os.mkdir(here)
        # Setuptools would put its own distutils in the place of the standard library's.
        variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1",
                     "SETUPTOOLS_USE_DISTUTILS": "stdlib"}
        subprocess.run([COPPICE, "index", "--env", "--python", python, "-q", "--no-docs", "-o",
                        os.path.join(top, "index")], cwd=here, check=True, env=variables)
        lines = subprocess.run([lister, os.path.join(top, "index")], stdout=subprocess.PIPE,
                               check=True).stdout.decode().splitlines()
        ours = {}
        for line in lines:
            name, form, path = line.split("\t")
            ours[name] = [form, path]
        answer = subprocess.run([python, "-c", ASK], input=json.dumps(sorted(ours)).encode(),
                                stdout=subprocess.PIPE, check=True, cwd=here, env=variables)
        theirs = json.loads(answer.stdout)
    problems = []
    counts = {"equal": 0, "described by a stub": 0, "not importable": 0}
    for name, found in sorted(theirs.items()):
        mine = ours.get(name)
        if mine == found:
            counts["equal"] += 1
        elif found and found[0] == "compiled" and mine:
            counts["described by a stub"] += 1  # or by the source that it was compiled from
        elif not importable(name):
            counts["not importable"] += 1
        else:
            problems.append("%s: %s, the interpreter has %s" % (name, mine, found))
    print("%s: %s, %d differ" % (python, ", ".join("%d %s" % (count, what)
                                                   for what, count in counts.items()),
                                 len(problems)))
    for problem in problems[:40]:
        print(problem)
    if counts["equal"] < 500:
        sys.exit("too few modules to mean anything")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
