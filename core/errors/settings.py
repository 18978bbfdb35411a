"""Why the settings or the key file cannot be used."""

from pathlib import Path

from core.errors.base import SettingsError


class SettingsFileMissing(SettingsError):
    """The settings file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no such file; xuanhao init --config {path} writes one to fill in")


class SettingsFileUnreadable(SettingsError):
    """The settings file cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be read: {reason}")
        self.reason = reason


class SettingsFileNotWritten(SettingsError):
    """A settings file to fill in cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be written ({reason}): init --config FILE writes it somewhere else")


class SettingsSyntax(SettingsError):
    """The settings file is not valid TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: invalid TOML: {reason}")


class SettingsRefused(SettingsError):
    """Settings are missing, unknown or invalid; the message has one line per entry of ``problems``."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class MonitoringMissing(SettingsError):
    """[monitoring] needs a library that is not installed: pip install "xuanhao[monitoring]"."""


class KeyFileUnusable(SettingsError):
    """The key file cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class KeyFileUnreadable(SettingsError):
    """The key file exists or is to be written, but the user whom the process runs as may not."""

    def __init__(self, path: Path, reason: str, user: str) -> None:
        super().__init__(
            f"{path}: cannot be read or written by the user {user}: {reason}; the file is not damaged, so "
            "give it to the user whom the service runs as"
        )


class KeyFileLost(SettingsError):
    """The database exists, but the key file that decrypts its personal data is missing."""

    def __init__(self, database: Path, path: Path) -> None:
        super().__init__(
            f"{path}: missing, but {database} exists and its personal data are encrypted with these keys; "
            "restore the file, or set [security] keys and lookup_key"
        )
