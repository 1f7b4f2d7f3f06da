#!/usr/bin/env python3
"""Evaluation of programs that nobody would write: its work grows with what there is, not with the
square of it. With COPPICE_GROWTH set the times are printed."""

import json
import os
import resource
import unittest

import harness

# From one size to another that is four times as much. Where it grows with the square, the work is
# sixteen times as much.
STEP = 4
MOST = 10


def lines(n, form):
    return "".join(form.format(i=i, next=i + 1) + "\n" for i in range(n))


def chain(n, form):
    """Modules m0, m1, ..., the last of which leads to the first."""
    return {f"m{i}.py": form.format(i=i, next=(i + 1) % n) for i in range(n)}


class Growth(harness.CommandTest):
    def measure(self, files):
        """The figures of evaluating a program, those of the fastest of three runs."""
        name = f"program{len(os.listdir(self.top))}"
        for path, text in files.items():
            self.write(f"{name}/{path}", text)
        self.index("-o", name + ".pack", name)
        runs = [json.loads(self.command("eval", name + ".pack", "--json").stdout)
                for _ in range(3)]
        return min(runs, key=lambda run: run["processor_seconds"])

    def check(self, n, program):
        """`n`: for which it takes some tens of milliseconds."""
        once = self.measure(program(n // STEP))
        more = self.measure(program(n))
        self.assertGreaterEqual(more["evaluations"], once["evaluations"])
        grown = more["processor_seconds"] / once["processor_seconds"]
        if os.environ.get("COPPICE_GROWTH"):
            print(f"{self.id()}: {more['processor_seconds']:.3f} s, {grown:.1f} times")
        self.assertLess(grown, MOST, f"{once['processor_seconds']} s, then "
                                     f"{more['processor_seconds']} s")

    def test_imports_in_a_class(self):
        self.check(20_000, lambda n: {
            "m.py": "class C:\n" + lines(n, "    from a import x{i}\n    y{i} = x{i}"),
            "a.py": lines(n, "def x{i}(): pass")})

    def test_conditional_names(self):
        self.check(50_000, lambda n: {"m.py": lines(n, "if c{i}:\n    x{i} = x{next}")})

    def test_one_conditional_name(self):
        self.check(50_000, lambda n: {
            "m.py": lines(n, "if c{i}:\n    x = f{i}\n    y{i} = x")})

    def test_star_imports(self):
        self.check(4_000, lambda n: {
            "m.py": lines(n, "from a{i} import *") + "x = y\n",
            **{f"a{i}.py": "" for i in range(n)}})

    def test_star_imports_of_one_module(self):
        self.check(10_000, lambda n: {
            "m.py": lines(n, "from a import *\nx{i} = y{i}"), "a.py": "z = 1\n"})

    def test_star_imports_of_one_module_under_conditions(self):
        self.check(10_000, lambda n: {
            "m.py": lines(n, "if c{i}:\n    from a import *\n    x{i} = y{i}"), "a.py": "z = 1\n"})

    def test_star_imports_of_many_modules(self):
        self.check(4_000, lambda n: {
            "m.py": lines(n, "from a{i} import *\nx{i} = y{i}"),
            **{f"a{i}.py": "z = 1\n" for i in range(n)}})

    def test_overloads(self):
        self.check(100_000, lambda n: {
            "m.py": "from typing import overload\n" + lines(n, "@overload\ndef f() -> int: ...")
                    + "x = f()\n"})

    def test_overloads_named_in_a_class(self):
        self.check(50_000, lambda n: {
            "m.py": "class C:\n" + lines(n, "    def f(self, x: f[{i}]): ...")})

    def test_attributes(self):
        self.check(20_000, lambda n: {"m.py": "x = a" + ".b" * n + "\n" + lines(n, "y{i} = x.y")})

    def test_bases(self):
        self.check(5_000, lambda n: {
            "m.py": "class C0: x = 1\n" + lines(n, "class C{next}(C{i}): y = C{i}.x")})

    def test_fields_of_bases(self):
        def seconds(n, maker):
            self.write("fields/m.py", f"from dataclasses import dataclass\n@{maker}\nclass C0: x: int\n"
                       + lines(n, f"@{maker}\nclass C{{next}}(C{{i}}): y{{i}}: int = 1"))
            self.write("fields/dataclasses.py", "def dataclass(*a, **b): ...\n")
            self.index("-o", "fields.pack", "fields")
            runs = []
            for _ in range(3):
                before = os.times().children_user
                self.command("query", "fields.pack", "members", f"m.C{n}", "--json")
                runs.append(os.times().children_user - before)
            return min(runs)

        for maker in ("dataclass", "dataclass(slots=True)", "dataclass(kw_only=True)"):
            once, more = seconds(2_000, maker), seconds(2_000 * STEP, maker)
            self.assertLess(more / once, MOST, f"{once} s, then {more} s")

    def test_aliases(self):
        self.check(50_000, lambda n: {"m.py": lines(n, "x{i} = x{next}")})

    def test_explanations(self):
        self.write("circle/m.py", "import m as n\ndef f(): pass\n")
        self.index("-o", "circle.pack", "circle")

        def explain(n):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            name = "m" + ".n" * n + ".f"
            found = json.loads(
                self.command("query", "circle.pack", "resolve", name, "--explain", "--json").stdout)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.assertEqual(len(found["definitions"][0]["steps"]), n)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        n = 6_000
        once, more = (min(explain(size) for _ in range(3)) for size in (n // STEP, n))
        self.assertLess(more / once, MOST, f"{once} s, then {more} s")

    def test_exports(self):
        self.check(100_000, lambda n: {
            "a.py": "__all__ = [" + lines(n, "'x{i}',") + "]\n" + lines(n, "x{i} = 1"),
            "m.py": "from a import *\n" + lines(n, "y{i} = x{i}")})

    def test_a_circle_of_star_imports(self):
        self.check(8_000, lambda n: chain(n, "from m{next} import *\nx = y\n"))

    def test_a_circle_of_imports(self):
        self.check(8_000, lambda n: chain(n, "from m{next} import x\n"))


if __name__ == "__main__":
    unittest.main()
