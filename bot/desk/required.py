"""The parts that a command must have, in their order; an admin of one office may leave it out."""

from collections.abc import Sequence

from bot.errors.commands import Part

_NUMBER_AND_REASON = (Part.PLATE, Part.REASON)
_PART_OF_POOL = (Part.OFFICE, Part.MASK, Part.REASON)

REQUIRED: dict[str, tuple[Part, ...]] = {
    "release": (Part.OFFICE, Part.MASK),
    "withhold": _PART_OF_POOL,
    "unwithhold": _PART_OF_POOL,
    "confirm": (Part.PLATE, Part.VIN_END),
    "void": _NUMBER_AND_REASON,
    "revoke": _NUMBER_AND_REASON,
    "undo": (Part.UNDONE, Part.REASON),
    "closed": (Part.OFFICE, Part.DAY, Part.REASON),
    "hours": (Part.OFFICE, Part.DAY, Part.PLACE, Part.HOURS, Part.REASON),
    "approve": (Part.APPEAL,),
    "reject": (Part.APPEAL, Part.REASON),
    "ban": (Part.PERSON, Part.REASON),
    "unban": (Part.PERSON, Part.REASON),
    "identity": (Part.IDENTITY, Part.PERSON, Part.REASON),
    "usertype": (Part.PERSON, Part.USER_TYPE),
    "grant": (Part.VIN, Part.CHANCES, Part.REASON),
    "find": (Part.QUERY,),
    "note": (Part.CASE, Part.TEXT),
    "broadcast": (Part.OFFICE, Part.TEXT),
    "audit": (Part.TERM,),
    "maintenance": (Part.OFFICE, Part.SWITCH),
}
"""Of the commands that need arguments."""


def missing_of(command: str, *, needs_office: bool) -> tuple[Part, ...]:
    """Return what a command without any arguments lacks."""
    return tuple(part for part in REQUIRED.get(command, ()) if needs_office or part != Part.OFFICE)


def missing_after(command: str, given: Sequence[str]) -> tuple[Part, ...]:
    """Return what a command lacks of which only the first parts, or some of them and the text, were typed.

    All that names a person, a number or a case has a digit; a last part without one is the text.
    """
    required = REQUIRED.get(command, ())
    has_text = bool(given) and not any(map(str.isdecimal, given[-1]))
    is_text_last = bool(required) and required[-1] in {Part.REASON, Part.TEXT}
    if has_text and is_text_last:
        return required[len(given) - 1 : -1]
    return required[len(given) :]
