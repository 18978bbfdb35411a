"""Who may bar whom, lift which cause of a ban, and know what of it (docs/domain.md, section 13)."""

from collections.abc import Collection, Iterable, Sequence

from core.people.account import Account
from core.people.admins import Admin, Permission
from core.people.ban_causes import BanCause
from core.people.blacklist import Ban
from core.people.scope import home_of


def office_of_new_ban(
    admin: Admin, running: Ban | None, account: Account | None, served: Collection[str]
) -> str:
    """Return the office in whose name an admin bars a person, or adds a cause to their running ban.

    That is the office of the running ban, if the admin bars there; else the person's.

    Raises:
        NotPermitted, NotYourOffice: the admin may not bar the person.
    """
    if running is not None and admin.may(Permission.BAN, running.office):
        return running.office
    return home_of(admin, Permission.BAN, account, served)


def liftable(admin: Admin, causes: Iterable[BanCause]) -> list[BanCause]:
    """Return the causes of a ban that an admin may lift: those of their offices."""
    return [cause for cause in causes if admin.may(Permission.BAN, cause.office)]


def knows_all(admin: Admin, ban: Ban, account: Account | None) -> bool:
    """Return whether an admin may know all of a ban; ``account`` is the one with its identity.

    One by another office, of an identity that nobody has registered with, must look as if there were none.
    """
    return account is not None or admin.may(Permission.BAN, ban.office)


def known_causes(
    admin: Admin, ban: Ban, account: Account | None, causes: Sequence[BanCause]
) -> list[BanCause]:
    """Return the causes of a ban that an admin may know: all, or else those of their offices."""
    return list(causes) if knows_all(admin, ban, account) else liftable(admin, causes)
