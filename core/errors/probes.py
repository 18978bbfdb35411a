"""Typed values that belong to somebody else, and too many of them."""

from core.errors.base import Refusal


class ForeignValue(Refusal):
    """The typed value is somebody else's, or unknown: an answer from which a stranger could learn.

    Attributes:
        value: what was typed, or a keyed hash of it: equal for equal values. In no text and in no log.
    """

    def __init__(self, value: str = "") -> None:
        super().__init__()
        self.value = value


class ProbedTooOften(Refusal):
    """The chat has typed too many values of others; it has to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds
