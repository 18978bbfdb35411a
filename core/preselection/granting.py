"""In whose name chances are granted: a quota counts everywhere, but its owner stands at one counter."""

from core.errors.counter import GrantElsewhere
from core.people.admins import EVERYWHERE, Admin, Permission
from core.ports import Tx
from core.preselection.model import Preselection, from_row


def of_vehicle(tx: Tx, vin: str) -> list[Preselection]:
    """Return the preselections of a vehicle, whatever their state, the newest first."""
    return [from_row(row) for row in tx.all("preselection.of_vin", vin=vin)]


def office_of_grant(tx: Tx, admin: Admin, vin: str) -> str:
    """Return the office in whose name an admin grants chances; EVERYWHERE for a chief of all offices.

    Raises:
        NotPermitted: the admin may grant none.
        GrantElsewhere: the vehicle's newest preselection, if any, is at no office of theirs.
    """
    admin.require(Permission.GRANT)
    if admin.may(Permission.GRANT):
        return EVERYWHERE
    newest = next(iter(tx.all("preselection.of_vin", vin=vin)), None)
    if newest is None or not admin.may(Permission.GRANT, newest["office"]):
        raise GrantElsewhere
    return str(newest["office"])
