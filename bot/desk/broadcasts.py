"""/broadcast: messages of an office to its owners (docs/domain.md, section 13)."""

from datetime import timedelta
from functools import partial

from bot.desk.arguments import office_at_start, office_meant
from bot.desk.confirmation import WITHDRAWN
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Usage
from bot.i18n import formatting
from bot.texts.desk import broadcasts as texts
from bot.texts.desk import parts
from core.errors.broadcasts import BroadcastRunning
from core.errors.desk import NothingKnown
from core.notifications import broadcasts
from core.notifications.broadcasts import Audience, Broadcast, BroadcastRequest
from core.people.admins import Permission

REDRAWN_EVERY = timedelta(seconds=5)


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /broadcast 粤K TEXT and go to the choice of audience; without a text, to the current broadcast.

    Raises:
        Usage: the arguments are malformed.
        BroadcastTextLong: the text is too long.
        BroadcastRunning: the office's last broadcast has not ended.
    """
    code, text = office_at_start(arguments)
    office = office_meant(ctx, "broadcast", Permission.BROADCAST, code)
    current = broadcasts.running_of(ctx.tx, office.code)
    if not text:
        if current is None:
            raise Usage("broadcast")
        return _to_progress(current)
    text = broadcasts.validate_text(text)
    if current is not None:
        raise BroadcastRunning(current.broadcast_id)
    return Goto(screen=ScreenName.DESK_BROADCAST_AUDIENCE, args={"office": office.code, "text": text})


def _reach(ctx: Context, office: str, audience: Audience) -> int:
    """Return the number of recipients, counted on a read-only snapshot as there may be many."""
    read = partial(broadcasts.reach, office=office, audience=audience)
    people: int = ctx.read_snapshot(f"reach:{office}:{audience}", read)
    return people


def _to_progress(broadcast: Broadcast) -> Goto:
    return Goto(
        screen=ScreenName.DESK_BROADCAST, args={"office": broadcast.office, "id": broadcast.broadcast_id}
    )


# --- the audience -----------------------------------------------------------------------------


def _show_audience(ctx: Context) -> View:
    ctx.require(Permission.BROADCAST)
    office = ctx.arg("office")
    people = {audience: _reach(ctx, office, audience) for audience in Audience}
    text, cancel = ctx.arg("text"), (Button(label=parts.KEEP(), action=ActionName.CANCEL),)
    if not any(people.values()):
        return View(text=texts.to_nobody(office, text), rows=(cancel,))
    choices = [
        Button(label=texts.audience_label(one, reached), action=ActionName.CHOOSE, arg=one)
        for one, reached in people.items()
    ]
    return View(text=texts.preview(office, text), rows=(*in_columns(choices, 1), cancel))


def _choose(ctx: Context, arg: str) -> Goto:
    ctx.require(Permission.BROADCAST)
    return Goto(screen=ScreenName.DESK_BROADCAST_ASK, args={**ctx.args, "audience": Audience(arg)})


AUDIENCE = Screen(
    name=ScreenName.DESK_BROADCAST_AUDIENCE,
    show=_show_audience,
    buttons={
        ActionName.CHOOSE: _choose,
        ActionName.CANCEL: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_MENU, note=parts.CANCELLED()),
    },
    hint=formatting.PRESS_HINT,
    errors=WITHDRAWN,
)


# --- the question -----------------------------------------------------------------------------


def _show_question(ctx: Context) -> View:
    ctx.require(Permission.BROADCAST)
    office, audience = ctx.arg("office"), Audience(ctx.arg("audience"))
    people = _reach(ctx, office, audience)
    cancel, back = (
        Button(label=parts.KEEP(), action=ActionName.CANCEL),
        Button(label=formatting.BACK(), action=ActionName.BACK),
    )
    if not people:
        return View(text=texts.to_nobody(office, ctx.arg("text"), audience), rows=((back, cancel),))
    text = texts.question(office, ctx.arg("text"), audience, people)
    send = Button(label=texts.SEND(), action=ActionName.DO, style=Style.DANGER)
    return View(text=text, rows=((send, cancel), (back,)))


def _send(ctx: Context, _arg: str) -> Goto:
    ctx.require(Permission.BROADCAST)
    request = BroadcastRequest(
        office=ctx.arg("office"),
        audience=Audience(ctx.arg("audience")),
        text=broadcasts.validate_text(ctx.arg("text")),
        chat_id=ctx.chat_id,
        actor=ctx.actor,
    )
    return _to_progress(broadcasts.begin(ctx.tx, request))


def _back(ctx: Context, _arg: str) -> Goto:
    args = {"office": ctx.arg("office"), "text": ctx.arg("text")}
    return Goto(screen=ScreenName.DESK_BROADCAST_AUDIENCE, args=args)


ASK = Screen(
    name=ScreenName.DESK_BROADCAST_ASK,
    show=_show_question,
    buttons={
        ActionName.DO: _send,
        ActionName.BACK: _back,
        ActionName.CANCEL: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_MENU, note=parts.CANCELLED()),
    },
    hint=formatting.PRESS_HINT,
    errors=WITHDRAWN,
)


# --- the progress -----------------------------------------------------------------------------


def _meant(ctx: Context) -> Broadcast:
    number = ctx.args.get("id")
    if not isinstance(number, int):
        raise NothingKnown
    broadcast = broadcasts.get(ctx.tx, number)
    ctx.admin.require(Permission.BROADCAST, broadcast.office)
    return broadcast


def _show_progress(ctx: Context) -> View:
    ban = _meant(ctx)
    figures = broadcasts.figures(ctx.tx, ban)
    home = Button(label=formatting.HOME(), action=ActionName.HOME)
    buttons = [home]
    if ban.state == broadcasts.BroadcastState.RUNNING:
        buttons.insert(0, Button(label=texts.STOP(), action=ActionName.STOP, style=Style.DANGER))
    again = None if ban.is_over else ctx.tx.now + REDRAWN_EVERY
    return View(text=texts.progress(ban, figures), rows=(tuple(buttons),), redraw_at=again)


def _stop(ctx: Context, _arg: str) -> Goto:
    stopped = broadcasts.stop(ctx.tx, _meant(ctx).broadcast_id, ctx.actor)
    going = _to_progress(stopped)
    return Goto(screen=going.screen, args=going.args, note=texts.STOPPED(), sticky=True)


PROGRESS = Screen(
    name=ScreenName.DESK_BROADCAST,
    show=_show_progress,
    buttons={ActionName.STOP: _stop, ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME)},
    hint=formatting.PRESS_HINT,
)

SCREENS = (AUDIENCE, ASK, PROGRESS)
