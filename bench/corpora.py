"""The Python source that benchmarks run on: what the machine has, and pinned packages.

Everything is made under build/bench and kept there; nothing is measured twice for want of a copy.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

SUFFIXES = (".py", ".pyi")
# Not source of anybody's: what the kernel shows, and what programs write for themselves.
NOT_TREES = {"/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp"}


class Unavailable(Exception):
    """A corpus cannot be had on this machine; the text says why."""


def standard_library():
    """The directory of this interpreter's own library, its tests and site-packages included."""
    return Path(sysconfig.get_paths()["stdlib"])


def packages(build):
    """The site-packages of a virtual environment that holds requirements.txt."""
    requirements = Path(__file__).with_name("requirements.txt")
    environment = build / "venv"
    done = environment / "requirements.txt"
    if not done.exists() or done.read_bytes() != requirements.read_bytes():
        print(f"installing {requirements.name} into {environment} ...", file=sys.stderr)
        shutil.rmtree(environment, ignore_errors=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", environment], check=True,
                           capture_output=True, text=True)
            subprocess.run([environment / "bin/python", "-m", "pip", "install", "--quiet",
                            "--disable-pip-version-check", "--only-binary", ":all:",
                            "-r", requirements],
                           check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            reason = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Unavailable(f"the packages cannot be installed: {reason}") from error
        shutil.copy(requirements, done)
    return next((environment / "lib").glob("python3*/site-packages"))


def machine_trees(*apart):
    """The topmost directories of the machine that hold Python files, save those in `apart`."""
    apart = {os.path.realpath(path) for path in apart}
    device = os.stat("/").st_dev
    trees = []

    def walk(directory):
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            return
        if any(e.name.endswith(SUFFIXES) and e.is_file(follow_symlinks=False) for e in entries):
            trees.append(Path(directory))
            return
        for entry in entries:
            if (entry.is_dir(follow_symlinks=False) and entry.path not in NOT_TREES
                    and entry.path not in apart
                    and entry.stat(follow_symlinks=False).st_dev == device):
                walk(entry.path)

    walk("/")
    return [tree for tree in trees if os.path.realpath(tree) not in apart]


def source_files(tree):
    """All Python files of a tree in a fixed order, links left out."""
    for directory, names, files in os.walk(tree):
        names.sort()
        for name in sorted(files):
            path = os.path.join(directory, name)
            if name.endswith(SUFFIXES) and not os.path.islink(path):
                yield path


def environment(build, name, packages, megabytes=None, modules=None):
    """A virtual environment with so many megabytes of source, or so many modules, with the standard
    library: the first of what the directory `packages` holds, whole packages each."""
    target = build / name
    done = build / f"{name}.done"
    if done.exists():
        return target

    def cost(path, *apart):
        files = [f for f in ([path] if path.is_file() else source_files(path))
                 if not any(Path(f).is_relative_to(other) for other in apart)]
        return sum(map(os.path.getsize, files)) if megabytes else len(files)

    shutil.rmtree(target, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", target], check=True)
    site_packages = next((target / "lib").glob("python3*/site-packages"))
    library = standard_library()
    left = megabytes * 1_000_000 if megabytes else modules
    left -= cost(library, library / "site-packages", library / "dist-packages")
    # mypy brings typeshed along, which describes builtins.
    for entry in sorted(packages.iterdir(), key=lambda each: (each.name != "mypy", each.name)):
        if not entry.is_dir() and entry.suffix not in SUFFIXES:
            continue
        price = cost(entry)
        if not 0 < price <= left:
            continue
        left -= price
        if entry.is_dir():
            shutil.copytree(entry, site_packages / entry.name, copy_function=shutil.copyfile,
                            ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(entry, site_packages / entry.name)
    (target / "project").mkdir()
    done.touch()
    return target


def sample(build, name, trees, megabytes=None, files=None):
    """A directory with copies of the first files of `trees`: so many megabytes, or so many files."""
    target = build / name
    done = build / f"{name}.done"
    if done.exists():
        return target
    shutil.rmtree(target, ignore_errors=True)
    left = megabytes * 1_000_000 if megabytes else files
    for number, tree in enumerate(trees):
        for path in source_files(tree):
            cost = os.path.getsize(path) if megabytes else 1
            if cost > left:
                continue
            copy = target / f"tree{number}" / os.path.relpath(path, tree)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            left -= cost
            if left < (1000 if megabytes else 1):
                done.touch()
                return target
    raise Unavailable(f"this machine has too little Python source for {name}")
