"""Invalid settings, and problems with the key file."""

from pathlib import Path

from core.errors.base import SettingsError


class SettingsFileMissing(SettingsError):
    """The settings file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no such file; copy config.example.toml to start")
        self.path = path


class SettingsFileUnreadable(SettingsError):
    """The settings file cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be read: {reason}")
        self.path = path
        self.reason = reason


class SettingsSyntax(SettingsError):
    """The settings file is not TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: invalid TOML: {reason}")
        self.path = path
        self.reason = reason


class SettingsRefused(SettingsError):
    """Settings are missing, misspelt or out of bounds; one line for each of ``problems``."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class KeyFileUnusable(SettingsError):
    """The file with the service's own keys cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class KeyFileLost(SettingsError):
    """A database exists without the key file for its personal data."""

    def __init__(self, database: Path, path: Path) -> None:
        super().__init__(
            f"{path}: missing, but {database} exists and its personal data are encrypted with these keys; "
            "restore the file, or set [security] keys and lookup_key"
        )
        self.database = database
        self.path = path
