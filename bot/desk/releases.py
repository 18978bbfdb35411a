"""/release: putting a segment of numbers into a pool (docs/domain.md, section 5.5)."""

from dataclasses import dataclass

from bot.desk.errors import Usage
from bot.desk.questions import Question, screen_of
from bot.desk.reading import mask_for, read_time
from bot.dialog.model import Go
from bot.dialog.scene import Scene
from bot.texts.desk import releases as texts
from core import pool
from core.admins import Duty
from core.offices import Office
from core.plates import PlateKind
from core.pool import Release

_COMMAND = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """What stands behind /release, read but not judged."""

    office: str
    kind: PlateKind
    mask: str
    opens: str = ""  # a local time, empty for now
    compose: str = ""  # now, drawn, a local time, or empty


def read_release(words: list[str]) -> ReleaseRequest:
    """Read 粤K small A#### [from TIME] [compose now|drawn|TIME].

    Raises:
        Usage: it is something else.
    """
    if len(words) < 3 or len(words) % 2 == 0 or words[1] not in set(PlateKind):  # noqa: PLR2004 - see above
        raise Usage(_COMMAND)
    given = dict(zip(words[3::2], words[4::2], strict=True))
    if not set(given) <= {"from", "compose"} or len(given) * 2 != len(words) - 3:
        raise Usage(_COMMAND)
    for when in (given.get("from"), given.get("compose")):
        if when not in {None, "now", "drawn"}:
            read_time(when or "")
    if given.get("from") in {"now", "drawn"}:
        raise Usage(_COMMAND)
    return ReleaseRequest(
        office=words[0].upper(),
        kind=PlateKind(words[1]),
        mask=words[2],
        opens=given.get("from", ""),
        compose=given.get("compose", ""),
    )


def to_release(request: ReleaseRequest, office: Office, actor: str) -> Release:
    """Return the release that was asked for.

    Raises:
        MaskError: the mask is none of the kind.
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


def ask(scene: Scene, rest: str) -> Go:
    """Lead from the command to the question.

    Raises:
        Usage, MaskError, UnreadableTime: it is written in another way.
        SegmentOverlaps, ReleaseInThePast: it would be refused.
    """
    request = read_release(rest.split())
    office = scene.desk_office(request.office, Duty.RELEASE)
    release = to_release(request, office, scene.actor)
    pool.judge_release(scene.tx, release)
    return Go(
        screen="desk_release",
        args={
            "office": office.code,
            "kind": request.kind,
            "mask": release.mask.pattern,
            "opens": request.opens,
            "compose": request.compose,
        },
    )


def _request(scene: Scene) -> ReleaseRequest:
    return ReleaseRequest(
        office=scene.arg("office"),
        kind=PlateKind(scene.arg("kind")),
        mask=scene.arg("mask"),
        opens=scene.arg("opens"),
        compose=scene.arg("compose"),
    )


def _question(scene: Scene) -> str:
    request = _request(scene)
    office = scene.office_of(request.office)
    release = to_release(request, office, scene.actor)
    when = texts.release_when(request.opens.replace("T", " "), request.compose)
    question = texts.release_question(office, request.kind, release.mask.pattern, release.mask.size, when)
    jumped = pool.jumped_order(scene.tx, office, release.mask)
    return question + (texts.order_jumped(jumped) if jumped else "")


def _release(scene: Scene) -> str:
    request = _request(scene)
    office = scene.office_of(request.office)
    segment = scene.core.pools.release(scene.tx, to_release(request, office, scene.actor))
    return texts.released(segment, pool.count(scene.tx, office, request.kind))


RELEASE = screen_of(
    Question(name="desk_release", duty=Duty.RELEASE, ask=_question, label=texts.RELEASE, act=_release)
)
