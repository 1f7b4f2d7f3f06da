"""What an interpreter itself says of the names of modules: imports them and prints facts.

    python3 -I -S runtime_facts.py [--jobs N] [--timeout SECONDS] [--path DIRECTORY]... ROOT...

Every module below the roots is imported, with the roots and the directories of --path behind
sys.path, some tens of modules of one top-level package in a process: one that crashes, hangs or
exits takes no other with it. Prints a JSON object a line:

    {"module", "error"}
        a module that could not be imported
    {"module", "file", "imported", "names": {public name: value}, "star": [name]}
        one that could: "imported" is the name of the module that sys.modules holds under this one,
        "star" what `from module import *` takes
    {"value", "kind", ...}
        what a value of "names" or "mro" is, before the first line that has its number. Kinds:
        "function", "class"   written in Python: "module" and "qualname" as the object says it,
            "home" the module whose text has the definition and "name" its qualified name there,
            "file", "line"; "mro": values, without the class itself; "rebased": true if the bases of
        one of them are others than those it was made with
        "compiled"   a class or function of C, or a class that no class statement made
        "module"     "module"
        "other"
    {"aliases": {value: [dotted name]}, "opaque": [value]}
        the names by which modules hold classes that are "compiled", and which of these are in
        modules without source; for those that came with the last module
    {"process": n}
        the lines that follow are of another process: numbers of values start anew

"line" is the first of the definition as the interpreter counts, decorators included. Classes are
observed while they are made: a class keeps no line of its own before Python 3.13.
"""

import argparse
import ast
import builtins
import concurrent.futures
import functools
import importlib
import io
import json
import os
import subprocess
import sys
import tempfile
import tokenize
import types

# Importing these does what programs do: opens a browser, starts an editor, prints a poem.
PROGRAMS = {"antigravity", "idlelib.idle", "this"}
BATCH = 50  # modules in a process

made_at = {}  # class -> (home, qualname, file, line)
made_of = {}  # class -> bases
made_by_name = {}  # (module, qualname) -> the same and the class: decorators that make it anew
                   # keep these


def home_of(variables):
    """The module whose text runs with these globals, whatever it calls itself."""
    spec = variables.get("__spec__")
    return spec.name if spec is not None else variables.get("__name__")


def observe_classes():
    make = builtins.__build_class__

    def observed(body, name, *bases, **keywords):
        made = make(body, name, *bases, **keywords)
        if isinstance(made, type) and isinstance(body, types.FunctionType):
            code = body.__code__
            place = (home_of(body.__globals__), body.__qualname__, code.co_filename,
                     code.co_firstlineno)
            made_at[made] = place
            made_by_name[made.__module__, made.__qualname__] = place, made
            made_of[made] = made.__bases__
        return made

    builtins.__build_class__ = observed


def place_of_class(value):
    if not value.__flags__ & (1 << 9):  # no heap type
        return None
    if value in made_at:
        return made_at[value]
    functions = [member for member in vars(value).values()
                 if isinstance(member, types.FunctionType)]
    place, made = made_by_name.get((value.__module__, value.__qualname__), (None, None))
    if place and functions and not issubclass(made, value):
        return place
    if value in made_before:  # before this program could look on
        variables = functions[0].__globals__ if functions else \
            vars(sys.modules.get(value.__module__, builtins))
        line = line_of_class(variables.get("__file__"), value.__qualname__)
        if line:
            return home_of(variables), value.__qualname__, variables["__file__"], line
    return None


@functools.lru_cache(None)
def classes_in(file):
    """Qualified name of each class in a file to its first line."""
    found = {}

    def look(node, prefix):
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.ClassDef):
                lines = [decorator.lineno for decorator in each.decorator_list]
                found.setdefault(prefix + each.name, min(lines + [each.lineno]))
                look(each, prefix + each.name + ".")
            elif not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.expr)):
                look(each, prefix)

    with tokenize.open(file) as source:
        look(ast.parse(source.read()), "")
    return found


def line_of_class(file, qualname):
    try:
        return classes_in(file).get(qualname)
    except (OSError, SyntaxError, TypeError):
        return None


def unwrapped(function):
    """What functools.wraps and its like hide, as long as that has the same name."""
    for _ in range(20):
        if isinstance(function, (staticmethod, classmethod)):
            function = function.__func__
        elif ("__wrapped__" in getattr(function, "__dict__", {}) or
              isinstance(getattr(type(function), "__wrapped__", None),
                         types.MemberDescriptorType)):  # functools.lru_cache
            wrapped = function.__wrapped__
            if getattr(wrapped, "__name__", None) != getattr(function, "__name__", None):
                break
            function = wrapped
        else:
            break
    return function


class Facts:
    def __init__(self, write):
        self.write = write
        self.numbers = {}  # id -> number
        self.kept = []  # by number, so that no id is used again
        self.compiled = []

    def number(self, value):
        """Writes what the value is unless that was done."""
        key = id(value)
        if key not in self.numbers:
            self.numbers[key] = len(self.kept)
            self.kept.append(value)
            try:
                fact = self.fact(value)
            except Exception as error:  # objects that answer no question: proxies, lazy modules
                fact = {"kind": "other", "error": type(error).__name__}
            self.write({"value": self.numbers[key], **fact})
        return self.numbers[key]

    def fact(self, value):
        if isinstance(value, types.ModuleType):
            return {"kind": "module", "module": value.__name__}
        if isinstance(value, type):
            place = place_of_class(value)
            named = {"module": value.__module__, "qualname": value.__qualname__}
            if place is None:
                self.compiled.append(value)
                return {"kind": "compiled", "class": True, **named}
            home, name, file, line = place
            return {"kind": "class", **named, "home": home, "name": name, "file": file,
                    "line": line, "mro": [self.number(each) for each in value.__mro__
                                          if each is not value],
                    "rebased": any(made_of.get(each, each.__bases__) != each.__bases__
                                   for each in value.__mro__)}
        function = unwrapped(value)
        if isinstance(function, types.FunctionType):
            code = function.__code__
            return {"kind": "function", "module": function.__module__,
                    "qualname": function.__qualname__, "home": home_of(function.__globals__),
                    "name": getattr(code, "co_qualname", function.__qualname__),
                    "file": code.co_filename, "line": code.co_firstlineno}
        if isinstance(value, (types.BuiltinFunctionType, types.MethodDescriptorType)):
            return {"kind": "compiled", "module": value.__module__, "qualname": value.__qualname__}
        return {"kind": "other"}

    def module(self, name):
        importlib.import_module(name)
        module = sys.modules[name]
        variables = vars(module)
        public = [key for key in variables if isinstance(key, str) and not key.startswith("_")]
        exported = variables.get("__all__", public)
        spec = getattr(module, "__spec__", None)
        return {"module": name, "file": getattr(module, "__file__", None),
                "imported": getattr(spec, "name", None),
                "names": {key: self.number(variables[key]) for key in public},
                "star": [key for key in exported if isinstance(key, str)]}

    def aliases(self):
        """By which names modules hold the classes of C."""
        wanted = {id(value): self.numbers[id(value)] for value in self.compiled}
        self.compiled = []
        names = {number: [] for number in wanted.values()}
        opaque = set()
        for module_name, module in list(sys.modules.items()):
            if not isinstance(module, types.ModuleType):
                continue
            source = getattr(module, "__file__", None) or ""
            for key, value in list(vars(module).items()):
                number = wanted.get(id(value))
                if number is None or not isinstance(key, str):
                    continue
                names[number].append(module_name + "." + key)
                if not source.endswith((".py", ".pyc")):
                    opaque.add(number)
        return {"aliases": names, "opaque": sorted(opaque)}


def import_all(names):
    """Runs in a process of its own; its output is a line a module, flushed before the next."""
    descriptor = os.dup(1)
    output = io.TextIOWrapper(os.fdopen(descriptor, "wb"), encoding="utf-8", errors="replace")
    silence = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(silence, standard)
    directory = os.getcwd()

    def write(line):
        output.write(json.dumps(line) + "\n")

    observe_classes()
    facts = Facts(write)
    for name in names:
        write({"begin": name})
        output.flush()
        try:
            line = facts.module(name)
        except BaseException as error:  # modules that exit or raise whatever they like
            line = {"module": name, "error": "%s: %s" % (type(error).__name__, str(error)[:200])}
        if facts.compiled:
            write(facts.aliases())
        write(line)
        os.chdir(directory)
    output.flush()
    os._exit(0)  # no atexit handlers of what was imported


def modules_below(root, apart):
    for directory, folders, files in os.walk(root):
        folders[:] = sorted(folder for folder in folders
                            if folder.isidentifier() and folder != "__pycache__"
                            and os.path.join(directory, folder) not in apart)
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
    """The lines of these modules' facts; goes on behind one that kills or stops its process."""
    lines = []
    while names:
        with tempfile.TemporaryDirectory() as directory:
            try:
                process = subprocess.run(
                    [sys.executable, "-I", "-S", os.path.abspath(__file__), "--import", "-"],
                    input="\n".join([json.dumps(path)] + names).encode(), stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, timeout=timeout, check=False, cwd=directory,
                    env={**os.environ, "HOME": directory})
                output = process.stdout
            except subprocess.TimeoutExpired as expired:
                output = expired.stdout or b""
        done = set()
        begun = None
        lines.append({"process": len(lines)})
        for text in output.decode().splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                break  # cut off
            if "begin" in line:
                begun = line["begin"]
                continue
            if "module" in line and "value" not in line:
                done.add(line["module"])
            lines.append(line)
        left = [name for name in names if name not in done]
        if begun is not None and begun not in done:
            lines.append({"module": begun, "error": "ended or stopped its process"})
            left.remove(begun)
        elif len(left) == len(names):
            lines += ({"module": name, "error": "could not begin"} for name in left)
            break
        names = left
    return [json.dumps(line) for line in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=int, default=60, help="seconds a process")
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--import", dest="imports", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.imports:
        path, *names = sys.stdin.read().split("\n")
        sys.path += json.loads(path)
        import_all(names)
    path = [root for root in options.path + options.roots if root not in sys.path]
    apart = {os.path.join(directory, name) for directory in options.roots
             for name in ("site-packages", "dist-packages", "lib-dynload")}
    packages = {}
    for root in options.roots:
        for name in modules_below(root, apart):
            if name not in PROGRAMS:
                packages.setdefault(name.partition(".")[0], {})[name] = None
    batches = []
    for names in packages.values():
        names = list(names)
        count = -(-len(names) // BATCH)
        batches += (names[i::count] for i in range(count))
    batches.sort(key=len, reverse=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for lines in pool.map(lambda names: run(names, path, options.timeout), batches):
            for line in lines:
                print(line)


made_before = set()
todo = [object]
while todo:
    for each in type.__subclasses__(todo.pop()):
        if each not in made_before:
            made_before.add(each)
            todo.append(each)

if __name__ == "__main__":
    main()
