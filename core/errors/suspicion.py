"""Suspected abuse of the selection: for its owner and for reviewers."""

from core.errors.base import Refusal


class SelectionSuspended(Refusal):
    """A reviewer has asked the owner for the invoice, and the selection waits for the answer.

    Attributes:
        kind: the rule because of which it was asked for, a ``SuspicionKind``.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


class SuspicionUnknown(Refusal):
    """No suspicion has this id."""


class SuspicionOfOneself(Refusal):
    """The suspicion is about the reviewer's own account, identity or actions."""


class NobodyToAsk(Refusal):
    """The suspicion is about an admin, who has no invoice to show."""
