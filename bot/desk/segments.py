"""/release: putting a segment of numbers into a pool (docs/domain.md, section 5.5)."""

from dataclasses import dataclass
from datetime import datetime

from bot.desk.errors import ReleaseUsage, UnreadableTime
from bot.dialog.model import Button, Go, Screen, Style, View
from bot.dialog.scene import Scene
from bot.texts import common, desk
from core import pool
from core.clock import CHINA
from core.masks import Mask, parse_mask
from core.offices import Office
from core.plates import PlateKind
from core.pool import Release


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
        ReleaseUsage: it is something else.
    """
    if len(words) < 3 or len(words) % 2 == 0 or words[1] not in set(PlateKind):  # noqa: PLR2004 - see above
        raise ReleaseUsage
    given = dict(zip(words[3::2], words[4::2], strict=True))
    if not set(given) <= {"from", "compose"} or len(given) * 2 != len(words) - 3:
        raise ReleaseUsage
    for when in (given.get("from"), given.get("compose")):
        if when not in {None, "now", "drawn"}:
            read_time(when or "")
    if given.get("from") in {"now", "drawn"}:
        raise ReleaseUsage
    return ReleaseRequest(
        office=words[0].upper(),
        kind=PlateKind(words[1]),
        mask=words[2],
        opens=given.get("from", ""),
        compose=given.get("compose", ""),
    )


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
        mask=_mask(request, office),
        actor=actor,
        opens_at=opens_at,
        compose_from=compose_from,
        compose_now=request.compose == "now",
        compose_drawn=request.compose == "drawn",
    )


def _mask(request: ReleaseRequest, office: Office) -> Mask:
    return parse_mask(request.kind, request.mask, nev_letters=office.nev_letters)


def ask(scene: Scene, rest: str) -> Go:
    """Lead from the command to the question."""
    request = read_release(rest.split())
    office = scene.office_of(request.office)
    release = to_release(request, office, "")
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


def _show(scene: Scene) -> View | Go:
    if not scene.is_chief:
        return Go(screen="home")
    request = _request(scene)
    office = scene.office_of(request.office)
    mask = _mask(request, office)
    when = desk.release_when(request.opens.replace("T", " "), request.compose)
    return View(
        text=desk.release_question(office, request.kind, mask.pattern, mask.size, when),
        rows=(
            (
                Button(label=desk.RELEASE, action="release", style=Style.PRIMARY),
                Button(label=desk.CANCEL, action="cancel"),
            ),
        ),
    )


def _release(scene: Scene, _arg: str) -> Go:
    if not scene.is_chief:
        return Go(screen="home")
    request = _request(scene)
    office = scene.office_of(request.office)
    release = to_release(request, office, f"chat:{scene.chat_id}")
    segment = scene.core.pools.release(scene.tx, release)
    note = desk.released(segment, pool.count(scene.tx, office, request.kind))
    return Go(screen="home", note=note, pinned=True)


RELEASE = Screen(
    name="desk_release",
    show=_show,
    buttons={
        "release": _release,
        "cancel": lambda _scene, _arg: Go(screen="home", note=desk.CANCELLED),
    },
    hint=common.PRESS_HINT,
)
