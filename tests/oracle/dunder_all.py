"""What can be known about `__all__` without running a module."""

import ast


def without_surrogates(text):
    return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)


def target_names(node):
    """The name nodes of a del target."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return [name for item in node.elts for name in target_names(item)]
    return [node] if isinstance(node, ast.Name) else []


def is_item(node):
    """Whether a target is `__all__[...]`."""
    return (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
            and node.value.id == "__all__")


def is_method_call(node):
    """Whether an expression is a call `__all__.m(...)`."""
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name) and node.func.value.id == "__all__")


def is_name(node):
    """Whether an expression is a string literal whose value the builder decodes."""
    return (isinstance(node, ast.Constant) and isinstance(node.value, str)
            and not getattr(node, "has_named_escape", False))


def method_call(node):
    """(event, argument) of a statement `__all__.m(...)`, or None."""
    if not is_method_call(node):
        return None
    method = node.func.attr
    if method in ("sort", "reverse", "copy", "count", "index"):
        return "nothing", None
    if (method in ("extend", "append", "remove") and len(node.args) == 1 and not node.keywords
            and not isinstance(node.args[0], ast.Starred)):
        return method, node.args[0]
    return "other", None


class Contents:
    """The entries that `__all__` may hold at some point of the text."""

    def __init__(self):
        self.entries = None
        self.complete = True
        self.imports = {}  # local name -> (record)
        self.submodules = set()  # first components of modules imported from by level 1

    def add(self, found):
        self.entries = self.entries or []
        for entry in found:
            if entry not in self.entries:
                self.entries.append(entry)

    def follow(self, node):
        """(entries, complete) of an expression."""
        if isinstance(node, (ast.List, ast.Tuple)):
            return self.merge(node.elts, self.element)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.merge((node.left, node.right), self.follow)
        if isinstance(node, ast.Name):
            if node.id == "__all__":
                return list(self.entries or []), self.complete and self.entries is not None
            record = self.imports.get(node.id)
            if record and record["name"] == "__all__":
                return [{"from": "." * record["level"] + record["module"]}], True
        if isinstance(node, ast.Attribute) and node.attr == "__all__":
            return self.dotted(node.value)
        return [], False

    def merge(self, nodes, follow):
        entries, complete = [], True
        for node in nodes:
            more, whole = follow(node)
            entries += more
            complete = complete and whole
        return entries, complete

    def element(self, node):
        if isinstance(node, ast.Starred):
            return self.follow(node.value)
        if is_name(node):
            return [without_surrogates(node.value)], True
        return [], False

    def dotted(self, node):
        parts = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return [], False
        first = node.id
        as_written = ".".join([first] + parts)
        record = self.imports.get(first)
        if record is None:
            if first in self.submodules:
                return [{"from": "." + as_written}], True
            return [{"from": as_written}], False
        if record["name"] is None:
            if not record["alias"]:
                return [{"from": as_written}], True
            return [{"from": ".".join([record["module"]] + parts)}], True
        module = "." * record["level"] + record["module"] + ("." if record["module"] else "")
        return [{"from": module + ".".join([record["name"]] + parts)}], True

    def assign(self, entries, complete, guarded):
        if guarded:
            self.complete = self.complete and complete
        else:
            self.entries, self.complete = None, complete
        self.add(entries)

    def bound_by_import(self, record, guarded):
        if record["level"] == 1 and record["module"]:
            self.submodules.add(record["module"].split(".")[0])
        if record["binds"] == "__all__":
            if record["name"] == "__all__":
                source = {"from": "." * record["level"] + record["module"]}
                self.assign([source], True, guarded)
            else:
                self.other()
        if record["binds"] != "*":
            self.imports[record["binds"]] = record

    def other(self):
        self.add([])
        self.complete = False

    def remove(self, node, guarded):
        if not is_name(node):
            self.other()
        elif self.entries and not guarded:
            if node.value in self.entries:
                self.entries.remove(node.value)
            elif any(isinstance(entry, dict) for entry in self.entries):
                self.complete = False


def evaluate(events):
    """(entries or None, complete) from events (position, event, argument, guarded)."""
    contents = Contents()
    elsewhere = any(event == "elsewhere" for _, event, _, _ in events)
    for _, event, argument, guarded in sorted(events, key=lambda item: item[0]):
        if event == "import":
            contents.bound_by_import(argument, guarded)
        elif event == "assign":
            contents.assign(*contents.follow(argument), guarded)
        elif event in ("extend", "append"):
            found, complete = (contents.follow if event == "extend" else contents.element)(argument)
            contents.add(found)
            contents.complete = contents.complete and complete
        elif event == "remove":
            contents.remove(argument, guarded)
        elif event == "other":
            contents.other()
    return contents.entries, contents.complete and not (elsewhere and contents.entries is not None)
