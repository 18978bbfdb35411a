"""The desk: permissions, failed lookups, and conflicts with other admins."""

from core.errors.base import InputError, Refusal


class NotPermitted(Refusal):
    """The admin has no role that permits this; to non-admins the command is unknown."""


class NotYourOffice(Refusal):
    """The admin's role covers other offices only."""


class NoSuchAdmin(Refusal):
    """The chat lacks this role at that office, or has it by the settings, which no command changes."""


class NothingToCall(Refusal):
    """The bot reaches the owner, and nothing that it sent has failed: no telephone number is shown."""


class OwnerNamed(InputError):
    """A reason that goes into the audit log names the owner."""


class ReasonTooShort(InputError):
    """A reason is missing, or has fewer than ``least`` different letters.

    ``command`` is the command that lacks it, for an example; empty on a card.
    """

    def __init__(self, least: int) -> None:
        super().__init__()
        self.least = least
        self.command = ""


class NamesAreSealed(InputError):
    """Nobody is found by name: names are stored encrypted, without a hash."""


class MessageEmpty(InputError):
    """A message to an owner has no text."""


class MessageTooLong(InputError):
    """A message to an owner has at most ``most`` characters."""

    def __init__(self, most: int, found: int) -> None:
        super().__init__()
        self.most, self.found = most, found


class NoteTooLong(InputError):
    """A note has at most ``most`` characters."""

    def __init__(self, most: int, found: int) -> None:
        super().__init__()
        self.most, self.found = most, found


class NoteNeedsCase(Refusal):
    """A note is on one case: what was named is no person's, or has several preselections."""


class NoteStays(Refusal):
    """The note is another one's, too old to be withdrawn, or withdrawn already."""


class NobodyFound(Refusal):
    """No chat, identity, phone or plate number matches the input."""


class NothingKnown(Refusal):
    """No record matches the query; it never existed or has been deleted."""


class NotInAuditLog(InputError):
    """A term of the query is no number, person, segment, action, office or date of the audit log."""


class HandledMeanwhile(Refusal):
    """Another admin acted first: the state shown to this admin is stale.

    ``by`` is the actor and ``action`` the action, as in the audit log; empty where the log does not say.
    """

    def __init__(self, by: str = "", action: str = "") -> None:
        super().__init__()
        self.by = by
        self.action = action


class AlreadyHandled(Refusal):
    """Another admin has handled it; ``by`` is their actor in the audit log."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by = by


class NothingToHandle(Refusal):
    """The task no longer exists."""


class ImportUnderWay(Refusal):
    """The admin has an import that is neither confirmed nor dropped; ``name`` is its file."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name


class ImportOver(Refusal):
    """The import has already been confirmed, dropped or undone."""


class RoleHeld(Refusal):
    """The admin already has this role."""
