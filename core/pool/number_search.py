"""Looking for numbers before wishes are spent: how many have certain characters, and a few that are free.

A search must not tell what a try is charged for, whether a certain number is free: where only a few numbers
fit, they are named without looking, and a repeated search names the same numbers all day. The cost does not
depend on the size of the pool: masks are counted, and some dozens of numbers are looked up.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from core.pool.composable import Composable, free_of
from core.ports import Tx
from core.values.masks import Mask, union_size
from core.values.number_search import NumberSearch

EXAMPLES = 6
"""Maximum numbers named."""
FEW = 10
"""Up to this many fitting numbers are named without looking whether they are free."""
_MOST_PLACES = 160  # masks looked at
_LOOKED_UP = 40  # numbers looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumbers:
    """The result of a search."""

    matching: int  # in segments that are open to self-composition, whether free or not
    examples: tuple[str, ...]
    are_free: bool  # the examples were free at that moment


def find_numbers(tx: Tx, found: Composable, wanted: NumberSearch, *, seed: bytes) -> FoundNumbers:
    """Look for numbers that can be self-composed.

    Args:
        tx: a transaction; nothing is locked.
        found: what of the pool can be self-composed.
        wanted: the characters.
        seed: the same for the same owner, characters and day; determines which numbers are named.
    """
    places, matching = _places(tuple(segment.mask for segment in found.composed_now), wanted)
    # Not a draw: it only decides which examples are named.
    shuffled = _sampled(places, matching, random.Random(seed))  # noqa: S311
    candidates = list(islice((serial for serial in shuffled if found.allows(serial)), _LOOKED_UP))
    are_free = matching > FEW
    examples = free_of(tx, found, candidates) if are_free and candidates else candidates
    return FoundNumbers(matching=matching, examples=tuple(examples[:EXAMPLES]), are_free=are_free)


@lru_cache(maxsize=256)
def _places(masks: tuple[Mask, ...], wanted: NumberSearch) -> tuple[tuple[Mask, ...], int]:
    """Return the masks of the numbers with the characters, and how many numbers these are."""
    places = tuple(islice((place for mask in masks for place in wanted.places_in(mask)), _MOST_PLACES))
    return places, union_size(places)


def _sampled(places: Sequence[Mask], matching: int, chance: random.Random) -> Iterator[str]:
    """Yield distinct serials of the masks in random order: all of them if they are few."""
    if matching <= 10 * _LOOKED_UP:
        every = sorted({place.unrank(rank) for place in places for rank in range(place.size)})
        chance.shuffle(every)
        yield from every
        return
    sizes, seen = [place.size for place in places], set[str]()
    for place in chance.choices(places, sizes, k=10 * _LOOKED_UP):
        serial = place.unrank(chance.randrange(place.size))
        if serial not in seen:
            seen.add(serial)
            yield serial
