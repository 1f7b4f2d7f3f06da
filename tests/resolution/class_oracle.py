"""Compares what summaries say of classes and signatures with the interpreter that has imported them.

    class_oracle.py [--index INDEX | --made SEED] [--coppice COPPICE] [--list KIND]

Imports every importable module of the standard library and asks `coppice query` about each of its
classes and functions that are written in Python. INDEX is what `coppice index --env` makes of this
interpreter; without it one is made. Every difference is counted under its reason and printed; those
of what cannot be known from the text are excluded by name. --list prints the cases of one kind. With
--made the classes are those of a random module instead: dataclasses, named tuples, typed
dictionaries and enumerations, of which the standard library has few.
"""

import argparse
import ast
import collections
import contextlib
import dataclasses
import enum
import functools
import importlib
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
    "__parameters__", "__abstractmethods__", "_abc_impl", "__hash__", "__match_args__", "__static_attributes__",
    "__firstlineno__", "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__", "__classcell__",
    "__non_callable_proto_members__", "__required_keys__", "__optional_keys__", "__total__", "__slotnames__",
    "__annotate__", "__annotate_func__", "__annotations_cache__", "__readonly_keys__", "__mutable_keys__",
}
SKIPPED_MODULES = {"antigravity", "this", "idlelib", "lib2to3", "test", "turtledemo", "__main__", "tests"}
KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "posonly", inspect.Parameter.POSITIONAL_OR_KEYWORD: "normal",
    inspect.Parameter.VAR_POSITIONAL: "vararg", inspect.Parameter.KEYWORD_ONLY: "kwonly",
    inspect.Parameter.VAR_KEYWORD: "kwarg",
}


def standard_modules():
    stdlib = sysconfig.get_path("stdlib")
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(pkgutil.walk_packages([stdlib], onerror=lambda name: None))
    for info in found:
        parts = info.name.split(".")
        if parts[0] in SKIPPED_MODULES or "tests" in parts or "test" in parts or parts[-1] == "__main__":
            continue
        if parts[0] == "site-packages":
            continue
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield importlib.import_module(info.name)
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
                for child in ast.walk(node):
                    if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
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


def is_python_class(value):
    if not isinstance(value, type) or isinstance(vars(value).get("__new__"), types.BuiltinFunctionType):
        return False  # made by C, whatever module it claims to be of
    file = getattr(sys.modules.get(value.__module__), "__file__", None)
    return bool(file) and file.endswith(".py") and value.__qualname__ in written_classes(file)


def collect(modules):
    classes, functions = {}, {}

    def add_class(value):
        if not is_python_class(value) or reached(value.__module__, value.__qualname__) is not value:
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
            if isinstance(value, type):
                add_class(value)
            elif isinstance(value, types.FunctionType) and not value.__module__.split(".")[0] in SKIPPED_MODULES:
                written = getattr(sys.modules.get(value.__module__), "__file__", None) == value.__code__.co_filename
                if written and reached(value.__module__, value.__qualname__) is value:
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


class Tally:
    def __init__(self, listed):
        self.counts = collections.defaultdict(collections.Counter)
        self.listed = listed

    def add(self, subject, kind, *details):
        self.counts[subject][kind] += 1
        if self.listed == f"{subject}.{kind}":
            print(*details)


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
        names |= {"__init__", "__repr__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__setattr__",
                  "__delattr__", "__dataclass_fields__", "__dataclass_params__", "__getstate__", "__setstate__",
                  "__slots__", "__replace__", *owner.__dataclass_fields__}
    if issubclass(owner, tuple) and hasattr(owner, "_fields"):
        names |= {"_fields", "_field_defaults", "_make", "_replace", "_asdict", "__new__", "__repr__",
                  "__getnewargs__", "__slots__", "_field_types", "__replace__", *owner._fields}
    if isinstance(owner, enum.EnumMeta):
        names |= {"_generate_next_value_", "_member_names_", "_member_map_", "_value2member_map_", "_member_type_",
                  "_value_repr_", "_unhashable_values_", "_use_args_", "_new_member_", "__new__", "__new_member__",
                  "_flag_mask_", "_all_bits_", "_boundary_", "_inverted_", "_singles_mask_", "_hashable_values_",
                  "_unhashable_values_map_", "_use_args_", "__reduce_ex__", "__repr__", "__str__", "__format__",
                  "__reduce__", "_order_", "_ignore_", "__or__", "__and__", "__xor__", "__ror__", "__rand__",
                  "__rxor__", "__invert__"}
    if any(base.__name__ == "Protocol" for base in owner.__mro__):
        names |= {"__init__", "__subclasshook__"}
    if "__total_ordering__" or hasattr(owner, "__lt__"):
        names |= {"__lt__", "__le__", "__gt__", "__ge__"} & {
            name for name, value in vars(owner).items()
            if getattr(value, "__module__", "") == "functools" or getattr(value, "__name__", "").startswith("_")}
    return names


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
                elif member_kind(base, member, value) != "slot" and not binds(base, member):
                    tally.add("members", "excluded: set by code at run time")
                else:
                    tally.add("members", "missing", name, member, base, repr(value)[:60])
                continue
            if mine["owner"] != spelling[base]:
                if not binds(base, member):
                    tally.add("members", "excluded: set by code at run time")
                elif mine["owner"] in spelled and is_python_class(spelled[mine["owner"]]):
                    tally.add("members", "owner", name, member, base, mine["owner"])
                else:
                    tally.add("members", "excluded: of a base that the order lacks")
                continue
            if mine["kind"] == "unknown":
                tally.add("members", "unknown: kind", name, member, want, repr(value)[:60])
            elif mine["kind"] == want:
                tally.add("members", "equal")
            else:
                tally.add("members", "kind", name, member, mine["kind"], want, repr(value)[:60])
    for member, mine in ours.items():
        if mine["kind"] == "instance" or member in seen or member in IMPLICIT:
            continue
        owner = spelled.get(mine["owner"])
        if owner is None or not is_python_class(owner) or member in generated(owner):
            continue
        if isinstance(owner, enum.EnumMeta) and member.startswith("_") and member.endswith("_"):
            tally.add("members", "excluded: removed by the enumeration")
        else:
            tally.add("members", "extra", name, member, mine["kind"], mine["owner"])


def compare_fields(tally, name, cls, answer):
    fields = answer["fields"]
    if dataclasses.is_dataclass(cls):
        want = [(field.name, field.init, bool(getattr(field, "kw_only", False)),
                 field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING)
                for field in dataclasses.fields(cls)]
        got = [(field["name"], field["in_constructor"], field["keyword_only"], field["has_default"])
               for field in fields if not field["only_in_constructor"]]
        subject = "dataclass fields"
    elif issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple):
        if "_fields" in vars(cls) and not hasattr(cls, "_field_defaults"):
            tally.add("named tuple fields", "excluded: no named tuple")
            return
        want = [(field, field in cls._field_defaults) for field in cls._fields]
        got = [(field["name"], field["has_default"]) for field in fields]
        subject = "named tuple fields"
    elif typing.is_typeddict(cls) and cls.__required_keys__ & cls.__optional_keys__:
        tally.add("typed dictionary fields", "excluded: required and not, before Python 3.13")
        return
    elif typing.is_typeddict(cls):
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
    if typing.is_typeddict(cls):
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


def compare_signature(tally, subject, name, value, answer):
    if answer["definition"] is None:
        tally.add(subject, "unresolved", name)
        return
    try:
        signature = inspect.signature(value)
    except (ValueError, TypeError):
        tally.add(subject, "excluded: the interpreter knows none")
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
    if any(each.get("default") in ("_empty", "inspect._empty") for each in mine["parameters"]):
        tally.add(subject, "excluded: the default that stands for none")
        return
    if isinstance(value, type) and getattr(value, "_is_protocol", False):
        tally.add(subject, "excluded: protocols have a constructor of their own")
        return
    got = [(each["name"], each["kind"], each["has_default"]) for each in mine["parameters"]]
    want = parameters_of(signature)
    if got != want:
        tally.add(subject, "differs", name, signature, mine["text"])
        return
    for each, parameter in zip(mine["parameters"], signature.parameters.values()):
        if each["has_default"] and "default" in each:
            if same_default(each["default"], parameter.default) is False:
                tally.add(subject, "default", name, signature, mine["text"])
                return
    tally.add(subject, "equal")


def make_index(coppice, directory):
    """Of this interpreter's standard library, and of the directory's project."""
    index = os.path.join(directory, "index")
    project = os.path.join(directory, "project")
    os.makedirs(project, exist_ok=True)
    subprocess.run([coppice, "index", "--env", "--python", sys.executable, project, "-o", index, "--quiet"],
                   check=True)
    return index


HEAD = """from dataclasses import KW_ONLY, InitVar, dataclass, field
from enum import Enum, Flag, IntEnum, auto
from typing import ClassVar, NamedTuple, TypedDict
import typing
"""
FIELDS = ["{}: int", "{}: int = 1", "{}: 'list' = field(default_factory=list)", "{}: int = field(default=2)",
          "{}: int = field(init=False)", "{}: int = field(init=False, default=3)", "{}: int = field(kw_only=True)",
          "{}: int = field(kw_only=True, default=4)", "{}: ClassVar[int] = 5", "{}: InitVar[int] = 6", "_: KW_ONLY",
          "{} = 7", "def {}(self): ...", "{}: 'typing.ClassVar[int]' = 8"]
KEYS = ["{}: int", "{}: str", "{}: typing.Required[int]", "{}: typing.NotRequired[int]"]
MEMBERS = ["{} = 1", "{} = auto()", "{} = -5", "{}: int = 3", "def {}(self): ...", "_{} = 2", "__{} = 4",
           "{} = lambda self: 1", "{} = x1 if False else 9", "{}: int"]


def made_class(random, number, known):
    """The text of a class, whether the interpreter takes it or not."""
    kind = random.choice(["dataclass", "dataclass", "plain", "tuple", "dict", "enum"])

    def body(forms, most):
        lines = [random.choice(forms).format(f"x{random.randrange(12)}") for _ in range(random.randrange(1, most))]
        return "".join(f"    {line}\n" for line in lines)

    def some(kinds, most):
        names = [name for name, its in known if its in kinds]
        return ", ".join(random.sample(names, min(len(names), random.randrange(most + 1))))

    name = f"C{number}"
    if kind == "dataclass":
        options = random.choice(["", "", "(kw_only=True)", "(init=False)", "(frozen=False, kw_only=False)", "(eq=False)"])
        return kind, f"@dataclass{options}\nclass {name}({some(('dataclass', 'plain'), 2)}):\n{body(FIELDS, 6)}"
    if kind == "plain":
        return kind, f"class {name}({some(('dataclass', 'plain'), 2)}):\n{body(FIELDS[11:13], 3)}"
    if kind == "tuple":
        return kind, f"class {name}(NamedTuple):\n{body(FIELDS[:2] + FIELDS[12:13], 6)}"
    if kind == "dict":
        bases = ", ".join(filter(None, [some(("dict",), 2) or "TypedDict", random.choice(["", "total=False", "total=True"])]))
        return kind, f"class {name}({bases}):\n{body(KEYS, 5)}"
    return kind, f"class {name}({random.choice(['Enum', 'IntEnum', 'Flag'])}):\n{body(MEMBERS, 7)}"


def make_module(seed, directory):
    """A module of classes that the interpreter takes."""
    chooser = random.Random(seed)
    namespace = {"__name__": "made"}
    exec(HEAD, namespace)  # pylint: disable=exec-used
    texts, known = [HEAD], []
    while len(known) < 600:
        kind, text = made_class(chooser, len(known), known)
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(text, namespace)  # pylint: disable=exec-used
            texts.append(text)
            known.append((f"C{len(known)}", kind))
    os.mkdir(os.path.join(directory, "project"))
    with open(os.path.join(directory, "project", "made.py"), "w", encoding="utf-8") as file:
        file.write("".join(texts))
    sys.path.insert(0, os.path.join(directory, "project"))
    return importlib.import_module("made")


def source_file(value):
    try:
        return inspect.getsourcefile(value)
    except TypeError:
        return None


def main():
    if not sys.flags.isolated or not sys.flags.no_site:
        # Without what site-packages change in the standard library.
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-B", *sys.argv])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index")
    parser.add_argument("--coppice", default=os.environ.get("COPPICE", "coppice"))
    parser.add_argument("--list", default="")
    parser.add_argument("--made", metavar="SEED")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        modules = list(standard_modules()) if options.made is None else [make_module(options.made, directory)]
        index = options.index or make_index(options.coppice, directory)
        tally = run(Asker(options.coppice, index), options.list, modules)
    sys.exit(report(tally))


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
