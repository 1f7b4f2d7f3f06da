#!/usr/bin/env python3
"""Compares how expressions of summaries are read with CPython's `ast`, over all texts of packs.

    expression_oracle.py EXPRESSION_DUMP [PACK...]     (default: this interpreter's standard library)
"""

import ast
import json
import os
import subprocess
import sys
import sysconfig
import tempfile

COPPICE = os.path.abspath(os.environ.get("COPPICE", "build/coppice"))

OPERATORS = {name: number for number, name in enumerate(
    "none Add Sub Mult MatMult Div FloorDiv Mod Pow LShift RShift BitAnd BitOr BitXor Invert Not "
    "UAdd USub And Or Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn".split())}


def operator(node):
    return str(OPERATORS[type(node).__name__])


def form(kind, *parts):
    return "(" + " ".join([kind, *parts]) + ")"


def parameters(arguments):
    def named(op, argument, default=None):
        operators = [str(OPERATORS[op])] if op else []
        return form("param", *operators, form("id", argument.arg), *([dump(default)] if default else []))

    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    for number, (argument, default) in enumerate(zip(positional, defaults)):
        if number and number == len(arguments.posonlyargs):
            yield form("param", str(OPERATORS["Div"]))
        yield named(None, argument, default)
    if arguments.posonlyargs and not arguments.args:
        yield form("param", str(OPERATORS["Div"]))
    if arguments.vararg:
        yield named("Mult", arguments.vararg)
    elif arguments.kwonlyargs:
        yield form("param", str(OPERATORS["Mult"]))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        yield named(None, argument, default)
    if arguments.kwarg:
        yield named("Pow", arguments.kwarg)


def dump(node):
    kind = type(node).__name__
    if kind == "Name":
        return form("Name", node.id)
    if kind == "Attribute":
        return form("Attribute", dump(node.value), form("id", node.attr))
    if kind == "Subscript":
        return form("Subscript", dump(node.value), dump(node.slice))
    if kind == "Slice":
        return form("Slice", *(dump(part) for part in (node.lower, node.upper, node.step) if part))
    if kind == "Call":
        parts = sorted([*node.args, *node.keywords],
                       key=lambda part: (part.lineno, part.col_offset))
        return form("Call", dump(node.func), *map(dump, parts))
    if kind == "keyword":
        return (form("**", dump(node.value)) if node.arg is None else
                form("keyword", form("id", node.arg), dump(node.value)))
    if kind == "Starred":
        return form("Starred", dump(node.value))
    if kind in ("Tuple", "List", "Set"):
        return form(kind, *map(dump, node.elts))
    if kind == "Dict":
        parts = []
        for key, value in zip(node.keys, node.values):
            parts += [form("**", dump(value))] if key is None else [dump(key), dump(value)]
        return form("Dict", *parts)
    if kind in ("ListComp", "SetComp", "DictComp", "GeneratorExp"):
        return form("Comp")
    if kind == "Constant":
        value = node.value
        return form(str(value) if value is None or isinstance(value, bool) else
                    "Ellipsis" if value is ... else type(value).__name__)
    if kind == "JoinedStr":
        return form("JoinedStr")
    if kind == "UnaryOp":
        return form("Unary", operator(node.op), dump(node.operand))
    if kind == "BinOp":
        return form("Binary", operator(node.op), dump(node.left), dump(node.right))
    if kind == "BoolOp":
        return form("Bool", operator(node.op), *map(dump, node.values))
    if kind == "Compare":
        parts = [dump(node.left)]
        for op, part in zip(node.ops, node.comparators):
            parts += [form("cmp", operator(op)), dump(part)]
        return form("Compare", *parts)
    if kind == "IfExp":
        return form("IfExp", dump(node.test), dump(node.body), dump(node.orelse))
    if kind == "NamedExpr":
        return form("Named", dump(node.target), dump(node.value))
    if kind == "Lambda":
        return form("Lambda", *parameters(node.args))
    if kind == "Await":
        return form("Await", dump(node.value))
    return form("opaque")


def texts_of(module):
    for symbol in module["symbols"]:
        yield from symbol.get("bases", [])
        yield from symbol.get("decorators", [])
        yield from symbol.get("keywords", {}).values()
        for field in ("annotation", "returns", "value"):
            yield symbol.get(field)
        for parameter in symbol.get("params", []):
            yield parameter.get("annotation")
            yield parameter.get("default")
        for guard in symbol.get("guards", []):
            yield guard["test"]


def texts_of_packs(packs):
    texts = {}
    for pack in packs:
        export = subprocess.run([COPPICE, "export", pack], stdout=subprocess.PIPE, check=True)
        for line in export.stdout.splitlines():
            texts.update(dict.fromkeys(text for text in texts_of(json.loads(line)) if text))
    return list(texts)


def texts_of_library():
    with tempfile.TemporaryDirectory() as directory:
        pack = os.path.join(directory, "stdlib.pack")
        subprocess.run([COPPICE, "index", sysconfig.get_path("stdlib"), "-o", pack, "--quiet",
                        "--exclude", "site-packages/", "--exclude", "dist-packages/"], check=True)
        return texts_of_packs([pack])


def main(dumper, packs):
    texts = texts_of_packs(packs) if packs else texts_of_library()
    done = subprocess.run([dumper], input=b"".join(text.encode() + b"\0" for text in texts),
                          stdout=subprocess.PIPE, check=True)
    counts = {"equal": 0, "opaque": 0, "no expression": 0, "differ": 0}
    for text, got in zip(texts, done.stdout.decode().split("\n")):
        try:
            expected = dump(ast.parse("(" + text + "\n)" if "*" != text[0] else text,
                                      mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            counts["no expression"] += 1
            continue
        outcome = "equal" if got == expected else "opaque" if got == "(opaque)" else "differ"
        counts[outcome] += 1
        if outcome != "equal" and counts[outcome] <= 15:
            print(outcome, repr(text), "\n   expected", expected, "\n   got     ", got)
    print(counts)
    return counts["differ"] != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
