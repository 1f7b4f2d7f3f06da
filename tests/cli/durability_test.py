#!/usr/bin/env python3
"""Whatever happens to a run, the pack that was there before stays whole, and the next run works."""

import fcntl
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import unittest

import harness

F_SETPIPE_SZ = 1031  # Linux; fcntl has a name for it since Python 3.10


class Durability(harness.CommandTest):
    def setUp(self):
        super().setUp()
        harness.make_tree(self, "one", 150, seed=5)
        self.index("-o", "a.pack", "one")
        self.old = self.bytes_of("a.pack")
        self.write("one/new.py", "new = 1\n")
        self.index("--fresh", "-o", "expected.pack", "one")
        self.new = self.bytes_of("expected.pack")
        for name in ("expected.pack", "expected.pack.coppice-state"):
            os.remove(self.path(name))

    def start(self, *arguments, **options):
        return subprocess.Popen([harness.COPPICE, "index", "-o", "a.pack", "one", "--quiet",
                                 *arguments], cwd=self.top, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def assert_old_and_usable(self):
        self.assertEqual(self.bytes_of("a.pack"), self.old)
        self.assert_recovers()

    def assert_recovers(self):
        self.index("-o", "a.pack", "one")
        self.assertEqual(self.bytes_of("a.pack"), self.new)
        self.assert_only(".", ["a.pack", "a.pack.coppice-state", "one"])

    def make_warning_tree(self, count):
        """Files that each cost a line of warning and some 5 KB of summary."""
        body = "".join("def function_%d(a: int, b: str = %d) -> int: return a\n" % (i, i)
                       for i in range(150))
        for number in range(count):
            self.write("two/m%03d_%s.py" % (number, "x" * 150), body.encode() + b"s = '\xff'\n")

    def test_standard_error_that_cannot_be_written(self):
        self.write("one/bad.py", b"s = '\xff'\n")
        self.write("one/__init__.py")
        full = open("/dev/full", "wb")
        self.addCleanup(full.close)
        done = self.command("index", "-o", "b.pack", "one", "--json", stderr=full)
        self.assertEqual(json.loads(done.stdout)["undecodable"], 1)
        self.command("query", "b.pack", "symbols", "no_such_name", stderr=full, code=1)
        self.command("query", "b.pack", "no-such-kind", "x", stderr=full, code=2)
        self.command("stats", "none.pack", stderr=full, code=3)

    def test_killed_while_it_writes(self):
        # Nobody reads on after some lines, and a pipe of one page holds some 20 more: the run stands
        # still before its end, however fast or slow it is, until it is killed.
        count = 70
        self.make_warning_tree(count)
        sizes = []
        for step in range(0, 48, 4):
            reader, writer = os.pipe()
            fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
            with os.fdopen(reader, "rb", buffering=0) as warnings:
                process = subprocess.Popen(
                    [harness.COPPICE, "index", "-o", "a.pack", "one", "two", "--fresh", "--jobs",
                     str(1 + step % 3)], cwd=self.top, stdout=subprocess.DEVNULL, stderr=writer)
                os.close(writer)
                seen = b""
                while seen.count(b"\n") <= step:
                    chunk = warnings.read(100)
                    self.assertTrue(chunk, "it ended by itself")
                    seen += chunk
                process.kill()
                self.assertEqual(process.wait(60), -signal.SIGKILL)
            unfinished = [name for name in os.listdir(self.top)
                          if name.startswith(".a.pack.") and name.endswith(".tmp")]
            sizes.append(sum(os.path.getsize(self.path(name)) for name in unfinished))
            self.assertEqual(len(unfinished), 1, "of the runs before nothing stays")
            self.assertEqual(self.bytes_of("a.pack"), self.old)
        self.assertGreater(max(sizes), 1 << 17, "no run was killed with much of it written")
        shutil.rmtree(self.path("two"))
        self.assert_recovers()

    def test_killed_towards_the_end(self):
        count = 20
        self.make_warning_tree(count)
        self.index("-o", "b.pack", "one", "two")
        both = self.bytes_of("b.pack")
        for name in ("b.pack", "b.pack.coppice-state"):
            os.remove(self.path(name))
        for _ in range(10):
            process = subprocess.Popen(
                [harness.COPPICE, "index", "-o", "a.pack", "one", "two", "--fresh"], cwd=self.top,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(count):
                self.assertIn(b"warning", process.stderr.readline())
            process.kill()
            process.communicate()
            self.assertIn(self.bytes_of("a.pack"), (self.old, both))
        shutil.rmtree(self.path("two"))
        self.assert_recovers()

    def test_files_of_others_beside_it(self):
        others = {"uv.lock": b"precious", "uv.state": b"precious", "uv.state.tmp": b"precious"}
        for name, contents in others.items():
            self.write(name, contents)
        self.index("-o", "uv", "one")
        self.index("-o", "uv", "one", "--fresh")
        self.write("uv.coppice-lock", b"theirs")
        failed = self.command("index", "-o", "uv", "one", code=3)
        self.assertIn(b"uv.coppice-lock", failed.stderr)
        self.assertEqual(self.bytes_of("uv.coppice-lock"), b"theirs")
        os.remove(self.path("uv.coppice-lock"))
        self.write("uv.coppice-state", b"theirs")
        done = self.command("index", "-o", "uv", "one")
        self.assertIn(b"uv.coppice-state", done.stderr)
        self.assertEqual(self.bytes_of("uv.coppice-state"), b"theirs")
        for name, contents in others.items():
            self.assertEqual(self.bytes_of(name), contents)

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with open(self.path("a.pack.coppice-lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                process = subprocess.Popen(
                    [harness.COPPICE, "index", "-o", "a.pack", "one"], cwd=self.top,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertIn(b"waiting", process.stderr.readline())
                process.send_signal(number)
                _, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 128 + number)
            self.assertIn(b"interrupted", errors)
            self.assertTrue(os.path.exists(self.path("a.pack.coppice-lock")), "it was not its lock")
            os.remove(self.path("a.pack.coppice-lock"))
        self.assert_old_and_usable()

    def test_waits_for_another_run(self):
        lock = open(self.path("a.pack.coppice-lock"), "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen([harness.COPPICE, "index", "-o", "a.pack", "one"],
                                   cwd=self.top, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn(b"waiting for another run", process.stderr.readline())
        self.assertEqual(self.bytes_of("a.pack"), self.old)
        os.remove(self.path("a.pack.coppice-lock"))
        lock.close()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assert_recovers()

    def test_many_runs_at_once(self):
        processes = [self.start("--fresh") for _ in range(6)]
        for process in processes:
            _, errors = process.communicate(timeout=120)
            self.assertEqual((process.returncode, errors), (0, b""))
        self.assert_recovers()

    def test_no_space_left(self):
        failed = 0
        for size in (0, 1, 100, 4096, len(self.new) // 2, len(self.new) - 1):
            # The limit comes while the run waits for the lock: a sanitizer's runtime writes a
            # file of its own before the command begins, and would be what the limit hits.
            with open(self.path("a.pack.coppice-lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                process = subprocess.Popen(
                    [harness.COPPICE, "index", "-o", "a.pack", "one", "--fresh"], cwd=self.top,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertIn(b"waiting", process.stderr.readline())
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))
                os.remove(self.path("a.pack.coppice-lock"))
            _, errors = process.communicate(timeout=60)
            self.assertIn(self.bytes_of("a.pack"), (self.old, self.new))
            if process.returncode == 0:
                continue
            failed += 1
            self.assertEqual(process.returncode, 3)
            self.assertIn(b"a.pack", errors)
            self.assertIn(b"too large", errors.lower())
            self.assertEqual(self.bytes_of("a.pack"), self.old)
        self.assertGreaterEqual(failed, 5)
        self.assert_old_and_usable()

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_output_that_cannot_be_written(self):
        self.index("-o", "a.pack", "one")
        with open("/dev/full", "wb") as full:
            for arguments in (("export", "a.pack"), ("stats", "a.pack"), ("--help",),
                              ("export", "a.pack", "--format", "tags")):
                done = subprocess.run([harness.COPPICE, *arguments], cwd=self.top, stdout=full,
                                      stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 3)
                self.assertIn(b"standard output", done.stderr)

    def test_reader_that_goes_away(self):
        self.index("-o", "a.pack", "one")
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            done = subprocess.run([harness.COPPICE, "export", "a.pack"], cwd=self.top, stdout=pipe,
                                  stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (141, b""))

    def test_read_only_directory(self):
        self.drop_privileges()
        os.chmod(self.top, 0o500)
        self.addCleanup(os.chmod, self.top, 0o700)
        failed = self.command("index", "-o", "a.pack", "one", code=3)
        self.assertIn(b"a.pack", failed.stderr)
        self.assertEqual(self.bytes_of("a.pack"), self.old)
        os.remove(self.path("one/new.py"))
        self.command("index", "-o", "a.pack", "one")  # up to date: nothing to write

    def test_target_that_cannot_be_written(self):
        failed = self.command("index", "-o", "missing/a.pack", "one", code=3)
        self.assertIn(b"missing/a.pack", failed.stderr)
        self.assertIn(b"directory missing does not exist", failed.stderr)
        failed = self.command("index", "-o", "one/new.py/a.pack", "one", code=3)
        self.assertIn(b"one/new.py is not a directory", failed.stderr)
        failed = self.command("index", "-o", "-", "one", code=2)
        self.assertIn(b"must be a file", failed.stderr)
        self.assert_only(".", ["a.pack", "a.pack.coppice-state", "one"])

    def test_target_that_is_no_pack(self):
        self.write("notes.txt", "precious\n")
        for arguments in ((), ("--fresh",)):
            failed = self.command("index", "-o", "notes.txt", "one", *arguments, code=3)
            self.assertIn(b"is no pack", failed.stderr)
            self.assertEqual(self.bytes_of("notes.txt"), b"precious\n")
        self.command("index", "-o", "one", "one", code=3)
        os.mkfifo(self.path("pipe"))
        self.command("index", "-o", "pipe", "one", code=3)
        self.write("empty.pack")
        self.command("index", "-o", "empty.pack", "one")
        self.assertEqual(self.bytes_of("empty.pack"), self.new)

    def test_damaged_old_pack(self):
        rng = random.Random(7)
        for _ in range(30):
            damaged = bytearray(self.old)
            at = rng.randrange(8, len(damaged))
            damaged[at] ^= 1 << rng.randrange(8)
            if rng.random() < 0.2:
                del damaged[at:]
            os.remove(self.path("a.pack"))
            self.write("a.pack", bytes(damaged))
            self.index("-o", "a.pack", "one")
            self.command("verify", "a.pack")
            self.assertEqual(self.bytes_of("a.pack"), self.new)

    def test_damaged_pack_that_is_up_to_date(self):
        self.index("-o", "a.pack", "one")
        for at in range(64, len(self.new), len(self.new) // 20):
            damaged = bytearray(self.new)
            damaged[at] ^= 1
            os.remove(self.path("a.pack"))
            self.write("a.pack", bytes(damaged))
            done = self.command("index", "-o", "a.pack", "one")
            self.assertIn(b"damaged", done.stderr)
            self.assertEqual(self.bytes_of("a.pack"), self.new)

    def test_a_link_to_the_pack(self):
        os.mkdir(self.path("packs"))
        os.rename(self.path("a.pack"), self.path("packs", "real.pack"))
        os.symlink("packs/real.pack", self.path("a.pack"))
        self.index("-o", "a.pack", "one")
        self.assertTrue(os.path.islink(self.path("a.pack")))
        self.assertEqual(self.bytes_of("packs/real.pack"), self.new)


if __name__ == "__main__":
    unittest.main()
