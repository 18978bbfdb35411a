"""A name and an identity number in one message, in any order (docs/domain.md, section 2).

Blank, line end, comma or label between them, or nothing (「张三110105…」); the number perhaps in groups. They
are only told apart here; each is parsed by ``core.values.names`` or ``identity``.
"""

import re
from dataclasses import dataclass, field

from core.values import labels
from core.values.text import tidy

_FEWEST_DIGITS = 6
"""With fewer it is no identity number: 张3 is a mistyped name."""
_PARTING = " ,、;/|\N{FULLWIDTH COMMA}\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH SEMICOLON}"
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_BOUNDARY = re.compile(rf"(?<=[{_HAN}])(?=[0-9])|(?<=[0-9Xx])(?=[{_HAN}])")
_CODES = tuple(  # of the right length, else nearly
    re.compile(rf"(?<![0-9A-Za-z])[0-9A-Za-z](?:[ \-]{{0,2}}[0-9A-Za-z]){{{further}}}(?![0-9A-Za-z])")
    for further in ("17", "14,19")
)
_FEWEST_DIGITS_OF_CODE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAndNumber:
    """What was typed as a name and as a number; empty if there was none."""

    name: str = field(repr=False)
    number: str = field(repr=False)


def split_person(text: str) -> NameAndNumber:
    """Tell a person's name from an identity number: every word with a digit belongs to the number."""
    typed = _without_labels(text, labels.PERSON_NAME)
    words = [word for word in re.split(f"[{re.escape(_PARTING)}]+", _BOUNDARY.sub(" ", typed)) if word]
    name = [word for word in words if not _is_of_number(word)]
    number = [word for word in words if _is_of_number(word)]
    if _digits("".join(number)) < _FEWEST_DIGITS:
        return NameAndNumber(name=typed, number="")
    if name[-1:] in (["X"], ["x"]):  # the last character, typed apart
        number.append(name.pop())
    return NameAndNumber(name=" ".join(name), number="".join(number))


def split_unit(text: str) -> NameAndNumber:
    """Tell a unit's name, which may have digits, from a credit code."""
    typed = _without_labels(text, labels.UNIT_NAME)
    codes = (code for pattern in _CODES for code in pattern.finditer(typed))
    found = next((code for code in codes if _digits(code[0]) >= _FEWEST_DIGITS_OF_CODE), None)
    if found is None:
        return NameAndNumber(name=typed.strip(_PARTING), number="")
    rest = f"{typed[: found.start()].strip(_PARTING)} {typed[found.end() :].strip(_PARTING)}"
    return NameAndNumber(name=rest.strip(), number=found[0])


def _without_labels(text: str, of_name: tuple[str, ...]) -> str:
    """Return the tidied text without labels such as 「姓名:」 and 「身份证号」, wherever they stand."""
    known = sorted({*of_name, *labels.IDENTITY}, key=len, reverse=True)
    wanted = "|".join(map(re.escape, known))
    typed = re.sub(rf"(?<![{_HAN}])(?:{wanted})(?:\s*[:=]\s*|\s+)", " ", tidy(text), flags=re.IGNORECASE)
    return re.sub(rf"(?:{'|'.join(map(re.escape, labels.IDENTITY))})[是为:\s]*(?=[0-9])", " ", typed).strip()


def _is_of_number(word: str) -> bool:
    return any(char.isdecimal() for char in word)


def _digits(word: str) -> int:
    return sum(map(str.isdecimal, word))
