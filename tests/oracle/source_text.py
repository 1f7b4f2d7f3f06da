"""Byte positions, tokens and collapsed texts of one Python source.

Works on the decoded text as CPython's tokenizer sees it (UTF-8, no BOM, "\n" line ends), so that a
line and column of an `ast` node is an offset by addition.
"""

import codecs
import io
import re
import sys
import tokenize

VALUE_LIMIT = 64  # bytes kept of a value or a default
TEXT_LIMIT = 256  # bytes kept of every other expression text

_GAP = re.compile(rb"(?:[ \t\f\n]|\\\n|#[^\n]*)+")
_NAME = re.compile(rb"[A-Za-z0-9_\x80-\xff]+")
_STRING = re.compile(
    rb"(?P<prefix>[rRbBuUfFtT]{0,3})(?:"
    rb'"""(?:[^\\]|\\.)*?"""|'
    rb"'''(?:[^\\]|\\.)*?'''|"
    rb'"(?:[^\\"\n]|\\.)*"|'
    rb"'(?:[^\\'\n]|\\.)*')",
    re.DOTALL,
)
_STRING_START = re.compile(rb"[rRbBuUfFtT]{0,3}(\"\"\"|'''|\"|')")
_UNTIDY = re.compile(rb"[\t\f\n#\\]|  ")
_NESTED_QUOTES = sys.version_info >= (3, 12)  # PEP 701: an f-string may hold its own quotes


def decode(raw):
    """The text of a file as CPython decodes it. Raises SyntaxError or UnicodeError."""
    if raw.startswith(codecs.BOM_UTF8):
        text = raw[3:].decode("utf-8")
    else:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def cut(data, limit):
    """At most `limit` bytes of whole UTF-8 characters, an ellipsis added if any were dropped."""
    if len(data) <= limit:
        return data.decode("utf-8")
    end = limit
    while data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end].decode("utf-8") + "\u2026"


class Source:
    """One text and the offsets of its lines."""

    def __init__(self, text):
        self.data = text.encode("utf-8")
        self.starts = [0]
        find = self.data.find
        at = find(b"\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = find(b"\n", at + 1)

    def start(self, node):
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node):
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def position(self, offset):
        """(line, column) of an offset."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            if self.starts[middle] <= offset:
                low = middle
            else:
                high = middle
        return low + 1, offset - self.starts[low]

    def skip(self, offset):
        """The offset after white space, comments and continuations."""
        match = _GAP.match(self.data, offset)
        return match.end() if match else offset

    def token(self, offset):
        """(start, end) of the token at or after `offset`; strings whole, else names or one byte."""
        start = self.skip(offset)
        data = self.data
        begin = _STRING_START.match(data, start)
        if begin:
            return start, self._string_end(begin)
        name = _NAME.match(data, start)
        return start, name.end() if name else start + 1

    def name_before(self, end):
        """Start of the identifier that ends at `end`."""
        data = self.data
        start = end
        while start and (data[start - 1] >= 0x80 or chr(data[start - 1]).isalnum()
                         or data[start - 1] == 0x5F):
            start -= 1
        return start

    def find_token(self, offset, wanted):
        """Start of the first token at or after `offset` that equals `wanted`."""
        while offset < len(self.data):
            start, end = self.token(offset)
            if self.data[start:end] == wanted:
                return start
            offset = end
        raise ValueError("no %r" % wanted)

    def widen(self, start, end, low):
        """The range of an expression with the parentheses written around it.

        `low` is where its construct's own delimiter, or something before that, begins: only
        parentheses that directly precede the expression after it can enclose it.
        """
        data = self.data
        if b"(" not in data[low:start]:
            return start, end
        opened = []
        offset = low
        while True:
            first, last = self.token(offset)
            if first >= start:
                break
            if data[first:last] == b"(":
                opened.append(first)
            elif data[first:last] == b")":
                if opened:
                    opened.pop()
            else:
                opened.clear()
            offset = last
        for _ in opened:
            first, last = self.token(end)
            if data[first:last] != b")":
                raise ValueError("unbalanced")
            end = last
        return (opened[0] if opened else start), end

    def text(self, start, end, limit=TEXT_LIMIT):
        """The collapsed text of a range, cut to `limit` bytes."""
        data = self.data
        if not _UNTIDY.search(data, start, min(end, start + 4 * limit)):
            return cut(data[start:end].strip(b" "), limit)
        pieces = []
        size = 0
        offset = self.skip(start)
        while offset < end and size <= limit:
            begin = _STRING_START.match(data, offset)
            if begin:
                last = self._string_end(begin)
                piece = data[offset:last]
            else:
                gap = _GAP.match(data, offset)
                if gap:
                    last = gap.end()
                    piece = b" " if last < end else b""
                else:
                    name = _NAME.match(data, offset)
                    last = name.end() if name else offset + 1
                    piece = data[offset:last]
            pieces.append(piece)
            size += len(piece)
            offset = last
        return cut(b"".join(pieces), limit)

    def expression(self, node, low, limit=TEXT_LIMIT):
        start, end = self.widen(self.start(node), self.end(node), low)
        return self.text(start, end, limit)

    def _string_end(self, begin):
        if _NESTED_QUOTES and any(c in b"fFtT" for c in self.data[begin.start():begin.start(1)]):
            return self._format_string_end(begin.end(), begin.group(1))
        whole = _STRING.match(self.data, begin.start())
        if not whole:
            raise ValueError("open string")
        return whole.end()

    def _format_string_end(self, offset, quote):
        """The end of an f-string whose text begins at `offset` (PEP 701)."""
        data = self.data
        while True:
            if quote and data.startswith(quote, offset):
                return offset + len(quote)
            char = data[offset:offset + 1]
            if char == b"\\":
                offset += 2
            elif data.startswith(b"{{", offset):
                offset += 2
            elif char == b"{":
                offset = self._field_end(offset + 1, quote)
            elif not char:
                raise ValueError("open string")
            else:
                offset += 1

    def _field_end(self, offset, quote):
        """The end of a replacement field, after its closing brace."""
        data = self.data
        depth = 0
        while True:
            start, end = self.token(offset)
            token = data[start:end]
            if token in (b"(", b"[", b"{"):
                depth += 1
            elif token == b"}" and depth == 0:
                return end
            elif token in (b")", b"]", b"}"):
                depth -= 1
            elif token == b":" and depth == 0:
                return self._spec_end(end, quote)
            elif not token:
                raise ValueError("open field")
            offset = end

    def _spec_end(self, offset, quote):
        data = self.data
        while True:
            char = data[offset:offset + 1]
            if char == b"{":
                offset = self._field_end(offset + 1, quote)
            elif char == b"}":
                return offset + 1
            elif not char:
                raise ValueError("open format")
            else:
                offset += 1
