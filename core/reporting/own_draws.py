"""An owner's draws, as they verify them (docs/journal.md, section 5)."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import from_millis, moment_or_none
from core.people.accounts import Account
from core.ports import Row, Tx
from core.public_journal.chain import Head
from core.values.plates import PlateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDraw:
    """A draw that an owner was shown."""

    office: str
    kind: PlateKind
    n: int
    at: datetime
    place: int  # among the batches of its vehicle, from 1; 0 if it gave no number, which is not charged
    vin: str | None
    numbers: tuple[str, ...]
    nonce: str
    without_four: bool
    day: date
    digest: str  # of the day's seed, in hex
    secret: str | None  # in hex; None until it is published
    published_at: datetime | None
    entry: Head | None  # in the public journal; None if it is older than that is noted


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawsOfDay:
    """The draws of a pool on a day."""

    draws: int
    first: int  # 0 if there is none
    last: int
    published_at: datetime | None


def own_draws(tx: Tx, account: Account) -> list[OwnDraw]:
    """Return the draws that an owner was shown, newest first."""
    places: Counter[str | None] = Counter()
    found = []
    for row in tx.all("checks.own_draws", account_id=account.account_id):
        numbers = tuple(json.loads(row["numbers"]))
        if numbers:
            places[row["vin"]] = row["batch_no"] or places[row["vin"]] + 1
        found.append(
            OwnDraw(
                office=row["office"],
                kind=PlateKind(row["kind"]),
                n=row["n"],
                at=from_millis(row["drawn_at"]),
                place=places[row["vin"]] if numbers else 0,
                vin=row["vin"],
                numbers=numbers,
                nonce=row["nonce"],
                without_four=bool(row["without_four"]),
                day=date.fromisoformat(row["day"]),
                digest=row["digest"],
                secret=row["secret_published"],
                published_at=moment_or_none(row["published_at"]),
                entry=_entry(row),
            )
        )
    return found[::-1]


def _entry(row: Row) -> Head | None:
    return Head(seq=row["journal_seq"], hash=row["journal_hash"]) if row["journal_hash"] else None


def draws_of_day(tx: Tx, office: str, kind: str, day: str) -> DrawsOfDay:
    """Return the numbers of the draws that a pool made on a day."""
    row = tx.one("checks.draws_of_day", office=office, kind=kind, day=day)
    if row is None:
        return DrawsOfDay(draws=0, first=0, last=0, published_at=None)
    return DrawsOfDay(
        draws=row["draws"],
        first=row["first"] or 0,
        last=row["last"] or 0,
        published_at=moment_or_none(row["published_at"]),
    )
