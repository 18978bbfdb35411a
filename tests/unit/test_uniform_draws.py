"""The stream of a draw gives each number, and each pair of numbers in a batch, equally often.

The seeds are fixed, so each figure is the same in every run. The limits are such that of a fair stream one
in a million would exceed them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, islice, pairwise

from core.public_journal.checker import below, stream

SIZE, WANT = 20, 5
"""A small pool, and the numbers that a draw gives."""
DRAWS = 20_000
HEAD = "0" * 64
Z = 4.9
"""Standard deviations that a fair stream exceeds once in a million times."""


def _words(n: int, size_seed: int = 0) -> Iterator[int]:
    seed = hashlib.sha256(b"%d" % size_seed).digest()
    return stream(seed, "粤K", "small", n, f"press {n}", HEAD)


def _batch(words: Iterator[int]) -> list[int]:
    """Return the first distinct candidates, as a draw from a pool in which all is free."""
    batch: dict[int, None] = {}
    while len(batch) < WANT:
        batch[below(words, SIZE)] = None
    return list(batch)


def _limit(freedom: int) -> float:
    """Return the chi-square that is exceeded with a probability of one in a million (Wilson and Hilferty)."""
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + Z * spread**0.5) ** 3)


def _chi_square(counts: Counter[object], cells: int) -> float:
    expected = sum(counts.values()) / cells
    return sum((count - expected) ** 2 / expected for count in counts.values()) + expected * (
        cells - len(counts)
    )


def test_each_number_is_given_equally_often() -> None:
    counts: Counter[object] = Counter(rank for n in range(DRAWS) for rank in _batch(_words(n)))
    assert _chi_square(counts, SIZE) < _limit(SIZE - 1)


def test_each_number_is_the_first_equally_often() -> None:
    counts: Counter[object] = Counter(_batch(_words(n, size_seed=1))[0] for n in range(DRAWS))
    assert _chi_square(counts, SIZE) < _limit(SIZE - 1)


def test_each_pair_is_given_equally_often() -> None:
    counts: Counter[object] = Counter(
        pair for n in range(DRAWS) for pair in combinations(sorted(_batch(_words(n, size_seed=2))), 2)
    )
    pairs = SIZE * (SIZE - 1) // 2
    assert _chi_square(counts, pairs) < _limit(pairs - 1)


def test_draws_that_follow_each_other_are_independent() -> None:
    firsts = [below(_words(n, size_seed=3), SIZE) for n in range(DRAWS)]
    counts: Counter[object] = Counter(pairwise(firsts))
    assert _chi_square(counts, SIZE * SIZE) < _limit(SIZE * SIZE - 1)


def test_words_that_would_favour_small_numbers_are_left_out() -> None:
    size = 3 * 2**62  # the words from there on, a quarter of all, would give the numbers below 2**62 again
    found = list(islice((below(_words(n, size_seed=4), size) < 2**62 for n in range(DRAWS)), DRAWS))
    assert abs(sum(found) - DRAWS / 3) < Z * (DRAWS * 2 / 9) ** 0.5


def test_control_a_stream_that_favours_one_number_is_found() -> None:
    counts: Counter[object] = Counter(rank for n in range(DRAWS) for rank in _batch(_words(n)))
    counts[3] += DRAWS // 20
    assert _chi_square(counts, SIZE) > _limit(SIZE - 1)
