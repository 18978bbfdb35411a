"""A database, a photo folder and a bot that do not belong together."""

from pathlib import Path

from core.errors.base import OperationError, SettingsError


class DatabaseMissing(SettingsError):
    """There is no database where the settings say."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"no database at {where}: xuanhao init creates one; "
            "if there should be one, check database.url, or restore a backup (docs/backup.md)"
        )


class DatabaseExists(OperationError):
    """There is a database already where one should be created; nothing was changed."""

    def __init__(self, where: str) -> None:
        super().__init__(f"there is one already at {where}; use `xuanhao migrate` if its schema is older")


class DatabaseOfAnotherBot(SettingsError):
    """The database serves another bot."""

    def __init__(self, known: int, given: int) -> None:
        super().__init__(
            f"telegram.token: the database serves bot {known}, this token belongs to bot {given}; each bot "
            f"needs a database of its own (if bot {known} is gone for good: xuanhao change-bot)"
        )


class PhotoFolderOfAnother(SettingsError):
    """The photo folder belongs to another database."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"photos.directory: {folder} belongs to another database; each database needs a folder of its own"
        )
