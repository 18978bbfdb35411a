"""/release: releasing a segment of numbers to a pool (docs/domain.md, section 5.5)."""

import re
from dataclasses import dataclass
from datetime import date

from bot.desk.arguments import kind_of, mask_for, read_time
from bot.desk.confirmation import Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.errors.commands import Usage
from bot.texts.desk import releases as texts
from core.people.admins import Permission
from core.pool import releases
from core.pool import segments as pool_segments
from core.pool.releases import Release
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.text import compact

_COMMAND = "release"
_FIXED = 3  # 粤K small A####
_OPTIONS = ("from", "compose")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """The arguments of /release, parsed but not validated."""

    office: str
    kind: PlateKind
    mask: str
    opens: str = ""  # a local time; empty for now
    compose: str = ""  # now, drawn, a local time, or empty


def read_release(words: list[str], today: date | None = None) -> ReleaseRequest:
    """Parse 粤K small A#### [from TIME] [compose now|drawn|TIME].

    Args:
        words: the words of the arguments.
        today: if given, times may be written without a year.

    Raises:
        Usage: the arguments are malformed.
        UnreadableTime: a time is malformed.
    """
    if len(words) < _FIXED:
        raise Usage(_COMMAND)
    given = _options(words[_FIXED:])
    opens, compose = given.get("from", ""), given.get("compose", "").lower()
    return ReleaseRequest(
        office=compact(words[0]),
        kind=kind_of(_COMMAND, words[1]),
        mask=words[2],
        opens=_canonical(opens, today),
        compose=compose if compose in {"now", "drawn"} else _canonical(compose, today),
    )


def _options(words: list[str]) -> dict[str, str]:
    """Return the values of ``from`` and ``compose``, each at most once; a time may contain a space."""
    given: dict[str, list[str]] = {}
    values: list[str] | None = None
    for word in words:
        name = word.lower()
        if name in _OPTIONS and name not in given:
            values = given[name] = []
        elif values is None or name in _OPTIONS:
            raise Usage(_COMMAND)
        else:
            values.append(word)
    if not all(given.values()) or given.get("from", [""])[0].lower() in {"now", "drawn"}:
        raise Usage(_COMMAND)
    return {name: " ".join(values) for name, values in given.items()}


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
    request = read_release(re.split(r"[\s,\uff0c]+", arguments), ctx.today)
    office = ctx.desk_office(request.office, Permission.RELEASE)
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
    return f"segment:{request.office}:{request.kind}:{request.mask}" if request.opens else ""


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
