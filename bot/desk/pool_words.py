"""Office, plate kind and mask of a command: in any order, the kind also told by the form of the mask."""

import re
from dataclasses import dataclass, replace

from bot.desk.arguments import kind_or_none, without_parting, word_at_start
from bot.dialog.context import Context
from bot.errors.commands import Part, Usage
from core.people.admins import Permission
from core.values.masks import kind_of_mask
from core.values.plates import PROVINCES, PlateKind
from core.values.text import DOTS, HYPHENS, clean, compact

_OFFICE = re.compile(rf"([{PROVINCES}][A-Z])[{re.escape(DOTS + HYPHENS)}]?(.*)")
_SERIAL = re.compile(r"[0-9A-Z]{5,6}")
_WIDE = frozenset("#@")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPart:
    """The part of a pool that a command is about."""

    office: str  # empty if none was typed
    kind: PlateKind
    mask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolWords:
    """What has been found; what is missing is empty or None."""

    office: str = ""
    kind: PlateKind | None = None
    mask: str = ""

    def with_word(self, raw: str) -> "PoolWords | None":
        """Return the finding with one more word; None if the word is none of the three, or one too many."""
        found = _OFFICE.fullmatch(compact(raw))
        if found and not self.office and not (found[2] and self.mask):
            return replace(self, office=found[1], mask=found[2] or self.mask)
        if not self.kind and (kind := kind_or_none(raw)):
            return replace(self, kind=kind)
        if not self.mask and is_wide(raw):
            return replace(self, mask=clean(raw))
        return None

    def part(self, command: str) -> PoolPart:
        """Return what is meant; the form of the mask may tell its kind.

        Raises:
            Usage: there is no mask, or neither tells the kind.
        """
        kind = self.kind or kind_of_mask(self.mask)
        if not self.mask or kind is None:
            raise Usage(command, (Part.KIND if self.mask else Part.MASK,))
        return PoolPart(office=self.office, kind=kind, mask=self.mask)


def is_wide(raw: str) -> bool:
    """Whether a word is certainly meant as a mask, right or mistyped: it stands for several numbers."""
    return not _WIDE.isdisjoint(clean(raw))


def take_pool_words(command: str, text: str) -> tuple[PoolPart, str]:
    """Split a text into office, kind and mask at its start, in any order, and the rest.

    Raises:
        Usage: the mask is missing, or its kind cannot be told.
    """
    found, left = PoolWords(), without_parting(text)
    while left:
        word = word_at_start(left)
        more = found.with_word(word)
        after = without_parting(left[len(word) :])
        if more is None and not found.mask and _may_be_mask(word) and not is_wide(word_at_start(after)):
            more = replace(found, mask=word)  # a single number, or a mistyped mask
        if more is None:
            break
        found, left = more, after
    return found.part(command), left


def _may_be_mask(word: str) -> bool:
    """Whether a word may be a mistyped mask; one of Chinese characters alone begins a reason."""
    return any(char.isascii() and char.isalnum() for char in clean(word))


def is_serial(raw: str) -> bool:
    """Whether a word may be one number, without its office."""
    return _SERIAL.fullmatch(compact(raw)) is not None


def with_own_office(ctx: Context, raw: str, permission: Permission) -> str:
    """Return what may be a number without its office, with that of an admin who has one; else unchanged.

    Digits alone are left: they may be a chat id.
    """
    own = ctx.admin.offices(permission, ctx.core.offices)
    if len(own) != 1 or not is_serial(raw) or compact(raw).isdecimal():
        return raw
    return f"{own[0]}{compact(raw)}"


def is_tail_first(first: str, second: str) -> bool:
    """Whether of a number without its office and the end of a VIN, or a whole one, the VIN comes first."""
    if not is_serial(second):
        return False
    if not is_serial(first):
        return True
    if len(compact(first)) != len(compact(second)):
        return len(compact(first)) > len(compact(second))
    return kind_of_mask(first) is None and kind_of_mask(second) is not None
