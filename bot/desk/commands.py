"""The commands of the desk, and how each is parsed."""

from collections.abc import Callable

from bot.desk import (
    admins,
    appeal_decisions,
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
from bot.texts.desk.commands import permission_of

DESK: dict[str, Callable[[Context, str], Goto]] = {
    "desk": work_queue.parse,
    "segments": segments.parse,
    "release": releases.parse,
    "withhold": withholding.parse_withhold,
    "unwithhold": withholding.parse_unwithhold,
    "confirm": counter.parse_confirm,
    "void": counter.parse_void,
    "revoke": counter.parse_revoke,
    "undo": undo_arguments.parse,
    "closed": opening_hours.parse_closed,
    "hours": opening_hours.parse_hours,
    "holidays": holidays.parse,
    "appeals": appeals.parse,
    "approve": appeal_decisions.parse_approve,
    "reject": appeal_decisions.parse_reject,
    "ban": bans.parse_ban,
    "unban": bans.parse_unban,
    "identity": people.parse_identity_move,
    "usertype": people.parse_user_type,
    "grant": grants.parse_grant,
    "blacklist": blacklist.parse_list,
    "find": find.parse,
    "note": notes.parse,
    "broadcast": broadcasts.parse,
    "vehicles": vehicles.parse,
    "list": waiting_list.parse,
    "stats": stats.parse,
    "audit": audit.parse,
    "maintenance": closures.parse_maintenance,
    "clock": clock.parse,
    "admins": admins.parse,
}
"""How the arguments of each command are parsed, in menu order; see ``permission_of`` for who may use it."""

WITHOUT_WORDS = frozenset(
    {"admins", "appeals", "blacklist", "clock", "holidays", "vehicles", "desk", "list", "segments", "stats"}
)
"""Commands without arguments; their screens ask for what they need."""


def permitted(ctx: Context) -> list[str]:
    """Return the names of the commands that this chat may use, in menu order."""
    permissions = ctx.admin.permissions
    return [name for name in DESK if permission_of(name) in permissions]
