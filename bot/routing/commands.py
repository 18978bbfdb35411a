"""Routing of commands, and which commands each role is offered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.desk import (
    admins,
    appeals,
    bans,
    blacklist,
    broadcasts,
    clock,
    closures,
    counter,
    find,
    holidays,
    opening_hours,
    people,
    releases,
    undo,
    vehicles,
    withholding,
)
from bot.desk.reports import audit, segments, stats, work_queue
from bot.dialog.context import Context
from bot.dialog.events import Command
from bot.dialog.keyboards import CallbackData
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Handler, stay
from bot.errors.commands import Usage
from bot.owner import appeals as owner_appeals
from bot.owner import home, receipt, wished_numbers, wishes
from bot.owner.entry import entry
from core.people.admins import Permission

OWNER_COMMANDS = tuple(home.COMMANDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCommand:
    """A command for admins."""

    permission: Permission
    parse: Callable[[Context, str], Goto]


DESK: dict[str, DeskCommand] = {
    "desk": DeskCommand(permission=Permission.DESK, parse=work_queue.parse),
    "segments": DeskCommand(permission=Permission.SEGMENTS, parse=segments.parse),
    "release": DeskCommand(permission=Permission.RELEASE, parse=releases.parse),
    "withhold": DeskCommand(permission=Permission.WITHHOLD, parse=withholding.parse_withhold),
    "unwithhold": DeskCommand(permission=Permission.WITHHOLD, parse=withholding.parse_unwithhold),
    "confirm": DeskCommand(permission=Permission.CONFIRM, parse=counter.parse_confirm),
    "void": DeskCommand(permission=Permission.VOID, parse=counter.parse_void),
    "revoke": DeskCommand(permission=Permission.REVOKE, parse=counter.parse_revoke),
    "undo": DeskCommand(permission=Permission.UNDO, parse=undo.parse),
    "closed": DeskCommand(permission=Permission.CLOSED, parse=opening_hours.parse_closed),
    "hours": DeskCommand(permission=Permission.CLOSED, parse=opening_hours.parse_hours),
    "holidays": DeskCommand(permission=Permission.HOLIDAYS, parse=holidays.parse),
    "appeals": DeskCommand(permission=Permission.APPEALS, parse=appeals.parse),
    "approve": DeskCommand(permission=Permission.APPEALS, parse=appeals.parse_approve),
    "reject": DeskCommand(permission=Permission.APPEALS, parse=appeals.parse_reject),
    "ban": DeskCommand(permission=Permission.BAN, parse=bans.parse_ban),
    "unban": DeskCommand(permission=Permission.BAN, parse=bans.parse_unban),
    "identity": DeskCommand(permission=Permission.IDENTITY, parse=people.parse_identity_move),
    "usertype": DeskCommand(permission=Permission.USERTYPE, parse=people.parse_user_type),
    "grant": DeskCommand(permission=Permission.GRANT, parse=people.parse_grant),
    "blacklist": DeskCommand(permission=Permission.BLACKLIST, parse=blacklist.parse_list),
    "find": DeskCommand(permission=Permission.FIND, parse=find.parse),
    "broadcast": DeskCommand(permission=Permission.BROADCAST, parse=broadcasts.parse),
    "vehicles": DeskCommand(permission=Permission.VEHICLES, parse=vehicles.parse),
    "stats": DeskCommand(permission=Permission.STATS, parse=stats.parse),
    "audit": DeskCommand(permission=Permission.AUDIT, parse=audit.parse),
    "maintenance": DeskCommand(permission=Permission.MAINTENANCE, parse=closures.parse_maintenance),
    "clock": DeskCommand(permission=Permission.CLOCK, parse=clock.parse),
    "admins": DeskCommand(permission=Permission.ADMINS, parse=admins.parse),
}

WITHOUT_WORDS = frozenset(
    {"admins", "appeals", "blacklist", "clock", "holidays", "vehicles", "desk", "segments", "stats"}
)
"""Commands without arguments; their screens ask for what they need."""


PUBLISHED = frozenset({"broadcast"})
"""Commands whose arguments are written for everybody: a telephone number in them is no private one."""

WITH_FILE = frozenset({"vehicles", "holidays"})
"""Commands that are allowed as the caption of a file."""


_IN_REHEARSALS = frozenset({"rehearse", "help"})


def leaves_rehearsal(ctx: Context, command: Command) -> bool:
    """Whether a command ends a rehearsal: every command with real effects, and /cancel."""
    desk = DESK.get(command.name)
    may = desk is not None and desk.permission in ctx.admin.permissions
    return may or (command.name in OWNER_COMMANDS and command.name not in _IN_REHEARSALS)


def lead(ctx: Context, command: Command) -> Goto:
    """Route a command to its screen; an admin command is unknown to chats without the permission."""
    if ctx.has_left and command.name == "cancel":  # leaving the rehearsal was all there was to cancel
        return stay()
    desk_command = DESK.get(command.name)
    if desk_command is None or desk_command.permission not in ctx.admin.permissions:
        return home.command(ctx, command)
    if not command.arguments and command.name not in WITHOUT_WORDS:
        raise Usage(command.name)
    return desk_command.parse(ctx, command.arguments)


GLOBAL_BUTTONS: Mapping[ActionName, Handler] = {
    **receipt.GLOBAL_BUTTONS,
    ActionName.APPEAL: lambda _ctx, number: Goto(screen=ScreenName.APPEAL, args={"id": number}),
    ActionName.ANSWER: lambda _ctx, _arg: Goto(screen=ScreenName.SUSPENDED),
    ActionName.CLOCK: clock.parse,
    ActionName.CONFIRM: lambda _ctx, number: withholding.to_request(number, "confirm"),
    ActionName.REJECT: lambda _ctx, number: withholding.to_request(number, "refuse"),
    ActionName.DESK: lambda _ctx, _arg: work_queue.to_page("0"),
    ActionName.PRESELECT: lambda ctx, _arg: entry(ctx),
    ActionName.SELECT: owner_appeals.select,
    ActionName.MINE: lambda _ctx, _arg: Goto(screen=ScreenName.MINE),
    ActionName.MUTE: wishes.mute,
    ActionName.UNSUBSCRIBE: wishes.unsubscribe,
    ActionName.WISHED: wished_numbers.to_page,
    ActionName.LEAVE: lambda _ctx, _arg: stay(),  # a global button has already left the rehearsal
}
"""Global buttons, outside the conversation; they change nothing but subscriptions."""


def lead_global_button(ctx: Context, callback: CallbackData) -> Goto:
    """Lead a button that hangs under a notice to its screen; one of an older program leads home."""
    handler = GLOBAL_BUTTONS.get(callback.action) if callback.action else None
    return handler(ctx, callback.arg) if handler else Goto(screen=ScreenName.HOME)
