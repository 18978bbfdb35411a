"""The first page, help, commands, and the way into what an owner has begun."""

from collections.abc import Callable
from datetime import timedelta

from bot.dialog.model import Button, Command, Go, Screen, Style, View
from bot.dialog.rehearsal import REHEARSAL
from bot.dialog.scene import Scene
from bot.screens.appeal_form import FORM
from bot.screens.entry import entry
from bot.screens.language import speak
from bot.screens.own_data import export
from bot.screens.provinces import opened
from bot.texts import appeal, bulletin, common, home, languages, own_data, provinces, rehearsal
from bot.texts.desk import commands, warnings
from core import notices
from core.admins import Duty
from core.blacklist import running
from core.clock import CHINA
from core.preselection import State, of_account

_AHEAD = timedelta(days=60)
"""So far ahead a year without a published schedule begins to matter."""


def _state(scene: Scene) -> str:
    if scene.found is None:
        return home.NEW()
    ban = running(scene.tx, scene.found.identity_hash)
    lines = [home.banned(ban.until)] if ban is not None else []
    lines += [
        home.reserved(common.plate(one.office, one.serial or ""), common.moment(one.deadline))
        for one in of_account(scene.tx, scene.found)
        if one.state == State.RESERVED and one.deadline is not None
    ]
    if lines:
        return "\n".join(lines)
    if scene.begun is not None:
        return home.UNFINISHED()
    return home.REGISTERED() if scene.found.registered else home.NEW()


def _warning(scene: Scene) -> str:
    """Return what chiefs must know of the calendar: deadlines that are about to be counted."""
    if Duty.CLOSED not in scene.admin.duties:
        return ""
    year = (scene.tx.now + _AHEAD).astimezone(CHINA).year
    calendar = "" if scene.core.calendar.has_schedule(year) else warnings.no_schedule(year)
    failed, shut = notices.failures(scene.tx)
    return calendar + (warnings.trouble(failed, shut) if failed or shut else "")


def _show(scene: Scene) -> View:
    return View(
        text=home.welcome(list(scene.core.offices.values()), state=_state(scene)) + _warning(scene),
        rows=(
            (Button(label=home.PRESELECT(), action="preselect", style=Style.PRIMARY),),
            (Button(label=rehearsal.REHEARSE(), action="rehearse"),),
            (Button(label=provinces.ELSEWHERE(), action="provinces"),),
            (Button(label=bulletin.BULLETIN(), action="pool"),),
            (Button(label=appeal.APPEAL(), action="appeals"),),
            (
                Button(label=home.MINE(), action="mine"),
                Button(label=own_data.PRIVACY(), action="privacy"),
            ),
            (
                Button(label=languages.other_label(), action="speak", arg=languages.other()),
                Button(label=home.HELP(), action="help"),
            ),
        ),
    )


def help_text(scene: Scene) -> str:
    """Return the help, with the admins' commands for them."""
    return home.help_text() + commands.help_text(scene.admin.duties)


def command(scene: Scene, typed: Command) -> Go:
    """Lead an owner's command to its screen."""
    if typed.name == "start" and typed.rest:
        return opened(typed.rest)
    way = _WAYS.get(typed.name)
    return way(scene) if way else Go(screen="", note=home.unknown_command())


def _cancel(scene: Scene) -> Go:
    """Lead to the question before something is given up: on the pages of an appeal, the appeal."""
    draft = scene.core.appeals.find_draft(scene.tx, scene.found) if scene.found else None
    of_appeal = scene.screen in FORM or scene.arg("back") == "appeal_review"
    if draft is not None and (of_appeal or scene.begun is None):
        return Go(screen="appeal_drop")
    if scene.begun is None:
        return Go(screen="home", note=home.NOTHING_TO_CANCEL())
    return Go(screen="abandon")


_WAYS: dict[str, Callable[[Scene], Go]] = {
    "start": lambda _scene: Go(screen="home"),
    "preselect": entry,
    "rehearse": lambda _scene: Go(screen=REHEARSAL),
    "mine": lambda _scene: Go(screen="mine"),
    "appeal": lambda _scene: Go(screen="appeals"),
    "offices": lambda _scene: Go(screen="provinces"),
    "pool": lambda _scene: Go(screen="pool"),
    "notify": lambda _scene: Go(screen="notify"),
    "privacy": lambda _scene: Go(screen="privacy"),
    "export": export,
    "delete": lambda _scene: Go(screen="delete"),
    "language": lambda _scene: Go(screen="language"),
    "cancel": _cancel,
    "help": lambda scene: Go(screen="", note=help_text(scene)),
}


HOME = Screen(
    name="home",
    show=_show,
    buttons={
        "preselect": lambda scene, _arg: entry(scene),
        "provinces": lambda _scene, _arg: Go(screen="provinces"),
        "pool": lambda _scene, _arg: Go(screen="pool"),
        "rehearse": lambda _scene, _arg: Go(screen=REHEARSAL),
        "mine": lambda _scene, _arg: Go(screen="mine"),
        "privacy": lambda _scene, _arg: Go(screen="privacy"),
        "appeals": lambda _scene, _arg: Go(screen="appeals"),
        "help": lambda _scene, _arg: Go(screen="help"),
        "speak": speak,
    },
    hint=home.NEW,
)


def _show_help(scene: Scene) -> View:
    return View(text=help_text(scene), rows=((Button(label=common.HOME(), action="home"),),))


HELP = Screen(
    name="help",
    show=_show_help,
    buttons={"home": lambda _scene, _arg: Go(screen="home")},
)
