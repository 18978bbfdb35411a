"""The desk's menu, the page on which a command's arguments are typed, and what follows a failed command."""

from bot.desk import forms
from bot.desk.commands import DESK, WITHOUT_WORDS, permitted
from bot.desk.form_steps import FORMS
from bot.desk.menu import commands_of, group_rows, own_example, to_menu
from bot.desk.reports import work_queue
from bot.desk.required import missing_of
from bot.dialog.context import Context
from bot.dialog.events import Command
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Usage
from bot.i18n import formatting
from bot.texts.desk import menu as texts
from bot.texts.desk import parts
from bot.texts.desk.commands import is_limited, permission_of
from core.errors.desk import NothingKnown, NotPermitted, ReasonTooShort
from core.values.personal_numbers import holds_personal_data

_COMMAND, _REST = "command", "rest"


def to_proposal(ctx: Context, note: str, proposal: Command | None) -> Goto:
    """Go to the menu with an error above it, and a button for what was probably meant.

    The arguments stay encrypted meanwhile: they may be about a person.
    """
    args: dict[str, object] = {}
    if proposal is not None:
        args = {_COMMAND: proposal.name, _REST: ctx.core.vault.seal(proposal.arguments).decode()}
    return Goto(screen=ScreenName.DESK_MENU, args=args, note=note, sticky=True)


def _proposal(ctx: Context) -> Command | None:
    name, sealed = ctx.arg(_COMMAND), ctx.arg(_REST)
    if name not in permitted(ctx):
        return None
    return Command(name=name, arguments=ctx.core.vault.open(sealed.encode()))


def _show(ctx: Context) -> View | Goto:
    if not ctx.admin.is_any:
        return Goto(screen=ScreenName.HOME)
    tasks = Button(label=texts.TASKS(), action=ActionName.DESK)
    home = Button(label=formatting.HOME(), action=ActionName.HOME)
    if commands := commands_of(ctx, ctx.arg("group")):
        buttons = (Button(label=texts.label(name), action=ActionName.CHOOSE, arg=name) for name in commands)
        back = Button(label=formatting.BACK(), action=ActionName.MENU)
        return View(text=texts.group(ctx.arg("group")), rows=(*in_columns(buttons, 2), (back, tasks)))
    return View(text=texts.TITLE(), rows=(*_proposed(ctx), *group_rows(ctx), (tasks, home)))


def _proposed(ctx: Context) -> tuple[tuple[Button, ...], ...]:
    proposal = _proposal(ctx)
    if proposal is None:
        return ()
    label = texts.STEP_BY_STEP()
    if proposal.arguments:
        seen = "" if holds_personal_data(proposal.arguments) else proposal.arguments
        label = texts.proposed(proposal.name, " ".join(seen.split()))
    return ((Button(label=label, action=ActionName.TRY, style=Style.PRIMARY),),)


def _try(ctx: Context, _arg: str) -> Goto:
    proposal = _proposal(ctx)
    if proposal is None:
        raise NothingKnown
    if not proposal.arguments:
        return open_command(ctx, proposal.name)
    return parse_command(ctx, proposal.name, proposal.arguments)


def open_command(ctx: Context, name: str) -> Goto:
    """Go to the page of a command, to its form, or to where its arguments are typed.

    Raises:
        NotPermitted: this chat may not use it.
    """
    if name not in permitted(ctx):
        raise NotPermitted
    if name in WITHOUT_WORDS:
        return DESK[name](ctx, "")
    if name in FORMS:
        return forms.begin(ctx, name)
    return Goto(screen=ScreenName.DESK_TYPE, args={_COMMAND: name})


def parse_command(ctx: Context, name: str, arguments: str) -> Goto:
    """Return where a command with its arguments leads.

    Raises:
        Usage: they are malformed; its example is of an office of this chat.
        ReasonTooShort: they have no reason; its example is of the command.
    """
    try:
        return DESK[name](ctx, arguments)
    except ReasonTooShort as error:
        error.command = name
        raise
    except Usage as error:
        _explain(ctx, error)
        raise


def nothing_typed(ctx: Context, name: str) -> Usage:
    """Return the error of a command without arguments, which needs some."""
    offices = ctx.admin.offices(permission_of(name), ctx.core.offices)
    error = Usage(name, missing_of(name, needs_office=len(offices) != 1))
    return _explain(ctx, error)


def _explain(ctx: Context, error: Usage) -> Usage:
    """Let the usage have examples of this chat's own office, and only what it may do."""
    error.office, error.kind = own_example(ctx, error.command)
    error.limited = is_limited(error.command, ctx.admin.permissions)
    return error


MENU = Screen(
    name=ScreenName.DESK_MENU,
    show=_show,
    buttons={
        ActionName.MENU: lambda _ctx, group: to_menu(group),
        ActionName.CHOOSE: open_command,
        ActionName.TRY: _try,
        ActionName.DESK: lambda _ctx, _arg: work_queue.to_page("0"),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)


# --- typed arguments --------------------------------------------------------------------------


def _show_typing(ctx: Context) -> View | Goto:
    name = ctx.arg(_COMMAND)
    if name not in permitted(ctx):
        return to_menu()
    leave = (Button(label=texts.LEAVE(), action=ActionName.LEAVE),)
    return View(
        text=texts.to_type(name, *own_example(ctx, name), limited=is_limited(name, ctx.admin.permissions)),
        rows=(leave,),
    )


def _typed(ctx: Context, text: str) -> Goto:
    name = ctx.arg(_COMMAND)
    if name not in permitted(ctx):
        raise NotPermitted
    return parse_command(ctx, name, text)


TYPE = Screen(
    name=ScreenName.DESK_TYPE,
    show=_show_typing,
    buttons={ActionName.LEAVE: lambda _ctx, _arg: to_menu(note=parts.CANCELLED())},
    text=_typed,
    hint=parts.TYPE_IT,
)

SCREENS = (MENU, TYPE, forms.FORM)
