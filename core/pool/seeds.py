"""The seeds of the draws: committed a week ahead, published after their day (docs/journal.md, section 3)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from core import audit
from core.audit import AuditAction
from core.clock import CHINA, to_millis
from core.errors.pool import NoSeedToday
from core.ports import RandomBytes, Row, Tx
from core.public_journal import chain
from core.public_journal.chain import Head
from core.public_journal.entries import Event
from core.security.vault import Vault
from core.values.offices import Office

SEED_BYTES = 32
DAYS_AHEAD = 7
"""Days after today for which a seed is committed to."""
REVEAL_LAG = timedelta(minutes=5)
"""How long after the office's closing its seed of the day is published: for presses still to be handled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """The seed that a pool draws with on a day."""

    seed_id: int
    day: str  # ISO date, China Standard Time
    secret: bytes = field(repr=False)
    digest: str  # SHA-256 of the secret, in hex: public from the start


class Seeds:
    """Commits to seeds and publishes them."""

    def __init__(self, vault: Vault, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._vault = vault
        # Decrypting a secret costs more than all the hashing of a draw.
        self._opened = lru_cache(maxsize=64)(vault.decrypt)

    def today(self, tx: Tx, office: str, kind: str) -> Seed:
        """Return the seed that a pool draws with now.

        It is never committed to here: the press that draws is known already.

        Raises:
            NoSeedToday: none was committed to before, or it is published already, as the office has closed.
        """
        return self._of_day(tx, office, kind, _today(tx))

    def _of_day(self, tx: Tx, office: str, kind: str, day: date) -> Seed:
        row = tx.one("pool.seed_of_day", office=office, kind=kind, day=day.isoformat())
        if row is None:
            raise NoSeedToday
        return self.of_row(row)

    def of_row(self, row: Row) -> Seed:
        """Return the seed in a row of ``seed``, decrypted."""
        return Seed(
            seed_id=row["seed_id"],
            day=row["day"],
            secret=self._opened(bytes(row["secret_sealed"])),
            digest=row["digest"],
        )

    def of_releases(self, tx: Tx, office: str, kind: str) -> Seed:
        """Return the seed that draws the day of an opening: today's, or tomorrow's once that is published.

        Raises:
            NoSeedToday: neither was committed to before.
        """
        try:
            return self.today(tx, office, kind)
        except NoSeedToday:
            return self._of_day(tx, office, kind, _today(tx) + timedelta(days=1))

    def commit_ahead(self, tx: Tx, office: str, kind: str, head: Head) -> Head:
        """Commit to the seeds of today and the next days, as far as they have none; return the new head.

        Args:
            tx: the transaction that holds the pool's lock.
            office: the code of the pool's office.
            kind: the plate kind of the pool.
            head: of the pool's chain.
        """
        today = _today(tx)
        rows = tx.all("pool.seeded_days", office=office, kind=kind, day=today.isoformat())
        known = {row["day"] for row in rows}
        for ahead in range(DAYS_AHEAD + 1):
            day = (today + timedelta(days=ahead)).isoformat()
            if day not in known:
                head = self._commit(tx, office, kind, day, head)
        return head

    def keep_up(self, tx: Tx, office: Office, kind: str) -> None:
        """Publish the seeds whose day is over, or whose office has closed for the day, and commit ahead."""
        head = chain.lock(tx, office.code, kind)
        last = _last_over(tx, office)
        for row in tx.all("pool.seeds_to_publish", office=office.code, kind=kind, day=last.isoformat()):
            head = self._publish(tx, office.code, kind, row, head)
        self.commit_ahead(tx, office.code, kind, head)

    def renew(self, tx: Tx, office: str, kind: str, head: Head) -> Head:
        """Publish the seed of today before its day is over, and commit to another one; return the new head.

        After a restore: draws that are not in the backup may have used it, and their numbers come again.
        """
        today = _today(tx).isoformat()
        for row in tx.all("pool.seeds_to_publish", office=office, kind=kind, day=today):
            head = self._publish(tx, office, kind, row, head)
        return self.commit_ahead(tx, office, kind, self._commit(tx, office, kind, today, head))

    def _commit(self, tx: Tx, office: str, kind: str, day: str, head: Head) -> Head:
        secret = self._random_bytes(SEED_BYTES)
        digest = hashlib.sha256(secret).hexdigest()
        row = tx.one(
            "pool.add_seed",
            office=office,
            kind=kind,
            day=day,
            digest=digest,
            sealed=self._vault.encrypt(secret),
            now=to_millis(tx.now),
        )
        audit.record(
            tx,
            audit.SYSTEM,
            AuditAction.COMMITTED_SEED,
            audit.seed_subject(int(row["seed_id"]) if row else 0),
            office=office,
            kind=kind,
            digest=digest,
            day=day,
        )
        return chain.append(tx, office, kind, head, Event.SEED_COMMITTED, day=day, digest=digest)

    def _publish(self, tx: Tx, office: str, kind: str, row: Row, head: Head) -> Head:
        secret = self._opened(bytes(row["secret_sealed"])).hex()
        tx.run("pool.publish_seed", seed_id=row["seed_id"], secret=secret, now=to_millis(tx.now))
        values = {"day": row["day"], "digest": row["digest"], "secret": secret}
        return chain.append(tx, office, kind, head, Event.SEED_PUBLISHED, **values)


def due(tx: Tx, offices: Mapping[str, Office]) -> list[tuple[Office, str]]:
    """Return the pools, as office and kind, for which ``Seeds.keep_up`` has something to do now.

    Args:
        tx: the transaction.
        offices: with the hours of single days, so that no seed is published while its office is open.
    """
    ahead, found = (_today(tx) + timedelta(days=DAYS_AHEAD)).isoformat(), []
    for row in tx.all("pool.seeded_pools"):
        office = offices.get(row["office"])
        if office is None:  # no longer served
            continue
        unpublished = row["first"] is not None and row["first"] <= _last_over(tx, office).isoformat()
        if unpublished or row["last"] is None or row["last"] < ahead:
            found.append((office, row["kind"]))
    return found


def is_over(office: Office, now: datetime) -> bool:
    """Return whether an office has closed for the day, so that nothing more is drawn with today's seed."""
    closing = office.hours.last_closing(now.astimezone(CHINA).date())
    return closing is not None and now >= closing + REVEAL_LAG


def publishing_time(office: Office, day: date) -> datetime:
    """Return when the seed of a day is published: soon after the office has closed, or at midnight.

    The job that publishes it runs every few seconds.
    """
    midnight = datetime.combine(day + timedelta(days=1), time(), CHINA)
    closing = office.hours.last_closing(day)
    return midnight if closing is None else min(midnight, closing + REVEAL_LAG)


def _last_over(tx: Tx, office: Office) -> date:
    """Return the last day with whose seed an office draws no more."""
    today = _today(tx)
    return today if is_over(office, tx.now) else today - timedelta(days=1)


def _today(tx: Tx) -> date:
    return tx.now.astimezone(CHINA).date()
