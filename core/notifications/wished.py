"""Numbers that owners wish for (心愿号): telling them when these can be selected (docs/domain.md, 15).

A wish reserves nothing. All who wish for a number are told at one time: when its segment opens, or some
minutes after it came back. A scheduled job works through the recorded openings in pages, each in a
transaction of its own: whatever the number of wishes, no transaction is long. A page may be repeated, since
a notice is unique per opening and chat.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import from_millis, to_millis
from core.errors.accounts import NotRegistered
from core.errors.wished import WishedAlready, WishedEnough
from core.notifications.queue import NotificationPurpose
from core.ports import Row, Tx
from core.values.masks import Mask, patterns_of
from core.values.plates import PlateKind
from core.values.wished_numbers import Wished

MAX_WISHED = 5
"""Maximum wishes of an account; the table has as many slots."""
PAGE = 500
"""Wishes read in one transaction."""
_KEY = ("office", "kind", "mask", "way", "tell_at")
"""What identifies an opening for good: SQLite gives the id of a deleted row to another one."""
_BACK = "back"  # the way of an opening that is about one number


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedNumber:
    """A stored wish."""

    slot: int
    office: str
    kind: PlateKind
    pattern: str
    since: datetime


def of_account(tx: Tx, account_id: int) -> list[WishedNumber]:
    """Return the wishes of an account, in the order of their slots."""
    return [
        WishedNumber(
            slot=row["slot"],
            office=row["office"],
            kind=PlateKind(row["kind"]),
            pattern=row["mask"],
            since=from_millis(row["since"]),
        )
        for row in tx.all("wished.of_account", account_id=account_id)
    ]


def add(tx: Tx, account_id: int, wished: Wished, *, is_registered: bool) -> None:
    """Add a wish of a registered owner.

    Raises:
        NotRegistered: the account is not registered.
        WishedAlready: the owner has this wish.
        WishedEnough: the owner has as many as one may have.
    """
    names = {"office": wished.office, "kind": wished.mask.kind, "mask": wished.mask.pattern}
    if tx.run("wished.add", account_id=account_id, now=to_millis(tx.now), **names):
        return
    if not is_registered:
        raise NotRegistered
    known = {(one.office, one.kind, one.pattern) for one in of_account(tx, account_id)}
    if (wished.office, wished.mask.kind, wished.mask.pattern) in known:
        raise WishedAlready
    raise WishedEnough(MAX_WISHED)


def remove(tx: Tx, account_id: int, slot: int) -> None:
    tx.run("wished.remove", account_id=account_id, slot=slot)


def is_pending(tx: Tx) -> bool:
    """Whether there is somebody to tell; read on a read-only snapshot at every run of the job."""
    return tx.one("wished.opening_due", now=to_millis(tx.now)) is not None


def tell_some(tx: Tx) -> int:
    """Tell a page of owners of the first opening that is due; return 0 if none is due."""
    opening = tx.one("wished.opening_due", now=to_millis(tx.now))
    if opening is None:
        return 0
    rows = _page(tx, opening)
    is_last = len(rows) < PAGE
    if not is_last:  # the wishes of the last account may go on in the next page
        rows = [row for row in rows if row["account_id"] != rows[-1]["account_id"]]
    _tell(tx, opening, _meeting(opening, rows))
    if is_last:
        tx.run("wished.end_opening", opening_id=opening["opening_id"])
    else:
        tx.run("wished.told_up_to", opening_id=opening["opening_id"], account_id=rows[-1]["account_id"])
    return 1


def _page(tx: Tx, opening: Row) -> list[Row]:
    place = {
        "office": opening["office"],
        "kind": opening["kind"],
        "after": opening["told_up_to"],
        "most": PAGE,
    }
    if opening["way"] != _BACK:
        return tx.all("wished.page_of_pool", **place)
    masks = json.dumps(patterns_of(opening["mask"]))  # as many numbers may come back at one time
    return tx.all("wished.page_of_masks", masks=masks, **place)


def _meeting(opening: Row, rows: Sequence[Row]) -> list[tuple[int, str]]:
    """Return the account and the wish of those rows that the opening is about."""
    if opening["way"] == _BACK:
        return [(row["account_id"], row["mask"]) for row in rows]
    mask = Mask(kind=PlateKind(opening["kind"]), pattern=opening["mask"], nev_letters=opening["nev_letters"])
    return [(row["account_id"], row["mask"]) for row in rows if mask.meets(row["mask"])]


def _tell(tx: Tx, opening: Row, wishes: Sequence[tuple[int, str]]) -> None:
    if not wishes:
        return
    first = dict(reversed(wishes))  # one of each account: a second would be refused by the first's key
    details = {name: opening[name] for name in ("office", "kind", "mask", "way", "compose_from")}
    tx.run(
        "wished.tell",
        purpose=NotificationPurpose.WISHED,
        subject=f"numbers:{':'.join(str(opening[name]) for name in _KEY)}",
        details=json.dumps(details, ensure_ascii=False, sort_keys=True),
        wishes=json.dumps(sorted(first.items())),
        now=to_millis(tx.now),
    )
