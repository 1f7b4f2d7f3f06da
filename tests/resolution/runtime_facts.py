"""What an interpreter itself says of the names of modules: imports them and prints facts.

    python3 -I runtime_facts.py [--timeout SECONDS] ROOT...

Every module below the roots (directories on sys.path) is imported, in a process a top-level
package, so that one that crashes, hangs or exits takes no other with it. Prints one JSON object a
line:

    {"module", "error"}                            a module that could not be imported
    {"module", "names": {name: fact}, "bound": [public name]}

where a fact is one of
    {"kind": "function"|"class", "module", "qualname", "file", "line"}  written in Python; a class
        has also "mro": [[module, qualname], ...] without itself
    {"kind": "module", "module"}
    {"kind": "compiled"}    a class or function without Python code
    {"kind": "value"}       anything else

"line" is the first of the definition as the interpreter counts, decorators included. Classes are
observed while they are made: a class keeps no line of its own before Python 3.13.
"""

import argparse
import builtins
import functools
import importlib
import inspect
import io
import json
import os
import subprocess
import sys
import types

# Importing these does what programs do: opens a browser, starts an editor, reads the keyboard.
PROGRAMS = {"antigravity", "idlelib.idle", "this", "lib2to3.__main__"}

made_at = {}  # class -> (file, line)
made_by_name = {}  # (module, qualname) -> (file, line): what decorators make anew keeps these


def observe_classes():
    make = builtins.__build_class__

    def observed(body, name, *bases, **keywords):
        made = make(body, name, *bases, **keywords)
        if isinstance(made, type) and isinstance(body, types.FunctionType):
            place = (body.__code__.co_filename, body.__code__.co_firstlineno)
            made_at[made] = place
            made_by_name[made.__module__, made.__qualname__] = place
        return made

    builtins.__build_class__ = observed


def place_of_class(value):
    if value in made_at:
        return made_at[value]
    in_python = any(isinstance(member, types.FunctionType) for member in vars(value).values())
    place = made_by_name.get((value.__module__, value.__qualname__))
    if place and in_python:
        return place
    try:  # made before this program could look on
        lines, first = inspect.getsourcelines(value)
        return inspect.getsourcefile(value), first
    except (OSError, TypeError):
        return None


def fact(value):
    if isinstance(value, types.ModuleType):
        return {"kind": "module", "module": value.__name__}
    if isinstance(value, type):
        place = place_of_class(value) if value.__flags__ & (1 << 9) else None  # a heap type
        if place is None:
            return {"kind": "compiled", "module": value.__module__, "qualname": value.__qualname__}
        return {"kind": "class", "module": value.__module__, "qualname": value.__qualname__,
                "file": place[0], "line": place[1],
                "mro": [[base.__module__, base.__qualname__] for base in value.__mro__[1:]]}
    function = value
    for _ in range(20):
        if isinstance(function, (staticmethod, classmethod)):
            function = function.__func__
        elif isinstance(function, functools.partial):
            return {"kind": "value"}
        elif isinstance(getattr(type(function), "__wrapped__", None), types.MemberDescriptorType) \
                or "__wrapped__" in getattr(function, "__dict__", {}):
            function = function.__wrapped__
        else:
            break
    if isinstance(function, types.FunctionType):
        return {"kind": "function", "module": function.__module__,
                "qualname": function.__qualname__, "file": function.__code__.co_filename,
                "line": function.__code__.co_firstlineno}
    if isinstance(value, (types.BuiltinFunctionType, types.MethodDescriptorType)):
        return {"kind": "compiled", "module": value.__module__ or "builtins",
                "qualname": value.__qualname__}
    return {"kind": "value"}


def facts_of(name):
    module = importlib.import_module(name)
    public = [key for key in vars(module) if isinstance(key, str) and not key.startswith("_")]
    names = {}
    for key in public:
        try:
            names[key] = fact(vars(module)[key])
        except Exception as error:  # objects that answer no question: proxies, lazy modules
            names[key] = {"kind": "value", "error": repr(error)}
    return {"module": name, "names": names}


def import_all(names):
    """Runs in a process of its own; its output is a line a module, flushed before the next."""
    output = io.TextIOWrapper(os.fdopen(os.dup(1), "wb", buffering=0), encoding="utf-8", write_through=True)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    observe_classes()
    for name in names:
        output.write(json.dumps({"begin": name}) + "\n")
        try:
            line = facts_of(name)
        except BaseException as error:  # modules that exit or raise whatever they like
            line = {"module": name, "error": f"{type(error).__name__}: {error}"[:200]}
        output.write(json.dumps(line) + "\n")
    output.flush()
    os._exit(0)  # no atexit handlers of what was imported


def modules_below(root):
    for directory, folders, files in os.walk(root):
        folders[:] = sorted(folder for folder in folders
                            if folder.isidentifier() and folder != "__pycache__")
        package = os.path.relpath(directory, root).replace(os.sep, ".")
        package = "" if package == "." else package + "."
        for file in sorted(files):
            stem, suffix = os.path.splitext(file)
            if suffix != ".py" or not stem.isidentifier():
                continue
            if stem == "__init__":
                if package:
                    yield package[:-1]
            elif stem != "__main__":
                yield package + stem


def run(names, path, timeout):
    """Yields a line for each module; goes on behind one that kills or stops its process."""
    names = list(names)
    while names:
        process = subprocess.run(
            [sys.executable, "-I", __file__, "--path", json.dumps(path), "--import", "-"],
            input="\n".join(names).encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=None, check=False, env={**os.environ, "RUNTIME_FACTS_TIMEOUT": str(timeout)})
        done = set()
        begun = None
        for text in process.stdout.decode().splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                break  # cut off
            if "begin" in line:
                begun = line["begin"]
                continue
            done.add(line["module"])
            yield line
        left = [name for name in names if name not in done]
        if begun is not None and begun not in done:
            yield {"module": begun, "error": "ended its process"}
            left = [name for name in left if name != begun]
        elif len(left) == len(names):
            for name in left:
                yield {"module": name, "error": "could not begin"}
            return
        names = left


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", nargs="*")
    parser.add_argument("--timeout", type=int, default=120, help="seconds a top-level package")
    parser.add_argument("--path", help=argparse.SUPPRESS)
    parser.add_argument("--import", dest="imports", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.imports:
        sys.path[:0] = json.loads(options.path)
        if hasattr(__import__("signal"), "alarm"):
            __import__("signal").alarm(int(os.environ.get("RUNTIME_FACTS_TIMEOUT", "120")))
        import_all(sys.stdin.read().split())
    path = [root for root in options.roots if root not in sys.path]
    packages = {}
    for root in options.roots:
        for name in modules_below(root):
            if name not in PROGRAMS:
                packages.setdefault(name.partition(".")[0], []).append(name)
    for names in packages.values():
        for line in run(dict.fromkeys(names), path, options.timeout):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
