"""Compares the types that annotations describe with what typing.get_type_hints makes of them.

    hints_oracle.py ANNOTATION_TYPES [--index INDEX] [--packages VENV] [--list KIND]

For each function and class that is written in Python and whose annotations the interpreter can
evaluate, each annotation. Both are brought into one form (`same`): unions are sets, `Annotated`,
`ClassVar`, `Final`, `Required`, ... stand for what is in them, classes are compared by qualified
name, and a generic class without arguments agrees with one that has any. Where ours says Unknown or
a part of it does, nothing is claimed; so for Any where the interpreter has something else.
"""

import ast
import collections.abc
import dataclasses
import enum
import inspect
import json
import os
import subprocess
import sys
import tempfile
import types
import typing
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # which -I leaves out
import class_oracle  # noqa: E402

WRAPPERS = [getattr(typing, name) for name in ("ClassVar", "Final", "Required", "NotRequired", "ReadOnly")
            if hasattr(typing, name)]
SPECIAL = {"Any": "Any", "NoReturn": "Never", "Never": "Never", "Self": "Self", "LiteralString": "str"}
UNIONS = (typing.Union, getattr(types, "UnionType", typing.Union))


def split(text, separator):
    """At the separators that are in no brackets and no strings."""
    parts, depth, start, quote = [], 0, 0, None
    for at, character in enumerate(text):
        if quote:
            quote = None if character == quote and text[at - 1] != "\\" else quote
            continue
        if character in "'\"":
            quote = character
        depth += (character in "[(") - (character in "])")
        if depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at])
            start = at + len(separator)
    return parts + [text[start:]]


def tree(text):
    """(head, arguments): of a list of parameters the head is "", of a union "|"."""
    parts = split(text, " | ")
    if len(parts) > 1:
        return "|", [tree(part) for part in parts]
    head, bracket, rest = text.partition("[")
    if head == "Literal":
        try:
            return f"Literal[{ast.literal_eval(rest[:-1])!r}]", None
        except (SyntaxError, ValueError):  # an enumeration's member
            return text, None
    if not bracket:
        return head, None
    inner = rest[:-1]
    return head, [tree(part) for part in split(inner, ", ")] if inner else []


def unpacked(tree):
    return tree and ("*" + tree[0], tree[1])


def runtime_tree(hint):
    """The same of a runtime type. None: it is of a form that is not compared."""
    if hint is None or hint is type(None):
        return "None", None
    if hint is ...:
        return "...", None
    if isinstance(hint, list):
        return "", [runtime_tree(each) for each in hint]
    for name, ours in SPECIAL.items():
        if hint is getattr(typing, name, None):
            return ours, None
    if isinstance(hint, (typing.TypeVar, getattr(typing, "ParamSpec", typing.TypeVar))):
        return hint.__name__, None
    if isinstance(hint, dataclasses.InitVar):
        return runtime_tree(hint.type)
    if hasattr(hint, "__metadata__"):  # Annotated
        return runtime_tree(hint.__origin__)
    origin, arguments = typing.get_origin(hint), list(typing.get_args(hint))
    if getattr(origin, "_name", None) == "Unpack":
        return unpacked(runtime_tree(arguments[0]))
    if getattr(hint, "__unpacked__", False):
        return unpacked((origin.__qualname__, [runtime_tree(each) for each in arguments] or None))
    if origin in UNIONS:
        return "|", [runtime_tree(each) for each in arguments]
    if origin in WRAPPERS:
        return runtime_tree(arguments[0])
    if origin is typing.Literal:
        texts = [(f"Literal[{each}]" if isinstance(each, enum.Enum) else f"Literal[{each!r}]", None)
                 for each in arguments]
        return texts[0] if len(texts) == 1 else ("|", texts)
    if origin is tuple and arguments == [] or arguments == [()]:
        return ("tuple", [("()", None)]) if hint is not typing.Tuple else ("tuple", None)
    if origin is collections.abc.Callable:
        return "Callable", [runtime_tree(each) for each in arguments] or None
    if origin is not None:
        if not isinstance(origin, type):
            return None
        return origin.__qualname__, [runtime_tree(each) for each in arguments] or None
    if hint is typing.Callable:
        return "Callable", None
    if isinstance(hint, type):
        return hint.__qualname__, None
    return None


def members(form):
    """Of a union, without Never, which adds nothing to one."""
    if form is None or form[0] != "|":
        return [form]
    return [member for each in form[1] for member in members(each) if member != ("Never", None)]


def same(ours, theirs):
    """None: nothing is claimed."""
    mine, wanted = members(ours), members(theirs)
    if None in wanted or any(each[0] == "Unknown" for each in mine):
        return None
    if len(mine) == len(wanted) == 1:
        return same_one(mine[0], wanted[0])
    unknown = False
    for one, others in ((each, wanted) for each in mine):
        results = [same_one(one, other) for other in others]
        if True not in results and None not in results:
            return False
        unknown |= True not in results
    if any(all(same_one(one, other) is False for one in mine) for other in wanted):
        return False
    return None if unknown else True


def same_one(ours, theirs):
    if theirs is None or ours[0] == "Unknown":
        return None
    if ours[0] == "Any":
        return True if theirs[0] == "Any" else None
    if ours[0] != theirs[0]:
        return False
    if ours[1] is None or theirs[1] is None or ours[0] == "Callable" and ours[1][0][0] == "...":
        return True
    if len(ours[1]) != len(theirs[1]):
        return None if any(each is None for each in theirs[1]) else False
    results = [same(one, other) for one, other in zip(ours[1], theirs[1])]
    return False if False in results else None if None in results else True


def hints_of(value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if inspect.isclass(value):
                own = vars(value).get("__annotations__", {})
                return {name: hint for name, hint in typing.get_type_hints(value).items() if name in own}
            return typing.get_type_hints(value)
        except Exception:  # of names that only type checkers have, and whatever else annotations do
            return None


def functions_of(classes):
    for name, cls in classes.items():
        for member, value in vars(cls).items():
            function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
            if isinstance(function, types.FunctionType) and function.__qualname__ == f"{cls.__qualname__}.{member}" \
                    and function.__module__ == cls.__module__ and member not in class_oracle.generated(cls) \
                    and not hasattr(function, "__wrapped__"):
                yield f"{name}.{member}", function


def main():
    parser = class_oracle.make_parser(__doc__)
    parser.add_argument("program")
    options = parser.parse_args()
    class_oracle.isolate(options)
    tally = class_oracle.Tally(options.list)
    subject = "types of annotations"
    with tempfile.TemporaryDirectory() as directory:
        index, modules = class_oracle.environment(options, directory)
        classes, functions = class_oracle.collect(modules)
        asked = []
        for name, value in [*classes.items(), *functions.items(), *functions_of(classes)]:
            hints = hints_of(value)
            if hints is None:
                tally.add(subject, "excluded: the interpreter cannot evaluate them", name)
            elif hints:
                asked.append((name, hints))
        names = "".join(name + "\n" for name, _ in asked)
        run = subprocess.run([options.program, index], input=names.encode(), stdout=subprocess.PIPE, check=True)
    for (name, hints), line in zip(asked, run.stdout.decode().splitlines()):
        answers = json.loads(line)
        for member, hint in hints.items():
            if member not in answers:
                tally.add(subject, "excluded: no text annotates it", name, member)
                continue
            fitting = same(tree(answers[member]), runtime_tree(hint))
            kind = "equal" if fitting else "differs" if fitting is False else \
                "excluded: of a form that is not compared" if runtime_tree(hint) is None else \
                "unknown: a part of it at least"
            tally.add(subject, kind, name, member, answers[member], "|", hint)
    sys.exit(class_oracle.report(tally, differs=0.01, unknown=0.2))


if __name__ == "__main__":
    main()
