"""Loads settings: the file, overridden by the environment, validated in one pass."""

import contextlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource
from pydantic_settings.sources.utils import parse_env_vars

from core.errors.settings import SettingsRefused
from core.settings.model import Settings
from core.settings.problems import keys_of, problems_of, suggestion, table_of
from core.settings.toml import read_toml
from core.settings.values import listed

FILE = Path("config.toml")
"""The default settings file; it may be absent if the environment has the settings."""
OTHER_VARIABLES = ("XUANHAO_BACKUP_PASSPHRASE",)
"""Variables that are no settings."""


def load_settings(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file, apply the environment, and validate the result.

    Relative paths, also those of the environment, count from the folder of the settings file, whatever the
    working directory.

    Args:
        path: the TOML file. ``FILE`` may be absent if the environment has at least a key of ``[telegram]``.
        environ: the environment; variables ``XUANHAO_TABLE__KEY`` override the file. Lists are JSON
            or comma-separated, offices are indexed: ``XUANHAO_OFFICES__0__HOURS``.

    Raises:
        SettingsError: the settings are unusable; ``SettingsRefused`` has one line per problem.
    """
    variables = read_environment(Settings, environ)
    is_absent = path == FILE and "telegram" in variables and not path.exists()
    tables = merged({} if is_absent else read_toml(path), variables)
    try:
        return anchored(Settings(**tables), path.absolute().parent)
    except ValidationError as error:
        problems = tuple(_with_variable(problem, environ) for problem in problems_of(Settings, error))
    # Raised outside the except clause, so that the error does not reference the values.
    raise SettingsRefused(problems)


def _with_variable(problem: str, environ: Mapping[str, str]) -> str:
    """Name the variable in a problem whose key the environment has set, as it is not in the file."""
    path, separator, reason = problem.partition(": ")
    prefix, delimiter = (str(Settings.model_config[key]) for key in ("env_prefix", "env_nested_delimiter"))
    variable = prefix + delimiter.join(re.split(r"[\[\].]+", path.rstrip("]")))
    found = next((name for name in environ if name.upper() == variable.upper()), None)
    return problem if found is None else f"{path} ({found} in the environment){separator}{reason}"


def anchored(settings: Settings, folder: Path) -> Settings:
    """Return the settings with absolute paths; relative ones count from a folder."""
    photos = folder / settings.photo_directory()
    changes: dict[str, Any] = {"photos": settings.photos.model_copy(update={"directory": photos})}
    database = settings.database.sqlite_path
    if database is not None:
        url = f"sqlite:///{folder / database}"
        changes["database"] = settings.database.model_copy(update={"url": url})
    return settings.model_copy(update=changes)


class _Environment(EnvSettingsSource):
    """Reads a given environment instead of the process's own."""

    def __init__(self, model: type[BaseSettings], environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(model, case_sensitive=False, env_ignore_empty=True)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return parse_env_vars(self._environ, self.case_sensitive, ignore_empty=True)

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - as inherited
        """Return the parsed JSON, else the text itself: lists may be comma-separated."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def read_environment(model: type[BaseSettings], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings in the environment, structured like the tables of the file.

    Raises:
        SettingsRefused: a variable with the prefix and the delimiter names an unknown table.
    """
    prefix = str(model.model_config["env_prefix"])
    delimiter = str(model.model_config["env_nested_delimiter"])
    tables = tuple(model.model_fields)
    problems = []
    for name in environ:
        table, nested, _ = name.upper().removeprefix(prefix).lower().partition(delimiter)
        if name.upper().startswith(prefix) and nested and table not in tables:
            problems.append(f"{name}: unknown table {table}{suggestion(table, tables)}")
    if problems:
        raise SettingsRefused(tuple(problems))
    found: dict[str, Any] = _Environment(model, environ)()
    for table, entries in found.items():
        if isinstance(entries, dict) and all(key.isdecimal() for key in entries):  # offices by their index
            kind = table_of(model.model_fields[table].annotation)
            found[table] = {key: _parsed(kind, entry) for key, entry in entries.items()}
    return found


def _parsed(kind: type, entry: object) -> object:
    """Parse the values of an entry of a list: JSON, or a list with commas where the key has a list."""
    if not isinstance(entry, dict):
        return entry
    hints = get_type_hints(kind)
    return {
        key: _value(value, is_list=get_origin(hints.get(key)) is tuple) if isinstance(value, str) else value
        for key, value in entry.items()
    }


def _value(written: str, *, is_list: bool) -> object:
    if written.lstrip()[:1] in {"[", "{"}:
        with contextlib.suppress(ValueError):
            return json.loads(written)
    return listed(written) if is_list else written


def ignored_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a warning for each variable with the prefix that is no setting, such as XUANHAO_TOKEN."""
    prefix = str(Settings.model_config["env_prefix"])
    delimiter = str(Settings.model_config["env_nested_delimiter"])
    known = [
        f"{prefix}{table}{delimiter}{key}".upper()
        for table, field in Settings.model_fields.items()
        for key in keys_of(table_of(field.annotation))
    ]
    names = [
        name
        for name in environ
        if name.upper().startswith(prefix)
        and delimiter not in name
        and name.upper().removeprefix(prefix).lower() not in Settings.model_fields
        and name.upper() not in OTHER_VARIABLES
    ]
    return [f"{name}: is no setting, and is ignored{_meant(name, known)}" for name in sorted(names)]


def _meant(name: str, known: Sequence[str]) -> str:
    """Return a suffix that names the variable that was probably meant; empty if none is similar."""
    near = get_close_matches(name.upper(), known, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def merged(base: object, over: object) -> Any:  # noqa: ANN401 - settings of any shape
    """Return ``base`` overridden by ``over``, merged recursively table by table.

    A table with numeric keys overrides entries of a list by index, or appends to it.
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
