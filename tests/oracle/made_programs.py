"""Random small programs that CPython compiles, full of what real code seldom writes."""

import random
import warnings

# Deeper than any block: the grammar takes a line within brackets for the end of the block if it is
# indented less than that.
_DEEP = "\n" + " " * 40

_NAMES = ["a", "b", "c", "d", "self", "cls", "__p", "__q__", "_", "x1", "\u00e9", "\ufb01x",
          "__all__", "print", "match", "type", "\U0001d400"]
_STRINGS = ["'s'", '"q # no"', "'''t\n  u'''", 'r"\\"', "b'  x'", "f'{a}  {b!r}'", "'\\''",
            "'a'  'b'", "''", '"""(\n"""', "rb'\\''", "f'{a:>{b}}'", "'\u00e9\u4e2d \U0001f40d'",
            "u'v'", "f'{c:=+8}'", "f'{a, b:=5}'", "f'{(a:=5)}'", "f'{a if b else x1:=5}'",
            "f'{a:{b:=3}}'"]
_DOCS = ["'''Doc.'''", "'''\n\n    Late doc.\n    '''", "('joined ' 'doc')", "r'raw \\n doc'", "''",
         "'  '", "'tab\\there'", "'a\\x62\\143\\u0064\\U00000065'", "b'no'", "f'no'", "'\\\nnext'",
         "'one\\ntwo'", "'\\ud800 lone'"]
_DECORATORS = ["property", "a.setter", "a . getter", "staticmethod", "classmethod", "b.deleter",
               "abc.abstractmethod", "functools.cached_property", "typing.overload", "final",
               "deprecated('x')", "(override)", "dataclass", "dataclass(slots=True)",
               "dataclasses.dataclass(frozen=True)", "x[0].setter", "lambda f: f", "d(1).final",
               "abstractclassmethod", "abc.abstractstaticmethod", "(a.b).deleter", "( a ).final",
               "dataclass(slots=(True))"]
_BASES = ["A", "(B)", "abc.ABC", "Enum", "enum.IntFlag", "Protocol[T]", "typing.NamedTuple",
          "*bases", "f( x )", "TypedDict", "Generic[T]", "(x.Protocol)[ T ]"]
_METHODS = ["m", "__new__", "__init__", "__init_subclass__", "__class_getitem__", "__p", "n"]
_ANNOTATIONS = ["int", "'C'", "Final", "Final[ int ]", "ClassVar[int]", "t.TypeAlias", "(int)",
                "t . Final", "list[" + _DEEP + "int]"]


class Maker:
    """Writes one program; its choices come from `random`."""

    def __init__(self, rng):
        self.rng = rng
        self.context = ["module"]

    def one_of(self, *makers):
        return self.rng.choice(makers)

    def chance(self, share):
        return self.rng.random() < share

    def name(self):
        return self.rng.choice(_NAMES)

    def gap(self):
        """White space where brackets are open."""
        if self.chance(0.7):
            return ""
        return self.rng.choice([" ", "  ", _DEEP, " # c ( '" + _DEEP, "\t", " \\\n ", "\f"])

    def space(self):
        """White space where line breaks end statements; never empty."""
        return " " if self.chance(0.85) else self.rng.choice(["  ", "\t", " \\\n  "])

    def list_of(self, make, least, most, separator=","):
        items = [make() for _ in range(self.rng.randint(least, most))]
        return (self.gap() + separator + self.gap() + " ").join(items)

    # Expressions

    def expression(self, depth=2):
        if depth <= 0 or self.chance(0.35):
            return self.one_of(self.name, lambda: self.rng.choice(_STRINGS),
                               lambda: str(self.rng.randint(0, 99)))()
        inner = lambda: self.expression(depth - 1)
        gap = self.gap
        return self.one_of(
            lambda: "(" + gap() + inner() + gap() + ")",
            lambda: "(" + gap() + self.name() + " := " + inner() + ")",
            lambda: inner() + self.space() + "+" + self.space() + inner(),
            lambda: self.name() + "(" + gap() + self.list_of(inner, 0, 3) + gap() + ")",
            lambda: self.name() + "." + self.name(),
            lambda: self.name() + "[" + gap() + inner() + gap() + "]",
            lambda: "[" + self.list_of(inner, 0, 3) + "]",
            lambda: "(" + inner() + "," + gap() + inner() + ")",
            lambda: "{" + inner() + ":" + gap() + inner() + "}",
            lambda: "lambda " + self.parameters(False) + ": " + inner(),
            lambda: "[" + inner() + " for " + self.target() + " in " + inner() + "]",
            lambda: "[" + inner() + " for self." + self.name() + " in " + inner() + "]",
            lambda: "(yield)",
            lambda: "(yield from " + inner() + ")",
            lambda: "(" + inner() + " if " + inner() + " else " + inner() + ")",
            lambda: self.rng.choice(_STRINGS) + self.space() + self.rng.choice(["'k'", '"l"']),
        )()

    def bracketed(self):
        return self.expression(self.rng.randint(0, 3))

    def target(self, depth=1):
        inner = lambda: self.target(depth - 1)
        plain = [self.name, self.name, lambda: "self." + self.name(),
                 lambda: "cls." + self.name(), lambda: self.name() + ".z",
                 lambda: self.name() + "[0]", lambda: "(self)." + self.name(),
                 lambda: "self.a." + self.name()]
        if depth > 0:
            plain += [lambda: "(" + inner() + ")", lambda: "[" + inner() + ", *" + inner() + "]",
                      lambda: inner() + ", " + self.name(), lambda: "(" + inner() + ",)",
                      lambda: "*" + self.attribute_target() + ", " + inner(),
                      lambda: "[*" + self.attribute_target() + "]"]
        return self.one_of(*plain)()

    def attribute_target(self):
        return self.one_of(lambda: "self." + self.name(), lambda: "cls." + self.name(),
                           lambda: "self.a." + self.name(), lambda: self.name() + "[0]")()

    def annotation(self):
        return self.rng.choice(_ANNOTATIONS) if self.chance(0.7) else self.expression(1)

    def parameter(self, annotated, default):
        text = self.name()
        if annotated and self.chance(0.4):
            text += ":" + self.gap() + self.annotation()
        if default:
            text += "=" + self.gap() + self.expression(1)
        return text

    def parameters(self, annotated=True):
        plain = [self.parameter(annotated, False) for _ in range(self.rng.randint(0, 2))]
        if annotated and self.chance(0.5):
            plain.insert(0, self.rng.choice(["self", "cls"]))
        if plain and self.chance(0.2):
            plain.append("/")
        plain += [self.parameter(annotated, True) for _ in range(self.rng.randint(0, 2))]
        if self.chance(0.3):
            star = "*" + self.parameter(annotated, False) if self.chance(0.6) else "*"
            plain += [star, self.parameter(annotated, self.chance(0.5))]
        if self.chance(0.2):
            plain.append("**" + self.parameter(annotated, False))
        return (self.gap() if annotated else "").join(
            [""] + [", ".join(plain)] + [""]) if annotated else ", ".join(plain)

    # Statements: each a list of lines without indentation

    def block(self, depth, most=3, doc=False):
        lines = []
        if doc and self.chance(0.4):
            lines.append(self.rng.choice(_DOCS))
        for _ in range(self.rng.randint(1, most)):
            lines += self.statement(depth)
        return ["\x01" + line for line in lines]

    def statement(self, depth):
        """One statement that compiles by itself in a scope like the present one."""
        before = {"module": [], "class": ["class C:"], "function": ["async def f(self, cls):"]}
        head = before[self.context[-1]]
        indent = "\x01" if head else ""
        for _ in range(8):
            lines = self.any_statement(depth)
            if compiles("\n".join(head + [indent + line for line in lines]).replace("\x01", " ")):
                return lines
        return ["pass"]

    def within(self, context, depth):
        self.context.append(context)
        lines = self.block(depth, 4, doc=True)
        if self.chance(0.25):
            lines.insert(0, "\x01global " + self.name() + ", " + self.name())
        self.context.pop()
        return lines

    def any_statement(self, depth):
        if depth <= 0 or self.chance(0.5):
            return [self.simple()]
        return self.one_of(self.if_, self.for_, self.while_, self.with_, self.try_, self.match_,
                           self.def_, self.def_, self.class_, self.class_)(depth - 1)

    def simple(self):
        space = self.space
        name = self.name
        return self.one_of(
            lambda: self.target() + space() + "=" + space() + self.bracketed(),
            lambda: name() + " = " + self.target() + " = " + self.bracketed(),
            lambda: name() + space() + "+=" + space() + self.bracketed(),
            lambda: "self." + name() + " -= 1",
            lambda: name() + ": " + self.annotation(),
            lambda: "self." + name() + ": " + self.annotation() + " = " + self.bracketed(),
            # Not at the start of a line: the grammar may take it for arguments of the line before.
            lambda: "pass; (" + name() + "): " + self.annotation()
            + (" = 1" if self.chance(0.5) else ""),
            lambda: name() + space() + ":" + space() + self.annotation() + " = "
            + self.bracketed(),
            lambda: self.bracketed(),
            lambda: "del " + name(),
            lambda: "import " + name() + "." + name() + ", " + name() + " as " + name(),
            lambda: "from" + space() + self.rng.choice([".", "..", ". m", "m", ".m.n", "... k"])
            + space() + "import (" + self.gap() + name() + "," + self.gap() + name() + " as "
            + name() + ")",
            lambda: "from . import " + name(),
            lambda: "from m import *",
            lambda: "from .m import __all__",
            lambda: self.rng.choice([
                "(__all__.append('a'))", "__all__.append('a'), 1", "x = __all__.pop()",
                "((__all__).sort())", "__ａll__ += ['b', '\\N{BULLET}', r'\\N{c}']"]),
            lambda: "__all__ = " + self.all_value(),
            lambda: "__all__ += " + self.all_value(),
            lambda: "__all__." + self.rng.choice(["extend", "append", "remove", "insert", "sort"])
            + "(" + self.rng.choice(["'a'", "['a', 'b']", "a.__all__", ""]) + ")",
            lambda: "pass; " + name() + " = 1; " + name() + " = " + name(),
            lambda: "type " + name() + " = int",
            lambda: "type " + name() + "[T: (int), *Ts] = (" + _DEEP + "int)",
            lambda: "return",
        )()

    def all_value(self):
        return self.rng.choice(
            ["['a', 'b' 'c']", "('a',)", "[*a.__all__, 'd']", "a.b.__all__ + ['x']", "['a', x]",
             "__all__ + ['z']", "list(a)", "('a')", "a", "(b.__all__)", "\U0001d400.__all__",
             "\ufb01x + ['y']", "['\\x61', r'\\n']"])

    def header(self, text):
        return text + self.rng.choice(["", "", " "]) + ":" + self.rng.choice(["", "", "  # c"])

    def if_(self, depth):
        lines = [self.header("if" + self.space() + self.bracketed())] + self.block(depth)
        while self.chance(0.3):
            lines += [self.header("elif (" + self.bracketed() + ")")] + self.block(depth)
        if self.chance(0.4):
            lines += [self.header("else")] + self.block(depth)
        return lines

    def loop_else(self, depth):
        return [self.header("else")] + self.block(depth) if self.chance(0.3) else []

    def for_(self, depth):
        keyword = "async for " if self.chance(0.1) else "for" + self.space()
        head = self.header(keyword + self.target() + self.space() + "in" + self.space()
                           + self.bracketed() + self.rng.choice(["", "", ", 2", ","]))
        return [head] + self.block(depth) + self.loop_else(depth)

    def while_(self, depth):
        return [self.header("while(" + self.bracketed() + ")")] + self.block(
            depth) + self.loop_else(depth)

    def with_(self, depth):
        item = lambda: self.bracketed() + (" as " + self.rng.choice(
            [self.name(), "(" + self.name() + ", self.w)", "self." + self.name(),
             "(" + self.name() + ")"]) if self.chance(0.6) else "")
        items = self.list_of(item, 1, 2)
        if self.chance(0.3):
            items = "(" + self.gap() + items + self.rng.choice(["", ","]) + self.gap() + ")"
        return [self.header(self.rng.choice(["with ", "with ", "async with "]) + items)
                ] + self.block(depth)

    def try_(self, depth):
        lines = [self.header("try")] + self.block(depth)
        star = "*" if self.chance(0.15) else ""
        count = self.rng.randint(0, 2)
        for _ in range(count):
            kind = self.rng.choice([" E", " (E)", "(A, B)", " a.b ", " (F # c" + _DEEP + ")"])
            lines += [self.header("except" + star + kind + (
                " as" + self.space() + self.name() if self.chance(0.5) else ""))] + self.block(
                    depth)
        if count and not star and self.chance(0.3):
            lines += [self.header("except")] + self.block(depth)
        if count and self.chance(0.3):
            lines += [self.header("else")] + self.block(depth)
        if not count or self.chance(0.3):
            lines += [self.header("finally")] + self.block(depth)
        return lines

    def pattern(self, depth=2):
        inner = lambda: self.pattern(depth - 1)
        simple = [self.name, lambda: "1", lambda: "'s'", lambda: "a.b", lambda: "None"]
        if depth > 0:
            simple += [lambda: "[" + self.gap() + inner() + ", *" + self.name() + "]",
                       lambda: "(" + inner() + " as " + self.name() + ")",
                       lambda: "{'k': " + inner() + "," + self.gap() + "**" + self.gap()
                       + self.name() + "}",
                       lambda: "P(" + inner() + ", f=" + inner() + ")",
                       lambda: "1 | (" + inner() + ")", lambda: "(" + inner() + ")",
                       lambda: "{**" + self.name() + "}"]
        return self.one_of(*simple)()

    def match_(self, depth):
        lines = [self.header("match" + self.space() + self.bracketed()
                             + self.rng.choice(["", "", ", 1", ","]))]
        for _ in range(self.rng.randint(1, 3)):
            test = " if " + self.bracketed() if self.chance(0.3) else ""
            body = [self.header("case " + self.pattern() + test)] + self.block(depth)
            lines += ["\x01" + line for line in body]
        return lines

    def decorators(self):
        return ["@" + self.space().strip("\n\\") + self.rng.choice(_DECORATORS)
                for _ in range(self.rng.choice([0, 0, 1, 2]))]

    def type_params(self):
        return self.rng.choice(["[T]", "[T: int, *Ts]", "[ T:(int) ]"]) if self.chance(0.05) else ""

    def def_(self, depth):
        name = self.rng.choice(_METHODS + ["a", "b"])
        head = (self.rng.choice(["def", "def", "async" + self.space() + "def"]) + self.space()
                + name + self.type_params() + self.rng.choice(["", " "]) + "(" + self.parameters()
                + ")")
        if self.chance(0.3):
            head += " ->" + self.space() + self.annotation()
        return self.decorators() + [self.header(head)] + self.within("function", depth)

    def class_(self, depth):
        name = self.rng.choice(["C", "D", "__E", "__", "_F", "a"])
        # No type parameters: CPython 3.12.1 mangles names wrongly in what follows such a class.
        head = "class" + self.space() + name
        if self.chance(0.6):
            argument = lambda: self.rng.choice(_BASES)
            items = self.list_of(argument, 0, 2)
            if self.chance(0.3):
                items += (", " if items else "") + self.rng.choice(
                    ["metaclass = abc.ABCMeta", "metaclass=(EnumMeta)", "metaclass=x.ABCMeta[0]", "**kw",
                     "k=1, l=(" + _DEEP + "2)"])
            head += self.rng.choice(["", " "]) + "(" + self.gap() + items + self.gap() + ")"
        lines = self.decorators() + [self.header(head)]
        body = self.within("class", depth)
        if self.chance(0.2):
            body.append("\x01" + self.rng.choice(
                ["__slots__ = 'a', 'b'", "class __slots__: pass", "def __slots__(): pass"]))
        return lines + body

    def program(self):
        lines = [self.rng.choice(_DOCS)] if self.chance(0.3) else []
        for _ in range(self.rng.randint(1, 5)):
            lines += self.statement(3)
        if self.chance(0.15):
            lines.append("# last words")
        indent = self.rng.choice(["    ", "  ", "\t"])
        return "\n".join(lines).replace("\x01", indent) + self.rng.choice(["\n", "\n", ""])


def compiles(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "made", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def programs(count, seed):
    """Yields `count` programs as bytes; the same ones for the same seed and interpreter."""
    rng = random.Random(seed)
    made = 0
    while made < count:
        text = Maker(rng).program()
        if not compiles(text):
            continue
        made += 1
        data = text.encode("utf-8")
        if rng.random() < 0.05:
            data = data.replace(b"\n", b"\r\n")
        if rng.random() < 0.05:
            data = b"\xef\xbb\xbf" + data
        yield data
