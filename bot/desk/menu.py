"""The menu of the desk: its groups of commands, and the buttons that open them."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto
from bot.dialog.view import Button
from bot.texts.desk import menu as texts
from bot.texts.desk.commands import permission_of
from core.pool import segments
from core.values.plates import PlateKind

GROUPS: dict[str, tuple[str, ...]] = {
    "counter": (
        "find",
        "list",
        "note",
        "confirm",
        "void",
        "revoke",
        "undo",
        "identity",
        "usertype",
        "closed",
        "hours",
    ),
    "people": ("blacklist", "ban", "unban", "grant", "broadcast"),
    "appeals": ("appeals", "approve", "reject"),
    "pool": ("segments", "release", "withhold", "unwithhold"),
    "reports": ("stats", "audit"),
    "system": ("vehicles", "holidays", "maintenance", "clock", "admins"),
}
"""The commands of each group; /desk itself is in none."""


def commands_of(ctx: Context, group: str) -> list[str]:
    """Return the commands of a group that this chat may use."""
    permissions = ctx.admin.permissions
    return [name for name in GROUPS.get(group, ()) if permission_of(name) in permissions]


def group_rows(ctx: Context) -> tuple[tuple[Button, ...], ...]:
    """Return a button for each group in which this chat may use a command."""
    return in_columns(
        (
            Button(label=texts.GROUPS[group](), action=ActionName.MENU, arg=group)
            for group in GROUPS
            if commands_of(ctx, group)
        ),
        3,
    )


def own_example(ctx: Context, command: str) -> tuple[str, str]:
    """Return an office where this chat may use a command, and a plate kind of it; for examples."""
    codes = ctx.admin.offices(permission_of(command), ctx.core.offices)
    if not codes:
        return "", ""
    office = ctx.office_of(codes[0])
    return office.code, next((kind for kind in PlateKind if segments.segments(ctx.tx, office, kind)), "")


def to_menu(group: str = "", note: str = "") -> Goto:
    """Go to the menu, or to one of its groups."""
    args = {"group": group} if group else {}
    return Goto(screen=ScreenName.DESK_MENU, args=args, note=note, sticky=bool(note))
