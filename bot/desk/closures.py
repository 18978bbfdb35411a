"""/closed: a day without a counter, which moves deadlines; /maintenance: phase 2 closed, with a text."""

from datetime import date
from functools import partial

from bot.desk.arguments import first_time, words_of
from bot.desk.confirmation import Question, reason_of, screen_of
from bot.dialog.context import Scene
from bot.dialog.names import ScreenName
from bot.dialog.screen import Go
from bot.dialog.view import Style
from bot.errors.commands import UnreadableTime, Usage
from bot.texts.desk import days as texts
from core.availability import maintenance
from core.errors import NotInMaintenance
from core.people.admins import EVERYWHERE, Permission
from core.preselection.expiry import Closing

_ALL = "all"
_SWITCHES = {"on": ScreenName.DESK_MAINTENANCE_ON, "off": ScreenName.DESK_MAINTENANCE_OFF}
_LONGEST_TEXT = 500


def ask_closed(scene: Scene, rest: str) -> Go:
    """Lead from /closed 粤K 2026-12-31 REASON to the question.

    Raises:
        Usage, UnreadableTime: it is written in another way.
        DayInThePast, DayClosed: the day is over, or closed already.
    """
    code, written = words_of("closed", rest, 2)
    office = scene.desk_office(code, Permission.CLOSED)
    at, reason = first_time(written, scene.today)
    day = at.date()
    if not reason:
        raise Usage("closed")
    scene.core.endings.validate_closing(scene.tx, office, day)
    return Go(
        screen=ScreenName.DESK_CLOSED,
        args={"office": office.code, "day": day.isoformat(), "reason": reason_of(reason)},
    )


def _day(scene: Scene) -> date:
    try:
        return date.fromisoformat(scene.arg("day"))
    except ValueError:
        raise UnreadableTime from None


def _closed_question(scene: Scene) -> str:
    office = scene.office_of(scene.arg("office"))
    day = _day(scene)
    read = partial(scene.core.endings.closing, office=office, day=day)
    would: Closing = scene.beside(f"closing:{office.code}:{day}", read)
    return texts.closed_question(office, day, scene.arg("reason"), would)


def _close(scene: Scene) -> str:
    office, day = scene.office_of(scene.arg("office")), _day(scene)
    moved = scene.core.endings.close_day(scene.tx, office, day, scene.arg("reason"), scene.actor)
    return texts.closed(office, day, len(moved))


CLOSED = screen_of(
    Question(
        name=ScreenName.DESK_CLOSED,
        permission=Permission.CLOSED,
        ask=_closed_question,
        label=texts.CLOSE,
        act=_close,
    )
)


def ask_maintenance(scene: Scene, rest: str) -> Go:
    """Lead from /maintenance 粤K|all on|off TEXT to the question.

    Raises:
        Usage: it is written in another way.
        NotInMaintenance: there is nothing to open again.
    """
    words = rest.split(maxsplit=2)
    switch, text = "".join(words[1:2]).lower(), "".join(words[2:])
    if switch not in _SWITCHES or (switch == "on" and not text):
        raise Usage("maintenance")
    code = EVERYWHERE
    if words[0].lower() != _ALL:
        code = scene.desk_office(words[0], Permission.MAINTENANCE).code
    scene.admin.require(Permission.MAINTENANCE, code)
    if switch == "off" and not maintenance.text_of(scene.tx, code):
        raise NotInMaintenance
    shown = " ".join(text.split())[:_LONGEST_TEXT]
    args = {"office": code, "text": shown, "seen": maintenance.text_of(scene.tx, code)}
    return Go(screen=_SWITCHES[switch], args=args)


def _begin(scene: Scene) -> str:
    office, text = scene.arg("office"), scene.arg("text")
    maintenance.begin(scene.tx, office, text, scene.actor, expected=scene.arg("seen"))
    return texts.maintenance_begun(scene.arg("office"))


def _end(scene: Scene) -> str:
    maintenance.end(scene.tx, scene.arg("office"), scene.actor)
    return texts.maintenance_ended(scene.arg("office"))


MAINTENANCE_ON = screen_of(
    Question(
        name=ScreenName.DESK_MAINTENANCE_ON,
        permission=Permission.MAINTENANCE,
        ask=lambda scene: texts.maintenance_question(
            scene.arg("office"), scene.arg("text"), scene.arg("seen")
        ),
        label=texts.MAINTENANCE_ON,
        act=_begin,
        style=Style.DANGER,
    )
)
MAINTENANCE_OFF = screen_of(
    Question(
        name=ScreenName.DESK_MAINTENANCE_OFF,
        permission=Permission.MAINTENANCE,
        ask=lambda scene: texts.maintenance_over_question(scene.arg("office")),
        label=texts.MAINTENANCE_OFF,
        act=_end,
        style=Style.SUCCESS,
    )
)
