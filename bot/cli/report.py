"""The lines of ``check``: one for each subject, with warnings below it."""


class Report:
    """Prints findings, and remembers whether the service can run."""

    def __init__(self) -> None:
        self.is_good = True

    def ok(self, subject: str, said: str = "") -> None:
        print(f"{subject}: ok{said and f', {said}'}")

    def bad(self, subject: str, said: object) -> None:
        """Print what keeps the service from running."""
        self.is_good = False
        print(f"{subject}: {said}")

    def note(self, said: str) -> None:
        print(f"  {said}")

    def warn(self, said: str) -> None:
        print(f"  warning: {said}")
