"""Whether the configured keys are those of the database.

With other keys nobody's registration or ban is found, and what is written meanwhile cannot be read with the
right ones. So init writes a canary: a constant, encrypted, and its lookup hash. Every program
that opens the database checks it first.
"""

from dataclasses import dataclass

from core.clock import to_millis
from core.errors.keys import KeysDoNotFit, WrongKey
from core.errors.store import SealBroken
from core.ports import Row, Tx
from core.security.vault import Vault

_CONSTANT = "xuanhao"
_SUBJECT = "canary"
_SAMPLE = 20
"""How many owners, and seeds, of a database without a canary are looked at."""
_HASHED = ("identity", "phone")


@dataclass(frozen=True, slots=True)
class DatabaseKeys:
    """Checks the keys of a vault against a database.

    Attributes:
        vault: has the configured keys.
        source: where they are configured, as the beginning of a message: ``security.`` or ``keys.toml: ``.
    """

    vault: Vault
    source: str

    def ensure_fit(self, tx: Tx) -> None:
        """Check the keys; on a database without a canary, write it if they open what it contains.

        Raises:
            KeysDoNotFit: they belong to another database; nothing was written.
        """
        if tx.one("keys.canary") is None:
            self._refuse(self._sampled(tx))
            tx.run(
                "keys.add_canary",
                sealed=self.vault.seal(_CONSTANT),
                lookup_hash=self._hash(),
                now=to_millis(tx.now),
            )
        self.require_fit(tx)  # also of the canary that another process wrote meanwhile

    def require_fit(self, tx: Tx) -> None:
        """Check the keys without writing.

        Raises:
            KeysDoNotFit: they belong to another database.
        """
        canary = tx.one("keys.canary")
        self._refuse(self._sampled(tx) if canary is None else self._judged(canary))

    def require_fit_before_migration(self, tx: Tx) -> None:
        """Check the keys on a schema of any age, without writing.

        Raises:
            KeysDoNotFit: they belong to another database.
        """
        if tx.one("keys.has_canary") is None:
            self._refuse(self._sampled(tx))
        else:
            self.require_fit(tx)

    def is_rotating(self, tx: Tx) -> bool:
        """Return whether a rotation has begun and not ended."""
        canary = tx.one("keys.canary")
        return canary is not None and canary["next_sealed"] is not None

    def opens_with_newest(self, tx: Tx) -> bool:
        """Return whether the newest key alone opens the canary, as after a rotation."""
        canary = tx.one("keys.canary")
        return canary is not None and self.vault.key_of(canary["sealed"]) == self.vault.fingerprints[0]

    def begin_rotation(self, tx: Tx) -> None:
        """Require the newest key, besides those needed so far, from every process from now on.

        Raises:
            KeysDoNotFit: the keys belong to another database.
        """
        canary = tx.one("keys.canary_for_update")
        if canary is not None:
            self._refuse(self._judged(canary))
            tx.run("keys.begin_rotation", sealed=self.vault.seal(_CONSTANT))

    def end_rotation(self, tx: Tx) -> None:
        """Require the newest key alone from now on."""
        tx.run("keys.end_rotation")

    def _judged(self, canary: Row) -> list[WrongKey]:
        opens = self._opens(canary["sealed"])
        opens_next = canary["next_sealed"] is None or self._opens(canary["next_sealed"])
        wrong: list[WrongKey] = []
        if not opens:
            is_rotating = canary["next_sealed"] is not None and opens_next
            wrong.append(WrongKey.FORMER if is_rotating else WrongKey.KEYS)
        elif not opens_next:
            wrong.append(WrongKey.NEWEST)
        if bytes(canary["lookup_hash"]) != self._hash():
            wrong.append(WrongKey.LOOKUP_KEY)
        return wrong

    def _sampled(self, tx: Tx) -> list[WrongKey]:
        """Check the keys on what the database contains; an empty one fits any keys."""
        owners = tx.all("keys.oldest_owners", count=_SAMPLE)
        pairs = [(what, row[f"{what}_sealed"], row[f"{what}_hash"]) for row in owners for what in _HASHED]
        sealed = [one for _, one, _ in pairs if one is not None]
        sealed += [row["secret_sealed"] for row in tx.all("keys.oldest_seeds", count=_SAMPLE)]
        if not all(self._opens(one) for one in sealed):
            return [WrongKey.KEYS]  # and of the hashes nothing can be said
        hashed = [
            self.vault.lookup(what, self.vault.open(one)) == bytes(digest)
            for what, one, digest in pairs
            if one is not None and digest is not None
        ]
        # Most of them decide: a database that other keys once wrote to has some that nothing can mend.
        return [WrongKey.LOOKUP_KEY] if 2 * sum(hashed) < len(hashed) else []

    def _opens(self, sealed: bytes) -> bool:
        try:
            self.vault.decrypt(sealed)
        except SealBroken:
            return False
        return True

    def _hash(self) -> bytes:
        return self.vault.lookup(_SUBJECT, _CONSTANT)

    def _refuse(self, wrong: list[WrongKey]) -> None:
        if wrong:
            raise KeysDoNotFit(self.source, tuple(wrong))
