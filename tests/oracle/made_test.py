#!/usr/bin/env python3
"""Compares summaries with `ast` and `symtable` on random programs: made_test.py [COUNT [SEED]].

The programs are the same for the same interpreter and seed; they are left to look at where
the environment variable KEEP names a directory.
"""

import os
import subprocess
import sys
import tempfile

import made_programs

HERE = os.path.dirname(os.path.abspath(__file__))


def main(count, seed):
    with tempfile.TemporaryDirectory() as scratch:
        tree = os.path.join(os.environ.get("KEEP", scratch), "made")
        os.makedirs(tree, exist_ok=True)
        for index, data in enumerate(made_programs.programs(count, seed)):
            with open(os.path.join(tree, "m%05d.py" % index), "wb") as file:
                file.write(data)
        return subprocess.run([sys.executable, os.path.join(HERE, "summary_oracle.py"),
                               tree]).returncode


if __name__ == "__main__":
    sys.exit(main(int((sys.argv[1:] or ["4000"])[0]), int((sys.argv[2:] or ["1"])[0])))
