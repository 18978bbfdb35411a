"""Masks: sets of serials described by one pattern (GA 36-2018; docs/domain.md, section 8).

In a pattern ``#`` matches a digit, ``@`` a letter (at the position of the new-energy letter: one of
those), and any other character itself. Every serial of a mask has a rank, in lexicographic order, so a
uniformly random rank gives a uniformly random serial.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import combinations, product

from core.errors.plates import (
    MaskCharacters,
    MaskDigitWanted,
    MaskEmpty,
    MaskLength,
    MaskLookalike,
    MaskNevLetter,
    MaskNotIssued,
    MaskTooManyLetters,
)
from core.values.plates import DIGITS, LETTERS, MAX_LETTERS, NEV_LETTERS, NOT_ISSUED, PlateKind
from core.values.text import (
    DOTS,
    HYPHENS,
    characters_at,
    compact,
    is_oversized,
    positions_outside,
    positions_where,
)

_HALF = 3  # serials are looked up in two parts of 2 or 3 and 3 characters, which keeps the tables small


@dataclass(frozen=True, slots=True)
class _Words:
    """All words over a sequence of alphabets, ascending, and the rank of each."""

    words: tuple[str, ...]
    ranks: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A non-empty set of serials of one kind; validated on construction.

    Ranks run from 0 to ``size`` - 1. The serial 00000, which is not issued, has no rank.
    Masks are equal if their kinds, patterns and new-energy letters are equal.

    Raises:
        MaskEmpty: the pattern is empty.
        MaskCharacters: there are characters that no mask contains.
        MaskLength: the pattern is too short or too long.
        MaskLookalike: there is an O or an I.
        MaskTooManyLetters: a small car's mask has more than two letters, ``@`` counted.
        MaskNevLetter: the new-energy letter is missing or not in use.
        MaskDigitWanted: a letter is where only a digit is allowed.
        MaskNotIssued: the mask matches only 00000.
        ValueError: the new-energy letters are not letters of plates.
    """

    kind: PlateKind
    pattern: str  # e.g. "A888#"
    nev_letters: str = NEV_LETTERS  # stored in ascending order; empty for small cars
    size: int = field(init=False, compare=False)  # number of serials
    _head: _Words = field(init=False, repr=False, compare=False)
    _tail: _Words = field(init=False, repr=False, compare=False)
    _cut: int = field(init=False, repr=False, compare=False)  # length of the head
    _skipped: int = field(init=False, repr=False, compare=False)  # 1 where 00000 comes first, else 0

    def __post_init__(self) -> None:
        _validate(self.kind, self.pattern, self.nev_letters)
        nev_letters = "" if self.kind.nev_position is None else "".join(sorted(set(self.nev_letters)))
        alphabets = _alphabets(self.kind, self.pattern, nev_letters)
        cut = len(alphabets) - _HALF
        head, tail = _words(alphabets[:cut]), _words(alphabets[cut:])
        skipped = int(all(alphabet[0] == "0" for alphabet in alphabets))  # new-energy serials have a letter
        size = len(head.words) * len(tail.words) - skipped
        if not size:
            raise MaskNotIssued
        computed = (nev_letters, size, head, tail, cut, skipped)
        for name, value in zip(
            ("nev_letters", "size", "_head", "_tail", "_cut", "_skipped"), computed, strict=True
        ):
            object.__setattr__(self, name, value)  # the dataclass is frozen

    @property
    def shape(self) -> str:
        """The mask of its kind that contains it: ``@####`` for ``A12##``."""
        return "".join("@" if char in LETTERS or char == "@" else "#" for char in self.pattern)

    def __str__(self) -> str:
        return self.pattern

    def unrank(self, rank: int) -> str:
        """Return the serial with a rank.

        Raises:
            IndexError: the rank is not in 0 to ``size`` - 1.
        """
        if not 0 <= rank < self.size:
            raise IndexError("a rank outside the mask")
        high, low = divmod(rank + self._skipped, len(self._tail.words))
        return self._head.words[high] + self._tail.words[low]

    def rank(self, serial: str) -> int:
        """Return the rank of a serial.

        Raises:
            ValueError: the serial is not in the mask.
        """
        if not self.matches(serial):
            raise ValueError("a serial outside the mask")
        high, low = self._head.ranks[serial[: self._cut]], self._tail.ranks[serial[self._cut :]]
        return high * len(self._tail.words) + low - self._skipped

    def matches(self, serial: str) -> bool:
        cut = self._cut
        if serial[:cut] not in self._head.ranks or serial[cut:] not in self._tail.ranks:
            return False
        return not self._skipped or serial != NOT_ISSUED

    def meets(self, pattern: str) -> bool:
        """Return whether a serial of a pattern of the same kind, which need not be a mask, is among these."""
        nev = self.kind.nev_position
        if len(pattern) != len(self.pattern):
            return False
        if nev is not None and pattern[nev] not in self.nev_letters + "@":
            return False
        return all(
            _narrower(mine, theirs) is not None for mine, theirs in zip(self.pattern, pattern, strict=True)
        )

    def intersection(self, other: "Mask") -> "Mask | None":
        """Return the intersection as a mask, or None if it is empty."""
        if self.kind is not other.kind:
            return None
        common = [_narrower(mine, theirs) for mine, theirs in zip(self.pattern, other.pattern, strict=True)]
        letters = "".join(letter for letter in self.nev_letters if letter in other.nev_letters)
        if None in common or (self.nev_letters and not letters):
            return None
        try:
            return Mask(kind=self.kind, pattern="".join(filter(None, common)), nev_letters=letters)
        except (MaskNotIssued, MaskNevLetter):  # only 00000, or a letter of one mask only
            return None


def parse_mask(kind: PlateKind, text: str, *, nev_letters: str = NEV_LETTERS) -> Mask:
    """Parse a mask typed by an admin; case, full-width forms and spaces are ignored.

    Raises:
        MaskError: the input is not a mask; see ``Mask`` for the subclasses.
    """
    if is_oversized(text):
        raise MaskLength(wanted=kind.serial_length, found=len(text.strip()))
    return Mask(kind=kind, pattern=compact(text, DOTS + HYPHENS), nev_letters=nev_letters)


def kind_of_mask(text: str) -> PlateKind | None:
    """Return the kind whose form a mask has, whether or not it is a valid one; None if it has no kind's.

    Five characters are a small car's. Of six, the letter is the first of a small new-energy vehicle, the
    last of a large one (GA 36-2018).
    """
    pattern = compact(text, DOTS + HYPHENS)
    if len(pattern) <= PlateKind.SMALL.serial_length:
        return PlateKind.SMALL if pattern else None
    first, last = (char.isalpha() or char == "@" for char in (pattern[0], pattern[-1]))
    if first == last:
        return None
    return PlateKind.SMALL_NEV if first else PlateKind.LARGE_NEV


def patterns_of(serial: str) -> tuple[str, ...]:
    """Return all patterns that match a serial, itself among them: at most 64."""
    wide = ((char, "#" if char in DIGITS else "@") for char in serial)
    return tuple(map("".join, product(*wide)))


def union_size(masks: Sequence[Mask]) -> int:
    """Return the number of serials in the union of masks of one kind.

    Goes position by position and counts characters that match the same subset of masks together, so it is
    fast for millions of serials and for many overlapping masks.
    """
    alphabets = [_alphabets(mask.kind, mask.pattern, mask.nev_letters) for mask in masks]

    @cache
    def count(position: int, alive: frozenset[int]) -> int:
        if position == len(alphabets[0]):
            return 1
        leads: dict[str, set[int]] = {}
        for index in alive:
            for char in alphabets[index][position]:
                leads.setdefault(char, set()).add(index)
        ways = Counter(frozenset(indices) for indices in leads.values())
        return sum(times * count(position + 1, indices) for indices, times in ways.items())

    if not masks:
        return 0
    has_not_issued = any(all("0" in alphabet for alphabet in one) for one in alphabets)
    return count(0, frozenset(range(len(masks)))) - has_not_issued


@lru_cache(maxsize=256)
def _words(alphabets: tuple[str, ...]) -> _Words:
    words = tuple(map("".join, product(*alphabets)))
    return _Words(words, {word: rank for rank, word in enumerate(words)})


def _alphabets(kind: PlateKind, pattern: str, nev_letters: str) -> tuple[str, ...]:
    """Return the characters allowed at each position, each alphabet ascending."""
    letters_at = [nev_letters if index == kind.nev_position else LETTERS for index in range(len(pattern))]
    return tuple(
        {"#": DIGITS, "@": letters}.get(char, char) for char, letters in zip(pattern, letters_at, strict=True)
    )


def _validate(kind: PlateKind, pattern: str, nev_letters: str) -> None:
    _validate_characters(kind, pattern)
    letters = positions_outside(pattern, DIGITS + "#")
    nev = kind.nev_position
    if nev is None:
        if len(letters) > MAX_LETTERS:
            raise MaskTooManyLetters(found=len(letters))
        return
    if not nev_letters or positions_outside(nev_letters, LETTERS):
        raise ValueError("new-energy letters are one or more of A-Z without I and O")
    if pattern[nev] not in nev_letters + "@":
        raise MaskNevLetter(position=nev + 1, allowed="".join(sorted(nev_letters)))
    misplaced = tuple(place for place in letters if place - 1 not in kind.letter_positions)
    if misplaced:
        raise MaskDigitWanted(positions=misplaced)


def _validate_characters(kind: PlateKind, pattern: str) -> None:
    if not pattern:
        raise MaskEmpty
    foreign = positions_outside(pattern, DIGITS + LETTERS + "OI#@")
    if foreign:
        raise MaskCharacters(positions=foreign, characters=characters_at(pattern, foreign))
    if len(pattern) != kind.serial_length:
        raise MaskLength(wanted=kind.serial_length, found=len(pattern))
    lookalikes = positions_where(pattern, lambda char: char in "OI")
    if lookalikes:
        raise MaskLookalike(positions=lookalikes)


def _narrower(mine: str, theirs: str) -> str | None:
    """Return the intersection of two pattern characters, or None if it is empty."""
    if mine == theirs:
        return mine
    for wide, alphabet in (("#", DIGITS), ("@", LETTERS)):
        if mine == wide and theirs in alphabet:
            return theirs
        if theirs == wide and mine in alphabet:
            return mine
    return None


def _small_patterns() -> tuple[str, ...]:
    """Return the patterns of small cars in their order of use (GA 36-2018).

    The standard lists the first ten; the other six follow in the order of the positions of their two
    letters, from the left.
    """
    named = ["#####", "@####", "@@###", "#@###", "##@##", "###@#", "####@", "@###@", "###@@", "@#@##"]
    pairs = [
        "".join("@" if index in pair else "#" for index in range(5)) for pair in combinations(range(5), 2)
    ]
    return (*named, *(pattern for pattern in pairs if pattern not in named))


SMALL_MASKS = tuple(Mask(kind=PlateKind.SMALL, pattern=pattern) for pattern in _small_patterns())
"""The 16 masks of small cars, in their order of use."""
