#!/usr/bin/env python3
"""Compares what names mean by their summaries with what an interpreter bound them to.

    runtime_oracle.py RESOLVE_NAMES --stdlib | --packages --venv DIR [--list CLASS]...

Indexes an environment (COPPICE names the command), imports all of its modules in its interpreter
(runtime_facts.py), and compares, for each public name whose value is a function or class written in
Python: the definition's module, qualified name, file and first line; for each class its order of
bases; for each module those of its public names that its own text or its star imports bind.

A name agrees if the interpreter's definition is among the answer's; how often it is the first, and
how many definitions answers have, is printed as well. Names that no text binds to a definition are
excluded by the rules of `excluded`, which asks nothing but the interpreter and CPython's ast.
"""

import argparse
import ast
import collections
import glob
import json
import os
import subprocess
import sys
import tempfile
import tokenize

from pinned_packages import make_environment

HERE = os.path.dirname(os.path.abspath(__file__))
sys.setrecursionlimit(5000)

# What must agree, in per cent: definitions, orders of bases, names bound.
WANTED = {"stdlib": (99.5, 99.0, 99.5), "packages": (97.0, 97.0, 97.0)}
SKIPPED = 77  # exit code
MODULE_DIRECTORY = "__init__.py"


# --- What the text of a module binds, by CPython's ast ---------------------------------------------

class Text(ast.NodeVisitor):
    """The bindings of a module's own scope."""

    def __init__(self, file):
        self.bindings = collections.defaultdict(list)  # name -> [(kind, data)]
        self.for_types = False  # in the body of `if TYPE_CHECKING`
        self.run = set()  # names of what is bound elsewhere
        self.stars = []  # (level, module)
        self.deleted = set()
        self.bases = {}  # line of `class` -> names of its bases, in parts
        self.first_lines = {}  # line of `def` or `class` -> of the first decorator
        try:
            with tokenize.open(file) as source:
                tree = ast.parse(source.read())
        except (OSError, SyntaxError, ValueError, RecursionError):
            return
        self.visit(tree)
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                lines = [each.lineno for each in node.decorator_list]
                self.first_lines[node.lineno] = min(lines + [node.lineno])
                if isinstance(node, ast.ClassDef):
                    self.bases[min(lines + [node.lineno])] = [
                        self.value(base.value if isinstance(base, ast.Subscript) else base)
                        for base in node.bases]
            elif isinstance(node, ast.Global):
                for name in node.names:
                    self.bind(name, "computed", "global")

    def bind(self, name, kind, data):
        self.bindings[name].append((kind, data))
        if not self.for_types:
            self.run.add(name)

    def visit_If(self, node):
        test = node.test.attr if isinstance(node.test, ast.Attribute) else \
            getattr(node.test, "id", None)
        outer = self.for_types
        self.for_types = outer or test == "TYPE_CHECKING"
        for each in node.body:
            self.visit(each)
        self.for_types = outer
        for each in [node.test] + node.orelse:
            self.visit(each)

    def first_line(self, line):
        return self.first_lines.get(line, line)

    def definition(self, node):
        self.bind(node.name, "definition", node.lineno)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = definition

    def visit_Lambda(self, node):
        pass

    def visit_ListComp(self, node):
        pass

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_Import(self, node):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            module = alias.name if alias.asname else bound
            self.bind(bound, "module", module)

    def visit_ImportFrom(self, node):
        for alias in node.names:
            if alias.name == "*":
                self.stars.append((node.level, node.module or ""))
            else:
                self.bind(alias.asname or alias.name, "import",
                          (node.level, node.module or "", alias.name))

    def visit_Assign(self, node):
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, *self.value(node.value))
            else:
                self.visit(target)
        self.visit(node.value)

    def visit_AnnAssign(self, node):
        if node.value is None:
            return
        if isinstance(node.target, ast.Name):
            self.bind(node.target.id, *self.value(node.value))
        self.visit(node.value)

    @staticmethod
    def value(node):
        parts = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            return ("alias", [node.id] + parts)
        return ("computed", type(node).__name__)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store):
            self.bind(node.id, "computed", "target")
        elif isinstance(node.ctx, ast.Del):
            self.deleted.add(node.id)

    def visit_ExceptHandler(self, node):
        if node.name:
            self.deleted.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node):
        if node.name:
            self.bind(node.name, "computed", "pattern")
        self.generic_visit(node)


# --- What the interpreter says ---------------------------------------------------------------------

class Facts:
    """All modules' facts; values of one process are shared by its modules."""

    def __init__(self, lines, path, builtins):
        self.path = path  # directories in the order of the search
        self.builtins = builtins
        self.found = {}
        self.modules = {}  # name -> its line, with "values" of its process
        self.known_as = {}  # what the interpreter calls a module that is imported by another name
        self.compiled = {}  # modules without source that star imports take from: name -> names
        self.errors = collections.Counter()
        self.texts = {}
        values = {}
        for line in lines:
            fact = json.loads(line)
            if "process" in fact:
                values = {}
            elif "value" in fact:
                values[fact["value"]] = fact
            elif "aliases" in fact:
                for number, names in fact["aliases"].items():
                    values[int(number)]["aliases"] = names
                for number in fact["opaque"]:
                    values[number]["opaque"] = True
            elif "error" in fact:
                self.errors[fact["error"].partition(":")[0]] += 1
            else:
                fact["values"] = values
                self.modules[fact["module"]] = fact
                if fact["imported"] != fact["module"] and fact["file"]:
                    self.known_as[fact["imported"], fact["file"]] = fact["module"]

    def text(self, file):
        if file not in self.texts:
            self.texts[file] = Text(file)
        return self.texts[file]

    def text_of(self, module):
        fact = self.modules.get(module)
        return self.text(fact["file"]) if fact and fact["file"] else None

    def find(self, module):
        """Where a search finds a module: a file, or a word if there is none. None: nowhere."""
        if module in self.found:
            return self.found[module]
        found = None
        if module in self.builtins:
            found = "builtin"
        for directory in self.path if found is None else ():
            base = os.path.join(directory, *module.split("."))
            choices = ([os.path.join(base, "__init__.py")] + glob.glob(glob.escape(base) + ".*.so") +
                       [base + ".so", base + ".py"])
            found = next(filter(os.path.isfile, choices), None)
            if found is None and os.path.isdir(base):
                found = "namespace"
            if found is not None:
                break
        self.found[module] = found
        return found

    def absolute(self, importer, level, module):
        """The name of the module that a `from` in another means."""
        if not level:
            return module
        parts = importer.split(".")
        if os.path.basename(self.modules[importer]["file"]) != MODULE_DIRECTORY:
            parts.pop()
        parts = parts[:len(parts) - (level - 1)]
        return ".".join(parts + ([module] if module else []))

    def star_sources(self, module, name, seen=frozenset()):
        """The modules from which star imports in this one take the name that their text binds."""
        for level, target in self.text_of(module).stars:
            source = self.absolute(module, level, target)
            if source in self.modules:
                if name in self.modules[source]["star"] and self.binds(source, name, seen):
                    yield source
            elif name in self.compiled.get(source, ()):
                yield source

    def binds(self, module, name, seen=frozenset()):
        if (module, name) in seen:
            return False
        seen = seen | {(module, name)}
        text = self.text_of(module)
        return text is not None and (name in text.run or any(
            True for _ in self.star_sources(module, name, seen)))

    def only_compiled(self, module, name):
        """Whether nothing but a star import from a module without source binds the name, here or
        where star imports take it from."""
        if name in self.text_of(module).bindings:
            return False
        return all(source not in self.modules or self.only_compiled(source, name)
                   for source in self.star_sources(module, name))

    def takes_from_compiled(self, module, seen=frozenset()):
        """Whether star imports lead to a module without source."""
        text = self.text_of(module)
        if module in seen or text is None:
            return text is None
        return any(self.takes_from_compiled(self.absolute(module, *star), seen | {module})
                   for star in text.stars)

    def compiled_stars(self):
        """Modules without source that star imports take from."""
        found = set()
        for module in self.modules:
            text = self.text_of(module)
            for level, target in text.stars if text else ():
                source = self.absolute(module, level, target)
                if source not in self.modules:
                    found.add(source)
        return found

    def ends(self, module, name, seen=frozenset()):
        """How the bindings end to which the text of modules leads from a name: "definition",
        "computed", "module", "unbound", "elsewhere" (a module of which nothing is known here)."""
        if (module, name) in seen:
            return set()
        seen = seen | {(module, name)}
        text = self.text_of(module)
        if text is None:
            origin = self.find(module)
            return {"unfindable" if origin is None else
                    "elsewhere" if origin.endswith(".py") else "compiled"}
        found = set()
        for kind, data in text.bindings.get(name, ()):
            if kind == "import":
                source = self.absolute(module, data[0], data[1])
                if source + "." + data[2] in self.modules and source not in self.modules:
                    found.add("module")
                else:
                    found |= self.ends(source, data[2], seen)
            elif kind == "alias":
                found |= self.ends_of_alias(module, data, seen)
            else:
                found.add(kind)
        for source in self.star_sources(module, name):
            found |= self.ends(source, name, seen)
        return found or {"unbound"}

    def ends_of_alias(self, module, parts, seen):
        if len(parts) == 1:
            ends = self.ends(module, parts[0], seen)
            return ends - {"unbound"} or {"elsewhere"}  # a builtin
        for kind, data in self.text_of(module).bindings.get(parts[0], ()):
            if kind == "module" and len(parts) == 2:
                return self.ends(data, parts[1], seen)
        return {"computed"}


def excluded(facts, module, name, fact):
    """Why no text leads from the name to the definition of its value, or None."""
    if module["imported"] != module["module"]:
        return "the module replaced itself in sys.modules"
    if "<lambda>" in fact["name"]:
        return "a lambda"
    if "<locals>" in fact["name"]:
        return "defined in a function"
    file = source_of(facts, fact)
    if file is None:
        return "defined by exec"
    if displaced(facts, fact, file):
        return "in a module that took another's name"
    ends = facts.ends(module["module"], name)
    if "definition" in ends or "elsewhere" in ends:
        return None
    if "computed" in ends:
        return "assigned a computed value"
    if "compiled" in ends:
        return "taken from a compiled module"
    if "unfindable" in ends:
        return "taken from a module that no search finds"
    return "bound by no text"


def displaced(facts, fact, file):
    """Whether a search for the module that has the definition finds another file, or none: it was
    put into sys.modules by other means."""
    home = facts.known_as.get((fact["home"], file), fact["home"])
    found = facts.find(home)
    return found is None or os.path.realpath(found) != os.path.realpath(file)


def source_of(facts, fact):
    file = fact["file"]
    if file.startswith("<frozen "):
        module = facts.modules.get(file[len("<frozen "):-1])
        file = module["file"] if module else None
    return file if file and os.path.exists(file) else None


# --- Comparing -------------------------------------------------------------------------------------

class Comparison:
    def __init__(self, facts, answers, roots, shown):
        self.facts = facts
        self.answers = answers  # (module, name) -> answer
        self.roots = roots
        self.shown = shown
        self.definitions = collections.Counter()
        self.exclusions = collections.Counter()
        self.alternatives = collections.Counter()
        self.orders = collections.Counter()
        self.names = collections.Counter()
        self.attributes = collections.Counter()
        self.real = {}

    def show(self, kind, *what):
        if kind in self.shown:
            print(kind + ":", *what)

    def realpath(self, file):
        if file not in self.real:
            self.real[file] = os.path.realpath(file)
        return self.real[file]

    def same(self, definition, fact):
        """Whether [module, qualname, kind, root, path, line] is the definition of a value."""
        if definition[1] is None or definition[1] != fact["name"]:
            return False
        source = source_of(self.facts, fact)
        file = os.path.join(self.roots[definition[3]], definition[4])
        if source is None or self.realpath(file) != self.realpath(source):
            return False
        home = self.facts.known_as.get((fact["home"], source), fact["home"])
        return (definition[0] == home and
                self.facts.text(file).first_line(definition[5]) == fact["line"])

    def compare_names(self):
        """Each public name's definition, each class's order."""
        classes = {}  # what is compared once: (file, line, name) -> (fact, answer)
        for module in self.facts.modules.values():
            for name, number in module["names"].items():
                fact = module["values"][number]
                if fact["kind"] not in ("function", "class"):
                    self.exclusions["not written in Python" if fact["kind"] == "compiled" else
                                    "neither function nor class"] += 1
                    continue
                if module["file"] is None:
                    continue
                answer = self.answers[module["module"], name]
                why = excluded(self.facts, module, name, fact)
                kind = self.judge(fact, answer)
                if why:
                    self.exclusions[why] += 1
                    self.show("excluded " + why, module["module"], name, fact["file"], fact["name"])
                    self.attributes["excluded, yet in the answer"] += kind in ("first", "further")
                    continue
                self.definitions[kind] += 1
                self.alternatives[min(len(answer.get("definitions", ())), 5)] += 1
                self.show(kind, module["module"], name, "is", fact["home"], fact["name"],
                          fact["file"], fact["line"], "|", answer.get("definitions"),
                          answer.get("obstacles"))
                if fact["module"] != fact["home"]:
                    self.attributes["__module__ set by code"] += 1
                if fact["qualname"] != fact["name"]:
                    self.attributes["__qualname__ set by code"] += 1
                if kind in ("first", "further") and fact["kind"] == "class":
                    key = (fact["file"], fact["line"], fact["name"])
                    if kind == "first" or key not in classes:
                        classes[key] = (fact, module, answer)
        for fact, module, answer in classes.values():
            self.compare_order(fact, module, answer)

    def judge(self, fact, answer):
        definitions = answer.get("definitions")
        if definitions is None:
            return "module not found"
        if not definitions:
            return "nothing"
        if self.same(definitions[0], fact):
            return "first"
        if any(self.same(definition, fact) for definition in definitions[1:]):
            return "further"
        return "another"

    def compare_order(self, fact, module, answer):
        definition = next(each for each in answer["definitions"] if self.same(each, fact))
        values = [module["values"][number] for number in fact["mro"]]
        if any(value["kind"] == "compiled" and not value.get("opaque") for value in values):
            self.orders["excluded: a base that a call made"] += 1
            self.show("order excluded", fact["module"], fact["qualname"], [
                [value["module"], value["qualname"]] for value in values
                if value["kind"] == "compiled" and not value.get("opaque")])
            return
        if any(self.has_computed_base(value) for value in [fact] + values):
            self.orders["excluded: a base is a computed value"] += 1
            self.show("order computed", definition[0], definition[1])
            return
        if any("<locals>" in value.get("name", "") for value in values):
            self.orders["excluded: a base is defined in a function"] += 1
            return
        if any(value["kind"] == "class" and displaced(self.facts, value, source_of(self.facts, value))
               for value in values):
            self.orders["excluded: a base in a module that took another's name"] += 1
            return
        if fact["rebased"]:
            self.orders["excluded: bases changed by code"] += 1
            return
        order = answer["orders"][answer["definitions"].index(definition)]
        got = order["mro"]
        same = len(got) == len(values) and all(map(self.same_class, got, values))
        kind = ("equal" if same else "another" if order["complete"] else "incomplete") + \
            ("" if order["consistent"] else ", said to be inconsistent")
        self.orders[kind] += 1
        self.show("order " + kind, definition[0], definition[1],
                  [[value["module"], value["qualname"]] for value in values], "|",
                  [each[:2] for each in got])

    def has_computed_base(self, value):
        """Whether its text names a base that is assigned the value of an expression."""
        if value["kind"] != "class":
            return False
        module = self.facts.known_as.get((value["home"], value["file"]), value["home"])
        source = source_of(self.facts, value)
        if source is None or module not in self.facts.modules:
            return False
        bases = self.facts.text(source).bases.get(value["line"], ())
        return any(kind == "alias" and "." not in value["name"] and
                   self.facts.ends_of_alias(module, parts[:1], frozenset()) == {"computed"}
                   for kind, parts in bases)

    def same_class(self, definition, value):
        if value["kind"] == "class":
            return self.same(definition, value)
        name = "%s.%s" % tuple(definition[:2])
        return (name == "%s.%s" % (value["module"], value["qualname"]) or
                name in value.get("aliases", ()))

    def compare_bound(self, ours):
        """The public names of each module: `ours` has {name: whether it is surely bound}."""
        for module in self.facts.modules.values():
            name = module["module"]
            if module["file"] is None or module["imported"] != name or name not in ours:
                continue
            text = self.facts.text_of(name)
            for bound in module["names"]:
                if not self.facts.binds(name, bound):
                    submodule = name + "." + bound in self.facts.modules
                    self.names["excluded: a submodule" if submodule else
                               "excluded: bound by no text"] += 1
                    self.show("names bound by no text", name, bound)
                elif bound in ours[name]:
                    self.names["equal"] += 1
                elif self.facts.only_compiled(name, bound):
                    self.names["excluded: a star import takes it from a compiled module"] += 1
                else:
                    self.names["missing"] += 1
                    self.show("names missing", name, bound)
            for bound, surely in ours[name].items():
                if bound in module["names"] or bound.startswith("_"):
                    continue
                if bound in text.deleted:
                    self.names["excluded: deleted by the text"] += 1
                elif bound not in text.bindings and self.facts.takes_from_compiled(name):
                    self.names["excluded: a stub says that a compiled module has it"] += 1
                elif not surely:
                    self.names["said to be bound perhaps, is not"] += 1
                    self.show("names perhaps", name, bound)
                else:
                    self.names["unbound"] += 1
                    self.show("names unbound", name, bound)

    def report(self, wanted):
        """Prints all figures; whether enough agree."""
        failed = False
        for title, counter, good, bad, least in (
                ("definitions of public names", self.definitions, ("first", "further"),
                 ("another", "nothing", "module not found"), wanted[0]),
                ("orders of bases", self.orders, ("equal",), None, wanted[1]),
                ("names bound", self.names, ("equal",), ("missing", "unbound"), wanted[2])):
            agree = sum(counter[kind] for kind in good)
            if bad is None:
                bad = [kind for kind in counter
                       if kind not in good and not kind.startswith("excluded")]
            total = agree + sum(counter[kind] for kind in bad)
            rate = 100 * agree / total if total else 0
            print("%s: %d of %d agree, %.2f%% (at least %s%%)" % (title, agree, total, rate, least))
            for kind, count in counter.most_common():
                print("    %6d  %s" % (count, kind))
            failed = failed or rate < least
        print("definitions in an answer:")
        for count, answers in sorted(self.alternatives.items()):
            print("    %6d  %s" % (answers, "5 or more" if count == 5 else count))
        print("excluded names:")
        for why, count in self.exclusions.most_common():
            print("    %6d  %s" % (count, why))
        print("counted as they are in the text:")
        for why, count in self.attributes.most_common():
            print("    %6d  %s" % (count, why))
        print("modules: %d imported, %d not: %s" % (
            len(self.facts.modules), sum(self.facts.errors.values()),
            ", ".join("%s %d" % each for each in self.facts.errors.most_common(8))))
        return not failed


COMPILED = """
import importlib, json, sys
names = {}
for name in sys.stdin.read().split():
    try:
        module = importlib.import_module(name)
        names[name] = [key for key in getattr(module, "__all__", vars(module)) if key[0] != "_"]
    except Exception:
        pass
print(json.dumps(names))
"""


def ask_compiled(python, modules):
    run = subprocess.run([python, "-I", "-c", COMPILED], input=" ".join(sorted(modules)).encode(),
                         stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def ask(program, index, questions):
    text = "".join("%s %s\n" % question for question in questions)
    run = subprocess.run([program, index], input=text.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--stdlib", dest="what", action="store_const", const="stdlib")
    parser.add_argument("--packages", dest="what", action="store_const", const="packages")
    parser.add_argument("--venv", required=True, help="a virtual environment with the packages of "
                        "requirements-runtime.txt (among them typeshed): made there if it can be")
    parser.add_argument("--index", help="an index that was made before")
    parser.add_argument("--facts", help="what runtime_facts.py printed before")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="append", default=[], metavar="CLASS",
                        help="print every name or class of a class that is counted")
    options = parser.parse_args()
    python = make_environment(options.venv, "requirements-runtime.txt",
                              "--only-binary", ":all:")
    if python is None:
        return SKIPPED
    typeshed = glob.glob(os.path.join(options.venv, "lib", "python3*", "site-packages", "jedi",
                                      "third_party", "typeshed"))
    with tempfile.TemporaryDirectory() as directory:
        index = options.index or os.path.join(directory, "index")
        if not options.index:
            empty = os.path.join(directory, "project")
            os.mkdir(empty)
            subprocess.run([os.environ["COPPICE"], "index", "--env", "--python", python,
                            "--typeshed", typeshed[0], "-o", index, "--no-docs", "--quiet", empty],
                           check=True)
        with open(os.path.join(index, "index.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        roots, builtins = manifest["roots"], manifest["builtins"]
        role = "standardLibrary" if options.what == "stdlib" else "sitePackages"
        chosen = [root["directory"] for root in roots
                  if root["role"] == role and not root["directory"].endswith("lib-dynload")]
        if options.facts:
            with open(options.facts, encoding="utf-8") as file:
                lines = file.read().splitlines()
        else:
            run = subprocess.run([python, "-I", "-S", os.path.join(HERE, "runtime_facts.py"),
                                  "--jobs", str(options.jobs)] + chosen,
                                 stdout=subprocess.PIPE, check=True)
            lines = run.stdout.decode().splitlines()
        facts = Facts(lines, [root["directory"] for root in roots
                              if root["role"] in ("standardLibrary", "sitePackages")], builtins)
        facts.compiled = ask_compiled(python, facts.compiled_stars())
        questions = [(module["module"], name) for module in facts.modules.values()
                     for name, number in module["names"].items()
                     if module["values"][number]["kind"] in ("function", "class")]
        modules = [(name, "*") for name in facts.modules]
        answers = ask(options.program, index, questions + modules)
    directories = {root["name"]: root["directory"] for root in roots}
    comparison = Comparison(facts, dict(zip(questions, answers)), directories, options.list)
    comparison.compare_names()
    comparison.compare_bound({name: answer["names"] for (name, _), answer
                              in zip(modules, answers[len(questions):]) if "names" in answer})
    return 0 if comparison.report(WANTED[options.what]) else 1


if __name__ == "__main__":
    sys.exit(main())
