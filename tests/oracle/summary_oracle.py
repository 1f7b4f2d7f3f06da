#!/usr/bin/env python3
"""Compares the summaries that Coppice makes with what CPython's own `ast` and `symtable` say.

    summary_oracle.py --coppice build/coppice ROOT...      any trees of Python
    summary_oracle.py --coppice build/coppice --stdlib     this interpreter's standard library

Every file under the roots that this interpreter compiles is compared, record by record. Exit code
0: at most 0.1% of the records differ, each by a documented choice; 1: they do not agree; 2: the run
itself failed, or the two witnesses contradict each other.
"""

import argparse
import ast
import collections
import json
import multiprocessing
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import warnings

import compare
import expected
import names
import source_text

ALLOWED = 0.001
MAX_CHOICES = 20
SUFFIXES = (".py", ".pyi")
MAX_FILE_SIZE = 16 << 20  # the indexer's own default

Result = collections.namedtuple("Result", "path state lines records differences witnesses sizes")


def fail(message):
    print("summary_oracle: " + message, file=sys.stderr)
    sys.exit(2)


def dotted_name(path):
    """(dotted name, is a package) of a path relative to its root; no name if none can import it."""
    parts = path[:path.rindex(".")].split("/")
    package = parts[-1] == "__init__"
    if package:
        parts.pop()
    if "/" in path and parts[0].endswith("-stubs"):  # a stub package, PEP 561
        parts[0] = parts[0][:-len("-stubs")]
    importable = parts and all(part.isidentifier() for part in parts)
    return ".".join(parts) if importable else "", package


def check(task):
    """Compares one exported line with the file it was made of."""
    path, line = task
    sys.setrecursionlimit(100000)
    with open(path, "rb") as file:
        raw = file.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = source_text.decode(raw)
            tree = ast.parse(raw)
            wanted, bound = expected.records(text, tree)
            witnesses = names.disagreements(bound, text, path)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
        return Result(path, "not compiled", 0, 0, [], [str(error)], len(raw))
    actual = json.loads(line)
    module, package = dotted_name(actual["path"])
    wanted.update(module=module, package=package, stub=path.endswith(".pyi"), syntax="clean")
    records, differences = compare.differences(wanted, actual, text)
    return Result(path, "compared", text.count("\n"), records, differences, witnesses, len(raw))


def check_safely(task):
    try:
        return check(task)
    except Exception as error:  # a defect of the oracle must name its file
        import traceback
        return Result(task[0], "failed", 0, 0, [], [traceback.format_exc(limit=-4)], 0)


def python_files(roots, without):
    """The files that an index of the roots should hold; `without` names directories left out."""
    for root in roots:
        for directory, folders, files in os.walk(root):
            folders[:] = [name for name in folders if name not in without]
            for name in files:
                path = os.path.join(directory, name)
                if (name.endswith(SUFFIXES) and os.path.isfile(path)
                        and os.path.getsize(path) <= MAX_FILE_SIZE):
                    yield path


class Export:
    """The lines of `coppice export`, each with the path of its file."""

    def __init__(self, coppice, pack, roots):
        self.command = [coppice, "export", pack, "--format", "jsonl"]
        self.roots = roots
        self.seen = set()
        self.last_key = None
        self.out_of_order = 0

    def __iter__(self):
        with subprocess.Popen(self.command, stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                head = json.loads(line)
                key = (head["module"], head["root"], head["path"])
                if self.last_key is not None and key < self.last_key:
                    self.out_of_order += 1
                self.last_key = key
                path = os.path.join(self.roots[head["root"]], head["path"])
                self.seen.add(os.path.realpath(path))
                yield path, line
        if process.returncode:
            raise RuntimeError("export ended with %d" % process.returncode)


def make_pack(options, roots, directory):
    pack = os.path.join(directory, "oracle.pack")
    command = [options.coppice, "index", "-o", pack, "--quiet", "--jobs", str(options.jobs)]
    for name in options.without:
        command += ["--exclude", name + "/"]
    command += ["%s=%s" % item for item in roots.items()]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail("could not index: %s" % error)
    return pack


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", nargs="*", metavar="ROOT")
    parser.add_argument("--coppice", default=os.environ.get("COPPICE", "build/coppice"),
                        help="the command (%(default)s)")
    parser.add_argument("--stdlib", action="store_true",
                        help="the standard library of the interpreter that runs this")
    parser.add_argument("--without", action="append", default=[], metavar="NAME",
                        help="leave out directories of this name; may be repeated")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--show", type=int, default=20, metavar="N",
                        help="differences to print (%(default)s)")
    options = parser.parse_args()
    if options.stdlib:
        options.roots.append(sysconfig.get_paths()["stdlib"])
        options.without += ["site-packages", "dist-packages"]
    if not options.roots:
        parser.error("give a ROOT, or --stdlib")
    return options


class Tally:
    """Adds up results and prints them."""

    def __init__(self, show):
        self.show = show
        self.states = collections.Counter()
        self.choices = collections.Counter()
        self.fields = collections.Counter()
        self.records = self.lines = self.bytes = self.differ = self.unexplained = 0
        self.contradictions = self.shown = 0

    def add(self, result):
        self.states[result.state] += 1
        self.records += result.records
        self.lines += result.lines
        self.bytes += result.sizes
        if result.state == "failed":
            print("FAILED %s\n%s" % (result.path, result.witnesses[0]))
        elif result.state == "compared" and result.witnesses:
            self.contradictions += 1
            for line in result.witnesses[:3]:
                print("WITNESSES %s: %s" % (result.path, line))
        for difference in result.differences:
            self.differ += 1
            if difference.choice:
                self.choices[difference.choice] += 1
                continue
            self.unexplained += 1
            for field in difference.fields:
                self.fields[difference.record, field] += 1
            if self.shown < self.show:
                self.shown += 1
                self.print_difference(result.path, difference)

    @staticmethod
    def print_difference(path, difference):
        record = difference.expected or difference.actual
        print("DIFFERS %s:%s %s %s" % (path, difference.where, difference.record,
                                       record.get("qualname") or record.get("binds") or ""))
        for field in difference.fields:
            if field in ("missing", "extra"):
                print("    %s: %s" % (field, json.dumps(record)[:300]))
            else:
                print("    %-10s expected %s\n    %-10s      got %s" % (
                    field, json.dumps(difference.expected.get(field, "(absent)"))[:300], "",
                    json.dumps(difference.actual.get(field, "(absent)"))[:300]))

    def report(self, missing, seconds):
        print("%d files compared, %d do not compile, %d not in the pack; %.1f MB, %.1f s" % (
            self.states["compared"], self.states["not compiled"], missing, self.bytes / 1e6,
            seconds))
        share = 100.0 * self.differ / max(1, self.records)
        print("%d records, %d differ (%.4f%%), %d of them outside the documented choices" % (
            self.records, self.differ, share, self.unexplained))
        for name, (meaning, _) in compare.CHOICES.items():
            print("  choice %-14s %6d  %s" % (name, self.choices[name], meaning))
        for (record, field), count in self.fields.most_common(30):
            print("  unexplained %s.%s: %d" % (record, field, count))


def run(options):
    roots = {"r%d" % i: os.path.abspath(root) for i, root in enumerate(options.roots)}
    started = time.monotonic()
    tally = Tally(options.show)
    with tempfile.TemporaryDirectory() as directory:
        export = Export(options.coppice, make_pack(options, roots, directory), roots)
        with multiprocessing.Pool(options.jobs) as pool:
            try:
                for result in pool.imap_unordered(check_safely, export, chunksize=8):
                    tally.add(result)
            except RuntimeError as error:
                fail(str(error))
    missing = [path for path in python_files(roots.values(), options.without)
               if os.path.realpath(path) not in export.seen]
    for path in missing[:options.show]:
        print("NOT IN THE PACK %s" % path)
    tally.report(len(missing), time.monotonic() - started)
    if export.out_of_order:
        print("%d modules out of order" % export.out_of_order)
    if tally.contradictions or tally.states["failed"]:
        return 2
    if not tally.states["compared"]:
        fail("nothing was compared")
    agree = (not tally.unexplained and not missing and not export.out_of_order
             and tally.differ <= ALLOWED * tally.records
             and len(compare.CHOICES) <= MAX_CHOICES)
    print("agree" if agree else "DO NOT AGREE")
    return 0 if agree else 1


if __name__ == "__main__":
    if sys.version_info < (3, 10):
        fail("needs Python 3.10 or later: positions of import aliases")
    sys.exit(run(parse_arguments()))
