#!/usr/bin/env python3
"""The same files give the same bytes, however they came to be indexed."""

import os
import random
import shutil
import unittest

import harness


class Determinism(harness.CommandTest):
    def setUp(self):
        super().setUp()
        harness.make_tree(self, "one", 150, seed=1)
        harness.make_tree(self, "two", 60, seed=2)
        self.roots = ("first=one", "second=two")

    def fresh(self, pack="fresh.pack", *arguments):
        self.index("--fresh", "-o", pack, *self.roots, *arguments)
        return self.bytes_of(pack)

    def assert_same_as_fresh(self, pack):
        expected, actual = self.fresh(), self.bytes_of(pack)
        self.assertEqual(harness.digest(actual), harness.digest(expected))
        self.command("verify", pack)

    def test_jobs(self):
        expected = self.fresh("a.pack", "--jobs", "1")
        for jobs in ("2", "3", "8"):
            self.assertEqual(self.fresh("b.pack", "--jobs", jobs), expected)

    def test_order_of_roots_and_working_directory(self):
        expected = self.fresh("a.pack")
        self.index("--fresh", "-o", "b.pack", *reversed(self.roots))
        self.assertEqual(self.bytes_of("b.pack"), expected)
        os.mkdir(self.path("elsewhere"))
        self.index("-o", "../c.pack", "second=../two", "first=" + self.path("one"),
                   cwd=self.path("elsewhere"))
        self.assertEqual(self.bytes_of("c.pack"), expected)

    def test_order_of_directories(self):
        expected = self.fresh("a.pack")
        # Made anew in another order, as in a clone: another inode order and other times.
        files = [os.path.relpath(os.path.join(directory, name), self.path("one"))
                 for directory, _, names in os.walk(self.path("one")) for name in names]
        os.rename(self.path("one"), self.path("old"))
        random.Random(3).shuffle(files)
        for name in files:
            os.makedirs(os.path.dirname(self.path("one", name)), exist_ok=True)
            shutil.copyfile(self.path("old", name), self.path("one", name))
        report = self.index("-o", "a.pack", *self.roots)
        self.assertEqual(report["parsed"], 0)
        self.assertEqual(self.bytes_of("a.pack"), expected)
        self.assertEqual(self.fresh("b.pack"), expected)

    def test_nothing_changed(self):
        expected = self.fresh("a.pack")
        before = os.stat(self.path("a.pack"))
        first = self.index("-o", "a.pack", *self.roots)
        second = self.index("-o", "a.pack", *self.roots)
        self.assertEqual((first["parsed"], second["parsed"]), (0, 0))
        self.assertEqual(second["reused"], second["modules"])
        after = os.stat(self.path("a.pack"))
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))
        self.assertEqual(self.bytes_of("a.pack"), expected)

    def test_touching_every_file(self):
        expected = self.fresh("a.pack")
        for root in ("one", "two"):
            for directory, _, names in os.walk(self.path(root)):
                for name in names:
                    os.utime(os.path.join(directory, name), (1, 1))
        report = self.index("-o", "a.pack", *self.roots)
        self.assertEqual(report["parsed"], 0)
        self.assertEqual(self.bytes_of("a.pack"), expected)

    def test_without_sidecar(self):
        expected = self.fresh("a.pack")
        for damage in (None, b"", b"nonsense"):
            os.remove(self.path("a.pack.coppice-state"))
            if damage is not None:
                self.write("a.pack.coppice-state", damage)
            report = self.index("-o", "a.pack", *self.roots)
            self.assertEqual(report["parsed"], 0)
            self.assertEqual(self.bytes_of("a.pack"), expected)

    def test_sidecar_of_another_pack(self):
        self.fresh("a.pack")
        self.index("-o", "b.pack", "first=one")
        shutil.copyfile(self.path("b.pack.coppice-state"), self.path("a.pack.coppice-state"))
        self.write("one/new.py", "x = 1\n")
        self.index("-o", "a.pack", *self.roots)
        self.assert_same_as_fresh("a.pack")

    def test_renamed_files_are_not_parsed(self):
        self.write("one/first.py", "class A:\n    \"\"\"Doc.\"\"\"\n    x = 1\n")
        self.write("two/package/__init__.py", "from .part import y\n")
        self.write("two/package/part.py", "y: int = 2\n")
        self.fresh("a.pack")
        os.rename(self.path("one", "first.py"), self.path("one", "renamed.pyi"))
        os.rename(self.path("two", "package"), self.path("one", "moved"))
        shutil.copyfile(self.path("one", "moved", "part.py"), self.path("two", "copy.py"))
        report = self.index("-o", "a.pack", *self.roots)
        self.assertEqual((report["parsed"], report["reused"]), (0, report["modules"]))
        self.assert_same_as_fresh("a.pack")

    def test_files_that_change_places(self):
        for name in ("a", "b"):
            self.write("one/%s.py" % name, "%s = 1\n" % name)
        self.fresh("a.pack")
        for old, new in (("a", "c"), ("b", "a"), ("c", "b")):
            os.rename(self.path("one", old + ".py"), self.path("one", new + ".py"))
        self.assertEqual(self.index("-o", "a.pack", *self.roots)["parsed"], 0)
        self.assert_same_as_fresh("a.pack")

    def test_files_with_one_content(self):
        for name in ("a", "b", "c"):
            self.write("one/same_%s.py" % name, "same = 1\n")
        self.fresh("a.pack")
        before = os.stat(self.path("a.pack"))
        os.remove(self.path("a.pack.coppice-state"))
        report = self.index("-o", "a.pack", *self.roots)
        self.assertEqual(report["parsed"], 0)
        self.assertEqual(os.stat(self.path("a.pack")).st_ino, before.st_ino)  # nothing to write
        os.remove(self.path("one", "same_b.py"))
        self.assertEqual(self.index("-o", "a.pack", *self.roots)["parsed"], 0)
        self.assert_same_as_fresh("a.pack")

    def test_random_edits(self):
        rng = random.Random(4)
        self.fresh("a.pack")
        for step in range(25):
            files = [os.path.join(directory, name) for root in ("one", "two")
                     for directory, _, names in os.walk(self.path(root)) for name in names]
            changed = 0
            for path in rng.sample(files, rng.randrange(1, 6)):
                action = rng.choice(("edit", "delete", "rename", "add", "touch"))
                if action == "edit":
                    with open(path, "a") as file:
                        file.write("edited_%d = %d\n" % (step, rng.randrange(9)))
                    changed += 1
                elif action == "delete":
                    os.remove(path)
                elif action == "rename":
                    os.rename(path, path.rsplit(".", 1)[0] + "_%d.py" % step)
                elif action == "add":
                    self.write("one/added%d_%d.py" % (step, changed), "added = %d\n" % step)
                    changed += 1
                else:
                    os.utime(path, (step, step))
            report = self.index("-o", "a.pack", *self.roots, "--jobs", rng.choice("12"))
            self.assertLessEqual(report["parsed"], changed)
            self.assert_same_as_fresh("a.pack")

    def test_an_edit_that_keeps_size_and_time(self):
        path = self.write("one/quick.py", "a = 1\n")
        self.fresh("a.pack")
        before = os.stat(path)
        with open(path, "r+") as file:
            file.write("b")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.index("-o", "a.pack", *self.roots)
        self.assert_same_as_fresh("a.pack")

    def test_docstrings_left_out_and_wanted_again(self):
        self.fresh("a.pack")
        self.index("-o", "a.pack", "--no-docs", *self.roots)
        without = self.bytes_of("a.pack")
        self.index("-o", "b.pack", "--no-docs", "--fresh", *self.roots)
        self.assertEqual(without, self.bytes_of("b.pack"))
        self.index("-o", "a.pack", *self.roots)
        self.assert_same_as_fresh("a.pack")

    def test_other_roots_and_excludes(self):
        self.fresh("a.pack")
        self.index("-o", "a.pack", "first=one")
        self.index("-o", "b.pack", "first=one")
        self.assertEqual(self.bytes_of("a.pack"), self.bytes_of("b.pack"))
        self.index("-o", "a.pack", *self.roots, "--exclude", "alpha*")
        self.index("-o", "b.pack", *self.roots, "--exclude", "alpha*", "--fresh")
        self.assertEqual(self.bytes_of("a.pack"), self.bytes_of("b.pack"))
        self.index("-o", "a.pack", *self.roots)
        self.assert_same_as_fresh("a.pack")


if __name__ == "__main__":
    unittest.main()
