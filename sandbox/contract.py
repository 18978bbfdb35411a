"""Check every call against facts distilled from the Bot API documentation (``contract.json``).

A deviation is not an error, as the real server ignores it too. It is recorded as a contract violation, and
tests assert that there are none.
"""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

from sandbox.entities import utf16_length
from sandbox.errors import ApiError
from sandbox.params import Call

_BOOLEANS = frozenset({"true", "false", "yes", "no", "1", "0"})


def _load() -> dict[str, Any]:
    text = resources.files("sandbox").joinpath("contract.json").read_text("utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


CONTRACT = _load()
METHODS: dict[str, dict[str, Any]] = CONTRACT["methods"]
TYPES: dict[str, dict[str, Any]] = CONTRACT["types"]


def contract_violations(call: Call) -> list[str]:
    """Return the contract violations of a call, each with its path."""
    return [] if _fits(call) else list(_judge(call))


Test = Callable[[object], bool]


def _fits(call: Call) -> bool:
    """Return whether a call conforms: a fast path, as nearly all calls do."""
    tests = _TESTS[call.method]
    for name in call.params:
        test = tests.get(name)
        if test is None:
            return False
        plain, fits = test
        try:
            value = call.params[name] if plain else call.json(name)
        except ApiError:
            return False
        if not fits(value):
            return False
    return all(name in call.params or name in call.files for name in _REQUIRED[call.method])


def _all_fit(test: Test) -> Test:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _object_test(kind: str) -> Test:
    tests: dict[str, Test] = {}
    required = frozenset(name for name, facts in TYPES[kind].items() if facts.get("required"))

    def test(value: object) -> bool:
        if not isinstance(value, dict) or not required <= value.keys():
            return False
        if not tests:
            tests.update((name, _test(facts)) for name, facts in TYPES[kind].items())
        return all(name in tests and tests[name](one) for name, one in value.items())

    return test


_OBJECTS = {kind: _object_test(kind) for kind in TYPES}


def _test(facts: dict[str, Any]) -> Test:
    kind: str = facts["type"]
    if kind.startswith("Array of "):
        return _all_fit(_test({**facts, "type": kind.removeprefix("Array of ")}))
    choices = [_STRICT.get(name) or _OBJECTS[name] for name in kind.split(" or ")]
    if "limit" in facts:
        return lambda value: any(test(value) for test in choices) and not any(_limit("", value, facts))
    return choices[0] if len(choices) == 1 else lambda value: any(test(value) for test in choices)


def _parameter_test(facts: dict[str, Any]) -> tuple[bool, Test]:
    kind: str = facts["type"]
    if _plain(kind):
        choices = [_LOOSE[name] for name in kind.split(" or ")]
        return True, choices[0] if len(choices) == 1 else lambda value: any(test(value) for test in choices)
    test = _test(facts)
    return False, lambda value: value is None or test(value)


def _judge(call: Call) -> Iterator[str]:
    known = METHODS[call.method]
    for name in call.params:
        facts = known.get(name)
        if facts is None:
            yield f"{call.method}.{name}: no such parameter, or not simulated"
        else:
            yield from _parameter(call, name, facts)
    for name in known:
        if known[name].get("required") and name not in call.params and name not in call.files:
            yield f"{call.method}.{name}: required, but missing"


def _parameter(call: Call, name: str, facts: dict[str, Any]) -> Iterator[str]:
    where = f"{call.method}.{name}"
    kind: str = facts["type"]
    if _plain(kind):
        if not _fits_loosely(call.params[name], kind):
            yield f"{where}: expected {kind}"
        return
    try:
        value = call.json(name)
    except ApiError:
        yield f"{where}: expected {kind} as JSON"
        return
    if value is not None:
        yield from _value(where, value, facts)


def _plain(kind: str) -> bool:
    return all(name in _LOOSE for name in kind.split(" or "))


def _loose_integer(value: object) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.removeprefix("-").isdigit()
    return isinstance(value, int) and not isinstance(value, bool)


def _loose_float(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False
    return not isinstance(value, bool)


_LOOSE: dict[str, Callable[[object], bool]] = {
    "Integer": _loose_integer,
    "Float": _loose_float,
    "Boolean": lambda value: isinstance(value, bool) or str(value).lower() in _BOOLEANS,
    "String": lambda value: isinstance(value, str),
    "InputFile": lambda value: isinstance(value, str),
}
"""Accepted values of form parameters, where everything is text."""

_STRICT: dict[str, Callable[[object], bool]] = {
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "String": lambda value: isinstance(value, str),
}
"""Accepted values of fields inside JSON."""


def _fits_loosely(value: object, kind: str) -> bool:
    return any(_LOOSE[name](value) for name in kind.split(" or "))


def _value(where: str, value: object, facts: dict[str, Any]) -> Iterator[str]:
    kind: str = facts["type"]
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where}: expected {kind}"
            return
        inner = {**facts, "type": kind.removeprefix("Array of ")}
        for index, one in enumerate(value):
            yield from _value(f"{where}[{index}]", one, inner)
        return
    choices = [list(_single(where, value, name)) for name in kind.split(" or ")]
    yield from min(choices, key=len)
    yield from _limit(where, value, facts)


def _single(where: str, value: object, kind: str) -> Iterator[str]:
    if kind in _STRICT:
        if not _STRICT[kind](value):
            yield f"{where}: expected {kind}"
        return
    if not isinstance(value, dict):
        yield f"{where}: expected {kind}"
        return
    known = TYPES[kind]
    for name, one in value.items():
        if name in known:
            yield from _value(f"{where}.{name}", one, known[name])
        else:
            yield f"{where}.{name}: no such field in {kind}, or not simulated"
    for name, facts in known.items():
        if facts.get("required") and name not in value:
            yield f"{where}.{name}: required in {kind}, but missing"


def _limit(where: str, value: object, facts: dict[str, Any]) -> Iterator[str]:
    if "limit" not in facts or not isinstance(value, str):
        return
    low, high, unit = facts["limit"]
    size = len(value.encode()) if unit == "bytes" else utf16_length(value)
    if not low <= size <= high and not where.endswith("caption"):
        yield f"{where}: {size} {unit}, allowed {low}-{high}"


_TESTS = {
    method: {name: _parameter_test(facts) for name, facts in known.items()}
    for method, known in METHODS.items()
}
_REQUIRED = {
    method: [name for name, facts in known.items() if facts.get("required")]
    for method, known in METHODS.items()
}
