"""Reading what admins type behind a command."""

from datetime import datetime

from bot.desk.errors import UnreadableTime, Usage
from core.clock import CHINA
from core.masks import Mask, parse_mask
from core.offices import Office
from core.plates import PlateKind


def read_time(written: str) -> datetime:
    """Return a local time written as 2026-12-01T09:00 or 2026-12-01.

    Raises:
        UnreadableTime: it is something else.
    """
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        raise UnreadableTime from None
    if read.tzinfo is not None:
        raise UnreadableTime
    return read.replace(tzinfo=CHINA)


def words_of(command: str, rest: str, count: int) -> list[str]:
    """Return so many words, the last of which is all that is left.

    Raises:
        Usage: there are fewer.
    """
    words = rest.split(maxsplit=count - 1)
    if len(words) < count:
        raise Usage(command)
    return words


def kind_of(command: str, written: str) -> PlateKind:
    """Return a plate kind.

    Raises:
        Usage: there is none of this name.
    """
    if written.lower() not in set(PlateKind):
        raise Usage(command)
    return PlateKind(written.lower())


def mask_for(office: Office, kind: PlateKind, written: str) -> Mask:
    """Return a mask with an office's new-energy letters.

    Raises:
        MaskError: it is none of the kind.
    """
    return parse_mask(kind, written, nev_letters=office.nev_letters)
