"""Encrypts with the newest key what older keys have encrypted, so that those can be retired.

Everything is decided by whether a value opens with the newest key: so it can be interrupted at any point, and
repeated. A value is replaced only if it is still the one that was read.
"""

import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors.photos import PhotoStoreError
from core.errors.store import SealBroken
from core.ports import Row, Tx
from core.security.photo_files import locked
from core.security.vault import TOKEN, Vault

SEALED_COLUMNS = (
    "sealed.account_name",
    "sealed.account_identity",
    "sealed.account_phone",
    "sealed.account_new_phone",
    "sealed.sms_code",
    "sealed.sms_receipt",
    "sealed.reviewed",
    "sealed.seed",
    "sealed.update",
    "sealed.appeal_reason",
    "sealed.appeal_photo",
    "sealed.dialog_args",
    "sealed.staff_name",
    "sealed.chief_request",
)
"""The queries that list what is sealed, by page; each has another one that replaces a value."""

PAGE = 500
"""Rows of a transaction: it holds their locks for some milliseconds."""

FIRST = -(2**62)
"""Comes before the id of every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealedPage:
    """What was done with one page of a column."""

    last: int | None  # the id of its last row; None: there was no row
    resealed: int = 0
    broken: int = 0  # values that none of the keys opens


def reseal_page(tx: Tx, vault: Vault, column: str, after: int) -> ResealedPage:
    """Encrypt the values of one page with the newest key, unless they are already."""
    rows = tx.all(column, after=after, count=PAGE)
    resealed = broken = 0
    for row in rows:
        if all(vault.is_newest(one) for one in _values(row)):
            continue
        try:
            resealed += _replace(tx, vault, column, row)
        except SealBroken:
            broken += 1
    return ResealedPage(last=rows[-1]["row_id"] if rows else None, resealed=resealed, broken=broken)


def count_page(tx: Tx, vault: Vault, column: str, after: int) -> tuple[int | None, Counter[str | None]]:
    """Count the values of one page by the fingerprint of the key that they need; None: none of the keys.

    Returns:
        the id of the last row, or None if there was none, and the counts.
    """
    rows = tx.all(column, after=after, count=PAGE)
    counts = Counter(vault.key_of(one) for row in rows for one in _values(row))
    return (rows[-1]["row_id"] if rows else None), counts


def sealed_photos(directory: Path) -> Sequence[Path]:
    """Return the files of photos in a folder and the folders in it.

    Raises:
        PhotoStoreError: the folder cannot be read.
    """
    try:
        return sorted(directory.rglob("*.sealed")) if directory.is_dir() else []
    except OSError as error:
        raise PhotoStoreError(f"the folder of photos: {error.strerror}") from None


def key_of_photo(vault: Vault, path: Path) -> str | None:
    """Return the fingerprint of the key that a photo needs; None if it is none of the configured ones."""
    sealed = _read(path)
    return vault.fingerprints[0] if sealed is None else vault.key_of(sealed)


def reseal_photo(vault: Vault, path: Path) -> bool:
    """Encrypt a photo with the newest key; return whether it was necessary.

    A photo that was deleted meanwhile needs nothing.

    Raises:
        SealBroken: none of the keys decrypts it.
        PhotoStoreError: it cannot be read or written.
    """
    sealed = _read(path)
    if sealed is None or vault.is_newest(sealed):
        return False
    resealed = vault.reseal(sealed)
    try:
        times = path.stat()
        draft = path.with_name(f"{secrets.token_hex(16)}.draft")  # a name that a sweep tidies away
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(resealed)
            file.flush()
            os.fsync(file.fileno())
            os.utime(file.fileno(), ns=(times.st_atime_ns, times.st_mtime_ns))
        with locked(path.parent):
            if not path.exists():  # deleted meanwhile: it must not come back
                draft.unlink()
                return False
            draft.replace(path)
    except FileNotFoundError:  # a sweep deleted it
        return False
    except OSError as error:
        raise PhotoStoreError(f"the folder of photos: {error.strerror}") from None
    return True


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PhotoStoreError(f"the folder of photos: {error.strerror}") from None


def _values(row: Mapping[str, object]) -> Iterator[bytes]:
    """Yield the tokens of a row: the value of a column, or those among the arguments of a screen."""
    sealed = row.get("sealed")
    if isinstance(sealed, (bytes, memoryview)):
        yield bytes(sealed)
    else:
        yield from (token.encode() for token in TOKEN.findall(str(row.get("args", ""))))


def _replace(tx: Tx, vault: Vault, column: str, row: Row) -> int:
    put = column.replace(".", ".put_")
    if "args" in row:
        args = TOKEN.sub(lambda match: vault.reseal(match[0].encode()).decode(), row["args"])
        return tx.run(put, row_id=row["row_id"], former=row["args"], args=args)
    return tx.run(put, row_id=row["row_id"], former=row["sealed"], sealed=vault.reseal(row["sealed"]))
