"""Writes the public journal of an office into a file (docs/journal.md, section 1).

Entries never change and none is removed, so the file needs no snapshot of its own: the heads are read first,
and then the entries up to them, a page at a time. A long snapshot would keep SQLite from shortening its log.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import to_millis
from core.ports import Store, Tx
from core.public_journal.chain import Head
from core.public_journal.entries import FORMAT, NO_HASH, canonical, line

PAGE = 500
"""Entries that are read in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The heads of an office's chains at one moment."""

    office: str
    at: datetime
    by_kind: Mapping[str, Head]
    is_cut: bool = False  # newer entries are left out, because numbers in them are held

    @property
    def entries(self) -> int:
        return sum(head.seq for head in self.by_kind.values())

    def of(self, kind: str) -> "Heads":
        """Return the head of one pool alone."""
        chosen = {one: head for one, head in self.by_kind.items() if one == kind}
        return Heads(office=self.office, at=self.at, by_kind=chosen, is_cut=self.is_cut)


def read_heads(tx: Tx, office: str) -> Heads:
    """Return the heads of the chains of an office."""
    rows = tx.all("journal.kinds", office=office)
    heads = {row["kind"]: Head(seq=row["journal_seq"], hash=row["journal_head"]) for row in rows}
    return Heads(office=office, at=tx.now, by_kind=heads)


def read_shown_heads(tx: Tx, office: str) -> Heads:
    """Return the heads up to which anybody may have the entries now.

    Of each pool that is before the oldest draw of which a number is still held: a program could read from
    the later entries when numbers that others are looking at become free.
    """
    heads = read_heads(tx, office)
    shown = {kind: _before_held(tx, office, kind, head) for kind, head in heads.by_kind.items()}
    return Heads(
        office=office,
        at=heads.at,
        by_kind={kind: head for kind, head in shown.items() if head.seq},
        is_cut=shown != heads.by_kind,
    )


def _before_held(tx: Tx, office: str, kind: str, head: Head) -> Head:
    pool = {"office": office, "kind": kind}
    oldest = tx.one("journal.oldest_held", now=to_millis(tx.now), **pool)
    if oldest is None or oldest["journal_seq"] is None:  # none is held, or only of draws of an older version
        return head
    last = tx.one("journal.entry", seq=oldest["journal_seq"] - 1, **pool)
    return Head(seq=last["seq"], hash=last["hash"]) if last else Head(seq=0, hash=NO_HASH)


def head_of(tx: Tx, office: str, kind: str) -> Head | None:
    """Return the head of a pool's chain; None if it has no entry."""
    row = tx.one("journal.head", office=office, kind=kind)
    return Head(seq=row["journal_seq"], hash=row["journal_head"]) if row and row["journal_seq"] else None


def entry_of_claim(tx: Tx, preselection_id: int) -> Head | None:
    """Return the entry by which the number of a preselection was selected; None from before the journal."""
    row = tx.one("journal.entry_of_claim", preselection_id=preselection_id)
    return Head(seq=row["seq"], hash=row["hash"]) if row else None


async def write(store: Store, heads: Heads, path: Path) -> None:
    """Write the entries up to some heads into a file; it is overwritten.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{canonical({'format': FORMAT, 'office': heads.office})}\n")
        for kind, head in sorted(heads.by_kind.items()):
            after = 0
            while after < head.seq:
                page = await store.read(_read_page, (heads.office, kind), after, head.seq)
                if page.last is None:
                    break  # entries are missing: the heads in the last line will tell
                await asyncio.to_thread(file.write, page.text)
                after = page.last
        file.write(f"{canonical(_end(heads))}\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    text: str
    last: int | None  # number of the last entry; None if there is none


def _read_page(tx: Tx, pool: tuple[str, str], after: int, until: int) -> _Page:
    """Return a page of entries; it is not written here, as the store may run this twice."""
    office, kind = pool
    rows = tx.all("journal.entries", office=office, kind=kind, after=after, most=min(PAGE, until - after))
    text = "".join(f"{text}\n" for text in _lines([(row["body"], row["hash"]) for row in rows]))
    return _Page(text=text, last=rows[-1]["seq"] if rows else None)


def _lines(entries: list[tuple[str, str]]) -> Iterator[str]:
    for body, digest in entries:
        try:
            yield line(body, digest)
        except (TypeError, ValueError):  # somebody has changed the row: let them see
            yield body.replace("\n", " ")


def _end(heads: Heads) -> dict[str, object]:
    return {
        "end": True,
        "heads": {kind: {"hash": head.hash, "seq": head.seq} for kind, head in heads.by_kind.items()},
    }
