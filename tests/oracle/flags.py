"""The flags of symbols, by the rules of docs/summary.md."""

import ast

ORDER = (
    "async", "generator", "property", "getter", "setter", "deleter", "classmethod", "staticmethod",
    "implicit", "abstract", "overload", "override", "final", "deprecated", "dataclass", "enum",
    "protocol", "typeddict", "namedtuple", "slots", "classvar", "typealias", "global")
_PROPERTY = {"property", "cached_property", "abstractproperty"}
_CLASS_METHOD = {"classmethod", "abstractclassmethod"}
_STATIC_METHOD = {"staticmethod", "abstractstaticmethod"}
_ABSTRACT = {"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"}
_ENUM = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"}
_IMPLICIT_CLASS_METHOD = {"__init_subclass__", "__class_getitem__"}
_OF_ANNOTATION = {"Final": "final", "ClassVar": "classvar", "TypeAlias": "typealias"}


def in_order(flags):
    return [flag for flag in ORDER if flag in flags]


def last_component(node, strip):
    """(last name, number of components) of a dotted name inside `strip` nodes, else (None, 0)."""
    while isinstance(node, strip):
        node = node.func if isinstance(node, ast.Call) else node.value
    last, count = None, 0
    while isinstance(node, ast.Attribute):
        last = last or node.attr
        count += 1
        node = node.value
    if not isinstance(node, ast.Name):
        return None, 0
    return last or node.id, count + 1


def of_annotation(annotation, kind):
    flag = _OF_ANNOTATION.get(last_component(annotation, ast.Subscript)[0])
    return {flag} if flag and (flag != "typealias" or kind == "variable") else set()


def of_function(node, in_class):
    """Those that do not depend on the body; `in_class`: directly in a class that has a symbol."""
    names = [last_component(decorator, ast.Call) for decorator in node.decorator_list]
    decorators = {name for name, _ in names}
    flags = decorators & {"overload", "override", "final", "deprecated"}
    flags.update(n for n, count in names if count > 1 and n in ("getter", "setter", "deleter"))
    for wanted, flag in ((_PROPERTY, "property"), (_CLASS_METHOD, "classmethod"),
                         (_STATIC_METHOD, "staticmethod"), (_ABSTRACT, "abstract")):
        if decorators & wanted:
            flags.add(flag)
    if in_class and not decorators & (_CLASS_METHOD | _STATIC_METHOD):
        if node.name in _IMPLICIT_CLASS_METHOD:
            flags.update(("classmethod", "implicit"))
        elif node.name == "__new__":
            flags.update(("staticmethod", "implicit"))
    if isinstance(node, ast.AsyncFunctionDef):
        flags.add("async")
    return flags


def of_class(node, binds_slots):
    decorators = {last_component(d, ast.Call)[0] for d in node.decorator_list}
    bases = {last_component(b, ast.Subscript)[0] for b in node.bases}
    metaclass = {last_component(k.value, ast.Subscript)[0] for k in node.keywords
                 if k.arg == "metaclass"}
    flags = decorators & {"final", "deprecated", "dataclass"}
    if "ABC" in bases or "ABCMeta" in metaclass:
        flags.add("abstract")
    if bases & _ENUM or metaclass & {"EnumMeta", "EnumType"}:
        flags.add("enum")
    for base, flag in (("Protocol", "protocol"), ("TypedDict", "typeddict"),
                       ("NamedTuple", "namedtuple")):
        if base in bases:
            flags.add(flag)
    if binds_slots or any(_has_slots_argument(d) for d in node.decorator_list):
        flags.add("slots")
    return flags


def _has_slots_argument(decorator):
    return (isinstance(decorator, ast.Call)
            and last_component(decorator, ast.Call)[0] == "dataclass"
            and any(k.arg == "slots" and isinstance(k.value, ast.Constant) and k.value.value is True
                    for k in decorator.keywords))
