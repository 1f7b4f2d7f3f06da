"""Compares what summaries say of classes and signatures with the interpreter that has imported them.

    class_oracle.py [--made SEED...] [--packages VENV [--only PACKAGE...]] [--index INDEX]
                    [--coppice COPPICE] [--list KIND]

Imports every importable module of the standard library and asks `coppice query` about each of its
classes and functions that are written in Python. INDEX is what `coppice index --env` makes of this
interpreter; without it one is made. Every difference is counted under its reason and printed; those
of what cannot be known from the text are excluded by name. --list prints the cases of one kind, or
"all" that differ.

With --packages the modules are those that are installed in a virtual environment, or those of some
of its packages. With --made the classes are those of random modules, one for each seed: dataclasses,
named tuples, typed dictionaries and enumerations, of which the standard library has few, a library's
marked by dataclass_transform, and, of an environment that has it, those of attrs. There, nothing may
differ or be unknown.
"""

import argparse
import ast
import collections
import contextlib
import dataclasses
import enum
import functools
import importlib
import importlib.util
import inspect
import io
import json
import os
import pkgutil
import random
import subprocess
import sys
import sysconfig
import tempfile
import types
import typing
import warnings

# The interpreter, or a decorator of the standard library, puts these into a class.
IMPLICIT = {
    "__module__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__qualname__", "__orig_bases__",
    "__parameters__", "__abstractmethods__", "_abc_impl", "__static_attributes__",
    "__firstlineno__", "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__", "__classcell__",
    "__non_callable_proto_members__", "__required_keys__", "__optional_keys__", "__total__", "__slotnames__",
    "__annotate__", "__annotate_func__", "__annotations_cache__", "__readonly_keys__", "__mutable_keys__",
}
# What a dataclass, attrs, total_ordering or the interpreter makes, and Coppice knows of.
MADE = {
    "__init__", "__repr__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__setattr__",
    "__delattr__", "__match_args__", "__dataclass_fields__", "__dataclass_params__", "__attrs_attrs__", "__slots__",
    "__getstate__", "__setstate__",
}
SKIPPED_MODULES = {"antigravity", "this", "idlelib", "lib2to3", "test", "turtledemo", "__main__", "tests"}
KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "posonly", inspect.Parameter.POSITIONAL_OR_KEYWORD: "normal",
    inspect.Parameter.VAR_POSITIONAL: "vararg", inspect.Parameter.KEYWORD_ONLY: "kwonly",
    inspect.Parameter.VAR_KEYWORD: "kwarg",
}


def walked(directories, prefix, only):
    """Names of modules, without importing any."""
    for info in pkgutil.iter_modules(directories):
        if only and not prefix and info.name not in only:
            continue
        yield prefix + info.name
        if info.ispkg:
            yield from walked([os.path.join(info.module_finder.path, info.name)], f"{prefix}{info.name}.", only)


def installed_modules(directory, only):
    """Those of the packages in site-packages; django's with settings, which its models need."""
    sys.path.append(directory)
    with contextlib.suppress(Exception):
        import django.conf  # pylint: disable=import-outside-toplevel,import-error
        django.conf.settings.configure(INSTALLED_APPS=[f"django.contrib.{name}" for name in (
            "admin", "auth", "contenttypes", "sessions", "messages", "sites", "flatpages", "redirects")])
        django.setup()
    return imported_modules(directory, only)


def standard_modules():
    return imported_modules(sysconfig.get_path("stdlib"), None)


def imported_modules(directory, only):
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(walked([directory], "", only))
    for info in found:
        parts = info.split(".")
        if parts[0] in SKIPPED_MODULES or "tests" in parts or "test" in parts or parts[-1] == "__main__":
            continue
        if parts[0] == "site-packages":
            continue
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield importlib.import_module(info)
            except BaseException:  # what refuses to be imported here is not asked about
                continue


def reached(module, qualname):
    value = sys.modules.get(module)
    for name in qualname.split("."):
        try:
            value = inspect.getattr_static(value, name) if inspect.isclass(value) else getattr(value, name)
        except AttributeError:
            return None
    return value


@functools.lru_cache(maxsize=None)
def is_named(module):
    """Whether a dotted name leads to a module: not to that of a migration, `0001_initial`, nor to one that
    its package hides behind something else of its name."""
    first, *rest = module.split(".")
    value = sys.modules.get(first)
    for name in rest:
        value = getattr(value, name, None) if name.isidentifier() else None
    return value is sys.modules.get(module)


@functools.lru_cache(maxsize=None)
def written_classes(file):
    """The class statements in a file that are in no function: qualified name -> names that the body binds."""
    classes = {}

    def walk(nodes, prefix, names):
        for node in nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names.add(node.name)
            elif isinstance(node, ast.ClassDef):
                names.add(node.name)
                walk(node.body, f"{prefix}{node.name}.", classes.setdefault(prefix + node.name, set()))
            else:
                declared = node.target if isinstance(node, ast.AnnAssign) and node.value is None else None
                for child in ast.walk(node):
                    if child is not declared and isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                        names.add(child.id)
                    elif isinstance(child, ast.alias):
                        names.add(child.asname or child.name.partition(".")[0])
                for field in ("body", "orelse", "finalbody", "handlers"):
                    walk(getattr(node, field, ()), prefix, names)

    with contextlib.suppress(OSError, SyntaxError, ValueError), open(file, "rb") as source:
        walk(ast.parse(source.read()).body, "", set())
    return classes


@functools.lru_cache(maxsize=None)
def written_names(file):
    """Names that statements of a file bind in no function and no class."""
    names = set()
    with contextlib.suppress(OSError, SyntaxError, ValueError), open(file, "rb") as source:
        pending = list(ast.parse(source.read()).body)
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
                                     ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                pending.extend(ast.iter_child_nodes(node))
    return names


def binds(cls, name):
    """Whether the class statement does."""
    names = written_classes(sys.modules[cls.__module__].__file__)[cls.__qualname__]
    private = "_" + cls.__name__.lstrip("_")
    return name in names or (name.startswith(private + "__") and name[len(private):] in names)


def removed(cls, name):
    """Whether a class lacks what a function or class statement right in its body makes: a metaclass or
    decorator took it away, as django's do with Meta."""
    if cls is None or not is_python_class(cls) or name in vars(cls):
        return False
    with open(sys.modules[cls.__module__].__file__, "rb") as source:
        body = ast.parse(source.read()).body
    for part in cls.__qualname__.split("."):
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == part), [])
    made = any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name for node in body)
    return made and not any(isinstance(node, ast.Delete) for node in body)


def is_python_class(value):
    if not isinstance(value, type) or isinstance(vars(value).get("__new__"), types.BuiltinFunctionType):
        return False  # made by C, whatever module it claims to be of
    file = getattr(sys.modules.get(value.__module__), "__file__", None)
    return bool(file) and file.endswith(".py") and value.__qualname__ in written_classes(file)


def collect(modules):
    classes, functions = {}, {}

    def add_class(value):
        if not is_python_class(value) or not is_named(value.__module__) or reached(value.__module__, value.__qualname__) is not value:
            return
        if value.__module__.split(".")[0] in SKIPPED_MODULES:
            return
        name = f"{value.__module__}.{value.__qualname__}"
        if name in classes:
            return
        classes[name] = value
        for inner in vars(value).values():
            if isinstance(inner, type):
                add_class(inner)

    for module in modules:
        for value in list(vars(module).values()):
            # Not isinstance, which asks objects that stand for others what they are.
            if issubclass(type(value), type):
                add_class(value)
            elif type(value) is types.FunctionType and not value.__module__.split(".")[0] in SKIPPED_MODULES:
                written = getattr(sys.modules.get(value.__module__), "__file__", None) == value.__code__.co_filename
                if written and is_named(value.__module__) and reached(value.__module__, value.__qualname__) is value:
                    functions[f"{value.__module__}.{value.__qualname__}"] = value
    return classes, functions


class Asker:
    def __init__(self, program, index):
        self.program, self.index = program, index

    def ask(self, what, names, *options):
        text = "".join(name + "\n" for name in names)
        run = subprocess.run([self.program, "query", self.index, what, "-", "--json", *options], input=text.encode(),
                             stdout=subprocess.PIPE, check=False)
        answers = [json.loads(line) for line in run.stdout.decode().splitlines()]
        if len(answers) != len(names):
            sys.exit(f"{self.program} query {what}: {len(answers)} answers to {len(names)} questions")
        return answers


def shown(value):
    try:
        return repr(value)[:60]
    except Exception:  # pylint: disable=broad-except
        return f"<{type(value).__qualname__}>"


class Tally:
    def __init__(self, listed):
        self.counts = collections.defaultdict(collections.Counter)
        self.listed = listed

    def add(self, subject, kind, *details):
        self.counts[subject][kind] += 1
        if self.listed == f"{subject}.{kind}":
            print(*details)
        elif self.listed == "all" and kind != "equal" and not kind.startswith(("excluded", "unknown")):
            print(f"{subject}.{kind}:", *details)


def member_kind(owner, name, value):
    if isinstance(owner, enum.EnumMeta) and name in owner.__members__:
        return "enum_member"
    if isinstance(value, classmethod):
        return "class_method"
    if isinstance(value, staticmethod):
        return "static_method"
    if isinstance(value, (property, functools.cached_property, types.DynamicClassAttribute)):
        return "property"
    if isinstance(value, (types.FunctionType, types.WrapperDescriptorType, types.MethodDescriptorType,
                          functools._lru_cache_wrapper)):
        return "static_method" if name == "__new__" else "method"
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, types.MemberDescriptorType):
        return "slot"
    if hasattr(type(value), "__get__"):
        return "descriptor"
    return "value"


def generated(owner):
    """Names that decorators and metaclasses of the standard library define in a class."""
    names = set()
    if dataclasses.is_dataclass(owner):
        names |= {"__replace__", *owner.__dataclass_fields__} | (MADE if is_marked(owner) else set())
    if issubclass(owner, tuple) and hasattr(owner, "_fields"):
        names |= {"_fields", "_field_defaults", "_make", "_replace", "_asdict", "__new__", "__repr__",
                  "__getnewargs__", "__slots__", "_field_types", "__replace__", "__match_args__", *owner._fields}
    if "__attrs_attrs__" in dir(owner):
        names |= {"__attrs_own_setattr__", "__attrs_props__", "__attrs_base_of_slotted__", "__attrs_init__",
                  "__replace__"}
    if isinstance(owner, enum.EnumMeta):
        names |= {"_generate_next_value_", "_member_names_", "_member_map_", "_value2member_map_", "_member_type_",
                  "_value_repr_", "_unhashable_values_", "_use_args_", "_new_member_", "__new__", "__new_member__",
                  "_flag_mask_", "_all_bits_", "_boundary_", "_inverted_", "_singles_mask_", "_hashable_values_",
                  "_unhashable_values_map_", "_use_args_", "__reduce_ex__", "__repr__", "__str__", "__format__",
                  "__reduce__", "_order_", "_ignore_", "__or__", "__and__", "__xor__", "__ror__", "__rand__",
                  "__rxor__", "__invert__"}
    if any(base.__name__ == "Protocol" for base in owner.__mro__):
        names |= {"__init__", "__subclasshook__"}
    return names


def is_marked(cls):
    """Whether a way of a library's own that dataclass_transform marks made the class."""
    marks = {"__dataclass_transform__", "is_marked"}
    return any(marks & set(vars(base)) for base in [cls, *cls.__mro__[1:], *type(cls).__mro__])


def is_made(cls, name):
    """Whether it is known by what the member was made."""
    return name in MADE and (name == "__hash__" or bool({"__dataclass_fields__", "__attrs_attrs__"} & set(vars(cls))) or
                             getattr(vars(cls).get(name), "__module__", "") == "functools")


def compare_members(tally, name, cls, answer):
    order = [base for base in cls.__mro__]
    spelling = {base: answer["spelling"].get(base, f"{base.__module__}.{base.__qualname__}") for base in order}
    spelled = {name: base for base, name in spelling.items()}
    ours = {member["name"]: member for member in answer["members"]}
    seen = set()
    for base in order:
        for member, value in vars(base).items():
            if member in seen:
                continue
            seen.add(member)
            if member in IMPLICIT or member in generated(base):
                tally.add("members", "excluded: set by the interpreter or a decorator")
                continue
            if not is_python_class(base):
                tally.add("members", "excluded: of a class in C")
                continue
            mine = ours.get(member)
            want = member_kind(base, member, value)
            if mine is None or mine["kind"] == "instance":
                if not answer["complete"]:
                    tally.add("members", "unknown: some base is not known")
                elif spelling[base] not in answer["order"]:
                    tally.add("members", "excluded: of a base that the order lacks")
                elif member_kind(base, member, value) == "slot" and len(repr(base.__slots__)) > 55:
                    tally.add("members", "unknown: __slots__ is longer than a summary keeps")
                elif member_kind(base, member, value) != "slot" and not binds(base, member) and not is_made(base, member):
                    tally.add("members", "excluded: set by code at run time")
                else:
                    tally.add("members", "missing", name, member, base, shown(value))
                continue
            if mine["owner"] != spelling[base]:
                if removed(spelled.get(mine["owner"]), member):
                    tally.add("members", "excluded: removed by code at run time")
                elif not binds(base, member) and not is_made(base, member):
                    tally.add("members", "excluded: set by code at run time")
                elif mine["owner"] in spelled and is_python_class(spelled[mine["owner"]]):
                    tally.add("members", "owner", name, member, base, mine["owner"])
                else:
                    tally.add("members", "excluded: of a base that the order lacks")
                continue
            if mine["kind"] == "unknown" and member == "__setattr__":
                tally.add("members", "excluded: whether attrs makes it the fields decide")
            elif mine["kind"] == "unknown":
                tally.add("members", "unknown: kind", name, member, want, shown(value))
            elif mine["kind"] == want:
                tally.add("members", "equal")
            else:
                tally.add("members", "kind", name, member, mine["kind"], want, shown(value))
    for member, mine in ours.items():
        if mine["kind"] == "instance" or member in seen or member in IMPLICIT:
            continue
        owner = spelled.get(mine["owner"])
        if owner is None or not is_python_class(owner) or member in generated(owner):
            continue
        if removed(owner, member):
            tally.add("members", "excluded: removed by code at run time")
        elif mine["kind"] == "unknown":
            tally.add("members", "unknown: whether it is made", name, member, mine["owner"])
        elif isinstance(owner, enum.EnumMeta) and member.startswith("_") and member.endswith("_"):
            tally.add("members", "excluded: removed by the enumeration")
        else:
            tally.add("members", "extra", name, member, mine["kind"], mine["owner"])


def is_typed_dict(cls):
    return isinstance(cls, type) and type(cls).__name__ == "_TypedDictMeta"


def declares_again(cls):
    """Whether a class marked by dataclass_transform, or a base, annotates a field that has a default in a
    base, and gives it no value."""
    marked = [base for base in [*cls.__mro__, *type(cls).__mro__] if "__dataclass_transform__" in vars(base)]
    for base in cls.__mro__ if marked else ():
        for name in vars(base).get("__annotations__", ()):
            if any(name in getattr(other, "__dataclass_fields__", ()) for other in base.__mro__[1:]):
                return True
    return False


def compare_fields(tally, name, cls, answer):
    fields = answer["fields"]
    if dataclasses.is_dataclass(cls):
        want = [(field.name, field.init, bool(getattr(field, "kw_only", False)),
                 field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING)
                for field in dataclasses.fields(cls)]
        got = [(field["name"], field["in_constructor"], field["keyword_only"], field["has_default"])
               for field in fields if not field["only_in_constructor"]]
        subject = "dataclass fields"
    elif "__attrs_attrs__" in dir(cls) and not binds(cls, "__attrs_attrs__"):
        want = [(field.name, field.init, bool(field.kw_only), repr(field.default) != "NOTHING", field.alias)
                for field in cls.__attrs_attrs__]
        got = [(field["name"], field["in_constructor"], field["keyword_only"], field["has_default"],
                field["parameter"]) for field in fields]
        subject = "attrs fields"
    elif hasattr(cls, "__pydantic_fields__"):
        want = [(name, not field.is_required()) for name, field in cls.__pydantic_fields__.items()]
        # pydantic's own rule: what begins with an underscore is private.
        got = [(field["name"], field["has_default"]) for field in fields if not field["name"].startswith("_")]
        subject = "pydantic fields"
    elif issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple):
        if "_fields" in vars(cls) and not hasattr(cls, "_field_defaults"):
            tally.add("named tuple fields", "excluded: no named tuple")
            return
        want = [(field, field in cls._field_defaults) for field in cls._fields]
        got = [(field["name"], field["has_default"]) for field in fields]
        subject = "named tuple fields"
    elif is_typed_dict(cls) and any(isinstance(each, (str, typing.ForwardRef)) for each in
                                    vars(cls).get("__annotations__", {}).values()):
        tally.add("typed dictionary fields", "excluded: the interpreter does not read what is in strings")
        return
    elif is_typed_dict(cls) and cls.__required_keys__ & cls.__optional_keys__:
        tally.add("typed dictionary fields", "excluded: required and not, before Python 3.13")
        return
    elif is_typed_dict(cls):
        want = sorted((key, key in cls.__required_keys__) for key in cls.__annotations__)
        got = sorted((field["name"], field["required"]) for field in fields)
        subject = "typed dictionary fields"
    elif fields:
        tally.add("no fields", "extra", name, [field["name"] for field in fields])
        return
    else:
        return
    if want == got:
        tally.add(subject, "equal")
    elif not answer["fields_complete"] and declares_again(cls):
        tally.add(subject, "excluded: PEP 681 does not say whether it has the default that a base gives it")
    elif not answer["fields_complete"] or not answer["complete"]:
        tally.add(subject, "unknown", name)
    else:
        tally.add(subject, "differs", name, want, got)


def compare_enum(tally, name, cls, answer):
    if not isinstance(cls, enum.EnumMeta):
        return
    want = set(cls.__members__)
    got = {member["name"] for member in answer["members"] if member["kind"] == "enum_member"}
    if want == got:
        tally.add("enum members", "equal")
    else:
        tally.add("enum members", "differs", name, "missing", sorted(want - got)[:5], "extra", sorted(got - want)[:5])


def compare_metaclass(tally, name, cls, answer):
    if is_typed_dict(cls):
        tally.add("metaclass", "excluded: of typed dictionaries, which type checkers do not have")
        return
    if answer["metaclass"] is None:
        tally.add("metaclass", "unknown", name, type(cls))
        return
    mine = answer["metaclass"]["module"] + "." + answer["metaclass"]["qualname"]
    want = answer["spelling"].get(type(cls), f"{type(cls).__module__}.{type(cls).__qualname__}")
    if mine != want and not is_python_class(type(cls)) and type(cls) is not type:
        tally.add("metaclass", "excluded: in C", name, mine, want)
        return
    tally.add("metaclass", "equal" if mine == want else "differs", name, mine, want)


def parameters_of(signature):
    return [(parameter.name, KINDS[parameter.kind], parameter.default is not parameter.empty)
            for parameter in signature.parameters.values()]


def same_default(text, default):
    """None: the text is no literal, or was cut."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, TypeError):
        return None
    return value == default or repr(value) == repr(default)


def own_signature(cls):
    """Why a class's signature is not that of what its text says. None: it is."""
    if not isinstance(cls, type):
        return "the function has a __signature__" if hasattr(cls, "__signature__") else None
    if any("__signature__" in vars(base) for base in cls.__mro__):
        return "the class has a __signature__"
    if any("__deprecated__" in vars(base) for base in cls.__mro__):
        return "a deprecated class has a constructor of its own"
    if getattr(cls.__init__, "__name__", "").startswith("_no_init"):
        return "protocols have a constructor of their own"
    return None


def compare_signature(tally, subject, name, value, answer):
    if answer["definition"] is None:
        tally.add(subject, "unresolved", name)
        return
    try:
        signature = inspect.signature(value)
    except (ValueError, TypeError):
        tally.add(subject, "excluded: the interpreter knows none")
        return
    if answer["why"] == "fields" and isinstance(value, type) and declares_again(value):
        tally.add(subject, "excluded: PEP 681 does not say whether it has the default that a base gives it")
        return
    if not answer["known"]:
        tally.add(subject, "unknown: " + answer["why"], name, signature)
        return
    if len(answer["overloads"]) > 1:
        tally.add(subject, "excluded: overloads")
        return
    mine = answer["overloads"][0]
    if mine["definition"]["path"].endswith(".pyi"):
        tally.add(subject, "excluded: in C, as a stub describes it")
        return
    if any(each.get("default") in ("_empty", "inspect._empty", "Parameter.empty") for each in mine["parameters"]):
        tally.add(subject, "excluded: the default that stands for none")
        return
    if isinstance(value, type) and getattr(value, "_is_protocol", False):
        tally.add(subject, "excluded: protocols have a constructor of their own")
        return
    got = [(each["name"], each["kind"], each["has_default"]) for each in mine["parameters"]]
    want = parameters_of(signature)
    if got != want:
        why = own_signature(value)
        tally.add(subject, "excluded: " + why if why else "differs", name, signature, mine["text"])
        return
    for each, parameter in zip(mine["parameters"], signature.parameters.values()):
        if each["has_default"] and "default" in each:
            if same_default(each["default"], parameter.default) is False:
                tally.add(subject, "default", name, signature, mine["text"])
                return
    tally.add(subject, "equal")


def make_index(options, directory):
    """Of the interpreter's environment, and of the directory's project."""
    index = os.path.join(directory, "index")
    project = os.path.join(directory, "project")
    os.makedirs(project, exist_ok=True)
    if options.packages:
        chosen = ["--venv", options.packages]
    else:
        found = subprocess.run([options.coppice, "env", "--python", sys.executable, "--json"],
                               stdout=subprocess.PIPE, check=True).stdout
        bare = os.path.join(directory, "bare")  # nothing asks about the interpreter's site-packages
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
        chosen = ["--venv", bare, "--typeshed", json.loads(found)["typeshed"]]
    subprocess.run([options.coppice, "index", "--env", *chosen, project, "-o", index, "--no-docs", "--quiet"],
                   check=True)
    return index


HEAD = """from dataclasses import KW_ONLY, InitVar, dataclass, field
import dataclasses
from enum import Enum, Flag, IntEnum, auto
from typing import ClassVar, NamedTuple, TypedDict
import typing
"""
# A library whose classes are dataclasses, in each way that PEP 681 has.
TRANSFORMS = """
def Field(*, default=dataclasses.MISSING, init=True, kw_only=dataclasses.MISSING):
    return dataclasses.field(default=default, init=init, kw_only=kw_only)
def Hidden(*, default=dataclasses.MISSING, init=False):
    return dataclasses.field(default=default, init=init)
def Plain(default):
    return default
@typing.dataclass_transform(field_specifiers=(Field, Hidden))
def transform(*, init=True, kw_only=False):
    def decorate(cls):
        cls.is_marked = True
        return dataclass(init=init, kw_only=kw_only)(cls)
    return decorate
@typing.dataclass_transform(kw_only_default=True, field_specifiers=(Field, Hidden))
class Meta(type):
    def __new__(cls, name, bases, namespace, init=True, kw_only=True):
        made = super().__new__(cls, name, bases, namespace)
        return dataclass(init=init, kw_only=kw_only)(made) if bases else made
    def __init__(cls, name, bases, namespace, **options):
        super().__init__(name, bases, namespace)
class ByMeta(metaclass=Meta): ...
@typing.dataclass_transform(field_specifiers=(Field, Hidden))
class ByBase:
    def __init_subclass__(cls, init=True, kw_only=False):
        dataclass(init=init, kw_only=kw_only)(cls)
"""
FIELDS = ["{}: int", "{}: int = 1", "{}: 'list' = field(default_factory=list)", "{}: int = field(default=2)",
          "{}: int = field(init=False)", "{}: int = field(init=False, default=3)", "{}: int = field(kw_only=True)",
          "{}: int = field(kw_only=True, default=4)", "{}: ClassVar[int] = 5", "{}: InitVar[int] = 6", "_: KW_ONLY",
          "{} = 7", "def {}(self): ...", "{}: 'typing.ClassVar[int]' = 8",
          "def __eq__(self, other): return True", "def __hash__(self): return 1"]
MARKED = ["{}: int", "{}: int = 1", "{}: int = Field(default=2)", "{}: int = Field(init=False, default=3)",
          "{}: int = Field(kw_only=True)", "{}: int = Hidden()", "{}: int = Plain(4)", "{}: ClassVar[int] = 5",
          "def __init__(self, own): ..."]
ATTRS = ["{}: int", "{}: int = 1", "{} = attr.ib()", "{}: int = attr.ib(default=2)", "{} = attr.ib(factory=list)",
         "{} = attr.ib(kw_only=True, default=3)", "_{}: int = attr.field(alias='other_{}')", "__{}: int = 4",
         "_{} = attr.ib(default=attr.NOTHING)", "{}: ClassVar[int] = 5", "{}: int = attr.field(init=False)",
         "{} = attr.ib(init=False, default=1)", "{}: int = attr.field(converter=str, default=1)",
         "{} = attr.ib()\n    @{}.default\n    def make_{}(self): return 1", "def __init__(self, own): ...",
         "{}: int = attr.field(kw_only=False)"]
ATTRS_MAKERS = ["attr.s", "attr.s(kw_only=True)", "attr.s(auto_attribs=True)", "attr.define", "attr.frozen",
                "attr.define(kw_only=True)", "attr.define(slots=False)", "attr.s(collect_by_mro=True)",
                "attr.define(init=False)", "attr.define(init=True)", "attr.s(slots=True, auto_detect=True)",
                "attr.define(auto_attribs=False)", "attr.define(order=True)", "attr.s(eq=False)", "attr.s(frozen=True)",
                "attr.s(hash=True)", "attr.define(eq=False)", "attr.define(unsafe_hash=True)", "attr.s(order=False)", "attr.define(kw_only=True, force_kw_only=True)"]
KEYS = ["{}: int", "{}: str", "{}: typing.Required[int]", "{}: typing.NotRequired[int]",
        "{}: typing.Annotated[typing.NotRequired[int], 1]"]
MEMBERS = ["{} = 1", "{} = auto()", "{} = -5", "{}: int = 3", "def {}(self): ...", "_{} = 2", "__{} = 4",
           "{} = lambda self: 1", "{} = x1 if False else 9", "{}: int"]
LAMBDAS = ["{} = lambda self, a, /, b=(1, 2), *c, d, e='x:', **f: a", "{} = lambda *, a=lambda b: 1: a", "{} = lambda: 0",
           "{} = lambda self, *a: a"]


def made_class(random, kinds, number, known):
    """The text of a class, whether the interpreter takes it or not."""
    kind = random.choice(kinds)

    def body(forms, most):
        lines = []
        for _ in range(random.randrange(1, most)):
            form = random.choice(forms)
            lines.append(form.format(*[f"x{random.randrange(12)}"] * form.count("{}")))
        return "".join(f"    {line}\n" for line in lines)

    def some(kinds, most):
        names = [name for name, its in known if its in kinds]
        return ", ".join(random.sample(names, min(len(names), random.randrange(most + 1))))

    name = f"C{number}"
    if kind == "dataclass":
        options = random.choice(["", "", "(kw_only=True)", "(init=False)", "(frozen=False, kw_only=False)", "(eq=False)",
                                 "(slots=True)", "(order=True)", "(frozen=True)", "(unsafe_hash=True)",
                                 "(repr=False, match_args=False)", "(frozen=True, slots=True)"])
        return kind, f"@dataclass{options}\nclass {name}({some(('dataclass', 'plain'), 2)}):\n{body(FIELDS, 6)}"
    if kind == "plain":
        return kind, f"class {name}({some(('dataclass', 'plain'), 2)}):\n{body(FIELDS[11:13] + FIELDS[14:] + LAMBDAS, 3)}"
    if kind == "marked":
        options = random.choice(["", "init=False", "kw_only=True", "kw_only=False"])
        way = random.choice(["ByMeta", "ByBase", ""])
        lines = body(MARKED, 6)
        if not way:
            return kind, f"@transform({options})\nclass {name}:\n{lines}"
        base = some((kind + way,), 1) or way
        return kind + way, f"class {name}({base}{options and ', ' + options}):\n{lines}"
    if kind == "attrs":
        bases = some(("attrs",), 2)  # of both forms at once nothing can be said
        return kind, f"@{random.choice(ATTRS_MAKERS)}\nclass {name}({bases}):\n{body(ATTRS, 6)}"
    if kind == "tuple":
        return kind, f"class {name}(NamedTuple):\n{body(FIELDS[:2] + FIELDS[12:13], 6)}"
    if kind == "dict":
        bases = ", ".join(filter(None, [some(("dict",), 2) or "TypedDict", random.choice(["", "total=False", "total=True"])]))
        return kind, f"class {name}({bases}):\n{body(KEYS, 5)}"
    return kind, f"class {name}({random.choice(['Enum', 'IntEnum', 'Flag'])}):\n{body(MEMBERS, 7)}"


def make_module(seed, directory):
    """A module of classes that the interpreter takes."""
    chooser = random.Random(seed)
    kinds, head = ["dataclass", "dataclass", "plain", "tuple", "dict", "enum"], HEAD
    if hasattr(typing, "dataclass_transform"):
        kinds.append("marked")
        head += TRANSFORMS
    if importlib.util.find_spec("attr"):
        kinds += ["attrs"] * 3
        head = "import attr\n" + head
    namespace = {"__name__": f"made{seed}"}
    exec(head, namespace)  # pylint: disable=exec-used
    texts, known = [head], []
    while len(known) < 400:
        kind, text = made_class(chooser, kinds, len(known), known)
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(text, namespace)  # pylint: disable=exec-used
            texts.append(text)
            known.append((f"C{len(known)}", kind))
    project = os.path.join(directory, "project")
    os.makedirs(project, exist_ok=True)
    with open(os.path.join(project, f"made{seed}.py"), "w", encoding="utf-8") as file:
        file.write("".join(texts))
    if project not in sys.path:
        sys.path.insert(0, project)
    return importlib.import_module(f"made{seed}")


def source_file(value):
    try:
        return inspect.getsourcefile(value)
    except TypeError:
        return None


def isolate(options):
    """Starts again without what site-packages change in the standard library."""
    if not sys.flags.isolated or not sys.flags.no_site:
        python = os.path.join(options.packages, "bin", "python") if options.packages else sys.executable
        os.execv(python, [python, "-I", "-S", "-B", *sys.argv])


def make_parser(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index")
    parser.add_argument("--coppice", default=os.environ.get("COPPICE", "coppice"))
    parser.add_argument("--list", default="")
    parser.add_argument("--packages", metavar="VENV", type=os.path.abspath)
    parser.add_argument("--only", nargs="+", metavar="PACKAGE")
    return parser


def environment(options, directory):
    """An index, and the modules that are asked about."""
    if not options.packages:
        modules = list(standard_modules())
    else:
        modules = list(installed_modules(site_packages(options), options.only))
    return options.index or make_index(options, directory), modules


def site_packages(options):
    return os.path.join(options.packages, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")


def main():
    parser = make_parser(__doc__)
    parser.add_argument("--made", metavar="SEED", nargs="+")
    options = parser.parse_args()
    isolate(options)
    with tempfile.TemporaryDirectory() as directory:
        if options.made:
            if options.packages:
                sys.path.append(site_packages(options))
            modules = [make_module(seed, directory) for seed in options.made]
            index = make_index(options, directory)
        else:
            index, modules = environment(options, directory)
        tally = run(Asker(options.coppice, index), options.list, modules)
    if options.made:
        sys.exit(report(tally, differs=0, unknown=0))
    sys.exit(report(tally, DIFFERS_INSTALLED, UNKNOWN_INSTALLED) if options.packages else report(tally))


def run(asker, listed, modules):
    tally = Tally(listed)
    classes, functions = collect(modules)
    names = sorted(classes)
    orders = asker.ask("mro", names)
    answers = asker.ask("members", names)
    spelling = {}  # what the index calls a class
    for name, answer in zip(names, answers):
        cls, found = classes[name], answer["class"]
        if found is None:
            made = answer["definition"] and answer["definition"]["kind"] in ("variable", "function")
            frozen = name.startswith("_frozen_importlib")
            tally.add("classes", "excluded: frozen" if frozen else
                      "excluded: made by a call, or taken for a submodule" if made else "unresolved", name, cls)
        elif found["qualname"] != cls.__qualname__ or source_file(sys.modules.get(found["module"])) != found["path"]:
            tally.add("classes", "resolved elsewhere", name, found)
        elif found["module"] != cls.__module__ and source_file(cls) != found["path"]:
            tally.add("classes", "excluded: another of that name", name, found)
        else:
            tally.add("classes", "equal")
            spelling[cls] = f"{found['module']}.{found['qualname']}"
    for name, order, answer in zip(names, orders, answers):
        cls = classes[name]
        if cls not in spelling:
            continue
        answer["spelling"] = spelling
        answer["order"] = [f"{each['module']}.{each['qualname']}" for each in order["mro"]]
        compare_members(tally, name, cls, answer)
        compare_fields(tally, name, cls, answer)
        compare_enum(tally, name, cls, answer)
        compare_metaclass(tally, name, cls, answer)
    names = sorted(name for name in names if classes[name] in spelling)
    for name, answer in zip(names, asker.ask("signature", names)):
        compare_signature(tally, "signatures of classes", name, classes[name], answer)

    methods = []
    for name in names:
        for member, value in vars(classes[name]).items():
            function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
            if not isinstance(function, types.FunctionType) or member in generated(classes[name]):
                continue
            if member in MADE - {"__init__"} and not binds(classes[name], member):
                continue
            if "<locals>" in function.__qualname__ or classes[name] not in spelling:
                continue
            if function.__module__ != classes[name].__module__ or member.startswith("_" + classes[name].__name__):
                continue
            methods.append((f"{name}.{member}", value))
    for bound in (False, True):
        answers = asker.ask("signature", [name for name, _ in methods], *(["--bound"] if bound else []))
        for (name, value), answer in zip(methods, answers):
            taken = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
            if isinstance(value, classmethod) or (bound and not isinstance(value, staticmethod)):
                with contextlib.suppress(TypeError, ValueError):
                    taken = types.MethodType(taken, object())
            compare_signature(tally, "signatures of bound methods" if bound else "signatures of methods", name, taken,
                              answer)
    names = sorted(name for name in functions if not name.startswith("_frozen_importlib"))
    for name, answer in zip(names, asker.ask("signature", names)):
        compare_signature(tally, "signatures of functions", name, functions[name], answer)
    return tally


# What may differ, of what is neither excluded nor unknown; and how much at most may be unknown.
DIFFERS = 0.005
UNKNOWN = 0.1
# The same of what is installed, where decorators and metaclasses do more.
DIFFERS_INSTALLED = 0.03
UNKNOWN_INSTALLED = 0.2


def report(tally, differs=DIFFERS, unknown=UNKNOWN):
    most_unknown = unknown
    failed = 0
    for subject, counts in tally.counts.items():
        equal = counts["equal"]
        unknown = sum(count for kind, count in counts.items() if kind.startswith("unknown"))
        excluded = sum(count for kind, count in counts.items() if kind.startswith("excluded"))
        differ = sum(counts.values()) - equal - unknown - excluded
        print(f"{subject}: {equal} equal, {differ} differ, {unknown} unknown, {excluded} excluded")
        for kind, count in sorted(counts.items()):
            if kind != "equal":
                print(f"    {count:6} {kind}")
        judged = equal + differ
        if subject.startswith("named tuple"):
            unknown = 0  # few, and many of them are longer than a summary keeps
        if judged == 0 or differ > differs * judged or unknown > most_unknown * (judged + unknown):
            print("    too many")
            failed = 1
    return failed


if __name__ == "__main__":
    main()
