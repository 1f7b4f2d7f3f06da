"""Bound names according to CPython's `symtable`, the second witness beside `ast`.

The low-level module is used because the public classes take minutes over a standard library.
"""

import _symtable

_BOUND = _symtable.DEF_LOCAL | _symtable.DEF_IMPORT

# DEF_COMP_ITER of CPython's Include/internal/pycore_symtable.h: since PEP 709 the targets of a
# comprehension show up in the scope that it was inlined into, so marked.
_COMPREHENSION_TARGET = 2 << 8

# Names that the compiler itself adds to scopes, whether or not the text binds them.
_IMPLICIT = {"__type_params__", "__classdict__", "__conditional_annotations__", "__classcell__",
             "__static_attributes__", "__firstlineno__", "__annotate__", "__annotate_func__",
             ".type_params", ".generic_base", ".defaults", ".kwdefaults", ".format"}


def bound_names(text, path):
    """(names bound at module scope, names that may be, {(class name, line): names}) of a text.

    The second holds what a walrus in a comprehension binds: where the comprehension was inlined
    (PEP 709), only a declaration as global is left of it. Raises what the compiler's front end
    raises on a text that does not compile.
    """
    top = _symtable.symtable(text, path, "exec")
    module = _bound(top, 0)
    classes = {}
    stack = list(top.children)
    while stack:
        table = stack.pop()
        stack.extend(table.children)
        module |= _bound(table, 0) - _bound(table, _symtable.DEF_GLOBAL)
        if table.type == _symtable.TYPE_CLASS:
            names = _bound(table, _symtable.DEF_GLOBAL)
            classes.setdefault((table.name, table.lineno), set()).update(names)
    maybe = {name for name, flags in top.symbols.items() if flags & _symtable.DEF_GLOBAL}
    return module, maybe, classes


def _bound(table, without):
    """Names that a scope binds and for which none of the flags `without` is set."""
    return {name for name, flags in table.symbols.items()
            if flags & _BOUND and not flags & (without | _COMPREHENSION_TARGET)}


def disagreements(found, text, path):
    """Names on which the walk over `ast` and `symtable` disagree, as readable lines."""
    module, maybe, classes = bound_names(text, path)
    deleted = found["deleted"]  # `del x` alone makes x local for symtable, but binds nothing
    lines = _differ("module", found["module"] - {"*"}, module | maybe & found["module"], deleted)
    seen = {}
    for name, line, qualname, names in found["classes"]:
        seen.setdefault((name, line), (qualname, set()))[1].update(names)
    for key, (qualname, names) in seen.items():
        lines += _differ("class " + qualname, names - {"*"}, classes.get(key, set()), deleted)
    return lines


def _differ(where, found, wanted, deleted):
    wanted = wanted - ((deleted | _IMPLICIT) - found)
    if found == wanted:
        return []
    return ["%s: only ast %s, only symtable %s" % (
        where, sorted(found - wanted), sorted(wanted - found))]
