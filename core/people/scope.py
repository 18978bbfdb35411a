"""Which offices an admin may see or act on with a permission: the scope of a report or a search."""

from collections.abc import Iterable
from dataclasses import dataclass

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
