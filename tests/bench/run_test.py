#!/usr/bin/env python3
"""What the benchmarks make of the times that they measured."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import run  # noqa: E402


class FiguresTest(unittest.TestCase):
    def test_a_ratio_is_of_the_fastest_runs(self):
        times = {"one": [3.0, 2.0, 9.0], "other": [4.0, 8.0, 5.0]}
        self.assertEqual(run.ratio(times, "one", "other"), 0.5)
        self.assertEqual(run.ratio(times, "other", "one"), 2.0)

    def test_contestants_take_turns(self):
        calls = []

        def contestant(name):
            return lambda: calls.append(name) or len(calls)

        times = run.alternate(2, a=contestant("a"), b=contestant("b"))
        self.assertEqual(calls, ["a", "b", "a", "b"])
        self.assertEqual(times, {"a": [1, 3], "b": [2, 4]})

    def test_a_target_is_met_up_to_its_limit(self):
        with tempfile.TemporaryDirectory() as directory:
            bench = run.Bench(Path(directory), rounds=1)
        bench.target("below", 1.2, 1.25)
        bench.target("at", 1.25, 1.25)
        bench.target("above", 1.2501, 1.25, " ms")
        self.assertEqual(bench.targets, [("below", "1.2", "≤ 1.25", True),
                                         ("at", "1.25", "≤ 1.25", True),
                                         ("above", "1.25 ms", "≤ 1.25 ms", False)])


if __name__ == "__main__":
    unittest.main()
