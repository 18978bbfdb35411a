"""/admins: the admins, their roles and names.

A chief of all offices gives and removes every role, the chief of an office those of its clerks and reviewers.
"""

from collections.abc import Callable, Iterator

from bot.desk import admin_words
from bot.desk.confirmation import GONE, WITHDRAWN
from bot.desk.spreadsheets import record_export, sheet
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.i18n.staff_names import staff_name
from bot.texts.desk import lists, parts
from bot.texts.desk import staff as texts
from core.errors.desk import NoSuchAdmin
from core.people.admins import (
    EVERYWHERE,
    Admin,
    Permission,
    Role,
    RoleAssignment,
    end_of,
    last_day_of,
)

_A_PAGE = 12


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /admins [add …|name …|link …] and go to the list, or to the question.

    Raises:
        Usage, ChatIsPhone, ChatIsName: the arguments are malformed.
        OfficeUnknown: the office is not served here.
        RoleHeld: the chat already has that role.
        NotYourOffice, RoleOfAllOffices, ChiefsByChiefsOfAll: the role is not for this chat to give.
    """
    ctx.admin.require(Permission.ADMINS)
    match admin_words.parse(ctx, arguments):
        case None:
            return Goto(screen=ScreenName.DESK_ADMINS)
        case admin_words.NameWish() as wish:
            return _name(ctx, wish)
        case admin_words.LinkWish() as wish:
            return to_link(ctx, wish.assignment)
        case wish:
            ctx.admin.require_to_manage(wish.assignment)
            ctx.core.admins.validate_assignment(ctx.tx, wish.chat_id, wish.assignment)
            return Goto(screen=ScreenName.DESK_ADMIN_ADD, args=_args(wish.chat_id, wish.assignment))


def to_link(ctx: Context, assignment: RoleAssignment) -> Goto:
    """Go to the question before a one-time link is made.

    Raises:
        NotYourOffice, RoleOfAllOffices: the role is not for this chat to give.
    """
    ctx.admin.require_to_manage(assignment)
    return Goto(
        screen=ScreenName.DESK_ADMIN_LINK, args={"role": assignment.role.value, "at": assignment.office}
    )


def _name(ctx: Context, wish: admin_words.NameWish) -> Goto:
    """Set a name at once: it can be set again, and only what is shown changes.

    Raises:
        NoSuchAdmin: the chat is no member of staff whom this chat may name.
        StaffNameUnusable, PersonalNumberInText: the name cannot be used.
    """
    if not ctx.core.staff_names.may_set(ctx.tx, ctx.admin, ctx.core.admins.of(ctx.tx, wish.chat_id)):
        raise NoSuchAdmin
    name = ctx.core.staff_names.set(ctx.tx, wish.chat_id, wish.name, ctx.actor)
    return Goto(screen=ScreenName.DESK_ADMINS, note=texts.named(wish.chat_id, name), sticky=True)


def _args(chat_id: int, assignment: RoleAssignment) -> dict[str, object]:
    until = assignment.until
    return {
        "chat": str(chat_id),
        "role": assignment.role.value,
        "at": assignment.office,
        "until": "" if until is None else last_day_of(until).isoformat(),
    }


def _listed(ctx: Context) -> Iterator[tuple[int, RoleAssignment]]:
    """Yield the admins and roles that this chat may see: all, or those of its own offices."""
    ctx.admin.require(Permission.ADMINS)
    for admin in ctx.core.admins.all(ctx.tx):
        for one in sorted(admin.assignments, key=lambda assignment: (assignment.role, assignment.office)):
            if ctx.admin.may(Permission.ADMINS, one.office):
                yield admin.chat_id, one


def _show(ctx: Context) -> View:
    page, turns = page_of(list(_listed(ctx)), int(ctx.arg("page") or 0), _A_PAGE)
    removable = [
        Button(
            label=texts.remove_label(chat_id, assignment),
            action=ActionName.REMOVE,
            arg=f"{chat_id}.{assignment.role}.{assignment.office}",
        )
        for chat_id, assignment in page
        if ctx.admin.may_manage(assignment)
        and not (ctx.core.admins.is_from_settings(chat_id) and assignment.office == EVERYWHERE)
    ]
    rows = [*in_columns(removable, 1), *([tuple(turns)] if turns else [])]
    links = (Button(label=texts.SHOW_LINKS(), action=ActionName.OPEN),)
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
    silent = {one.chat_id for one in shown if not ctx.core.admins.has_written(ctx.tx, one.chat_id)}
    return View(text=texts.admins(shown, silent), rows=(*rows, links, last))


def _export(ctx: Context, _arg: str) -> Goto:
    rows = [
        (
            chat_id,
            staff_name(chat_id),
            texts.ROLES[assignment.role](),
            assignment.office or lists.EVERY_OFFICE(),
            None if assignment.until is None else last_day_of(assignment.until).isoformat(),
        )
        for chat_id, assignment in _listed(ctx)
    ]
    record_export(ctx, "admins")
    wanted = sheet("admins", lists.ADMINS(), lists.ADMIN_COLUMNS(), rows)
    return stay(effects=(wanted,))


def _post(ctx: Context) -> RoleAssignment:
    last_day = admin_words.day_of(ctx.arg("until"))
    return RoleAssignment(
        role=Role(ctx.arg("role")),
        office=ctx.arg("at"),
        until=None if last_day is None else end_of(last_day),
    )


def _remove(ctx: Context, arg: str) -> Goto:
    chat, role, code = arg.split(".", 2)
    named = RoleAssignment(role=Role(role), office=code)
    held = ctx.core.admins.of(ctx.tx, int(chat)).assignments
    found = next((one for one in held if one == named), named)
    return Goto(screen=ScreenName.DESK_ADMIN_REMOVE, args=_args(int(chat), found))


ADMINS = Screen(
    name=ScreenName.DESK_ADMINS,
    show=_show,
    buttons={
        ActionName.REMOVE: _remove,
        ActionName.OPEN: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_ADMIN_LINKS),
        ActionName.EXPORT: _export,
        ActionName.PAGE: lambda _ctx, page: Goto(screen=ScreenName.DESK_ADMINS, args={"page": page}),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


def _question(ctx: Context, *, add: bool) -> str:
    chat_id, assignment = int(ctx.arg("chat")), _post(ctx)
    if not add:
        return texts.remove_question(chat_id, assignment)
    is_silent = not ctx.core.admins.has_written(ctx.tx, chat_id)
    return texts.add_question(chat_id, assignment, is_silent=is_silent)


def _change(name: ScreenName, label: Callable[[], str], *, add: bool) -> Screen:
    def show(ctx: Context) -> View:
        ctx.admin.require_to_manage(_post(ctx))
        style = Style.PRIMARY if add else Style.DANGER
        buttons = (
            Button(label=label(), action=ActionName.DO, style=style),
            Button(label=parts.KEEP(), action=ActionName.CANCEL),
        )
        return View(text=_question(ctx, add=add), rows=(buttons,))

    def act(ctx: Context, _arg: str) -> Goto:
        ctx.admin.require_to_manage(_post(ctx))
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
