"""What CPython makes of source bytes and of its own codecs, for tests/parser/source_test.cpp.

source_oracle.py files    prints one line a file: bytes, "ok" or "refused", text of its last string
source_oracle.py lines    prints one line a file: bytes, names, strings; of these all that there are,
                          each as "line:column:text;"
source_oracle.py aliases  prints one line a name: name, codec, or "-" where it names no text codec
source_oracle.py codecs   prints one line a sample: codec, bytes, text or "-" where it is invalid

Columns are parted by tabs; bytes and texts (in UTF-8) are in hexadecimal.
"""

import ast
import codecs
import encodings
import encodings.aliases
import itertools
import pkgutil
import random
import sys

# A module has no string of its own name here where the platform lacks it (mbcs, oem).
MULTIBYTE = [
    "big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jis_2004", "euc_jisx0213", "euc_jp",
    "euc_kr", "gb18030", "gb2312", "gbk", "johab", "shift_jis", "shift_jis_2004", "shift_jisx0213",
]
STATEFUL = [
    "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr", "utf_16",
    "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7",
]
THREE_BYTES = {"euc_jp"}


def text_codec(name):
    try:
        info = codecs.lookup(name)
    except LookupError:
        return None
    return info if info._is_text_encoding else None


def print_files():
    firsts = [
        b"", b"#!/usr/bin/python", b"# -*- coding: latin-1 -*-", b" \t\x0c# coding: latin-1",
        b"x = 1", b"'coding: latin-1'", b"# coding latin-1", b"# coding : latin-1",
        b"# coding:", b"# encoding=latin-1", b"# vim: set fileencoding=cp1252 :",
        b"# coding:\tlatin-1", b"# coding: utf-8", b"# coding: utf8", b"# coding: UTF_8",
        b"# coding: utf-8-unix", b"# coding: utf-8x", b"# coding: latin-1-dos", b"# coding: Latin_1",
        b"# coding: iso-8859-15", b"# coding: nonsense", b"# coding: rot_13", b"# coding: ascii",
        b"# coding: us-ascii", b"# coding: cp437", b"# coding: coding: latin-1", b"# coding:: l1",
        b"# coding: @ coding: latin-1", b"# coding: iso.8859.2", b"# coding: utf.8", b"\x0c",
        b"\\", b"# coding: L1", b"# coding: iso--8859--2", b"# coding: -latin1-", b"# coding: u8",
        b"# coding: utf-8-sig", b"# coding: iso-8859-1-whatever", b"# CODING: latin-1",
        b"# coding: koi8-r coding: latin-1", b"#coding:latin-1", b"# coding: iso_latin_1_mac",
        b"# coding: shift_jis", b"# coding: undefined", b"\xc2\xa0# coding: latin-1", b";",
    ]
    seconds = [b"# coding: latin-1", b"", b"# coding: cp1252", b"# x", b"# coding: utf-8"]
    bodies = ["\u00e9".encode(), b"\xe9", b"plain", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80",
              "\u20ac\U0001f40d".encode(), b"\x83\x5c", b"\xe9\0"]
    ends = [b"\n", b"\r\n", b"\r"]
    for bom, first, second, body, end in itertools.product(
            [b"", codecs.BOM_UTF8], firsts, seconds, bodies, ends):
        data = bom + first + end + second + end + b"'" + body + b"'" + end
        print_file(data)
    for data in [b"", b"\n", codecs.BOM_UTF8, b"# coding: latin-1", b"#coding:u8", b"\xef\xbb",
                 b"\xef\xbb\xbf\xef\xbb\xbf1", b"\0", b"# coding: nonsense"]:
        print_file(data)


def print_file(data):
    try:
        compile(data, "file", "exec")
        verdict = "ok"
    except (SyntaxError, ValueError, LookupError) as error:
        # Text that decodes and then does not parse is none of this test's business.
        decoding = ("codec", "encoding", "unicode error", "null byte", "Non-UTF-8", "BOM", "decod")
        if not any(word in str(error) for word in decoding):
            return
        verdict = "refused"
    value = "-"
    if verdict == "ok":
        strings = [node.value for node in ast.walk(ast.parse(data))
                   if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        if strings and "\\" not in strings[-1]:
            value = strings[-1].encode("utf-8").hex()
    print(data.hex(), verdict, value, sep="\t")


def print_lines():
    lines = [
        "# comment", "a = 1  # trailing", "  ", "", "b = 'x#y'", "c = (d,@# in brackets@e)",
        "# \u00e9", "f = g + \\@  h", "\u00e9 = '\u00e9'; i = '''x@@y # z@'''; j = 1", "\\@k = 2",
        "if l:@    m = 1@  # less@    # deeper@    n = 2", "def o(p=q):@\tr@# out@\ts", "@@",
    ]
    heads = ["", "\ufeff", "# coding: latin-1@", "# x@# coding: latin-1@", "#!x@"]
    source = random.Random(11)
    for _ in range(3000):
        head = source.choice(heads)
        text = head + "@".join(source.choices(lines, k=source.randrange(1, 7)))
        text += source.choice(["", "@"])
        ends = source.choice([["\r"], ["\r", "\n"], ["\r", "\n", "\r\n"], ["\r", "\r\n"]])
        text = "".join(source.choice(ends) if c == "@" else c for c in text)
        data = text.encode("latin-1" if "coding" in head else "utf-8")
        try:
            nodes = list(ast.walk(ast.parse(data)))
        except SyntaxError:
            continue
        names = [(node.lineno, node.col_offset, node.id) for node in nodes
                 if isinstance(node, ast.Name)]
        strings = [(node.lineno, node.col_offset, node.value) for node in nodes
                   if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        columns = ["".join(f"{line}:{column}:{text};" for line, column, text in sorted(found))
                   for found in (names, strings)]
        print(data.hex(), *(column.encode().hex() or "-" for column in columns), sep="\t")


def print_aliases():
    names = set(encodings.aliases.aliases)
    names |= {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    names |= {"utf-8", "UTF-8", "Latin-1", "ISO_8859-1", "iso.8859.1", "ISO-8859-15", "cp1252",
              "WINDOWS-1252", "--utf--8--", "u-t-f-8", "a.b", "nothing", "x" * 1000, "mac.roman",
              "cp.1252", "euc.jp", "ansi_x3.4_1968", "ANSI-X3.4-1968"}
    for name in sorted(names - {"aliases", "mbcs", "oem"}):
        if name.lower() != name and name in encodings.aliases.aliases:
            continue  # cannot be reached: the registry lower-cases before it looks
        info = text_codec(name)
        print(name, info.name if info else "-", sep="\t")


def print_codecs():
    single = [m.name for m in pkgutil.iter_modules(encodings.__path__)
              if m.name.startswith(("cp", "iso8859", "koi8", "mac_", "kz", "hp_", "palmos", "ptcp",
                                    "tis", "ascii", "latin", "charmap"))
              and m.name not in MULTIBYTE and text_codec(m.name)]
    for codec in single:
        for byte in range(1, 256):
            print_sample(codec, bytes([byte]))
    for codec in MULTIBYTE:
        lone = [byte for byte in range(1, 256) if decoded(codec, bytes([byte])) is not None]
        for byte in range(1, 256):
            print_sample(codec, bytes([byte]))
        for lead in set(range(0x80, 256)) - set(lone):
            for trail in range(0x30, 256):
                print_sample(codec, bytes([lead, trail]))
        if codec in THREE_BYTES:
            for second, third in itertools.product(range(0xA1, 0xFF), repeat=2):
                print_sample(codec, bytes([0x8F, second, third]))
    for byte in range(0x81, 0xFE):
        print_sample("gb18030", bytes([0x81 + byte % 4, 0x30 + byte % 10, byte, 0x35]))
    print_stateful()


def print_stateful():
    alphabet = "Grün 日本語 ひらがな カタカナ 한국어 中文 здравствуй κόσμε naïve €uro plain = (1)\n"
    source = random.Random(4)
    for codec in STATEFUL:
        letters = [c for c in alphabet if decoded(codec, encoded(codec, c)) == c]
        assert len(letters) > 20, codec
        for length in range(1, 60):
            text = "".join(source.choice(letters) for _ in range(length))
            print(codec, text.encode(codec).hex(), text.encode().hex(), sep="\t")
    # Written as they are, though RFC 2152 wants some of them encoded; they end an encoded run.
    for byte in set(range(1, 128)) - {ord("+")}:
        for data in [bytes([byte]), b"a+AOkg6Q-" + bytes([byte]) + b"b", b"a+AOk" + bytes([byte]) + b"(b"]:
            if chr(byte).isalnum() or byte in b"/-":
                continue
            print_sample("utf_7", data)


def encoded(codec, text):
    try:
        return text.encode(codec)
    except UnicodeError:
        return b""


def decoded(codec, data):
    try:
        text = data.decode(codec)
        text.encode("utf-8")
        return text
    except UnicodeError:
        return None


def print_sample(codec, data):
    text = decoded(codec, data)
    print(codec, data.hex(), "-" if text is None else text.encode().hex(), sep="\t")


if __name__ == "__main__":
    {"files": print_files, "lines": print_lines, "aliases": print_aliases,
     "codecs": print_codecs}[sys.argv[1]]()
