"""Compares the types that summaries give to variables with what the interpreter bound to them.

    type_oracle.py NAME_TYPES [--packages VENV [--only PACKAGE...]] [--index INDEX] [--list KIND]

For each module of the standard library, or of a virtual environment's packages, each of its variables and class attributes that its own text
binds to an object of which no class or function is made there: the object's type must be what
NAME_TYPES says, or derived from it. What is unknown is counted, by reason; so is what is excluded.
"""

import builtins
import inspect
import os
import re
import subprocess
import sys
import tempfile
import json
import types
import typing

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # which -I leaves out
import class_oracle  # noqa: E402

# What a name of ours means as a class, where the interpreter has none of that name in builtins.
NAMES = {"None": type(None), "EllipsisType": type(...), "ellipsis": type(...), "ModuleType": types.ModuleType,
         "Pattern": re.Pattern, "Match": re.Match}


def split(text, separator):
    """At the separators that are in no brackets."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at])
            start = at + len(separator)
    return parts + [text[start:]]


def fits(text, value):
    """None: it cannot be told."""
    results = []
    for part in split(text, " | "):
        head = part.partition("[")[0]
        if part == "Any" or "Unknown" == part:
            return None
        if part == "None":
            results.append(value is None)
        elif head == "type":
            name = part[len("type["):-1].partition("[")[0]
            if not isinstance(value, type):
                results.append(getattr(value, "__origin__", None) is not None and None)
            else:
                results.append(any(base.__qualname__ == name for base in value.__mro__))
        elif part.startswith("def "):
            name = part[len("def "):]
            results.append(getattr(value, "__qualname__", name) == name and callable(value))
        elif part.startswith("Module("):
            results.append(isinstance(value, types.ModuleType))
        elif head == "Callable":
            results.append(callable(value))
        elif head == "Literal":
            results.append(repr(value) == part[len("Literal["):-1])
        else:
            wanted = NAMES.get(head)
            if wanted is not None:
                results.append(isinstance(value, wanted))
            else:
                results.append(any(base.__qualname__ == head for base in type(value).__mro__) or
                               (head in ("float", "complex") and isinstance(value, (int, float))) or
                               protocol_fits(head, value))
    return None if None in results else any(results)


def protocol_fits(name, value):
    for module in (typing, __import__("collections.abc").abc):
        known = getattr(module, name, None)
        try:
            if known is not None and isinstance(value, known):
                return True
        except TypeError:
            return True  # a protocol that cannot be asked
    return False


def variables(modules):
    for module in modules:
        file = getattr(module, "__file__", None)
        if not file or not file.endswith(".py"):
            continue
        names = class_oracle.written_names(file)
        for name in sorted(names):
            if name.startswith("__") or name not in vars(module):
                continue
            value = vars(module)[name]
            if issubclass(type(value), (type, types.FunctionType, types.ModuleType, types.BuiltinFunctionType)):
                continue
            yield f"{module.__name__}.{name}", value
        for qualname, members in class_oracle.written_classes(file).items():
            cls = class_oracle.reached(module.__name__, qualname)
            if not inspect.isclass(cls) or cls.__module__ != module.__name__:
                continue
            for name in sorted(members):
                if name.startswith("__") or name not in vars(cls):
                    continue
                value = vars(cls)[name]
                if issubclass(type(value), (type, types.FunctionType, classmethod, staticmethod, property)):
                    continue
                if hasattr(type(value), "__get__"):
                    continue
                yield f"{module.__name__}.{qualname}.{name}", value


def main():
    parser = class_oracle.make_parser(__doc__)
    parser.add_argument("program")
    options = parser.parse_args()
    class_oracle.isolate(options)
    with tempfile.TemporaryDirectory() as directory:
        index, modules = class_oracle.environment(options, directory)
        asked = list(variables(modules))
        names = "".join(name + "\n" for name, _ in asked)
        run = subprocess.run([options.program, index, "runtime"], input=names.encode(), stdout=subprocess.PIPE, check=True)
    tally = class_oracle.Tally(options.list)
    for (name, value), line in zip(asked, run.stdout.decode().splitlines()):
        answer = json.loads(line)
        if answer["type"] == "Unknown":
            tally.add("types of variables", "unknown: " + answer["gap"], name, class_oracle.shown(value))
            continue
        fitting = fits(answer["type"], value)
        heads = {part.partition("[")[0] for part in split(answer["type"], " | ")}
        file = getattr(sys.modules.get(type(value).__module__), "__file__", None)
        in_python = file and file.endswith(".py")
        if fitting is False and not in_python and not all(hasattr(builtins, head) for head in heads):
            tally.add("types of variables", "excluded: of a class in C, which the stub calls otherwise", name,
                      answer["type"], type(value))
        elif fitting is None:
            tally.add("types of variables", "excluded: nothing is claimed, or an alias of a type")
        else:
            tally.add("types of variables", "equal" if fitting else "differs", name, answer["type"], type(value),
                      class_oracle.shown(value))
    sys.exit(class_oracle.report(tally, differs=0.01, unknown=0.5))


if __name__ == "__main__":
    main()
