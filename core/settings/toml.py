"""Reads TOML files."""

import tomllib
from pathlib import Path
from typing import Any

from core.errors.settings import SettingsFileMissing, SettingsFileUnreadable, SettingsSyntax


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; a byte order mark is ignored.

    Raises:
        SettingsFileMissing: the file does not exist.
        SettingsFileUnreadable: the file cannot be read, or is not UTF-8.
        SettingsSyntax: the file is not valid TOML; the error has the line and column.
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
    """Add line and column to the reason where tomllib only reports the end of the document."""
    lines = text.split("\n")
    return reason.replace("at end of document", f"at line {len(lines)}, column {len(lines[-1]) + 1}, the end")
