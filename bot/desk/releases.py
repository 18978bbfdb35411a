"""/release: releasing a segment of numbers to a pool (docs/domain.md, section 5.5)."""

import re
from dataclasses import dataclass, replace
from datetime import date

from bot.desk.arguments import mask_for, office_meant, read_time
from bot.desk.confirmation import Confirmation, screen_of
from bot.desk.keywords import Keyword, is_keyword, keyword_of, pattern_of
from bot.desk.pool_words import PoolWords
from bot.desk.undo import segment_key
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.errors.commands import Part, Usage
from bot.texts.desk import releases as texts
from core.people.admins import Permission
from core.pool import releases
from core.pool import segments as pool_segments
from core.pool.releases import Release
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.text import tidy

_COMMAND = "release"
_WHENS = (Keyword.NOW, Keyword.DRAWN)
_OPTION = re.compile(
    rf"({pattern_of(Keyword.FROM)}|{pattern_of(Keyword.COMPOSE)})\s*[:=]?\s*(?:(?=\d|{pattern_of(*_WHENS)})(.*))?",
    re.IGNORECASE,
)
_SINCE = re.compile(r"(?<=\d|[日号时点分])(?:起|开始)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """The arguments of /release, parsed but not validated."""

    office: str  # empty if none was typed
    kind: PlateKind
    mask: str
    opens: str = ""  # a local time; empty for now
    compose: str = ""  # now, drawn, a local time, or empty


def read_release(words: list[str], today: date | None = None) -> ReleaseRequest:
    """Parse 粤K small A#### [from TIME] [compose now|drawn|TIME], in any order, keywords also in Chinese.

    Args:
        words: the words of the arguments.
        today: if given, times may be written without a year.

    Raises:
        Usage: the arguments are malformed.
        UnreadableTime: a time is malformed.
    """
    found, others = PoolWords(), list[str]()
    for word in words:
        more = found.with_word(word)
        if more is None:
            others.append(word)
        found = more or found
    if not found.mask and others and _option(others[0]) is None:  # a single number, or a mistyped mask
        found = replace(found, mask=others.pop(0))
    part = found.part(_COMMAND)
    given = _options(others)
    opens, compose = given.get(Keyword.FROM, ""), given.get(Keyword.COMPOSE, "")
    return ReleaseRequest(
        office=part.office,
        kind=part.kind,
        mask=part.mask,
        opens="" if is_keyword(opens, Keyword.NOW) else _canonical(opens, today),
        compose=keyword_of(compose, *_WHENS) or _canonical(compose, today),
    )


def _option(word: str) -> tuple[Keyword, str] | None:
    """Split 从12月1日 or compose=now into keyword and value; None if the word begins with no keyword."""
    found = _OPTION.fullmatch(tidy(word))
    keyword = keyword_of(found[1], Keyword.FROM, Keyword.COMPOSE) if found else None
    return (keyword, found[2] or "") if found and keyword else None


def _options(words: list[str]) -> dict[Keyword, str]:
    """Return the values of ``from`` and ``compose``, each at most once; a time may contain a space."""
    given: dict[Keyword, list[str]] = {}
    values: list[str] | None = None
    for word in words:
        option = _option(word)
        if option is not None and option[0] not in given:
            values = given[option[0]] = [option[1]] if option[1] else []
        elif values is None or option is not None:
            raise Usage(_COMMAND)
        else:
            values.append(word)
    if not all(given.values()):
        raise Usage(_COMMAND, (Part.TIME,))
    if is_keyword(given.get(Keyword.FROM, [""])[0], Keyword.DRAWN):
        raise Usage(_COMMAND)
    return {name: _SINCE.sub("", tidy(" ".join(values))) for name, values in given.items()}


def _canonical(raw: str, today: date | None) -> str:
    return read_time(raw, today).strftime("%Y-%m-%dT%H:%M") if raw else ""


def to_release(request: ReleaseRequest, office: Office, actor: str) -> Release:
    """Convert a request to a release.

    Raises:
        MaskError: the mask is not one of this kind.
    """
    opens_at = read_time(request.opens) if request.opens else None
    compose_from = None
    if request.compose not in {"", "now", "drawn"}:
        compose_from = read_time(request.compose)
    return Release(
        office=office,
        mask=mask_for(office, request.kind, request.mask),
        actor=actor,
        opens_at=opens_at,
        compose_from=compose_from,
        compose_now=request.compose == "now",
        compose_drawn=request.compose == "drawn",
    )


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse the command and go to the question.

    Raises:
        Usage, MaskError, UnreadableTime: the arguments are malformed.
        SegmentOverlaps, ReleaseInThePast, ComposeBeforeOpening: the release would be refused.
    """
    request = read_release(re.split(r"[\s,\uff0c、;；]+", arguments.strip()), ctx.today)
    office = office_meant(ctx, _COMMAND, Permission.RELEASE, request.office)
    release = to_release(request, office, ctx.actor)
    releases.validate_release(ctx.tx, release)
    return Goto(
        screen=ScreenName.DESK_RELEASE,
        args={
            "office": office.code,
            "kind": request.kind,
            "mask": release.mask.pattern,
            "opens": request.opens,
            "compose": request.compose,
        },
    )


def _request(ctx: Context) -> ReleaseRequest:
    return ReleaseRequest(
        office=ctx.arg("office"),
        kind=PlateKind(ctx.arg("kind")),
        mask=ctx.arg("mask"),
        opens=ctx.arg("opens"),
        compose=ctx.arg("compose"),
    )


def _question(ctx: Context) -> str:
    request = _request(ctx)
    office = ctx.office_of(request.office)
    release = to_release(request, office, ctx.actor)
    opens = releases.opening(ctx.tx, release)
    when = texts.release_when(opens, now=not request.opens)
    mask, at_once = release.mask, not request.opens
    question = texts.release_question(office, request.kind, mask.pattern, mask.size, when, at_once=at_once)
    jumped = releases.jumped_order(ctx.tx, office, release.mask)
    return question + (texts.order_jumped(jumped) if jumped else "")


def _release(ctx: Context) -> str:
    request = _request(ctx)
    office = ctx.office_of(request.office)
    segment = ctx.core.pools.release(ctx.tx, to_release(request, office, ctx.actor))
    return texts.released(segment, pool_segments.count(ctx.tx, office, request.kind))


def _done(ctx: Context) -> str:
    """Return the key by which a scheduled release is cancelled; empty for one that has opened at once."""
    request = _request(ctx)
    return segment_key(request.office, request.kind, request.mask) if request.opens else ""


RELEASE = screen_of(
    Confirmation(
        name=ScreenName.DESK_RELEASE,
        permission=Permission.RELEASE,
        question_text=_question,
        label=texts.RELEASE,
        act=_release,
        undo_key=_done,
    )
)
