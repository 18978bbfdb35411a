"""The arguments of /admins: a role to give, with or without an end, a name to set, or a link to make."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.desk.arguments import DAY, PARTING, first_time, office_meant
from bot.desk.keywords import Keyword, is_keyword
from bot.dialog.context import Context
from bot.errors.commands import Part, Usage
from bot.texts.desk import staff as texts
from core.errors.staff import ChatIsName, ChatIsPhone, ChiefsNotByLink
from core.people.admins import EVERYWHERE, Permission, Role, RoleAssignment, end_of
from core.values.personal_numbers import holds_personal_data
from core.values.text import clean, compact, tidy

_COMMAND = "admins"
_LONGEST_CHAT = 15  # digits of a chat id
_UNTIL = re.compile(
    rf"(?:^|[{PARTING}]+)(?:until\b|直到|截止到?|截至|至|到)\s*(?P<day>{DAY})(?:为止|止)?(?=[{PARTING}]|$)",
    re.IGNORECASE,
)
_WORDS = re.compile(rf"[^{PARTING}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWish:
    """Give a chat a role."""

    chat_id: int
    assignment: RoleAssignment


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWish:
    """Make a one-time link to a role."""

    assignment: RoleAssignment


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWish:
    """Set the name of a member of staff."""

    chat_id: int
    name: str = field(repr=False)


def parse(ctx: Context, arguments: str) -> RoleWish | LinkWish | NameWish | None:
    """Parse ``add CHAT ROLE [OFFICE|all] [到 DAY]``, ``name CHAT NAME`` or ``link ROLE [OFFICE]``.

    Returns:
        What is wanted; None if nothing was typed.

    Raises:
        Usage: a word is missing, double, or none of these.
        UnreadableTime, NoSuchDay: the end is no day.
        ChatIsPhone, ChatIsName: something else stands where a chat id belongs.
        OfficeUnknown, OfficeMissing: no office that is served here is named.
        ChiefsNotByLink: a link to the role of a chief.
    """
    words = _WORDS.findall(tidy(arguments))
    if not words:
        return None
    if is_keyword(words[0], Keyword.NAME):
        return _name(words[1:])
    until, left = _until(arguments, ctx.today)
    words = [word for word in _WORDS.findall(left) if not is_keyword(word, Keyword.ADD)]
    is_link = any(is_keyword(word, Keyword.LINK) for word in words)
    words = [word for word in words if not is_keyword(word, Keyword.LINK)]
    chats = [word for word in words if word.isascii() and word.isdecimal() and len(word) <= _LONGEST_CHAT]
    roles = [role for word in words if (role := _role(word)) is not None]
    places = [word for word in words if word not in chats and _role(word) is None]
    _ensure_chat_ids(chats, places, arguments)
    if len(chats) != (0 if is_link else 1) or len(roles) != 1 or len(places) > 1 or (is_link and until):
        raise Usage(_COMMAND, _missing(is_link=is_link, chats=chats, roles=roles))
    if is_link and roles[0] == Role.CHIEF:
        raise ChiefsNotByLink
    code = _office(ctx, places[0] if places else "")
    end = None if until is None else end_of(until)
    assignment = RoleAssignment(role=roles[0], office=code, until=end)
    return (
        LinkWish(assignment=assignment) if is_link else RoleWish(chat_id=int(chats[0]), assignment=assignment)
    )


def _missing(*, is_link: bool, chats: Sequence[str], roles: Sequence[Role]) -> list[Part]:
    return [
        part
        for part, is_given in ((Part.CHAT, is_link or bool(chats)), (Part.ROLE, bool(roles)))
        if not is_given
    ]


def day_of(written: str) -> date | None:
    """Return the day of a screen's argument; None if there is none."""
    return date.fromisoformat(written) if written else None


def _name(words: list[str]) -> NameWish:
    chats = [word for word in words[:1] if word.isascii() and word.isdecimal() and len(word) <= _LONGEST_CHAT]
    _ensure_chat_ids(chats, words[:1] if not chats else [], " ".join(words[:1]))
    if not chats or not words[1:]:
        raise Usage(_COMMAND, [Part.CHAT] if not chats else [Part.NAME])
    return NameWish(chat_id=int(chats[0]), name=" ".join(words[1:]))


def _until(arguments: str, today: date) -> tuple[date | None, str]:
    """Split off the last day of a role."""
    text = tidy(arguments)
    found = _UNTIL.search(text)
    if found is None:
        return None, text
    at, _ = first_time(found["day"], today)
    return at.date(), f"{text[: found.start()]} {text[found.end() :]}"


def _ensure_chat_ids(chats: list[str], others: list[str], arguments: str) -> None:
    if any(holds_personal_data(word) for word in (*chats, *others)) or holds_personal_data(arguments):
        raise ChatIsPhone
    if any(word.startswith("@") or "t.me/" in word.lower() for word in others):
        raise ChatIsName


def _role(raw: str) -> Role | None:
    return next((role for role in Role if raw.lower() == role or texts.ROLES[role].means(raw)), None)


def _office(ctx: Context, word: str) -> str:
    """Return the office that is meant: the one named; else all, or the only one of the chief of an office."""
    if word and is_keyword(word, Keyword.ALL):
        return EVERYWHERE
    if word:
        return ctx.office_of(compact(clean(word))).code
    if ctx.admin.may(Permission.ADMINS):
        return EVERYWHERE
    return office_meant(ctx, _COMMAND, Permission.ADMINS, "").code
