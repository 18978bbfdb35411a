"""The lines of ``check``: one for each subject, with warnings below it."""

from bot.cli.command import BAD_SETTINGS, DONE, FAILED
from core.errors.base import SettingsError


class Report:
    """Prints findings, and remembers with which exit status they end."""

    def __init__(self) -> None:
        self.status = DONE

    def ok(self, subject: str, said: str = "") -> None:
        print(f"{subject}: ok{said and f', {said}'}")

    def bad(self, subject: str, said: object, *, is_setting: bool = False) -> None:
        """Print what keeps the service from running; ``is_setting``, or its class, says that settings do."""
        is_setting = is_setting or isinstance(said, SettingsError)
        self.status = max(self.status, BAD_SETTINGS if is_setting else FAILED)
        print(f"{subject}: {said}")

    def note(self, said: str) -> None:
        print(f"  {said}")

    def warn(self, said: str) -> None:
        print(f"  warning: {said}")
