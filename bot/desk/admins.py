"""/admins: list of admins; a chief of all offices assigns and removes roles."""

from collections.abc import Callable

from bot.desk.confirmation import GONE, WITHDRAWN
from bot.desk.keywords import Keyword, is_keyword
from bot.desk.spreadsheets import record_export, sheet
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Usage
from bot.i18n import formatting
from bot.texts.desk import lists, parts
from bot.texts.desk import staff as texts
from core.people.admins import EVERYWHERE, Admin, Permission, Role, RoleAssignment
from core.values.text import compact

_A_PAGE = 12
_LONGEST_CHAT = 15  # digits of a chat id


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /admins [add CHAT ROLE [OFFICE|all]] and go to the list, or to the question.

    Raises:
        Usage: the arguments are malformed.
        OfficeUnknown: the office is not served here.
        RoleHeld: the chat already has that role.
    """
    ctx.admin.require(Permission.ADMINS, EVERYWHERE)
    words = arguments.split()
    if not words:
        return Goto(screen=ScreenName.DESK_ADMINS)
    chat, assignment = _wanted(ctx, words)
    ctx.core.admins.validate_assignment(ctx.tx, int(chat), assignment)
    return Goto(
        screen=ScreenName.DESK_ADMIN_ADD,
        args={"chat": chat, "role": assignment.role, "at": assignment.office},
    )


def _wanted(ctx: Context, words: list[str]) -> tuple[str, RoleAssignment]:
    """Return the chat and the role of ``add CHAT ROLE [OFFICE|all]``, in any order.

    Raises:
        Usage: a word is missing, double, or none of these.
        OfficeUnknown: the office is not served here.
    """
    words = [word for word in words if not is_keyword(word, Keyword.ADD)] or words
    chats = [word for word in words if word.isascii() and word.isdecimal() and len(word) <= _LONGEST_CHAT]
    roles = [role for word in words if (role := _role(word)) is not None]
    places = [word for word in words if word not in chats and _role(word) is None]
    if len(chats) != 1 or len(roles) != 1 or len(places) > 1:
        raise Usage("admins")
    is_office = bool(places) and not is_keyword(places[0], Keyword.ALL)
    code = ctx.office_of(compact(places[0])).code if is_office else EVERYWHERE
    return chats[0], RoleAssignment(role=roles[0], office=code)


def _role(raw: str) -> Role | None:
    return next((role for role in Role if raw.lower() == role or texts.ROLES[role].means(raw)), None)


def _show(ctx: Context) -> View:
    ctx.admin.require(Permission.ADMINS, EVERYWHERE)
    everything = [
        (admin.chat_id, assignment)
        for admin in ctx.core.admins.all(ctx.tx)
        for assignment in sorted(
            admin.assignments, key=lambda assignment: (assignment.role, assignment.office)
        )
    ]
    page, turns = page_of(everything, int(ctx.arg("page") or 0), _A_PAGE)
    removable = [
        Button(
            label=texts.remove_label(chat_id, assignment),
            action=ActionName.REMOVE,
            arg=f"{chat_id}.{assignment.role}.{assignment.office}",
        )
        for chat_id, assignment in page
        if not (ctx.core.admins.is_from_settings(chat_id) and assignment.office == EVERYWHERE)
    ]
    rows = [*in_columns(removable, 1), *([tuple(turns)] if turns else [])]
    last = (
        Button(label=formatting.EXPORT(), action=ActionName.EXPORT),
        Button(label=formatting.HOME(), action=ActionName.HOME),
    )
    shown = [
        Admin(
            chat_id=chat_id, assignments=frozenset(assignment for one, assignment in page if one == chat_id)
        )
        for chat_id in dict.fromkeys(chat_id for chat_id, _ in page)
    ]
    return View(text=texts.admins(shown), rows=(*rows, last))


def _export(ctx: Context, _arg: str) -> Goto:
    ctx.admin.require(Permission.ADMINS, EVERYWHERE)
    rows = [
        (admin.chat_id, texts.ROLES[assignment.role](), assignment.office or lists.EVERY_OFFICE())
        for admin in ctx.core.admins.all(ctx.tx)
        for assignment in sorted(
            admin.assignments, key=lambda assignment: (assignment.role, assignment.office)
        )
    ]
    record_export(ctx, "admins")
    wanted = sheet("admins", lists.ADMINS(), lists.ADMIN_COLUMNS(), rows)
    return stay(effects=(wanted,))


def _post(ctx: Context) -> RoleAssignment:
    return RoleAssignment(role=Role(ctx.arg("role")), office=ctx.arg("at"))


def _remove(_ctx: Context, arg: str) -> Goto:
    chat, role, code = arg.split(".", 2)
    return Goto(screen=ScreenName.DESK_ADMIN_REMOVE, args={"chat": chat, "role": role, "at": code})


ADMINS = Screen(
    name=ScreenName.DESK_ADMINS,
    show=_show,
    buttons={
        ActionName.REMOVE: _remove,
        ActionName.EXPORT: _export,
        ActionName.PAGE: lambda _ctx, page: Goto(screen=ScreenName.DESK_ADMINS, args={"page": page}),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


def _change(name: ScreenName, label: Callable[[], str], *, add: bool) -> Screen:
    def show(ctx: Context) -> View:
        ctx.admin.require(Permission.ADMINS, EVERYWHERE)
        style = Style.PRIMARY if add else Style.DANGER
        buttons = (
            Button(label=label(), action=ActionName.DO, style=style),
            Button(label=parts.KEEP(), action=ActionName.CANCEL),
        )
        return View(text=texts.admin_question(int(ctx.arg("chat")), _post(ctx), add=add), rows=(buttons,))

    def act(ctx: Context, _arg: str) -> Goto:
        ctx.admin.require(Permission.ADMINS, EVERYWHERE)
        chat, admins = int(ctx.arg("chat")), ctx.core.admins
        change = admins.add if add else admins.remove
        change(ctx.tx, chat, _post(ctx), ctx.actor)
        return Goto(
            screen=ScreenName.DESK_ADMINS, note=texts.admin_changed(chat, _post(ctx), add=add), sticky=True
        )

    return Screen(
        name=name,
        show=show,
        buttons={
            ActionName.DO: act,
            ActionName.CANCEL: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_ADMINS, note=parts.CANCELLED()),
        },
        hint=formatting.PRESS_HINT,
        errors=WITHDRAWN,
    )


ADD = _change(ScreenName.DESK_ADMIN_ADD, texts.ADD_ADMIN, add=True)
REMOVE = _change(ScreenName.DESK_ADMIN_REMOVE, texts.REMOVE_ADMIN, add=False)
