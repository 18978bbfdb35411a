"""Why a database cannot be moved to the other engine."""

from core.errors.base import InputError, OperationError, SettingsError

_MOST_NAMED = 3


class MoveError(OperationError):
    """A database cannot be moved; nothing was changed."""


class MoveUrlsWrong(InputError):
    """The two URLs are not one of SQLite and one of PostgreSQL."""

    def __init__(self) -> None:
        super().__init__(
            "move-store moves from SQLite to PostgreSQL or back: one URL must be sqlite:///FILE, the other "
            "postgresql://USER@HOST/DATABASE; within one engine use xuanhao backup and xuanhao restore"
        )


class MoveSourceMissing(SettingsError):
    """There is no database to be moved."""

    def __init__(self, where: str) -> None:
        super().__init__(f"no database at {where}: give the URL that database.url of the settings has")


class MoveTargetNotEmpty(MoveError):
    """There is something where the database would go."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where}: there are tables already, and a move overwrites nothing: name a file that does not "
            "exist, or an empty database (createdb)"
        )


class MoveSourceServed(MoveError):
    """The service is running on the source."""

    def __init__(self, workers: tuple[str, ...]) -> None:
        named = ", ".join(workers[:_MOST_NAMED]) + (", …" if len(workers) > _MOST_NAMED else "")
        super().__init__(
            f"the service is running on the source ({named}): stop all workers on all hosts first; one that "
            "was killed counts as running for 15 seconds"
        )


class MoveSourceWritten(MoveError):
    """A program is writing to the source."""

    def __init__(self) -> None:
        super().__init__("a program is writing to the source, and does not end: stop it first")


class MoveTextRefused(MoveError):
    """A text has a character that the target cannot store."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(
            f"{table}: a text in {column} has the character NUL, which PostgreSQL cannot store: put it right "
            "in the source, and repeat; nothing was changed"
        )


class MoveDiffers(MoveError):
    """What arrived is not what was sent."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"{table}: the copy differs from the source; nothing was stored in the target, the source is as "
            "it was"
        )
