#!/usr/bin/env python3
"""Reads packs as docs/pack.md describes them, and nothing else, and compares with the command."""

import json
import os
import struct
import subprocess
import sys
import sysconfig
import tempfile
import unittest
from pathlib import Path

COPPICE = os.environ["COPPICE"]
SECTIONS = ["summaries", "docs", "docs_blocks", "paths", "modules", "module_buckets",
            "module_order", "names", "name_buckets"]
COLUMNS = ["content_low", "content_high", "interface", "checksum", "path_end", "summary_end",
           "docs_end", "source_bytes", "lines", "root", "flags"]
SYNTAX = ["clean", "errors", "unknown"]


class Bytes:
    """Takes numbers and texts from the front."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, size):
        piece = self.data[self.at:self.at + size]
        assert len(piece) == size, "cut short"
        self.at += size
        return piece

    def cell(self, width):
        return int.from_bytes(self.take(width), "little")

    def text(self):
        return self.take(self.cell(4))

    def varint(self):
        value = shift = 0
        while True:
            byte = self.cell(1)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def __bool__(self):
        return self.at < len(self.data)


class Pack:
    def __init__(self, data):
        (magic, version, schema, size, toc_at, toc_size) = struct.unpack_from("<8sIIQQQ", data)
        assert magic == b"\x89CPK\r\n\x1a\n" and (version, schema) == (1, 1)
        assert size == len(data) == toc_at + toc_size
        toc = Bytes(data[toc_at:])
        self.has_docs = toc.cell(4) == 1
        self.module_count, self.importable = toc.cell(4), toc.cell(4)
        self.module_bits, self.name_bits = toc.cell(1), toc.cell(1)
        self.bucket_width, self.id_width, self.name_width = toc.cell(1), toc.cell(1), toc.cell(1)
        self.widths = [toc.cell(1) for _ in COLUMNS]
        self.name_count, self.posting_count = toc.cell(8), toc.cell(8)
        self.docs_raw, self.source_bytes, self.lines = toc.cell(8), toc.cell(8), toc.cell(8)
        self.sections = {}
        blocks = 0
        end = 64
        for index, name in enumerate(SECTIONS):
            offset, length = toc.cell(8), toc.cell(8)
            assert offset == (end + 7) // 8 * 8 and not any(data[end:offset])
            end = offset + length
            self.sections[name] = data[offset:end]
            blocks += (length + 4095) // 4096 if index >= 2 else 0
        self.producer = toc.text().decode()
        self.roots = [toc.text().decode() for _ in range(toc.cell(4))]
        assert len(toc.take(blocks * 8)) == blocks * 8 and not toc

    def modules(self):
        rows = Bytes(self.sections["modules"])
        begin = 0
        for _ in range(self.module_count):
            row = {name: rows.cell(width) for name, width in zip(COLUMNS, self.widths)}
            row["path"] = self.sections["paths"][begin:row["path_end"]].decode("utf-8", "replace")
            begin = row["path_end"]
            yield row
        assert not rows and begin == len(self.sections["paths"])

    def names(self):
        """Triples of a name, a module's row, and whether that module defines it."""
        entries = Bytes(self.sections["names"])
        while entries:
            head = entries.cell(1)
            size = head & 31
            name = entries.take(size + (entries.varint() if size == 31 else 0)).decode()
            size = head >> 5
            postings = Bytes(entries.take(size + (entries.varint() if size == 7 else 0)))
            module = -1
            while postings:
                code = postings.varint()
                module += 1 + code // 2
                yield name, module, code % 2 == 1

    def order(self):
        """Rows of importable modules as the lookup has them."""
        entries = Bytes(self.sections["module_order"])
        while entries:
            entries.take(1)
            yield entries.cell(self.id_width)


class FormatTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def read(self, *arguments):
        path = self.directory / "p"
        subprocess.run([COPPICE, "index", *arguments, "-o", path, "--quiet"], check=True)
        exported = subprocess.run([COPPICE, "export", path], check=True, capture_output=True)
        modules = [json.loads(line) for line in exported.stdout.splitlines()]
        return Pack(path.read_bytes()), {(m["root"], m["path"]): m for m in modules}

    def compare(self, *arguments):
        pack, exported = self.read(*arguments)
        rows = list(pack.modules())
        keys = [(pack.roots[row["root"]], row["path"]) for row in rows]
        self.assertEqual(keys, sorted(keys, key=lambda key: [part.encode() for part in key]))
        self.assertEqual(set(keys), set(exported))
        for key, row in zip(keys, rows):
            module = exported[key]
            content = "%016x%016x" % (row["content_high"], row["content_low"])
            self.assertEqual(content, module["hash"], key)
            self.assertEqual("%016x" % row["interface"], module["interface_hash"], key)
            self.assertEqual(SYNTAX[row["flags"] & 3], module["syntax"], key)
            self.assertEqual(bool(row["flags"] & 4), module["module"] != "", key)
        self.assertEqual(sum(row["source_bytes"] for row in rows), pack.source_bytes)
        self.assertEqual(sum(row["lines"] for row in rows), pack.lines)
        self.assertEqual(rows[-1]["summary_end"] * 8, len(pack.sections["summaries"]))
        self.assertEqual(rows[-1]["docs_end"], pack.docs_raw)
        self.assertEqual(sorted(pack.order()),
                         [index for index, row in enumerate(rows) if row["flags"] & 4])

        names = list(pack.names())
        self.assertEqual(len(names), pack.posting_count)
        self.assertEqual(len({name for name, _, _ in names}), pack.name_count)
        mentioned = {key: set() for key in keys}
        defined = {key: set() for key in keys}
        for name, module, defines in names:
            mentioned[keys[module]].add(name)
            if defines:
                defined[keys[module]].add(name)
        for key in keys:
            module = exported[key]
            symbols = {symbol["qualname"].rpartition(".")[2] for symbol in module["symbols"]}
            self.assertEqual(defined[key], symbols, key)
            for imported in module["imports"]:
                parts = set(filter(None, imported["module"].split(".")))
                parts |= {imported["name"] or "*", imported["binds"].split(".")[0]} - {"*"}
                self.assertLessEqual(parts, mentioned[key], key)
        return pack

    def test_packages_of_the_standard_library(self):
        library = Path(sysconfig.get_paths()["stdlib"])
        pack = self.compare("a=%s" % (library / "asyncio"), "j=%s" % (library / "json"),
                            "e=%s" % (library / "email"))
        self.assertEqual(pack.roots, ["a", "e", "j"])
        self.assertTrue(pack.has_docs)

    def test_odd_files(self):
        tree = self.directory / "tree"
        (tree / "no-name").mkdir(parents=True)
        (tree / "no-name" / "x.py").write_text("x = 1\n")
        (tree / "broken.py").write_text("def f(:\n")
        (tree / "empty.py").write_text("")
        (tree / "long.py").write_text("%s = 1\n" % ("n" * 500))
        for index in range(300):
            (tree / ("m%03d.py" % index)).write_text("shared = 1\nimport os\n")
        pack = self.compare("--no-docs", "r=%s" % tree)
        self.assertFalse(pack.has_docs)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
