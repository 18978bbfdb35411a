"""Which offices an admin may see or act on with a permission, and which one is responsible for a person."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.people.account import Account
from core.people.admins import EVERYWHERE, Admin, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The offices that a report or a search covers."""

    offices: tuple[str, ...]
    everywhere: bool = False  # all offices, including those no longer served

    @property
    def values(self) -> dict[str, object]:
        """Return the parameters of the queries that are limited to a scope."""
        return {"offices": ",".join(self.offices), "everywhere": int(self.everywhere)}

    def holds(self, office: str | None) -> bool:
        """Whether something that belongs to an office, or to none, is within the scope."""
        return self.everywhere or (office is not None and office in self.offices)


def scope_of(admin: Admin, permission: Permission, served: Iterable[str]) -> Scope:
    """Return the scope of an admin's permission, among the offices that are served.

    Raises:
        NotPermitted: they have the permission nowhere.
    """
    admin.require(permission)
    return Scope(
        offices=tuple(admin.offices(permission, served)), everywhere=admin.may(permission, EVERYWHERE)
    )


def home_of(admin: Admin, permission: Permission, account: Account | None, served: Collection[str]) -> str:
    """Return the office that is responsible for a person: theirs, or else the first one of the admin.

    Args:
        admin: who would do something about the person.
        permission: to do it.
        account: the person; None for an identity that nobody has registered with.
        served: the offices that are served.

    Raises:
        NotPermitted, NotYourOffice: the admin lacks the permission there.
    """
    home = _home(admin, permission, account, served)
    admin.require(permission, home)
    return home


def serves_home_of(
    admin: Admin, permission: Permission, account: Account | None, served: Collection[str]
) -> bool:
    """Return whether an admin has a permission at the office that is responsible for a person."""
    return admin.may(permission, _home(admin, permission, account, served))


def _home(admin: Admin, permission: Permission, account: Account | None, served: Collection[str]) -> str:
    if account is not None and account.office in served:
        return str(account.office)
    return next(iter(admin.offices(permission, served)), next(iter(served)))
