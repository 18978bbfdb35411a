"""One-time links that give a role."""

from core.errors.base import Refusal


class InvitationUnknown(Refusal):
    """There is no such link, or who made it may no longer give the role."""


class InvitationUsed(Refusal):
    """Somebody has used the link: it gives its role once."""


class InvitationExpired(Refusal):
    """The link was not used in time."""


class InvitationRevoked(Refusal):
    """A chief has revoked the link before anybody has used it."""
