"""Texts of the parts of definitions and of the headers of compound statements."""

import ast

from source_text import VALUE_LIMIT


def name_token(source, node):
    """(offset, end) of the name of a def or class."""
    end = source.token(source.start(node))[1]
    if isinstance(node, ast.AsyncFunctionDef):
        end = source.token(end)[1]
    return source.token(end)


def decorator_texts(source, node):
    texts = []
    for decorator in node.decorator_list:
        at_sign = source.data.rindex(b"@", 0, source.start(decorator))
        texts.append(source.expression(decorator, at_sign + 1))
    return texts


def params(source, node):
    args = node.args
    positional = args.posonlyargs + args.args
    defaults = [None] * (len(positional) - len(args.defaults)) + args.defaults
    rows = [("posonly" if i < len(args.posonlyargs) else "normal", arg, default)
            for i, (arg, default) in enumerate(zip(positional, defaults))]
    if args.vararg:
        rows.append(("vararg", args.vararg, None))
    rows += [("kwonly", a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults)]
    if args.kwarg:
        rows.append(("kwarg", args.kwarg, None))
    found = []
    for kind, arg, default in rows:
        param = {"name": arg.arg, "kind": kind}
        if arg.annotation is not None:
            low = source.token(source.start(arg))[1]
            param["annotation"] = source.expression(arg.annotation, low)
        if default is not None:
            param["default"] = source.expression(default, source.end(arg), VALUE_LIMIT)
        found.append(param)
    return found


def returns(source, node, name_end):
    if node.returns is None:
        return None
    args = node.args
    ends = [source.end(n) for n in args.posonlyargs + args.args + args.kwonlyargs
            + args.defaults + [d for d in args.kw_defaults if d]
            + [a for a in (args.vararg, args.kwarg) if a]]
    return source.expression(node.returns, max(ends, default=name_end))


def class_arguments(source, node, name_end):
    bases, keywords = [], {}
    items = sorted(node.bases + node.keywords, key=source.start)
    if items:
        params = getattr(node, "type_params", None)
        low = source.find_token(source.end(params[-1]) if params else name_end, b"(") + 1
    for item in items:
        if isinstance(item, ast.keyword):
            text = source.expression(item.value, source.start(item))
            keywords[item.arg or "**"] = text
        else:
            bases.append(source.expression(item, low))
        low = source.end(item)
    return bases, keywords


def type_params(source, node):
    params = getattr(node, "type_params", None)
    return [source.text(source.start(p), source.end(p)) for p in params] if params else None


def header(source, statement, keyword_count, last):
    """The text between a clause's keywords and its colon; `last` is its last node."""
    start = source.start(statement)
    for _ in range(keyword_count):
        start = source.token(start)[1]
    end = source.end(last)
    while True:
        first, after = source.token(end)
        if source.data[first:after] == b":":
            return source.text(start, first)
        end = after
