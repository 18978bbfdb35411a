"""The desk: duties, what is looked for, and what somebody else was faster at."""

from core.errors.base import InputError, Refusal


class NotPermitted(Refusal):
    """Nobody with this role may do this; to a stranger the command is unknown."""


class NotYourOffice(Refusal):
    """The role is one at other offices."""


class NoSuchAdmin(Refusal):
    """Nobody has this role there, or the settings give it, which no command changes."""


class NobodyFound(Refusal):
    """Nobody fits what was written: no chat, identity, telephone or plate number."""


class NothingKnown(Refusal):
    """Nothing is known of what was asked for: no such vehicle was ever here, or it is gone."""


class NotInAuditLog(InputError):
    """What was asked of the audit log is no number, person, segment, action, office or date that it knows."""


class HandledMeanwhile(Refusal):
    """Somebody else was faster: it is not any more as the admin was shown it.

    ``by`` is the actor and ``action`` what they did, as the audit log has it; empty where it does not tell.
    """

    def __init__(self, by: str = "", action: str = "") -> None:
        super().__init__()
        self.by = by
        self.action = action


class AlreadyHandled(Refusal):
    """Somebody else at the desk has dealt with it; ``by`` is how the audit log calls them."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by = by


class NothingToHandle(Refusal):
    """What was to be dealt with is not there any more."""


class ImportUnderWay(Refusal):
    """The admin has an import that is neither confirmed nor given up."""


class ImportOver(Refusal):
    """The import has been confirmed, given up or undone before."""


class RoleHeld(Refusal):
    """They have got that very role already."""
