"""Compares one exported module with its expected records."""

import collections

_EMPTY = {"decorators": [], "bases": [], "keywords": {}, "params": [], "type_params": [],
          "guards": [], "flags": [], "doc": None, "returns": None, "annotation": None}
_MODULE_FIELDS = ("module", "package", "stub", "doc", "all", "all_complete", "syntax")

Difference = collections.namedtuple("Difference", "record where fields expected actual choice")

# The documented choices (docs/summary.md, "Choices"): records that may differ from what CPython
# says, and why. Each is a predicate of (difference, exported module, source text).
CHOICES = {
    "grammar": (
        "the grammar reports errors in a text that CPython compiles",
        lambda difference, module, text: module.get("syntax") == "errors"),
    "named-escape": (
        "a docstring's \\N{...} stays as written: the library holds no Unicode names",
        lambda difference, module, text: (
            set(difference.fields) == {"doc"} and "\\N{" in (difference.actual.get("doc") or ""))),
}


def normal(record):
    """A record without the fields whose absence means the same as their value."""
    result = {key: value for key, value in record.items()
              if key not in _EMPTY or value != _EMPTY[key]}
    if "params" in result:
        result["params"] = [{k: v for k, v in p.items() if v is not None or k == "name"}
                            for p in result["params"]]
    return result


def changed(expected, actual):
    return [key for key in sorted(set(expected) | set(actual))
            if (key in expected, expected.get(key)) != (key in actual, actual.get(key))]


def pair(expected, actual, keys):
    """Pairs the records of two lists, by ever weaker keys; what is left is paired with None."""
    pairs = []
    for key in keys:
        waiting = collections.defaultdict(collections.deque)
        for record in actual:
            waiting[key(record)].append(record)
        rest = []
        for record in expected:
            queue = waiting[key(record)]
            if queue:
                pairs.append((record, queue.popleft()))
            else:
                rest.append(record)
        expected = rest
        actual = [record for queue in waiting.values() for record in queue]
    return pairs + [(r, None) for r in expected] + [(None, r) for r in actual]


_IMPORT_KEYS = (
    lambda r: (r.get("line"), r.get("module"), r.get("level"), r.get("name"), r.get("binds"),
               r.get("scope"), r.get("order")),
    lambda r: (r.get("line"), r.get("module"), r.get("name"), r.get("binds")),
    lambda r: r.get("binds"))
_SYMBOL_KEYS = (
    lambda r: (r.get("qualname"), r.get("line"), r.get("col")),
    lambda r: (r.get("line"), r.get("col")),
    lambda r: r.get("qualname"))


def differences(expected, actual, text):
    """(number of records compared, [Difference]) of one module."""
    found = []
    module = {key: actual.get(key) for key in _MODULE_FIELDS}
    fields = changed({key: expected.get(key) for key in _MODULE_FIELDS}, module)
    if fields:
        found.append(("module", "", fields, expected, actual))
    count = 1
    for kind, keys in (("imports", _IMPORT_KEYS), ("symbols", _SYMBOL_KEYS)):
        wanted = [normal(record) for record in expected[kind]]
        given = [normal(record) for record in actual.get(kind, [])]
        count += max(len(wanted), len(given))
        if wanted == given:
            continue
        pairs = pair(wanted, given, keys)
        wrong = 0
        for want, have in pairs:
            fields = changed(want, have) if want and have else ["missing" if want else "extra"]
            if fields:
                wrong += 1
                line = (want or have).get("line")
                found.append((kind, line, fields, want or {}, have or {}))
        if not wrong:
            found.append((kind, "", ["sequence"], {}, {}))
    result = []
    for record, where, fields, want, have in found:
        difference = Difference(record, where, fields, want, have, None)
        choice = next((name for name, (_, applies) in CHOICES.items()
                       if applies(difference, actual, text)), None)
        result.append(difference._replace(choice=choice))
    return count, result
