"""The first page, help, commands, and the way into what an owner has begun."""

from collections.abc import Callable
from datetime import timedelta

from bot.dialog.context import Scene
from bot.dialog.events import Command
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.rehearsal import REHEARSE
from bot.dialog.screen import Go, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting as common
from bot.owner.appeal_form import FORM
from bot.owner.entry import entry
from bot.owner.language import speak
from bot.owner.own_data import export
from bot.owner.provinces import opened
from bot.texts import rehearsal
from bot.texts.desk import commands, warnings
from bot.texts.owner import appeal, bulletin, home, languages, own_data, provinces
from core.clock import CHINA
from core.notifications import queue as notification_queue
from core.people.admins import Permission
from core.people.blacklist import running
from core.preselection import PreselectionState, of_account

_AHEAD = timedelta(days=60)
"""So far ahead a year without a published schedule begins to matter."""


def _state(scene: Scene) -> str:
    if scene.account_or_none is None:
        return home.NEW()
    ban = running(scene.tx, scene.account_or_none.identity_hash)
    lines = [home.banned(ban.until)] if ban is not None else []
    lines += [
        home.reserved(common.plate(one.office, one.serial or ""), common.moment(one.deadline))
        for one in of_account(scene.tx, scene.account_or_none)
        if one.state == PreselectionState.RESERVED and one.deadline is not None
    ]
    if lines:
        return "\n".join(lines)
    if scene.current_preselection is not None:
        return home.UNFINISHED()
    return home.REGISTERED() if scene.account_or_none.is_registered else home.NEW()


def _warning(scene: Scene) -> str:
    """Return what chiefs must know of the calendar: deadlines that are about to be counted."""
    if Permission.CLOSED not in scene.admin.permissions:
        return ""
    year = (scene.tx.now + _AHEAD).astimezone(CHINA).year
    calendar = "" if scene.core.calendar.has_schedule(year) else warnings.no_schedule(year)
    failed, shut = notification_queue.failures(scene.tx)
    return calendar + (warnings.trouble(failed, shut) if failed or shut else "")


def _show(scene: Scene) -> View:
    return View(
        text=home.welcome(list(scene.core.offices.values()), state=_state(scene)) + _warning(scene),
        rows=(
            (Button(label=home.PRESELECT(), action=ActionName.PRESELECT, style=Style.PRIMARY),),
            (Button(label=rehearsal.REHEARSE(), action=ActionName.REHEARSE),),
            (Button(label=provinces.ELSEWHERE(), action=ActionName.PROVINCES),),
            (Button(label=bulletin.BULLETIN(), action=ActionName.POOL),),
            (Button(label=appeal.APPEAL(), action=ActionName.APPEALS),),
            (
                Button(label=home.MINE(), action=ActionName.MINE),
                Button(label=own_data.PRIVACY(), action=ActionName.PRIVACY),
            ),
            (
                Button(label=languages.other_label(), action=ActionName.SPEAK, arg=languages.other()),
                Button(label=home.HELP(), action=ActionName.HELP),
            ),
        ),
    )


def help_text(scene: Scene) -> str:
    """Return the help, with the admins' commands for them."""
    return home.help_text() + commands.help_text(scene.admin.permissions)


def command(scene: Scene, typed: Command) -> Go:
    """Lead an owner's command to its screen."""
    if typed.name == "start" and typed.rest:
        return opened(typed.rest)
    way = _WAYS.get(typed.name)
    return way(scene) if way else stay(note=home.unknown_command())


def _cancel(scene: Scene) -> Go:
    """Lead to the question before something is given up: on the pages of an appeal, the appeal."""
    draft = scene.core.appeals.find_draft(scene.tx, scene.account_or_none) if scene.account_or_none else None
    of_appeal = scene.screen in FORM or scene.arg("back") == ScreenName.APPEAL_REVIEW
    if draft is not None and (of_appeal or scene.current_preselection is None):
        return Go(screen=ScreenName.APPEAL_DROP)
    if scene.current_preselection is None:
        return Go(screen=ScreenName.HOME, note=home.NOTHING_TO_CANCEL())
    return Go(screen=ScreenName.ABANDON)


_WAYS: dict[str, Callable[[Scene], Go]] = {
    "start": lambda _scene: Go(screen=ScreenName.HOME),
    "preselect": entry,
    "rehearse": lambda _scene: REHEARSE,
    "mine": lambda _scene: Go(screen=ScreenName.MINE),
    "appeal": lambda _scene: Go(screen=ScreenName.APPEALS),
    "offices": lambda _scene: Go(screen=ScreenName.PROVINCES),
    "pool": lambda _scene: Go(screen=ScreenName.POOL),
    "notify": lambda _scene: Go(screen=ScreenName.NOTIFY),
    "privacy": lambda _scene: Go(screen=ScreenName.PRIVACY),
    "export": export,
    "delete": lambda _scene: Go(screen=ScreenName.DELETE),
    "language": lambda _scene: Go(screen=ScreenName.LANGUAGE),
    "cancel": _cancel,
    "help": lambda scene: stay(note=help_text(scene)),
}


HOME = Screen(
    name=ScreenName.HOME,
    show=_show,
    buttons={
        ActionName.PRESELECT: lambda scene, _arg: entry(scene),
        ActionName.PROVINCES: lambda _scene, _arg: Go(screen=ScreenName.PROVINCES),
        ActionName.POOL: lambda _scene, _arg: Go(screen=ScreenName.POOL),
        ActionName.REHEARSE: lambda _scene, _arg: REHEARSE,
        ActionName.MINE: lambda _scene, _arg: Go(screen=ScreenName.MINE),
        ActionName.PRIVACY: lambda _scene, _arg: Go(screen=ScreenName.PRIVACY),
        ActionName.APPEALS: lambda _scene, _arg: Go(screen=ScreenName.APPEALS),
        ActionName.HELP: lambda _scene, _arg: Go(screen=ScreenName.HELP),
        ActionName.SPEAK: speak,
    },
    hint=home.NEW,
)


def _show_help(scene: Scene) -> View:
    return View(text=help_text(scene), rows=((Button(label=common.HOME(), action=ActionName.HOME),),))


HELP = Screen(
    name=ScreenName.HELP,
    show=_show_help,
    buttons={ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME)},
)
