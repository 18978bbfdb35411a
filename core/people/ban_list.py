"""The list of running bans, by office and cause, in pages."""

from dataclasses import dataclass

from core.clock import to_millis
from core.people.blacklist import Ban, from_row
from core.ports import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class BanFilter:
    """Which running bans are listed."""

    offices: tuple[str, ...] | None  # their codes; None for all
    cause: str = ""  # a ``Cause``; empty for any


def page(tx: Tx, chosen: BanFilter, *, skip: int, limit: int) -> list[Ban]:
    """Return a page of running bans, newest first."""
    return [from_row(row) for row in tx.all("blacklist.page", skip=skip, most=limit, **_values(tx, chosen))]


def count(tx: Tx, chosen: BanFilter) -> int:
    row = tx.one("blacklist.count_page", **_values(tx, chosen))
    return row["bans"] if row else 0


def _values(tx: Tx, chosen: BanFilter) -> dict[str, object]:
    return {
        "now": to_millis(tx.now),
        "everywhere": int(chosen.offices is None),
        "offices": ",".join(chosen.offices or ()),
        "cause": chosen.cause,
    }
