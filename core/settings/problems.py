"""Converts validation errors into one-line messages with the paths of the keys.

It depends on no particular key; the models define those. No message repeats a value, which could be a
secret: messages name the key and say what is expected.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import get_args, get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
_WORDS = {
    "missing": "is missing",
    "model_type": "should be a table",
    "dataclass_type": "should be a table",
    "tuple_type": "should be a list",
    "string_type": "should be a text",
    "bool_type": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "date_type": "should be a day such as 2027-02-20",
    "date_from_datetime_parsing": "should be a day such as 2027-02-20",
    "date_from_datetime_inexact": "should be a day such as 2027-02-20",
}
_FOLLOWS_FROM_ANOTHER = "default_factory_not_called"


def problems_of(model: type[BaseModel], error: ValidationError) -> tuple[str, ...]:
    """Return one line per problem: ``path.to.key: what is wrong``."""
    details = error.errors(include_url=False, include_input=False)
    return tuple(_line(model, detail) for detail in details if detail["type"] != _FOLLOWS_FROM_ANOTHER)


def _line(model: type[BaseModel], detail: ErrorDetails) -> str:
    path = _path(detail["loc"])
    return f"{path}: {_words(model, detail)}" if path else _words(model, detail)


def _words(model: type[BaseModel], detail: ErrorDetails) -> str:
    kind, loc = detail["type"], detail["loc"]
    if kind in _UNKNOWN:
        return "unknown key" + suggestion(str(loc[-1]), _keys_at(model, loc[:-1]))
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    return _WORDS.get(kind, detail["msg"].removeprefix("Input "))


def _path(loc: Iterable[int | str]) -> str:
    """Return ``("offices", 0, "hours")`` as ``offices[0].hours``."""
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return written.removeprefix(".")


def suggestion(word: str, known: Sequence[str]) -> str:
    """Return a suffix for a message that suggests the correct spelling of a misspelt key."""
    near = get_close_matches(word.lower(), known, n=1)
    if near:
        return f", did you mean {near[0]}?"
    return f"; the keys here are {', '.join(known)}" if known else ""


def _keys_at(model: type, loc: Sequence[int | str]) -> tuple[str, ...]:
    """Return the keys allowed in the table at a path."""
    for name in loc:
        if isinstance(name, str):
            model = table_of(get_type_hints(model)[name])
    return keys_of(model)


def keys_of(model: type) -> tuple[str, ...]:
    """Return the keys of a table: the fields of a pydantic model or of a dataclass."""
    if issubclass(model, BaseModel):
        return tuple(model.model_fields)
    return tuple(entry.name for entry in dataclasses.fields(model)) if dataclasses.is_dataclass(model) else ()


def is_table(model: object) -> bool:
    """Return whether a type is a table of the settings."""
    return isinstance(model, type) and (issubclass(model, BaseModel) or dataclasses.is_dataclass(model))


def table_of(annotation: object) -> type:
    """Return the table type in ``tuple[Table, ...]``, ``Table | None`` and similar annotations."""
    if isinstance(annotation, type) and is_table(annotation):
        return annotation
    inner = (table_of(part) for part in get_args(annotation))
    return next((found for found in inner if found is not object), object)
