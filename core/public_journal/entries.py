"""The entries of the public journal: their events, form and hashes (docs/journal.md, sections 1 and 2)."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum

FORMAT = "xuanhao-journal/1"
NO_HASH = "0" * 64
"""What the first entry of a chain is hashed with."""


class Event(StrEnum):
    """What an entry tells; the values are part of the format."""

    BEGUN = "begun"
    CARRIED = "carried"
    SEED_COMMITTED = "seed_committed"
    SEED_PUBLISHED = "seed_published"
    BEACON = "beacon"
    RELEASED = "released"
    WITHHELD = "withheld"
    UNWITHHELD = "unwithheld"
    DRAWN = "drawn"
    HELD = "held"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    REINSTATED = "reinstated"
    CANCELLED = "cancelled"
    REDATED = "redated"
    RESTORED = "restored"


def canonical(entry: Mapping[str, object]) -> str:
    """Return an object as a line of the journal, without the line's end."""
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def next_hash(before: str, body: str) -> str:
    """Return the hash of an entry, in hex.

    Args:
        before: the hash of the entry before, ``NO_HASH`` for the first.
        body: the canonical line of the entry without its hash.
    """
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()


def line(body: str, digest: str) -> str:
    """Return an entry's line in the exported file, from its body and its hash."""
    return canonical({**json.loads(body), "hash": digest})
