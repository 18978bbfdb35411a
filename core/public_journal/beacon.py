"""A public source of randomness in the chains (docs/journal.md, section 2).

A value that nobody could know before its time is appended to each chain. Whatever follows in a chain depends
on it through the head, so nothing can have been prepared before that time.
"""

import re
from dataclasses import dataclass

from core.errors.beacon import BeaconMalformed
from core.ports import Tx
from core.public_journal import chain
from core.public_journal.entries import Event

_VALUE = re.compile(r"[0-9a-f]{32,128}")
_MOST_ROUNDS = 10**13


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One value of a source."""

    source: str  # its URL
    round: int  # its number there
    value: str  # in hex


def parse(source: str, answer: object) -> Pulse:
    """Return the pulse of a source's JSON: ``{"round": 7, "randomness": "ab…"}``, as drand gives it.

    Raises:
        BeaconMalformed: it is anything else.
    """
    match answer:
        case {"round": int(number), "randomness": str(value)}:
            if type(number) is int and 0 <= number < _MOST_ROUNDS and _VALUE.fullmatch(value):
                return Pulse(source=source, round=number, value=value)
    raise BeaconMalformed


def pools(tx: Tx) -> list[tuple[str, str]]:
    """Return office and kind of the pools that have segments."""
    return [(row["office"], row["kind"]) for row in tx.all("pool.seeded_pools")]


def note(tx: Tx, office: str, kind: str, pulse: Pulse) -> None:
    """Append a pulse to the chain of a pool."""
    head = chain.lock(tx, office, kind)
    values = {"source": pulse.source, "round": pulse.round, "value": pulse.value}
    chain.append(tx, office, kind, head, Event.BEACON, **values)
