"""What an owner looks for: some characters of a number, anywhere or at its end (我要888, 尾号8)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.values.masks import Mask
from core.values.plates import DIGITS, LETTERS, LOOKALIKES, PlateKind
from core.values.text import DOTS, HYPHENS, clean, compact, is_oversized

_PART = re.compile(
    r"(?:我|想|要|找|选|有没有|有|带|含|包含|的|来|一个|号码?|车牌|\s)*"
    r"(?P<tail>尾号|尾数|末尾|最后|结尾|尾)?(?:号码?|是|为|带|:|\s)*"
    r"(?P<part>[0-9A-Z]+)"
    r"(?P<end>结尾|收尾)?(?:的|号码?|吗|呢|有|没|[?.!。]|\s)*"
)
_WORDS = re.compile(r"^(?:我|想|要|选|就|还有|和|或者?|有没有|有)+(?=.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSearch:
    """Characters that a number has to contain."""

    part: str  # fewer than a serial of the kind has
    at_end: bool  # only there

    def places_in(self, mask: Mask) -> Iterator[Mask]:
        """Yield the masks of those serials of a mask that have the characters, one for each place of them."""
        length = len(mask.pattern)
        first = length - len(self.part) if self.at_end else 0
        for start in range(first, length - len(self.part) + 1):
            wanted = mask.pattern[:start] + self.part + mask.pattern[start + len(self.part) :]
            if all(
                _fits(kept, char, mask, place)
                for place, (kept, char) in enumerate(zip(mask.pattern, wanted, strict=True))
            ) and set(wanted) - {"0"}:
                yield Mask(kind=mask.kind, pattern=wanted, nev_letters=mask.nev_letters)


def parse_search(kind: PlateKind, text: str, *, office: str) -> NumberSearch | None:
    """Return what a text looks for; None if it has no such form, or is as long as a serial."""
    if is_oversized(text):
        return None
    found = _PART.fullmatch(clean(text).removeprefix(office).lstrip(DOTS + HYPHENS + " "))
    if found is None:
        return None
    part = compact(found["part"], DOTS + HYPHENS).translate(LOOKALIKES)
    if len(part) >= kind.serial_length or not set(part) <= set(DIGITS + LETTERS):
        return None
    return NumberSearch(part=part, at_end=bool(found["tail"] or found["end"]))


def without_words(wish: str) -> str:
    """Return a wish without the words before it: 我要12345 is 12345."""
    return _WORDS.sub("", wish)


def _fits(kept: str, char: str, mask: Mask, place: int) -> bool:
    if kept == "#":
        return char == "#" or char in DIGITS
    if kept == "@":
        letters = mask.nev_letters if place == mask.kind.nev_position else LETTERS
        return char == "@" or char in letters
    return char == kept
