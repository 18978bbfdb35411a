"""The home screen, help, the owners' commands, and resuming an unfinished preselection."""

from collections.abc import Callable

from bot.dialog.asides import Aside
from bot.dialog.context import Context
from bot.dialog.events import Command
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner import checking
from bot.owner.appeal_form import FORM
from bot.owner.entry import entry, is_used_up
from bot.owner.holding import Banner, banner
from bot.owner.language import speak
from bot.owner.own_data import export
from bot.owner.provinces import opened
from bot.owner.rehearsal_choice import rehearse
from bot.owner.whoami import whoami
from bot.texts import rehearsal
from bot.texts.desk import commands, warnings
from bot.texts.desk.clock import IN_DOUBT
from bot.texts.desk.parts import MENU
from bot.texts.owner import appeal, bulletin, home, languages, own_data, provinces, registration, suspicion
from core.availability import clock_guard
from core.availability.holidays import year_without_schedule
from core.people.admins import Permission
from core.people.blacklist import running
from core.people.scope import scope_of
from core.preselection import PreselectionState, of_account
from core.reporting.tasks import TaskKind
from core.reporting.waiting_list import unreachable_owners
from core.reporting.work_queue import count_tasks
from core.suspicion import find_asked


def _state(ctx: Context, held: Banner) -> str:
    if ctx.account_or_none is None:
        return home.NEW()
    ban = running(ctx.tx, ctx.account_or_none.identity_hash)
    lines = [home.banned(ban.until)] if ban is not None else []
    if find_asked(ctx.tx, ctx.account_or_none.account_id):
        lines.append(suspicion.STATE())
    lines += [
        home.reserved(
            formatting.plate(preselection.office, preselection.serial or ""),
            formatting.moment(preselection.deadline),
        )
        for preselection in of_account(ctx.tx, ctx.account_or_none)
        if preselection.state == PreselectionState.RESERVED and preselection.deadline is not None
    ]
    if held.text:
        lines.insert(0, held.text.rstrip())
    if ctx.current_preselection is not None and not held.rows:
        lines.append(home.USED_UP() if is_used_up(ctx, ctx.current_preselection) else home.UNFINISHED())
    if lines:
        return "\n".join(lines)
    if ctx.account_or_none.is_registered:
        return home.REGISTERED()
    is_half = ctx.account_or_none.consents
    return registration.half_registered(ctx.account_or_none.missing) if is_half else home.NEW()


def _warning(ctx: Context) -> str:
    """Return the warnings for chiefs: a doubted clock, an unpublished holiday schedule, what failed."""
    if Permission.CLOSED not in ctx.admin.permissions:
        return ""
    year = year_without_schedule(ctx.tx, ctx.core.calendar)
    calendar = "" if year is None else warnings.no_schedule(year)
    failed = count_tasks(ctx.tx, ctx.core.desk_services, ctx.admin, TaskKind.FAILED)
    shut = unreachable_owners(ctx.tx, scope_of(ctx.admin, Permission.CLOSED, ctx.core.offices))
    clock = f"\n\n{IN_DOUBT()}" if clock_guard.is_in_doubt(ctx.tx) else ""
    return clock + calendar + warnings.trouble(failed, shut)


def _show(ctx: Context) -> View:
    held = banner(ctx)
    account = ctx.account_or_none
    is_half = account is not None and account.consents and not account.is_registered
    resume = Button(label=registration.RESUME(), action=ActionName.CONTINUE, style=Style.SUCCESS)
    return View(
        text=home.welcome(list(ctx.core.offices.values()), state=_state(ctx, held)) + _warning(ctx),
        redraw_at=held.redraw_at,
        lifetime=held.lifetime,
        rows=(
            *held.rows,
            *(((resume,),) if is_half else ()),
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
            *(((Button(label=MENU(), action=ActionName.DESK),),) if ctx.admin.is_any else ()),
        ),
    )


def help_text(ctx: Context) -> str:
    """Return the help text; for admins with their commands."""
    return home.help_text() + commands.help_text(ctx.admin.permissions)


def _cancel(ctx: Context) -> Goto:
    """Go to the confirmation for cancelling: on the appeal form the appeal, else the preselection."""
    draft = ctx.core.appeals.find_draft(ctx.tx, ctx.account_or_none) if ctx.account_or_none else None
    of_appeal = ctx.screen in FORM or ctx.arg("back") == ScreenName.APPEAL_REVIEW
    if draft is not None and (of_appeal or ctx.current_preselection is None):
        return Goto(screen=ScreenName.APPEAL_DROP)
    if ctx.current_preselection is None:
        return Goto(screen=ScreenName.HOME, note=home.NOTHING_TO_CANCEL())
    return Goto(screen=ScreenName.ABANDON)


def _to(screen: ScreenName) -> Callable[[Context, Command], Goto]:
    return lambda _ctx, _command: Goto(screen=screen)


COMMANDS: dict[str, Callable[[Context, Command], Goto]] = {
    "start": lambda _ctx, command: opened(command.arguments),
    "preselect": lambda ctx, _command: entry(ctx),
    "rehearse": lambda ctx, _command: rehearse(ctx),
    "mine": _to(ScreenName.MINE),
    "appeal": _to(ScreenName.APPEALS),
    "offices": _to(ScreenName.PROVINCES),
    "pool": _to(ScreenName.POOL),
    "verify": lambda ctx, command: checking.command(ctx, command.arguments),
    "notify": _to(ScreenName.NOTIFY),
    "privacy": _to(ScreenName.PRIVACY),
    "export": lambda ctx, _command: export(ctx),
    "delete": _to(ScreenName.DELETE),
    "language": _to(ScreenName.LANGUAGE),
    "whoami": lambda ctx, command: whoami(ctx, command.sender, command.arguments),
    "cancel": lambda ctx, _command: _cancel(ctx),
    "help": lambda ctx, _command: stay(note=help_text(ctx), aside=Aside.ANSWER),
}
"""Handlers of the owners' commands, in menu order."""


def _to_desk(ctx: Context, _arg: str) -> Goto:
    ctx.note_name()
    return Goto(screen=ScreenName.DESK_DESK, args={"page": "0"})


HOME = Screen(
    name=ScreenName.HOME,
    show=_show,
    buttons={
        ActionName.PRESELECT: lambda ctx, _arg: entry(ctx),
        ActionName.SELECT: lambda ctx, _arg: entry(ctx),
        ActionName.CONTINUE: lambda ctx, _arg: entry(ctx),
        ActionName.PROVINCES: lambda _ctx, _arg: Goto(screen=ScreenName.PROVINCES),
        ActionName.POOL: lambda _ctx, _arg: Goto(screen=ScreenName.POOL),
        ActionName.REHEARSE: lambda ctx, _arg: rehearse(ctx),
        ActionName.MINE: lambda _ctx, _arg: Goto(screen=ScreenName.MINE),
        ActionName.PRIVACY: lambda _ctx, _arg: Goto(screen=ScreenName.PRIVACY),
        ActionName.APPEALS: lambda _ctx, _arg: Goto(screen=ScreenName.APPEALS),
        ActionName.HELP: lambda _ctx, _arg: Goto(screen=ScreenName.HELP),
        ActionName.SPEAK: speak,
        ActionName.DESK: _to_desk,
    },
    hint=formatting.PRESS_HINT,
)


def _show_help(ctx: Context) -> View:
    return View(text=help_text(ctx), rows=((Button(label=formatting.HOME(), action=ActionName.HOME),),))


HELP = Screen(
    name=ScreenName.HELP,
    show=_show_help,
    buttons={ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME)},
)
