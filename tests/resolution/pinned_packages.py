"""Virtual environments of pinned packages, for what the oracles ask."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def make_environment(directory, requirements, *pip_options):
    """The interpreter of a virtual environment with the packages of that file beside this one, which
    is made in `directory` unless it is there. None, and a line that says so, where they cannot be
    installed; with CI set that is an error: nothing is passed over there."""
    requirements = os.path.join(HERE, requirements)
    with open(requirements, encoding="utf-8") as file:
        wanted = file.read()
    python = os.path.join(directory, "bin", "python")
    marker = os.path.join(directory, "installed")
    if os.path.exists(marker):
        with open(marker, encoding="utf-8") as file:
            if file.read() == wanted:
                return python
    in_ci = bool(os.environ.get("CI"))
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "--retries", "5" if in_ci else "1", "--timeout", "20", *pip_options,
                        "-r", requirements], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        if in_ci:
            raise
        print("skipped: the packages of %s cannot be installed: %s" % (requirements, error))
        return None
    with open(marker, "w", encoding="utf-8") as file:
        file.write(wanted)
    return python
