#!/usr/bin/env python3
"""Measures Coppice against its targets and its rivals, and writes one Markdown page.

Every time is compared with a rival's that was run alternately with it in the same minutes. Ratios
are those of the fastest runs, for what disturbs a run only adds to it; differences are medians over
the rounds. Absolute times are shown for orientation.
"""

import argparse
import inspect
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import corpora

ROOT = Path(__file__).resolve().parent.parent


class Bench:
    """Where things are, and what was found out so far."""

    def __init__(self, build, rounds):
        self.build = build
        self.rounds = rounds
        self.work = build / "bench" / "work"
        self.work.mkdir(parents=True, exist_ok=True)
        self.library = corpora.standard_library()
        self.targets = []  # (what, measured, target, met)
        self.lines = []

    def command(self, *words):
        return [str(self.build / "coppice"), *map(str, words)]

    def program(self, name, *words):
        return [str(self.build / "bench" / name), *map(str, words)]

    def index_command(self, roots, pack, *options):
        """The standard library is indexed without the packages that are installed in it."""
        arguments = [f"{name}={directory}" for name, directory in roots]
        if roots[0][1] == self.library:
            arguments += ["--exclude", "/site-packages/", "--exclude", "/dist-packages/"]
        return self.command("index", *arguments, "-o", self.work / pack, *options)

    def index(self, roots, pack="bench.pack"):
        return run_json(self.index_command(roots, pack, "--jobs", 2, "--fresh", "--json",
                                           "--quiet"))

    def packages(self):
        return corpora.packages(self.build / "bench")

    def trees(self):
        """Every tree of the machine beside the standard library and the pinned packages."""
        installed = [path for name in ("site-packages", "dist-packages")
                     if (path := self.library / name).is_dir()]
        return installed + corpora.machine_trees(self.library, ROOT)

    def say(self, text=""):
        print(text, flush=True)
        self.lines.append(text)

    def table(self, header, rows):
        self.say()
        self.say("| " + " | ".join(header) + " |")
        self.say("|" + " --- |" * len(header))
        for row in rows:
            self.say("| " + " | ".join(str(cell) for cell in row) + " |")

    def target(self, what, measured, limit, unit=""):
        """Records that `measured` is to be at most `limit`."""
        self.targets.append((what, f"{measured:.4g}{unit}", f"≤ {limit:g}{unit}",
                             measured <= limit))


def named(trees):
    return [(f"tree{number}", tree) for number, tree in enumerate(trees)]


def run_json(words, **environment):
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0:
        sys.exit(f"{' '.join(words[:4])} ... failed with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def timed(words):
    start = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def alternate(rounds, **contestants):
    """Runs each contestant once a round, in turn; the times of each by name."""
    times = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, words in contestants.items():
            times[name].append(words() if callable(words) else timed(words))
    return times


def ratio(times, one, other):
    return min(times[one]) / min(times[other])


def files_of(bench, pack, directories, distinct=False):
    """The paths of the modules in a pack, for rivals that have to read the same; `distinct`: one of
    those that have the same content."""
    done = subprocess.run(bench.command("export", bench.work / pack), check=True,
                          capture_output=True)
    paths = []
    seen = set()
    for line in done.stdout.splitlines():
        module = json.loads(line)
        if distinct and module["hash"] in seen:
            continue
        seen.add(module["hash"])
        path = module["path"].encode("utf-8", "surrogateescape")
        paths.append(os.path.join(os.fsencode(directories[module["root"]]), path))
    return b"\0".join(paths)


def benchmarks(bench, program, pattern, environment):
    """Nanoseconds of those benchmarks of a program whose names match, by name."""
    done = run_json(bench.program(program, "--benchmark_format=json",
                                  f"--benchmark_filter={pattern}"), **environment)
    return {entry["name"]: entry["cpu_time"] * {"ns": 1, "us": 1e3, "ms": 1e6}[entry["time_unit"]]
            for entry in done["benchmarks"]}


def corpora_to_measure(bench):
    """(label, roots) of each corpus; those that are not to be had are said so."""
    yield "standard library", [("stdlib", bench.library)]
    try:
        yield "packages", [("packages", bench.packages())]
    except corpora.Unavailable as error:
        bench.say(f"\nSkipped: packages: {error}.")
    trees = bench.trees()
    if trees:
        yield "rest of the machine", named(trees)


def size(bench):
    """Bytes of trees, summaries, docstrings and packs, for each byte of source."""
    rows = []
    for label, roots in corpora_to_measure(bench):
        report = bench.index(roots)
        source = report["source_bytes"]
        per_source = {key: report[f"{key}_bytes"] / source
                      for key in ("ast", "summary", "docs", "pack")}
        without_docs = per_source["pack"] - per_source["docs"]
        per_node = report["ast_bytes"] / report["ast_nodes"]
        rows.append([label, report["modules"], f"{source / 1e6:.1f}",
                     f"{per_source['ast']:.3f}", f"{per_node:.2f}", f"{per_source['summary']:.3f}",
                     f"{without_docs:.3f}", f"{per_source['docs']:.3f}",
                     report["files_with_errors"], report["skipped"]])
        for what, measured, limit in (
                ("tree, bytes a source byte", per_source["ast"], 0.70),
                ("tree, bytes a node", per_node, 4.4),
                ("summaries, bytes a source byte", per_source["summary"], 0.18),
                ("pack without docstrings, bytes a source byte", without_docs, 0.24),
                ("docstrings, bytes a source byte", per_source["docs"], 0.06)):
            bench.target(f"{what}: {label}", measured, limit)
    bench.table(["corpus", "modules", "MB", "tree", "tree a node", "summaries",
                 "pack without docs", "docs", "with errors", "skipped"], rows)


def speed(bench):
    """Indexing against tree-sitter alone, over the same files: the fastest run of each.

    An index parses files of the same content once; "distinct" is tree-sitter alone over one of each.
    """
    rows = []
    for label, roots in corpora_to_measure(bench):
        report = bench.index(roots, "speed.pack")
        paths = files_of(bench, "speed.pack", dict(roots))
        distinct = files_of(bench, "speed.pack", dict(roots), distinct=True)

        def rival(mode, paths=paths):
            done = subprocess.run(bench.program("parse_rival", "--rounds", "1", "--json", "--mode",
                                                mode, "-"),
                                  input=paths, capture_output=True, check=True)
            return json.loads(done.stdout)[f"{mode}_seconds"]

        def index(jobs):
            return bench.index_command(roots, "speed.pack", "--fresh", "--quiet", "--jobs", jobs)

        times = alternate(bench.rounds, same=lambda: rival("scratch"),
                          plain=lambda: rival("plain"),
                          distinct=lambda: rival("scratch", distinct), one=index(1), two=index(2))
        seconds = {name: f"{min(values):.2f}" for name, values in times.items()}
        one, two, plain, apart = (ratio(times, *pair) for pair in (
            ("one", "same"), ("two", "same"), ("one", "plain"), ("one", "distinct")))
        each = sorted(a / b for a, b in zip(times["one"], times["same"]))
        rows.append([label, f"{report['parsed']:,} of {report['modules']:,}",
                     f"{report['source_bytes'] / 1e6 / min(times['one']):.1f}",
                     *(seconds[name] for name in ("same", "distinct", "plain", "one", "two")),
                     f"{one:.3f}", f"{each[0]:.2f} to {each[-1]:.2f}", f"{apart:.3f}",
                     f"{two:.3f}", f"{plain:.3f}"])
        bench.target(f"index, one job, to tree-sitter alone: {label}", one, 1.25)
        bench.target(f"index, two jobs, to tree-sitter alone: {label}", two, 0.68)
        bench.target(f"index, one job, to plain tree-sitter: {label}", plain, 1.15)
    bench.table(["corpus", "files parsed", "MB/s, one job", "tree-sitter alone, s", "distinct, s",
                 "plain, s", "one job, s", "two jobs, s", "one / alone", "in each round",
                 "one / distinct", "two / alone", "one / plain"], rows)


def refresh(bench):
    """Confirming that a pack of 10,000 modules is up to date."""
    trees = [bench.library, *bench.trees()]
    directory = corpora.sample(bench.build / "bench", "modules-10000", trees, files=10_000)
    roots = [("sample", directory)]
    report = bench.index(roots, "refresh.pack")
    paths = files_of(bench, "refresh.pack", dict(roots))
    again = bench.index_command(roots, "refresh.pack", "--quiet")

    def stat():
        return float(subprocess.run(bench.program("stat_rival"), input=paths, check=True,
                                    capture_output=True).stdout) / 1000

    times = alternate(bench.rounds, stat=stat, again=again)
    beyond = 1000 * statistics.median(b - a for a, b in zip(times["stat"], times["again"]))
    bench.table(["modules", "stat calls, ms", "index again, ms", "beyond, ms"],
                [[report["modules"], f"{1000 * statistics.median(times['stat']):.1f}",
                  f"{1000 * statistics.median(times['again']):.1f}", f"{beyond:.1f}"]])
    bench.target("confirming 10,000 modules, beyond the stat calls", beyond, 60, " ms")


def lookup(bench):
    """Opening a pack and finding a module or a symbol by its exact name, warm."""
    roots = list(corpora_to_measure(bench))[1][1]
    bench.index(roots, "lookup.pack")
    found = benchmarks(bench, "pack_bench", "^(Open|FindModule|FindName|FindSymbol)$",
                       {"COPPICE_BENCH_PACK": str(bench.work / "lookup.pack")})
    limits = {"Open": 1e6, "FindModule": 200, "FindName": 200, "FindSymbol": 200}
    rows = []
    for name, nanoseconds in found.items():
        rows.append([name, f"{nanoseconds:.0f}"])
        bench.target(name, nanoseconds, limits.pop(name), " ns")
    if limits:
        sys.exit(f"pack_bench did not measure {', '.join(limits)}")
    bench.table(["operation", "ns"], rows)


def memory(bench):
    """Peak resident set of indexing with two jobs, as the source grows."""
    trees = [bench.library, *bench.trees()]
    rows = []
    for megabytes in (25, 50, 100, 200):
        directory = corpora.sample(bench.build / "bench", f"megabytes-{megabytes}", trees,
                                   megabytes=megabytes)
        report = bench.index([("sample", directory)], "memory.pack")
        peak = report["peak_rss_bytes"] / 1e6
        rows.append([megabytes, report["modules"], f"{peak:.1f}"])
        if megabytes == 100:
            bench.target("peak resident set, 100 MB of source, two jobs", peak, 160, " MB")
    bench.table(["source, MB", "modules", "peak resident set, MB"], rows)


def index_environment(bench, name, **size):
    """The index of a virtual environment of that size, and its modules."""
    directory = corpora.environment(bench.build / "bench", name, bench.packages(), **size)
    report = run_json(bench.command("index", "--env", "--venv", directory, "-o", bench.work / name,
                                    "--jobs", 2, "--json", "--quiet", directory / "project"))
    return bench.work / name, sum(layer["modules"] for layer in report["layers"])


def evaluate(bench, index, profile):
    """The figures of the fastest of some runs, each a process of its own, of one thread."""
    runs = []
    for _ in range(bench.rounds):
        start = time.perf_counter()
        report = run_json(bench.command("eval", index, "--profile", profile, "--json"))
        runs.append({**report, "wall_seconds": time.perf_counter() - start})
    return {**runs[0], **{key: min(run[key] for run in runs)
                          for key in ("wall_seconds", "seconds", "processor_seconds")},
            "anonymous_bytes": max(run["anonymous_bytes"] for run in runs)}


def resolution(bench):
    """What all that 100 MB of source mention means, and finding modules and names.

The command evaluates mapped packs that no process has checked yet, in one thread. Its time is that
of the whole process, from start to exit; beside it that of the evaluation alone, and how much of the
processor that took. Two million evaluations a second are aimed at. Anonymous memory is the most of
what /proc/self/statm calls resident and not shared, looked at after every sixteenth module."""
    index, modules = index_environment(bench, "environment-100", megabytes=100)
    rows = []
    worst = {"seconds": 0, "memory": 0, "bytes": 0, "asts": 0}
    for profile in ("runtime", "mypy", "pyright"):
        run = evaluate(bench, index, profile)
        hundreds = run["source_bytes"] / 1e8
        count = run["evaluations"]
        found = {"seconds": run["wall_seconds"] / hundreds, "memory": run["anonymous_bytes"] / 1e6,
                 "bytes": run["result_bytes"] / count, "asts": run["asts"]}
        worst = {key: max(worst[key], found[key]) for key in worst}
        rows.append([profile, f"{run['modules']}", f"{run['source_bytes'] / 1e6:.1f}", count,
                     f"{found['seconds']:.3f}", f"{run['seconds'] / hundreds:.3f}",
                     f"{run['processor_seconds'] / hundreds:.3f}",
                     f"{count / run['seconds'] / 1e6:.2f}", f"{found['memory']:.1f}",
                     f"{found['bytes']:.1f}"])
    bench.table(["rules", "modules", "MB", "evaluations", "s for 100 MB, process", "evaluation",
                 "processor", "millions a second", "anonymous, MB", "bytes each"], rows)
    bench.target("evaluating 100 MB of source", worst["seconds"], 0.3, " s")
    bench.target("anonymous memory, 100 MB of source", worst["memory"], 64, " MB")
    bench.target("results, bytes an evaluation", worst["bytes"], 16)
    bench.target("syntax trees grown", worst["asts"], 0)

    names = benchmarks(bench, "resolve_bench", "Again$", {})
    index, modules = index_environment(bench, "environment-10000", modules=10_000)
    imports = benchmarks(bench, "import_bench", "^MakeAndFindAll",
                         {"COPPICE_BENCH_INDEX": str(index)})
    rows = [[f"{name}, three re-exports away", f"{nanoseconds:.0f} ns"]
            for name, nanoseconds in names.items()]
    rows += [[f"{name} ({profile}), {modules} modules", f"{nanoseconds / 1e6:.1f} ms"]
             for profile, (name, nanoseconds) in zip(("runtime", "mypy", "pyright"),
                                                     imports.items())]
    bench.table(["operation", "time"], rows)
    bench.target("a name three re-exports away, again", max(names.values()), 1000, " ns")
    bench.target("all imports of 10,000 modules", max(imports.values()) / 1e6 * 10_000 / modules,
                 50, " ms")


def lossless(bench):
    """Compact trees against tree-sitter's own, over everything, whole and damaged."""
    trees = [bench.library, *bench.trees()]
    for options in ([], ["--damaged", "1"]):
        done = subprocess.run([*bench.program("../tests/lossless"), *options, *map(str, trees)],
                              capture_output=True, text=True)
        bench.say(f"\n```\n{done.stdout.strip()}\n```")
        bench.target("files whose tree differs from tree-sitter's" + " ".join(["", *options]),
                     done.returncode, 0)


def truth(bench):
    """Summaries against CPython's ast and symtable."""
    oracle = ROOT / "tests" / "oracle" / "summary_oracle.py"
    for label, roots in list(corpora_to_measure(bench))[:2]:
        what = ["--stdlib"] if roots[0][1] == bench.library else [roots[0][1]]
        done = subprocess.run([sys.executable, oracle, "--coppice", bench.build / "coppice", *what],
                              capture_output=True, text=True)
        bench.say(f"\n{label}:\n\n```\n{done.stdout.strip()}\n```")
        bench.target(f"records beyond 0.1% or unexplained: {label}", done.returncode, 0)


SECTIONS = {section.__name__: section
            for section in (size, speed, refresh, lookup, memory, resolution, lossless, truth)}


def machine():
    cpu = "unknown processor"
    try:
        cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        pass
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True).stdout
    return (f"{cpu}, {os.cpu_count()} processors, {memory_bytes / 2**30:.0f} GiB; "
            f"{platform.system()} {platform.release()}; {(compiler.splitlines() or ['?'])[0]}; "
            f"Python {platform.python_version()}; {time.strftime('%Y-%m-%d')}")


def main():
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter,
        epilog="sections:\n" + "\n".join(f"  {name:10} {section.__doc__.splitlines()[0]}"
                                         for name, section in SECTIONS.items()))
    parser.add_argument("section", nargs="*", metavar="SECTION",
                        help="what to measure (everything)")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="build directory")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each timing (5)")
    parser.add_argument("--output", type=Path, help="page to write (BUILD/bench/figures.md)")
    options = parser.parse_args()
    # Not by `choices`, which refuse an empty list.
    for name in options.section:
        if name not in SECTIONS:
            parser.error(f"no section '{name}'; there are {', '.join(SECTIONS)}")

    bench = Bench(options.build.resolve(), options.rounds)
    bench.say("# Figures\n")
    bench.say(f"Written by `./dev bench`. {machine()}.")
    for name in options.section or SECTIONS:
        bench.say(f"\n## {name.capitalize()}\n\n{inspect.cleandoc(SECTIONS[name].__doc__)}")
        try:
            SECTIONS[name](bench)
        except corpora.Unavailable as error:
            bench.say(f"\nSkipped: {error}.")
    bench.say("\n## Targets")
    bench.table(["what", "measured", "target", ""],
                [[what, measured, limit, "" if met else "**missed**"]
                 for what, measured, limit, met in bench.targets])
    output = options.output or bench.build / "bench" / "figures.md"
    output.write_text("\n".join(bench.lines) + "\n")
    print(f"\nwritten to {output}", file=sys.stderr)


if __name__ == "__main__":
    main()
