#!/usr/bin/env python3
"""Measures Coppice against its targets and its rivals, and writes one Markdown page.

Every time is a ratio against a rival that was run alternately with it in the same minutes: the
median over the rounds. Absolute times are shown for orientation only.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
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

    def index(self, roots, pack="bench.pack", jobs=2, fresh=True, extra=()):
        words = ["index", *root_arguments(roots), "-o", self.work / pack, "--jobs", jobs,
                 "--json", "--quiet", *extra]
        if fresh:
            words.append("--fresh")
        return run_json(self.command(*words))

    def packages(self):
        return corpora.packages(self.build / "bench")

    def trees(self):
        """Every tree of the machine beside the standard library and the pinned packages."""
        return corpora.machine_trees(self.library, ROOT)

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
        self.targets.append((what, f"{measured:.3g}{unit}", f"≤ {limit:g}{unit}", measured <= limit))


def root_arguments(roots):
    return [f"{name}={directory}" for name, directory in roots]


def named(trees):
    return [(f"tree{number}", tree) for number, tree in enumerate(trees)]


def run_json(words):
    done = subprocess.run(words, capture_output=True, text=True)
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
    return statistics.median(a / b for a, b in zip(times[one], times[other]))
