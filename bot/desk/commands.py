"""The commands of the desk: who may use each, and how it is parsed."""

from collections.abc import Callable
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
    grants,
    holidays,
    notes,
    opening_hours,
    people,
    releases,
    undo_arguments,
    vehicles,
    waiting_list,
    withholding,
)
from bot.desk.reports import audit, segments, stats, work_queue
from bot.dialog.context import Context
from bot.dialog.screen import Goto
from core.people.admins import Permission


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
    "undo": DeskCommand(permission=Permission.UNDO_OWN, parse=undo_arguments.parse),
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
    "grant": DeskCommand(permission=Permission.GRANT, parse=grants.parse_grant),
    "blacklist": DeskCommand(permission=Permission.BLACKLIST, parse=blacklist.parse_list),
    "find": DeskCommand(permission=Permission.FIND, parse=find.parse),
    "note": DeskCommand(permission=Permission.FIND, parse=notes.parse),
    "broadcast": DeskCommand(permission=Permission.BROADCAST, parse=broadcasts.parse),
    "vehicles": DeskCommand(permission=Permission.VEHICLES, parse=vehicles.parse),
    "list": DeskCommand(permission=Permission.CONFIRM, parse=waiting_list.parse),
    "stats": DeskCommand(permission=Permission.STATS, parse=stats.parse),
    "audit": DeskCommand(permission=Permission.AUDIT, parse=audit.parse),
    "maintenance": DeskCommand(permission=Permission.MAINTENANCE, parse=closures.parse_maintenance),
    "clock": DeskCommand(permission=Permission.CLOCK, parse=clock.parse),
    "admins": DeskCommand(permission=Permission.ADMINS, parse=admins.parse),
}

WITHOUT_WORDS = frozenset(
    {"admins", "appeals", "blacklist", "clock", "holidays", "vehicles", "desk", "list", "segments", "stats"}
)
"""Commands without arguments; their screens ask for what they need."""


def permitted(ctx: Context) -> list[str]:
    """Return the names of the commands that this chat may use, in menu order."""
    permissions = ctx.admin.permissions
    return [name for name, command in DESK.items() if command.permission in permissions]
