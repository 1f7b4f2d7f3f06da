"""Python files and modules as CPython's own library finds them, for tests/store/discovery_test.cpp.

discovery_oracle.py files DIRECTORY    every .py and .pyi file: "path size mtime_ns"
discovery_oracle.py modules DIRECTORY  every module with a source file that pkgutil would import,
                                       if an import statement can name it: "name path"

Fields are parted, and records ended, by NUL.
"""

import importlib.machinery
import os
import pkgutil
import sys


def emit(*fields):
    sys.stdout.buffer.write(b"".join(os.fsencode(str(field)) + b"\0" for field in fields))


def print_files(root):
    for directory, subdirectories, names in os.walk(root):
        skipped = {"__pycache__", "node_modules"}
        subdirectories[:] = [
            name for name in subdirectories
            if name not in skipped and not name.startswith(".")
            and not os.path.exists(os.path.join(directory, name, "pyvenv.cfg"))]
        for name in names:
            path = os.path.join(directory, name)
            if name.endswith((".py", ".pyi")) and os.path.isfile(path):
                stat = os.stat(path)
                emit(os.path.relpath(path, root), stat.st_size, stat.st_mtime_ns)


def print_modules(root, directory, prefix):
    details = (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES)
    finder = importlib.machinery.FileFinder(directory, details)
    for _, name, is_package in pkgutil.iter_modules([directory]):
        spec = finder.find_spec(name)
        if not name.isidentifier() or spec is None or not spec.origin:
            continue
        emit(prefix + name, os.path.relpath(spec.origin, root))
        if is_package:
            print_modules(root, os.path.join(directory, name), prefix + name + ".")


if __name__ == "__main__":
    if sys.argv[1] == "files":
        print_files(sys.argv[2])
    else:
        print_modules(sys.argv[2], sys.argv[2], "")
