"""/closed: a day on which an office's counter is closed, which moves deadlines."""

from datetime import date

from bot.desk.errors import ClosedUsage, UnreadableTime
from bot.desk.segments import read_time
from bot.dialog.model import Button, Go, Screen, Style, View
from bot.dialog.scene import Scene
from bot.texts import common, desk
from core.clock import CHINA
from core.errors import DayInThePast

_WORDS = 3
_LONGEST_REASON = 200


def ask(scene: Scene, rest: str) -> Go:
    """Lead from /closed 粤K 2026-12-31 REASON to the question.

    Raises:
        ClosedUsage: it is something else.
        UnreadableTime: the date is none.
        OfficeUnknown: the office is not served here.
        DayInThePast: the day is over.
    """
    words = rest.split(maxsplit=_WORDS - 1)
    if len(words) < _WORDS:
        raise ClosedUsage
    office = scene.office_of(words[0].upper())
    day = read_time(words[1]).date()
    if day < scene.tx.now.astimezone(CHINA).date():
        raise DayInThePast
    return Go(
        screen="desk_closed",
        args={"office": office.code, "day": day.isoformat(), "reason": words[2][:_LONGEST_REASON]},
    )


def _day(scene: Scene) -> date:
    try:
        return date.fromisoformat(scene.arg("day"))
    except ValueError:
        raise UnreadableTime from None


def _show(scene: Scene) -> View | Go:
    if not scene.is_chief:
        return Go(screen="home")
    office = scene.office_of(scene.arg("office"))
    text = desk.closed_question(office, _day(scene), scene.arg("reason"))
    buttons = (
        Button(label=desk.CLOSE, action="close", style=Style.PRIMARY),
        Button(label=desk.CANCEL, action="cancel"),
    )
    return View(text=text, rows=(buttons,))


def _close(scene: Scene, _arg: str) -> Go:
    if not scene.is_chief:
        return Go(screen="home")
    office, day = scene.office_of(scene.arg("office")), _day(scene)
    actor = f"chat:{scene.chat_id}"
    moved = scene.core.endings.close_day(scene.tx, office, day, scene.arg("reason"), actor)
    return Go(screen="home", note=desk.closed(office, day, len(moved)), pinned=True)


CLOSED = Screen(
    name="desk_closed",
    show=_show,
    buttons={
        "close": _close,
        "cancel": lambda _scene, _arg: Go(screen="home", note=desk.CANCELLED),
    },
    hint=common.PRESS_HINT,
)
