"""Which photos the files of appeals have to keep, and which a sweep may delete."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.ports import Tx


def photo_keys(tx: Tx) -> frozenset[str]:
    """Return the keys of all referenced photos, which a sweep must keep."""
    return frozenset(row["photo_key"] for row in tx.all("appeals.photo_keys"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPhotos:
    """The keys of photos by what a sweep does with their files."""

    kept: frozenset[str]  # an appeal refers to them
    dropped: frozenset[str]  # an appeal did, until the program dropped them


def stored_photos(tx: Tx) -> StoredPhotos:
    """Return which photos a sweep keeps and which it deletes; it sets aside all others."""
    dropped = frozenset(row["photo_key"] for row in tx.all("appeals.dropped_photos"))
    return StoredPhotos(kept=photo_keys(tx), dropped=dropped)


def forget_dropped(tx: Tx, keys: Iterable[str]) -> None:
    """Forget dropped photos whose files have been deleted, and those that an appeal has named again."""
    for key in keys:
        tx.run("appeals.forget_dropped", photo_key=key)
    tx.run("appeals.forget_kept")
