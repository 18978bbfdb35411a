"""Reading settings: the file, the environment over it, and what is wrong with them in plain lines.

Nothing here knows a single key; the models of ``core.settings`` do. No line ever repeats a value,
for it could be a secret: lines name keys and say what should stand there.
"""

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource
from pydantic_settings.sources.utils import parse_env_vars

from core.errors import SettingsFileMissing, SettingsFileUnreadable, SettingsRefused, SettingsSyntax

LOOKUP_KEY_CHARACTERS = 16

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


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a settings file; a byte order mark before them does no harm.

    Raises:
        SettingsFileMissing: there is no such file.
        SettingsFileUnreadable: it may not be read, or is not UTF-8.
        SettingsSyntax: it is not TOML; the error says at which line and column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsFileMissing(path) from None
    except OSError as error:
        raise SettingsFileUnreadable(path, error.strerror or type(error).__name__) from None
    except UnicodeDecodeError:
        raise SettingsFileUnreadable(path, "it is not UTF-8") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsSyntax(path, _with_place(str(error), text)) from None


def _with_place(reason: str, text: str) -> str:
    """Return the reason with line and column also where it only says that the file ends too soon."""
    lines = text.split("\n")
    return reason.replace("at end of document", f"at line {len(lines)}, column {len(lines[-1]) + 1}, the end")


class _Environment(EnvSettingsSource):
    """The environment that was handed in, instead of the process's own."""

    def __init__(self, model: type[BaseSettings], environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(model, case_sensitive=False, env_ignore_empty=True)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return parse_env_vars(self._environ, self.case_sensitive, ignore_empty=True)

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - as inherited
        """Return what JSON says, else the text itself: lists may be written with commas."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def read_environment(model: type[BaseSettings], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that stand in the environment, shaped like the tables of the file.

    Raises:
        SettingsRefused: a variable with the prefix and the delimiter names no table.
    """
    prefix = str(model.model_config["env_prefix"])
    delimiter = str(model.model_config["env_nested_delimiter"])
    tables = tuple(model.model_fields)
    problems = []
    for name in environ:
        table, nested, _ = name.upper().removeprefix(prefix).lower().partition(delimiter)
        if name.upper().startswith(prefix) and nested and table not in tables:
            problems.append(f"{name}: unknown table {table}{_suggestion(table, tables)}")
    if problems:
        raise SettingsRefused(tuple(problems))
    return _Environment(model, environ)()


def merged(base: object, over: object) -> Any:  # noqa: ANN401 - settings of any shape
    """Return ``base`` with ``over`` laid over it, table by table.

    A table whose keys are numbers changes the entries of a list, or adds the next one.
    """
    if not isinstance(over, Mapping):
        return over
    if over and all(str(key).isdecimal() for key in over):
        return _merged_list(base if isinstance(base, Sequence) and not isinstance(base, str) else (), over)
    ground = base if isinstance(base, Mapping) else {}
    return {**ground, **{key: merged(ground.get(key), value) for key, value in over.items()}}


def _merged_list(base: Sequence[object], over: Mapping[str, object]) -> list[object]:
    entries = list(base)
    for index, value in sorted((int(key), value) for key, value in over.items()):
        if index < len(entries):
            entries[index] = merged(entries[index], value)
        else:
            entries.append(merged(None, value))
    return entries


def problems_of(model: type[BaseModel], error: ValidationError) -> tuple[str, ...]:
    """Return one line for each thing that is wrong: ``path.to.key: what is wrong``."""
    details = error.errors(include_url=False, include_input=False)
    return tuple(_line(model, detail) for detail in details if detail["type"] != _FOLLOWS_FROM_ANOTHER)


def _line(model: type[BaseModel], detail: ErrorDetails) -> str:
    path = _path(detail["loc"])
    return f"{path}: {_words(model, detail)}" if path else _words(model, detail)


def _words(model: type[BaseModel], detail: ErrorDetails) -> str:
    kind, loc = detail["type"], detail["loc"]
    if kind in _UNKNOWN:
        return "unknown key" + _suggestion(str(loc[-1]), _keys_at(model, loc[:-1]))
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    return _WORDS.get(kind, detail["msg"].removeprefix("Input "))


def _path(loc: Iterable[int | str]) -> str:
    """Return ``("offices", 0, "hours")`` as ``offices[0].hours``."""
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return written.removeprefix(".")


def _suggestion(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word.lower(), known, n=1)
    if near:
        return f", did you mean {near[0]}?"
    return f"; the keys here are {', '.join(known)}" if known else ""


def _keys_at(model: type, loc: Sequence[int | str]) -> tuple[str, ...]:
    """Return the keys that may stand in the table to which a path leads."""
    for name in loc:
        if isinstance(name, str):
            model = _table_in(get_type_hints(model)[name])
    return keys_of(model)


def keys_of(model: type) -> tuple[str, ...]:
    """Return the keys of a table: the fields of a pydantic model or of a dataclass."""
    if issubclass(model, BaseModel):
        return tuple(model.model_fields)
    return tuple(entry.name for entry in dataclasses.fields(model)) if dataclasses.is_dataclass(model) else ()


def is_table(model: object) -> bool:
    """Return whether a type stands for a table of its own."""
    return isinstance(model, type) and (issubclass(model, BaseModel) or dataclasses.is_dataclass(model))


def _table_in(annotation: object) -> type:
    """Return the table type inside ``tuple[Table, ...]``, ``Table | None`` or the like."""
    if isinstance(annotation, type) and is_table(annotation):
        return annotation
    inner = (_table_in(part) for part in get_args(annotation))
    return next((found for found in inner if found is not object), object)


# --- what one value may be: a ValueError becomes a line of the report -----------------------------


def listed(value: object) -> object:
    """Let one value stand for a list of one, and a text with commas for a list of several."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [value] if isinstance(value, int) else value


def distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a list that names something twice."""
    if len(set(values)) != len(values):
        raise ValueError("names something twice")
    return values


def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse an empty list."""
    if not values:
        raise ValueError("should have at least one entry")
    return values


def long_enough(value: SecretStr) -> SecretStr:
    """Check that the key of the hashes is long enough."""
    if len(value.get_secret_value()) < LOOKUP_KEY_CHARACTERS:
        raise ValueError(f"should have {LOOKUP_KEY_CHARACTERS} characters at least")
    return value


def bot_token(value: SecretStr) -> SecretStr:
    """Check the form of a bot's token."""
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
        raise ValueError("should be the token of the bot: digits, a colon and characters, as 123456:ABC")
    return value


def fernet_key(value: SecretStr) -> SecretStr:
    """Check that a key is one of Fernet's."""
    try:
        Fernet(value.get_secret_value())
    except ValueError:
        raise ValueError("is no Fernet key (44 characters, from Fernet.generate_key())") from None
    return value


def http_url(value: str) -> str:
    """Check that an address is one of HTTP."""
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"\s", value):
        raise ValueError("should be an address that begins with http:// or https://")
    return value


def bot_url(value: str) -> str:
    """Check the address of a Bot API, and take a slash off its end."""
    plain = http_url(value).rstrip("/")
    if not plain.endswith("/bot"):
        raise ValueError("should end in /bot, as https://api.telegram.org/bot does")
    return plain


def database_url(value: str) -> str:
    """Check that a database is one that there is a store for."""
    parts = urlsplit(value)
    if parts.scheme == "postgresql" and (parts.hostname or parts.query):
        return value
    if value.startswith("sqlite:///") and value.removeprefix("sqlite:///").strip("/") not in ("", ":memory:"):
        return value
    raise ValueError("should be sqlite:///path/to/file.db or postgresql://user@host/name")
