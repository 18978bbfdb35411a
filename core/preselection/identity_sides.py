"""What each side of a moved identity loses (/identity), and who receives one in place of another.

One wrong digit of a chat id would give an identity to a stranger and take theirs away. So an account that has
another identity receives one only if the admin, who has the person at the counter, types that person's name.
"""

from collections.abc import Collection
from dataclasses import dataclass

from core.errors.counter import HolderElsewhere, ReceiverNotNamed
from core.people.accounts import Account
from core.people.admins import Admin, Permission
from core.people.ban_causes import BanCause, causes_of
from core.people.blacklist import running
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, of_account, unfinished
from core.values.text import DOTS, compact

_TAIL = 4
"""Characters of the identity that are typed for an account without a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySide:
    """One account concerned, with everything that hangs on its identity."""

    account: Account
    draft: Preselection | None
    reserved: tuple[Preselection, ...]
    bans: tuple[BanCause, ...]  # the running causes of its identity


def side_of(tx: Tx, account: Account) -> IdentitySide:
    """Return what hangs on the identity of an account."""
    ban = running(tx, account.identity_hash)
    return IdentitySide(
        account=account,
        draft=unfinished(tx, account),
        reserved=tuple(one for one in of_account(tx, account) if one.state == PreselectionState.RESERVED),
        bans=tuple(causes_of(tx, ban)) if ban else (),
    )


def ensure_may_take(admin: Admin, holder: Account | None, served: Collection[str]) -> None:
    """Require that an admin may move an identity away from its holder: no office takes another's owners.

    Raises:
        HolderElsewhere: the holder belongs to an office at which the admin may not.
    """
    office = holder.office if holder else None
    if office is not None and office in served and not admin.may(Permission.IDENTITY, office):
        raise HolderElsewhere(office)


def replaced_identity(account: Account, identity: str) -> str:
    """Return the identity that an account has in place of the one it is to receive; empty if none."""
    return account.identity if account.identity != identity else ""


def ensure_receiver_named(account: Account, identity: str, typed: str) -> None:
    """Require the name of an account whose identity would be replaced; without a name the identity's tail.

    Width, blanks, dots and case do not matter.

    Raises:
        ReceiverNotNamed: something else was typed, or nothing.
    """
    replaced = replaced_identity(account, identity)
    if replaced and compact(typed, DOTS) != compact(account.name or replaced[-_TAIL:], DOTS):
        raise ReceiverNotNamed
