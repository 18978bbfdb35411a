"""The stream from which numbers are drawn, and the seeds behind it (docs/domain.md, section 6).

The candidates of draw n of a pool are the ranks that HMAC-SHA-256(seed, office|kind|n|nonce|counter)
gives: four 64-bit words a block, a word refused when taking it modulo the size would favour small
ranks. The nonce is the messenger's id of the press, which neither the owner nor the office can choose. The
seed is committed to, by its SHA-256, before the day's first draw, and published when its day is over; so
every draw can be verified afterwards, and none can be predicted.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

from core import audit
from core.audit import AuditAction
from core.clock import CHINA, to_millis
from core.ports import RandomBytes, Tx
from core.security.vault import Vault

SEED_BYTES = 32
_WORD = 8
_WORDS = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The parameters that determine a draw's stream."""

    seed: bytes = field(repr=False)
    office: str
    kind: str
    n: int
    nonce: str

    def words(self) -> Iterator[int]:
        """Yield the draw's 64-bit words; the stream is infinite."""
        head = hmac.new(
            self.seed, f"{self.office}|{self.kind}|{self.n}|{self.nonce}|".encode(), hashlib.sha256
        )
        for counter in count():
            mac = head.copy()
            mac.update(str(counter).encode())
            block = mac.digest()
            for start in range(0, len(block), _WORD):
                yield int.from_bytes(block[start : start + _WORD])


def below(words: Iterator[int], size: int) -> int:
    """Return a uniformly distributed number from 0 to ``size`` - 1, from the next words of a stream.

    Raises:
        ValueError: ``size`` is not positive.
    """
    if size <= 0:
        raise ValueError("nothing to choose from")
    fair = _WORDS - _WORDS % size
    return next(word for word in words if word < fair) % size


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """The seed that a pool draws with today."""

    seed_id: int
    secret: bytes = field(repr=False)
    digest: str  # SHA-256 of the secret, in hex: public from the start


class Seeds:
    """Commits to seeds and publishes them."""

    def __init__(self, vault: Vault, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._vault = vault
        # Decrypting a secret costs more than all the hashing of a draw.
        self._opened = lru_cache(maxsize=64)(vault.decrypt)

    def current(self, tx: Tx, office: str, kind: str) -> Seed:
        """Return today's seed of a pool; if there is none, publish the last one and commit to a new one."""
        day = tx.now.astimezone(CHINA).date().isoformat()
        row = tx.one("pool.current_seed", office=office, kind=kind)
        if row is not None:
            secret = self._opened(bytes(row["secret_sealed"]))
            if row["day"] >= day:
                return Seed(seed_id=row["seed_id"], secret=secret, digest=row["digest"])
            _publish(tx, row["seed_id"], secret)
        return self._commit(tx, office, kind, day)

    def renew(self, tx: Tx, office: str, kind: str) -> Seed:
        """Publish the seed of a pool before its day is over, and commit to a new one; return that.

        After a restore: draws that are not in the backup may have used it, and their numbers come again.
        """
        row = tx.one("pool.current_seed", office=office, kind=kind)
        if row is not None:
            _publish(tx, row["seed_id"], self._opened(bytes(row["secret_sealed"])))
        return self._commit(tx, office, kind, tx.now.astimezone(CHINA).date().isoformat())

    def _commit(self, tx: Tx, office: str, kind: str, day: str) -> Seed:
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
        seed_id = int(row["seed_id"]) if row else 0
        audit.record(
            tx,
            audit.SYSTEM,
            AuditAction.COMMITTED_SEED,
            audit.seed_subject(seed_id),
            office=office,
            kind=kind,
            digest=digest,
            day=day,
        )
        return Seed(seed_id=seed_id, secret=secret, digest=digest)


def _publish(tx: Tx, seed_id: int, secret: bytes) -> None:
    tx.run("pool.publish_seed", seed_id=seed_id, secret=secret.hex(), now=to_millis(tx.now))
