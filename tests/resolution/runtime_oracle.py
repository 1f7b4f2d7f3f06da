"""Compares what names mean by their summaries with what an interpreter bound them to.

    runtime_oracle.py RESOLVE_NAMES INDEX FACTS [--list KIND]

FACTS is what runtime_facts.py printed; RESOLVE_NAMES the program that asks the index.
"""

import argparse
import ast
import collections
import json
import os
import subprocess
import tokenize

first_lines = {}  # file -> {line of the name: first line with decorators}


def first_line(file, line):
    if file not in first_lines:
        lines = {}
        try:
            with tokenize.open(file) as source:
                tree = ast.parse(source.read())
            for node in ast.walk(tree):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    lines[node.lineno] = min([node.lineno] + [each.lineno for each in node.decorator_list])
        except (OSError, SyntaxError, ValueError):
            pass
        first_lines[file] = lines
    return first_lines[file].get(line, line)


class Asker:
    def __init__(self, program, index):
        self.program, self.index = program, index

    def ask(self, questions):
        text = "".join(f"{module} {name}\n" for module, name in questions)
        run = subprocess.run([self.program, self.index], input=text.encode(), stdout=subprocess.PIPE, check=True)
        return [json.loads(line) for line in run.stdout.decode().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("index")
    parser.add_argument("facts")
    parser.add_argument("--root", action="append", default=[], metavar="NAME=DIRECTORY")
    parser.add_argument("--list", default="")
    options = parser.parse_args()
    roots = dict(root.split("=", 1) for root in options.root)
    facts = []
    modules = {}
    with open(options.facts) as lines:
        for line in lines:
            module = json.loads(line)
            modules[module["module"]] = module
            for name, fact in module.get("names", {}).items():
                if fact["kind"] in ("function", "class"):
                    facts.append((module["module"], name, fact))
    answers = Asker(options.program, options.index).ask([(module, name) for module, name, _ in facts])
    counts = collections.Counter()
    orders = collections.Counter()
    for (module, name, fact), answer in zip(facts, answers):
        kind = judge(fact, answer, roots)
        counts[kind] += 1
        if kind == options.list:
            print(module, name, fact["module"], fact["qualname"], fact["file"], fact["line"],
                  "|", answer.get("definitions"), answer.get("obstacles"))
        if kind == "equal" and fact["kind"] == "class":
            want = fact["mro"]
            got = answer.get("mro")
            order = "equal" if got == want else "incomplete" if not answer["complete"] else "differs"
            orders[order] += 1
            if options.list == "mro-" + order:
                print(module, name, want, "|", got)
    print(counts)
    print(orders)


def judge(fact, answer, roots):
    definitions = answer.get("definitions")
    if definitions is None:
        return "no-module"
    if not definitions:
        return "unbound" if answer["obstacles"] == [1] else "unresolved"
    def same(definition):
        if definition[2] == "module" or definition[1] != fact["qualname"]:
            return False
        file = os.path.join(roots.get(definition[3], ""), definition[4])
        line = first_line(file, definition[5])
        if fact["file"].startswith("<frozen"):
            return definition[0] == fact["module"] and line == fact["line"]
        return os.path.realpath(file) == os.path.realpath(fact["file"]) and line == fact["line"]
    if same(definitions[0]):
        return "equal"
    if any(same(definition) for definition in definitions[1:]):
        return "later"
    if definitions[0][2] in ("variable", "attribute"):
        return "variable"
    return "other"


if __name__ == "__main__":
    main()
