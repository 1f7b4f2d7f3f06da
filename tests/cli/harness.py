"""What the tests of the command share: a directory of their own, and calls of the command in it."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest

COPPICE = os.path.abspath(os.environ.get("COPPICE", "build/coppice"))


def read_json(text):
    """As json.loads; an object with a key that comes twice is an error."""
    def make(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError("a key comes twice: %r" % keys)
        return dict(pairs)
    return json.loads(text, object_pairs_hook=make)


class CommandTest(unittest.TestCase):
    """Each test runs in an empty directory, `self.top`."""

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="coppice-")
        self.addCleanup(self.remove_top)
        self.identity = {}

    def remove_top(self):
        for directory, folders, _ in os.walk(self.top):
            for folder in folders:
                if not os.path.islink(os.path.join(directory, folder)):
                    os.chmod(os.path.join(directory, folder), 0o700)
        shutil.rmtree(self.top)

    def drop_privileges(self):
        """From here on the command runs without root's right to read and write everything."""
        if os.geteuid() != 0:
            return
        nobody = 65534
        for directory, _, names in os.walk(self.top):
            for path in (directory, *(os.path.join(directory, name) for name in names)):
                os.chown(path, nobody, nobody)
        # By its descriptor, as nobody need not reach the directory that it is in.
        program = os.open(COPPICE, os.O_RDONLY)
        self.addCleanup(os.close, program)
        self.identity = {"user": nobody, "group": nobody, "extra_groups": (),
                         "executable": "/proc/self/fd/%d" % program, "pass_fds": (program,)}

    def path(self, *parts):
        return os.path.join(self.top, *parts)

    def write(self, relative, contents=b""):
        """Writes a file below the top; text as UTF-8."""
        path = self.path(relative)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(contents.encode() if isinstance(contents, str) else contents)
        return path

    def command(self, *arguments, code=0, **options):
        """Runs the command in the top directory and returns the finished process."""
        options = {**self.identity, **options}
        options.setdefault("cwd", self.top)
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.PIPE)
        done = subprocess.run([COPPICE, *arguments], stdout=subprocess.PIPE, **options)
        errors = (done.stderr or b"").decode(errors="replace")
        self.assertEqual(done.returncode, code, "%r printed %r" % (arguments, errors))
        return done

    def index(self, *arguments, **options):
        """The report of an indexing run."""
        return read_json(self.command("index", "--json", "--quiet", *arguments, **options).stdout)

    def export(self, pack, *arguments):
        lines = self.command("export", pack, *arguments).stdout.splitlines()
        return [read_json(line) for line in lines]

    def bytes_of(self, pack):
        with open(self.path(pack), "rb") as file:
            return file.read()

    def assert_only(self, directory, names):
        self.assertEqual(sorted(os.listdir(self.path(directory))), sorted(names))


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def module_text(rng, names):
    """A made-up module that imports, defines and documents."""
    lines = ['"""%s."""' % rng.choice(names)] if rng.random() < 0.7 else []
    for _ in range(rng.randrange(4)):
        lines.append("import %s.%s" % (rng.choice(names), rng.choice(names)))
        lines.append("from .%s import %s as %s" % (rng.choice(names), rng.choice(names),
                                                  rng.choice(names)))
    for _ in range(rng.randrange(6)):
        lines.append("class %s(%s):" % (rng.choice(names), rng.choice(names)))
        lines.append('    """%s"""' % " ".join(rng.choice(names) for _ in range(12)))
        for _ in range(rng.randrange(1, 5)):
            lines.append("    def %s(self, %s: int = %d) -> str:" % (
                rng.choice(names), rng.choice(names), rng.randrange(99)))
            lines.append("        self.%s = %s" % (rng.choice(names), rng.choice(names)))
    for _ in range(rng.randrange(4)):
        lines.append("%s = %r" % (rng.choice(names), rng.choice(names)))
    if rng.random() < 0.1:
        lines.append("def broken(:")
    return "\n".join(lines) + "\n"


def make_tree(test, directory, count, seed):
    """Writes `count` modules below the directory; the same ones for the same seed."""
    rng = random.Random(seed)
    names = ["%s%s" % (a, b) for a in ("alpha", "beta", "gamma", "été") for b in "xyzuvw"]
    for number in range(count):
        parts = [rng.choice(names) for _ in range(rng.randrange(3))]
        suffix = rng.choice((".py", ".py", ".py", ".pyi"))
        stem = rng.choice(("__init__", "%s%d" % (rng.choice(names), number)))
        test.write(os.path.join(directory, *parts, stem + suffix), module_text(rng, names))
