#!/usr/bin/env python3
"""Compares the import graph with grimp's, and what is computed from it with networkx.

  graph_oracle.py DIR   DIR: a virtual environment of requirements-graph.txt, made if it can be.
                        Without it the test ends with code 77: skipped

grimp reads the same packages with CPython's ast and has a rule of its own for every import. Each edge
that only one of the two has must be explained by a choice below; they are counted and printed.

  attribute    `from p import x`: p binds x to something else than its submodule p.x, so that the
               import takes that and depends on p (importlib, _handle_fromlist); grimp takes p.x
  unreachable  under a condition that the target decides to be false
  partly       `import p.x.y` where there is no p.x.y: p.x is imported; grimp drops it
"""

import ast
import json
import os
import re
import subprocess
import sys
import tempfile

from pinned_packages import make_environment

COPPICE = os.path.abspath(os.environ.get("COPPICE", "build/coppice"))
PACKAGES = ("django", "requests", "sqlalchemy", "attr", "attrs", "networkx", "urllib3", "pip",
            "grimp")
SKIPPED = 77

ASK_GRIMP = """
import grimp, json, sys
graph = grimp.build_graph(*sys.argv[1:], cache_dir=None)
json.dump({module: sorted(graph.find_modules_directly_imported_by(module))
           for module in graph.modules}, sys.stdout)
"""

ASK_NETWORKX = """
import json, networkx, sys
asked = json.load(sys.stdin)
graph = networkx.DiGraph()
graph.add_nodes_from(asked["nodes"])
graph.add_edges_from(asked["edges"])
cycles = [sorted(found) for found in networkx.strongly_connected_components(graph) if len(found) > 1]
parents = networkx.DiGraph(graph)
parents.add_edges_from(asked["parents"])
importers = {}
for module in asked["modules"]:
    lengths = networkx.single_source_shortest_path_length(parents.reverse(copy=False), module)
    importers[module] = {name: length for name, length in lengths.items() if length}
json.dump({"cycles": cycles, "importers": importers}, sys.stdout)
"""


def coppice(*arguments, code=0):
    done = subprocess.run([COPPICE, *arguments], stdout=subprocess.PIPE)
    if done.returncode != code:
        sys.exit("coppice %s ended with code %d" % (" ".join(arguments), done.returncode))
    return done.stdout.decode()


EDGE = re.compile(r'  "([^"]*)" -> "([^"]*)"')
NODE = re.compile(r'  "([^"]*)"(?: \[.*\])?;')


def drawn(pack, *flags):
    """Nodes and edges of the drawing for Graphviz."""
    nodes, edges = [], set()
    for line in coppice("graph", pack, "--format", "dot", *flags).splitlines():
        edge = EDGE.match(line)
        if edge:
            edges.add(edge.groups())
        elif NODE.fullmatch(line):
            nodes.append(NODE.fullmatch(line).group(1))
    return nodes, edges


def dotted(name):
    """As grimp calls a file, be that a name that can be imported or not."""
    if "/" not in name:
        return name
    return re.sub(r"/__init__$", "", name.partition("/")[2].rpartition(".")[0]).replace("/", ".")


class Sources:
    """What a module's text says, read with CPython's ast."""

    def __init__(self, top):
        self.top = top
        self.trees = {}

    def path(self, module):
        base = os.path.join(self.top, *module.split("."))
        return next((path for path in (os.path.join(base, "__init__.py"), base + ".py")
                     if os.path.isfile(path)), None)

    def tree(self, module):
        if module not in self.trees:
            path = self.path(module)
            with open(path, "rb") as file:
                self.trees[module] = ast.parse(file.read())
        return self.trees[module]

    def is_package(self, module):
        return (self.path(module) or "").endswith("__init__.py")

    def imports(self, module):
        """(module that is named, name that is taken or None, whether it is always reached)."""
        todo = [(self.tree(module), True)]
        while todo:
            node, reached = todo.pop()
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, None, reached
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parts = module.split(".")
                    parts = parts[:len(parts) - node.level + self.is_package(module)]
                    base = ".".join(parts + ([node.module] if node.module else []))
                for alias in node.names:
                    yield base, alias.name, reached
            elif isinstance(node, ast.If) and self.is_decided(node.test):
                todo += [(child, False) for child in node.body + node.orelse]
            else:
                todo += [(child, reached) for child in ast.iter_child_nodes(node)]

    @staticmethod
    def is_decided(test):
        """Whether a target might decide it: not which way."""
        return any(word in ast.unparse(test)
                   for word in ("version_info", "platform", "__main__", "os.name", "False",
                                "implementation", "True"))

    def binds(self, package, name):
        """Whether the package's own text binds the name at its top level, to anything."""
        for node in ast.walk(self.tree(package)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
                return True
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                return True
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                if any((alias.asname or alias.name) == name for alias in node.names):
                    return True
        return False


def explain(sources, modules, importer, imported, only_ours):
    """The choice that makes the two differ, or None."""
    for module, name, reached in sources.imports(importer):
        full = module if name is None else module + "." + name
        if name is not None and full in modules and sources.binds(module, name):
            if imported == (module if only_ours else full):
                return "attribute"
        if not only_ours and not reached and imported in (module, full):
            return "unreachable"
        if only_ours and module not in modules and module.startswith(imported + "."):
            return "partly"
    return None


def compare_edges(python, site, pack, packages):
    theirs = json.loads(subprocess.run([python, "-c", ASK_GRIMP, *packages], check=True,
                                       stdout=subprocess.PIPE).stdout)
    _, edges = drawn(pack, "--deferred", "--type-checking")
    modules = set(theirs)
    edges = {(dotted(a), dotted(b)) for a, b in edges}
    ours = {(a, b) for a, b in edges if a in modules and b in modules}
    theirs = {(a, b) for a, found in theirs.items() for b in found}
    print("%d modules; %d imports, %d by grimp, %d by both"
          % (len(modules), len(ours), len(theirs), len(ours & theirs)))
    sources = Sources(site)
    counts, unexplained = {}, []
    for only_ours, only in ((True, ours - theirs), (False, theirs - ours)):
        for importer, imported in sorted(only):
            choice = explain(sources, modules, importer, imported, only_ours)
            key = ("only ours: " if only_ours else "only grimp's: ") + str(choice)
            counts[key] = counts.get(key, 0) + 1
            if choice is None:
                unexplained.append((key, importer, imported))
    for key, count in sorted(counts.items()):
        print("  %-26s %d" % (key, count))
    for each in unexplained[:20]:
        print("unexplained: %s: %s imports %s" % each)
    if len(theirs) < 1000:
        sys.exit("grimp found too little to compare with")
    return not unexplained


def parents_of(names):
    """Each module and its package."""
    pairs = set()
    for name in names:
        while "." in name and "/" not in name:
            name, below = name.rpartition(".")[0], name
            pairs.add((below, name))
    packages = {package for _, package in pairs} | set(names)
    for name in names:
        if "/" in name:
            package = name.partition("/")[2].rpartition("/")[0].replace("/", ".")
            if package in packages:
                pairs.add((name, package))
    return sorted(pairs)


def compare_algorithms(python, pack):
    good = True
    for flags in ((), ("--deferred",), ("--type-checking",), ("--deferred", "--type-checking")):
        nodes, edges = drawn(pack, *flags)
        targets = sorted({b for _, b in edges})
        asked = {"nodes": nodes, "edges": sorted(edges), "parents": parents_of(nodes),
                 "modules": targets[::max(1, len(targets) // 12)]}
        theirs = json.loads(subprocess.run([python, "-c", ASK_NETWORKX], check=True,
                                           input=json.dumps(asked).encode(),
                                           stdout=subprocess.PIPE).stdout)
        cycles = json.loads(coppice("query", pack, "cycles", "--json", *flags))
        ours = sorted(sorted(cycle["modules"]) for cycle in cycles)
        if ours != sorted(theirs["cycles"]):
            print("cycles differ with", flags)
            good = False
        for cycle in cycles:
            steps = [step["module"] or step["root"] + "/" + step["path"]
                     for step in cycle["shortest"]]
            good &= all(pair in edges for pair in zip(steps, steps[1:] + steps[:1]))
        compared = 0
        for module, expected in theirs["importers"].items():
            found = json.loads(coppice("query", pack, "importers", module, "--transitive", "--json",
                                       *flags))
            ours = {each["importer"] or each["root"] + "/" + each["path"]: each["distance"]
                    for each in found}
            # Packages without file are on the way, and no answer.
            expected = {name: distance for name, distance in expected.items() if name in ours}
            missing = [name for name in theirs["importers"][module]
                       if name not in ours and name in set(nodes)]
            compared += len(ours)
            missing = [name for name in missing if not is_namespace(pack, name)]
            if ours != expected or missing:
                wrong = [name for name in ours if ours[name] != expected.get(name)]
                print("importers of %s differ with %s: %s" % (module, flags, (missing + wrong)[:5]))
                good = False
        print("%-28s %d cycles of %d modules, %d importers of %d modules: as networkx has them"
              % (" ".join(flags) or "imports at once", len(theirs["cycles"]),
                 sum(map(len, theirs["cycles"])), compared, len(theirs["importers"])))
    return good


def is_namespace(pack, module):
    return "/" not in module and subprocess.run(
        [COPPICE, "query", pack, "module", module], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL).returncode == 1


def main():
    python = make_environment(sys.argv[1], "requirements-graph.txt")
    if python is None:
        return SKIPPED
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True,
        stdout=subprocess.PIPE).stdout.decode().strip()
    packages = [name for name in PACKAGES if os.path.isdir(os.path.join(site, name))]
    with tempfile.TemporaryDirectory() as directory:
        pack = os.path.join(directory, "site.pack")
        coppice("index", "--quiet", "-o", pack, "site=" + site)
        good = compare_edges(python, site, pack, packages)
        good = compare_algorithms(python, pack) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
