"""The stream from which numbers are drawn (docs/journal.md, section 3).

The candidates of draw n of a pool are the ranks that HMAC-SHA-256(seed, office|kind|n|nonce|head|counter)
gives: four 64-bit words a block, a word refused when taking it modulo the size would favour small
ranks. The nonce is a keyed digest of the messenger's id of the press. The head is the hash of the pool's
public journal before the draw, which every entry changes. The seed is committed to, by its SHA-256, a week
ahead, and published when its day is over; so every draw can be verified afterwards. What this prevents and
what not is in docs/journal.md, section 4.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

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
    head: str  # hash of the public journal before the draw

    def words(self) -> Iterator[int]:
        """Yield the draw's 64-bit words; the stream is infinite."""
        head = hmac.new(
            self.seed,
            f"{self.office}|{self.kind}|{self.n}|{self.nonce}|{self.head}|".encode(),
            hashlib.sha256,
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
