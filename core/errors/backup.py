"""Why a backup cannot be taken, verified or put back."""

from pathlib import Path

from core.errors.base import InputError, OperationError

_MOST_LINES = 10


class BackupError(OperationError):
    """A backup cannot be taken, verified or put back."""


class RestoreUnfinished(BackupError):
    """The database is the remainder of a restore that was interrupted or failed."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"a restore into {where} did not finish, so the numbers issued since the backup would be issued "
            "again: drop the database, create an empty one, and repeat xuanhao restore (docs/backup.md)"
        )


class BackupRunning(BackupError):
    """Another backup is being written to the same folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: another backup is being written there")


class BackupNotWritten(BackupError):
    """The backup cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class BackupToolMissing(BackupError):
    """A client program of PostgreSQL is not installed."""

    def __init__(self, tool: str) -> None:
        super().__init__(
            f"{tool} is not on the PATH: install the client programs of PostgreSQL "
            "(Debian: postgresql-client), in the server's version or newer"
        )


class SchemaTooOld(BackupError):
    """The schema is older than any that this program can back up."""

    def __init__(self, found: int, oldest: int) -> None:
        super().__init__(
            f"the database has schema {found}, and this program backs up {oldest} and newer ones: take the "
            "backup with the version that has run so far"
        )


class BackupUnknown(BackupError):
    """The folder contains no backup."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: no complete backup (manifest.json is missing); name the folder of one backup, "
            "such as xuanhao-20261127T020000Z"
        )


class BackupDamaged(BackupError):
    """A file of the backup is not what the manifest says."""

    def __init__(self, file: str, what: str) -> None:
        super().__init__(f"{file}: {what}: this backup is damaged; take another one")


class BackupNewer(BackupError):
    """The backup was taken by a newer program."""

    def __init__(self, version: str) -> None:
        super().__init__(f"this backup was taken by version {version}: install that version or a newer one")


class BackupOfOtherEngine(BackupError):
    """The backup and database.url name different engines."""

    def __init__(self, engine: str) -> None:
        super().__init__(f"database.url: this backup is of {engine}, so the database must be too")


class RestoreTargetNotEmpty(BackupError):
    """There is a database where the backup would go."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where}: there is a database already, and a restore overwrites nothing; "
            "move it away, or change database.url"
        )


class KeysMissing(BackupError):
    """The keys for the personal data are not at hand."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the keys are neither in this backup nor in the settings: copy {path.name} to {path}, or set "
            "[security] keys and lookup_key"
        )


class KeysDiffer(BackupError):
    """The keys of the backup are not those of the settings."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where}: has other keys than the backup; what is encrypted could not be read. "
            + (
                "Put the keys of the backup's database there"
                if where == "[security]"
                else "Move that file away: the keys then come from the backup"
            )
        )


class PassphraseNeeded(InputError):
    """The keys in the backup are encrypted, and no passphrase was given."""


class PassphraseWrong(InputError):
    """The passphrase does not open the keys in the backup."""


class PassphraseTooShort(InputError):
    """The passphrase must have at least 12 characters."""


class OfficeNotServed(InputError):
    """A number in the list is one of an office that the settings lack."""

    def __init__(self, office: str) -> None:
        super().__init__(f"the settings have no office {office}")


class GivenUnreadable(InputError):
    """Lines of the list of issued numbers cannot be read; the first ten are named."""

    def __init__(self, lines: tuple[tuple[int, str], ...]) -> None:
        named = [f"line {line}: {reason}" for line, reason in lines[:_MOST_LINES]]
        if len(lines) > _MOST_LINES:
            named.append(f"and {len(lines) - _MOST_LINES} more")
        super().__init__("\n".join([*named, "one number a line, as 粤K12345; nothing was changed"]))
        self.lines = lines


class LossBeforeBackup(InputError):
    """The loss cannot lie before the backup, nor in the future."""
