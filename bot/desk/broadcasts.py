"""/broadcast: messages of an office to its owners (docs/domain.md, section 13)."""

import re
from datetime import date, datetime, time, timedelta
from functools import partial

from bot.desk.arguments import first_time, office_at_start, office_meant, without_parting, word_at_start
from bot.desk.broadcast_history import HISTORY, to_history
from bot.desk.confirmation import WITHDRAWN
from bot.desk.day_words import DAY_WORD
from bot.desk.keywords import Keyword, is_keyword, pattern_of
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import BroadcastHourMissing
from bot.i18n import formatting
from bot.texts.desk import broadcasts as texts
from bot.texts.desk import parts
from core.errors.broadcasts import BroadcastRunning
from core.errors.desk import NothingKnown
from core.notifications import broadcasts
from core.notifications.broadcasts import ALL_OFFICES, Audience, Broadcast, BroadcastRequest
from core.people.admins import Permission

_AT = re.compile(rf"(?:{pattern_of(Keyword.AT)})\s*(?=\d)", re.IGNORECASE)
_AT_WORD = re.compile(rf"(?:{pattern_of(Keyword.AT)})\s*", re.IGNORECASE)
_REDRAWN_EVERY = timedelta(seconds=5)


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /broadcast 粤K|all [at TIME] TEXT and go to the choice of audience.

    Without a text it goes to the current broadcast or, if there is none, to the history.

    Raises:
        OfficeMissing, NotYourOffice: the office is missing, or not one of this admin's.
        BroadcastTextLong: the text is too long.
        UnreadableTime, BroadcastHourMissing, BroadcastTimeWrong: the time is.
        BroadcastRunning: the office's last broadcast has not ended, or is still to be sent.
    """
    ctx.admin.require(Permission.BROADCAST)
    office, rest = _office(ctx, arguments)
    if not rest:
        current = broadcasts.running_of(ctx.tx, office)
        return _to_progress(current) if current else to_history(ctx, office)
    ctx.admin.require(Permission.BROADCAST, office)
    at, text = _time(rest, ctx.today)
    text = broadcasts.validate_text(text)
    broadcasts.validate_time(ctx.tx.now, at)
    current = broadcasts.running_of(ctx.tx, office)
    if current is not None:
        raise BroadcastRunning(current.broadcast_id)
    args: dict[str, object] = {"office": office, "text": text}
    if at is not None:
        args["at"] = at.isoformat()
    return Goto(screen=ScreenName.DESK_BROADCAST_AUDIENCE, args=args)


def _office(ctx: Context, arguments: str) -> tuple[str, str]:
    """Split off the office that is meant, ``ALL_OFFICES`` for all."""
    left = without_parting(arguments)
    word = word_at_start(left)
    if is_keyword(word, Keyword.ALL):
        return ALL_OFFICES, without_parting(left[len(word) :])
    code, rest = office_at_start(arguments)
    return office_meant(ctx, "broadcast", Permission.BROADCAST, code).code, rest


def _time(text: str, today: date) -> tuple[datetime | None, str]:
    """Split off when a broadcast is to be sent; None where the text begins at once.

    Raises:
        UnreadableTime, NoSuchDay: what follows the keyword is no time.
        BroadcastHourMissing: it is a day without an hour, or a day in words.
    """
    led = _AT.match(text)
    if led is None:
        if _begins_with_a_time(text):
            raise BroadcastHourMissing
        return None, text
    at, rest = first_time(text[led.end() :], today)
    if at.time() == time():  # a day alone: nobody is told at midnight
        raise BroadcastHourMissing
    return at, rest


def _begins_with_a_time(text: str) -> bool:
    """Whether a text begins with a time that is not read: it would be sent at once, with the time in it.

    The English word may begin any text, so a word for a day has to follow it.
    """
    led = _AT_WORD.match(text)
    return led is not None and (not led[0].isascii() or DAY_WORD.match(text[led.end() :]) is not None)


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
    text = texts.question(office, ctx.arg("text"), audience, people, _at(ctx))
    send = Button(label=texts.SEND(), action=ActionName.DO, style=Style.DANGER)
    return View(text=text, rows=((send, cancel), (back,)))


def _at(ctx: Context) -> datetime | None:
    return datetime.fromisoformat(ctx.arg("at")) if ctx.arg("at") else None


def _send(ctx: Context, _arg: str) -> Goto:
    ctx.require(Permission.BROADCAST)
    request = BroadcastRequest(
        office=ctx.arg("office"),
        audience=Audience(ctx.arg("audience")),
        text=broadcasts.validate_text(ctx.arg("text")),
        chat_id=ctx.chat_id,
        actor=ctx.actor,
        at=_at(ctx),
    )
    return _to_progress(broadcasts.begin(ctx.tx, request))


def _back(ctx: Context, _arg: str) -> Goto:
    args = {name: ctx.arg(name) for name in ("office", "text", "at") if name in ctx.args}
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
    broadcast = _meant(ctx)
    figures = broadcasts.figures(ctx.tx, broadcast)
    home = Button(label=formatting.HOME(), action=ActionName.HOME)
    buttons = [Button(label=texts.HISTORY(), action=ActionName.HISTORY), home]
    is_scheduled = broadcast.is_scheduled(ctx.tx.now)
    if broadcast.state == broadcasts.BroadcastState.RUNNING:
        label = texts.CANCEL_SCHEDULED if is_scheduled else texts.STOP
        buttons.insert(0, Button(label=label(), action=ActionName.STOP, style=Style.DANGER))
    again = broadcast.begun_at if is_scheduled else ctx.tx.now + _REDRAWN_EVERY
    return View(
        text=texts.progress(broadcast, figures, ctx.tx.now),
        rows=in_columns(buttons, 2),
        redraw_at=None if broadcast.is_over else again,
    )


def _stop(ctx: Context, _arg: str) -> Goto:
    meant = _meant(ctx)
    note = texts.CANCELLED_SCHEDULED() if meant.is_scheduled(ctx.tx.now) else texts.STOPPED()
    going = _to_progress(broadcasts.stop(ctx.tx, meant.broadcast_id, ctx.actor))
    return Goto(screen=going.screen, args=going.args, note=note, sticky=True)


PROGRESS = Screen(
    name=ScreenName.DESK_BROADCAST,
    show=_show_progress,
    buttons={
        ActionName.STOP: _stop,
        ActionName.HISTORY: lambda ctx, _arg: to_history(ctx, _meant(ctx).office),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)

SCREENS = (AUDIENCE, ASK, PROGRESS, HISTORY)
