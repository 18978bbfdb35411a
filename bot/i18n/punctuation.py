"""Full-width punctuation of Chinese text, as in print.

The code uses ASCII punctuation, which is easy to type and to search for; readers get the Chinese forms. What
is not part of a sentence stays unchanged: tags, fields, the contents of ``<code>`` and 【】, times, and words
in Latin letters.
"""

import re
from functools import lru_cache

FULL_WIDTH = {half: chr(ord(half) + 0xFEE0) for half in ",;:!?()"}
"""Characters with a full-width form, by their ASCII form."""

_KEPT = re.compile(r"<code>.*?</code>|</?[a-z][^<>]*>|\{[^{}]*\}|【[^】]*】", re.DOTALL)
_FIELD = "\ue000"
"""Placeholder for a field or for code: neither Latin nor Chinese."""


@lru_cache(maxsize=4096)
def punctuated(words: str) -> str:
    """Return a text of the code, with its fields, in Chinese punctuation."""
    kept = [match.span() for match in _KEPT.finditer(words)]
    places = _seen(words, kept)
    text = "".join(char for _, char in places)
    wide = _sentence_signs(text) | _brackets(text)
    letters = list(words)
    for place in wide:
        at, char = places[place]
        letters[at] = FULL_WIDTH[char]
    return "".join(letters)


def _seen(words: str, kept: list[tuple[int, int]]) -> list[tuple[int, str]]:
    """Return the visible characters with their positions; each field or code is one placeholder."""
    places: list[tuple[int, str]] = []
    at = 0
    for start, end in [*kept, (len(words), len(words))]:
        places += [(index, words[index]) for index in range(at, start)]
        piece = words[start:end]
        if piece.startswith(("{", "<code>")):
            places.append((start, _FIELD))
        elif piece.startswith("【"):
            places += [(start, "【"), (end - 1, "】")]
        at = end
    return places


def _is_latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "/#@_+")


def _sentence_signs(text: str) -> set[int]:
    """Return the positions of punctuation between clauses, not between Latin words or numbers."""
    found = set()
    for place, char in enumerate(text):
        if char not in ",;:!?":
            continue
        before, after = text[place - 1 : place], text[place + 1 :].lstrip(" ")[:1]
        if not (before and after and _is_latin(before) and _is_latin(after)):
            found.add(place)
    return found


def _brackets(text: str) -> set[int]:
    """Return the positions of Chinese brackets, judged by their contents or by what precedes them."""
    found: set[int] = set()
    opened: list[int] = []
    for place, char in enumerate(text):
        if char == "(":
            opened.append(place)
        elif char == ")" and opened:
            start = opened.pop()
            before, inside = text[start - 1 : start] if start else "", text[start + 1 : place]
            if not (inside + before).isascii():
                found |= {start, place}
    return found
