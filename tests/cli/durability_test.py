#!/usr/bin/env python3
"""Whatever happens to a run, the pack that was there before stays whole, and the next run works."""

import fcntl
import os
import random
import resource
import signal
import subprocess
import unittest

import harness


class Durability(harness.CommandTest):
    def setUp(self):
        super().setUp()
        harness.make_tree(self, "one", 150, seed=5)
        self.index("-o", "a.pack", "one")
        self.old = self.bytes_of("a.pack")
        self.write("one/new.py", "new = 1\n")
        self.index("--fresh", "-o", "expected.pack", "one")
        self.new = self.bytes_of("expected.pack")
        for name in ("expected.pack", "expected.pack.state"):
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
        self.assert_only(".", ["a.pack", "a.pack.state", "one"])

    def test_killed_at_any_moment(self):
        rng = random.Random(6)
        survived = 0
        for _ in range(40):
            process = self.start("--fresh", "--jobs", "2")
            try:
                process.communicate(timeout=rng.random() * 0.08)
                survived += 1
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            self.assertIn(self.bytes_of("a.pack"), (self.old, self.new))
            self.command("verify", "a.pack")
        self.assertLess(survived, 40, "no run was killed: the test proved nothing")
        self.index("-o", "a.pack", "one", "--fresh")  # a run that writes clears up
        self.assert_recovers()

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with open(self.path("a.pack.lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                process = subprocess.Popen(
                    [harness.COPPICE, "index", "-o", "a.pack", "one"], cwd=self.top,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertIn(b"waiting", process.stderr.readline())
                process.send_signal(number)
                _, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 128 + number)
            self.assertIn(b"interrupted", errors)
            self.assertTrue(os.path.exists(self.path("a.pack.lock")), "it was not its lock")
            os.remove(self.path("a.pack.lock"))
        self.assert_old_and_usable()

    def test_waits_for_another_run(self):
        lock = open(self.path("a.pack.lock"), "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen([harness.COPPICE, "index", "-o", "a.pack", "one"],
                                   cwd=self.top, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn(b"waiting for another run", process.stderr.readline())
        self.assertEqual(self.bytes_of("a.pack"), self.old)
        os.remove(self.path("a.pack.lock"))
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
        def limit(size):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        failed = 0
        for size in (0, 1, 100, 4096, len(self.new) // 2, len(self.new) - 1):
            process = self.start("--fresh", preexec_fn=lambda size=size: limit(size))
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

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_read_only_directory(self):
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
        self.assert_only(".", ["a.pack", "a.pack.state", "one"])

    def test_target_that_is_no_pack(self):
        self.write("notes.txt", "precious\n")
        for arguments in ((), ("--fresh",)):
            failed = self.command("index", "-o", "notes.txt", "one", *arguments, code=2)
            self.assertIn(b"is no pack", failed.stderr)
            self.assertEqual(self.bytes_of("notes.txt"), b"precious\n")
        self.command("index", "-o", "one", "one", code=2)
        os.mkfifo(self.path("pipe"))
        self.command("index", "-o", "pipe", "one", code=2)
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

    def test_a_link_to_the_pack(self):
        os.mkdir(self.path("packs"))
        os.rename(self.path("a.pack"), self.path("packs", "real.pack"))
        os.symlink("packs/real.pack", self.path("a.pack"))
        self.index("-o", "a.pack", "one")
        self.assertTrue(os.path.islink(self.path("a.pack")))
        self.assertEqual(self.bytes_of("packs/real.pack"), self.new)


if __name__ == "__main__":
    unittest.main()
