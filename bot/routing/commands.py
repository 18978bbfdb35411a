"""Routing of commands, and which commands each role is offered."""

from collections.abc import Mapping
from difflib import get_close_matches

from bot.bot_api import deep_links
from bot.desk import chief_requests, clock, invitations, withholding
from bot.desk.commands import DESK, WITHOUT_WORDS, permitted
from bot.desk.menu import to_menu
from bot.desk.menu_pages import nothing_typed, parse_command, to_proposal
from bot.desk.reports import work_queue
from bot.dialog.asides import Aside
from bot.dialog.context import Context
from bot.dialog.events import Command
from bot.dialog.keyboards import CallbackData
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Handler, stay
from bot.errors.commands import Usage
from bot.owner import appeals as owner_appeals
from bot.owner import home, receipt, wished_numbers, wishes
from bot.owner.entry import entry
from bot.texts.desk import menu as menu_texts
from bot.texts.desk import parts
from bot.texts.desk.commands import permission_of
from bot.texts.errors import of_error
from bot.texts.menu import DESK_MENU, OWNER_MENU
from core.errors.base import XuanhaoError
from core.people.admins import Role
from core.people.roles import OF_NO_OFFICE
from core.values.text import tidy

OWNER_COMMANDS = tuple(home.COMMANDS)


PUBLISHED = frozenset({"broadcast"})
"""Commands whose arguments are written for everybody: a telephone number in them is no private one."""

WITH_FILE = frozenset({"vehicles", "holidays"})
"""Commands that are allowed as the caption of a file."""


_IN_REHEARSALS = frozenset({"rehearse", "help"})


def leaves_rehearsal(ctx: Context, command: Command) -> bool:
    """Whether a command ends a rehearsal: every command with real effects, and /cancel."""
    return command.name in permitted(ctx) or (
        command.name in OWNER_COMMANDS and command.name not in _IN_REHEARSALS
    )


def lead(ctx: Context, command: Command) -> Goto:
    """Route a command to its screen; an admin command is unknown to chats without the permission."""
    if ctx.has_left and command.name == "cancel":  # leaving the rehearsal was all there was to cancel
        return stay()
    if command.name == "start" and (token := deep_links.token_of(command.arguments)) is not None:
        return invitations.opened(ctx, token)
    if command.name == "cancel" and ctx.screen.startswith(_OF_THE_DESK):
        return to_menu(note=parts.CANCELLED())
    ctx.note_name()
    if command.name not in permitted(ctx):
        owners = home.COMMANDS.get(command.name)
        return _unknown(ctx, command) if owners is None else owners(ctx, command)
    if not command.arguments and command.name not in WITHOUT_WORDS:
        raise nothing_typed(ctx, command.name)
    return parse_command(ctx, command.name, command.arguments)


def failed(ctx: Context, command: Command, error: XuanhaoError) -> Goto | None:
    """Return where an error in a command of the desk leads; None if the screen decides.

    An older question is withdrawn, and the error stands alone: no card of an earlier command below it.
    """
    if command.name not in permitted(ctx):
        return None
    if not _may_leave(ctx):
        return stay(note=of_error(error), aside=Aside.ANSWER)
    proposal = Command(name=command.name) if isinstance(error, Usage) else None
    return to_proposal(ctx, of_error(error), proposal)


def _may_leave(ctx: Context) -> bool:
    """Whether the present screen may be left after an error: not what an admin selects as an owner."""
    return ctx.screen == ScreenName.HOME or ctx.screen.startswith(_OF_THE_DESK)


_OF_THE_DESK = "desk_"


def _unknown(ctx: Context, command: Command) -> Goto:
    """Answer a command that does not exist, or not for this chat, and propose the nearest one."""
    own = permitted(ctx)
    nearest, rest = _nearest(command, [*OWNER_COMMANDS, *own])
    said = menu_texts.unknown([*own, "start", "help"] if own else OWNER_COMMANDS, nearest)
    if _is_for_chiefs_of_all(ctx, command.name):
        nearest, said = "", menu_texts.of_no_office(command.name, ctx.core.admins.chiefs(ctx.tx))
    if not own or not _may_leave(ctx):
        return stay(note=said, aside=Aside.HINT)
    return to_proposal(ctx, said, Command(name=nearest, arguments=rest) if nearest in own else None)


def _is_for_chiefs_of_all(ctx: Context, name: str) -> bool:
    """Whether a command is refused to the chief of an office only because it affects all offices at once."""
    is_chief = any(assignment.role == Role.CHIEF for assignment in ctx.admin.assignments)
    return is_chief and name in DESK and permission_of(name) in OF_NO_OFFICE


def _nearest(command: Command, names: list[str]) -> tuple[str, str]:
    """Return the command that was probably meant, and its arguments; empty if none is near.

    /comfirm → /confirm; /确认上牌 → /confirm; /confirm粤K12345, without a space → /confirm 粤K12345.
    """
    known = {label: name for name, labels in _LABELS.items() if name in names for label in labels}
    known |= {name: name for name in names}
    written = tidy(command.name).lower()
    for name in sorted(known, key=len, reverse=True):
        if written.startswith(name):
            return known[name], f"{command.name[len(name) :]} {command.arguments}".strip()
    near = get_close_matches(written, known, n=1, cutoff=_NEAR)
    return (known[near[0]], command.arguments) if near else ("", "")


_NEAR = 0.6
"""Least similarity of a mistyped command, of 0 to 1 (``difflib``)."""
_SHORT_NAMES = {
    "confirm": ("确认", "上牌"),
    "void": ("作废",),
    "revoke": ("取消预选", "撤销"),
    "ban": ("黑名单", "拉黑"),
    "unban": ("解除黑名单", "解除"),
    "find": ("查询", "查找", "查"),
    "release": ("投放",),
    "desk": ("管理", "待办"),
    "closed": ("停办", "不办公"),
    "grant": ("增加机会",),
    "broadcast": ("群发",),
    "maintenance": ("维护",),
}
_LABELS = {
    name: (*_SHORT_NAMES.get(name, ()), label.chinese) for name, label in (OWNER_MENU | DESK_MENU).items()
}
"""The Chinese names of the commands."""


GLOBAL_BUTTONS: Mapping[ActionName, Handler] = {
    **receipt.GLOBAL_BUTTONS,
    ActionName.APPEAL: lambda _ctx, number: Goto(screen=ScreenName.APPEAL, args={"id": number}),
    ActionName.ANSWER: lambda _ctx, _arg: Goto(screen=ScreenName.SUSPENDED),
    ActionName.CLOCK: clock.parse,
    ActionName.CONFIRM: lambda _ctx, number: withholding.to_request(number, "confirm"),
    ActionName.REJECT: lambda _ctx, number: withholding.to_request(number, "refuse"),
    ActionName.REQUEST: lambda _ctx, number: chief_requests.to_request(number),
    ActionName.DESK: lambda _ctx, _arg: work_queue.to_page("0"),
    ActionName.QUEUE: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_APPEALS),
    ActionName.PRESELECT: lambda ctx, _arg: entry(ctx),
    ActionName.SELECT: owner_appeals.select,
    ActionName.MINE: lambda _ctx, _arg: Goto(screen=ScreenName.MINE),
    ActionName.MUTE: wishes.mute,
    ActionName.UNSUBSCRIBE: wishes.unsubscribe,
    ActionName.WISHED: wished_numbers.to_page,
    ActionName.LEAVE: lambda _ctx, _arg: stay(),  # a global button has already left the rehearsal
}
"""Global buttons, outside the conversation; they change nothing but subscriptions."""
_OF_STAFF = frozenset(
    {ActionName.CLOCK, ActionName.CONFIRM, ActionName.REJECT, ActionName.REQUEST, ActionName.DESK}
)
"""Those by which an admin comes to the desk, as by a command or by the first page."""


def lead_global_button(ctx: Context, callback: CallbackData) -> Goto:
    """Lead a button that hangs under a notice to its screen; one of an older program leads home."""
    if callback.action in _OF_STAFF:
        ctx.note_name()
    handler = GLOBAL_BUTTONS.get(callback.action) if callback.action else None
    return handler(ctx, callback.arg) if handler else Goto(screen=ScreenName.HOME)
