"""The keys of the settings, their defaults, and the environment variables that override them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from core.settings import Settings
from core.settings.keys import KEY_FILE
from core.values.offices import Office

_CLASS = re.compile(r"\b[A-Z]\w*\(")


def settings() -> Iterable[str]:
    """Return every key with its default and its environment variable."""
    prefix = str(Settings.model_config["env_prefix"])
    delimiter = str(Settings.model_config["env_nested_delimiter"])
    for path, default in _keys(Settings, ()):
        variable = prefix + delimiter.join("0" if part == "[]" else part.upper() for part in path)
        yield f"{'.'.join(path)} = {default} {variable}"
    yield f"file of keys: {KEY_FILE}"


def _keys(table: type, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, annotation, default in _fields(table):
        inner = _table_of(annotation)
        here = (*path, name, "[]") if inner and "tuple" in str(annotation) else (*path, name)
        yield here, default
        if inner:
            yield from _keys(inner, here)


def _fields(table: type) -> Iterator[tuple[str, Any, str]]:
    if issubclass(table, BaseModel):
        for name, field in table.model_fields.items():
            derived = field.default_factory is not None
            yield name, field.annotation, "derived from other keys" if derived else _shown(field.default)
    else:
        hints = get_type_hints(Office, include_extras=True)
        for one in fields(Office):
            factory = one.default_factory
            yield one.name, hints[one.name], _shown(one.default if factory is MISSING else factory())


def _table_of(annotation: Any) -> type | None:
    if isinstance(annotation, type) and (issubclass(annotation, BaseModel) or annotation is Office):
        return annotation
    return next((found for get_arg in get_args(annotation) if (found := _table_of(get_arg))), None)


def _shown(default: object) -> str:
    if default is PydanticUndefined or default is MISSING:
        return "required"
    return "a table" if isinstance(default, BaseModel) else _CLASS.sub("(", repr(default))
