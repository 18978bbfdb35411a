"""Reasons for what the desk does: kept in the audit log, told to owners, and some of them published."""

from core.errors.desk import ReasonTooShort
from core.values.personal_numbers import ensure_no_personal_number
from core.values.text import one_line

LONGEST_REASON = 200
_FEWEST = 2
_FEWEST_PUBLISHED = 4
"""Minimum of different letters or characters of a reason; of one that is published."""


def parse_reason(typed: str) -> str:
    """Return a reason in one line, cut to the maximum length.

    Raises:
        PersonalNumberInText: it contains an identity number or a telephone number.
        ControlCharacterInText: it contains a control character.
        ReasonTooShort: there is none, or it says nothing, such as a single letter or punctuation.
    """
    return _with_letters(typed, _FEWEST)


def reason_or_none(typed: str) -> str:
    """Return a reason as ``parse_reason``; empty if there is none."""
    return parse_reason(typed) if _in_one_line(typed) else ""


def parse_published_reason(typed: str) -> str:
    """Return a reason that everybody will read (docs/domain.md, section 5.5); raises as ``parse_reason``."""
    return _with_letters(typed, _FEWEST_PUBLISHED)


def _with_letters(typed: str, fewest: int) -> str:
    reason = _in_one_line(typed)
    if len({letter for letter in reason.casefold() if letter.isalpha()}) < fewest:
        raise ReasonTooShort(fewest)
    return reason


def _in_one_line(typed: str) -> str:
    ensure_no_personal_number(typed)
    return one_line(typed)[:LONGEST_REASON]
