"""Confirming many reservations: those ticked in /list, or those of a file from the registration system.

The question names what will be confirmed. It is then done one by one in the background; the page of the
progress reads from the reservations themselves how far it is, so it is right after a crash too.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.desk.arguments import read_plate
from bot.desk.confirmation import WITHDRAWN, return_to_origin, with_origin
from bot.desk.pool_words import is_serial
from bot.desk.spreadsheets import sheet
from bot.dialog.context import Context
from bot.dialog.effects import ConfirmReservations, SendFile
from bot.dialog.events import Received
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import AttachmentHandler, Goto, ReadingQueue, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.tables import TableFileTooLarge
from bot.i18n import formatting
from bot.texts.desk import confirm_many as texts
from bot.texts.desk import parts
from bot.texts.desk.confirm_many import OTHER_OFFICE, READY, REPEATED, UNREADABLE
from bot.texts.desk.vehicles import RECEIVED
from bot.texts.errors import of_error
from bot.vehicle_import.registrations import MOST_BYTES, RegistrationFile, RegistrationRow, read_registrations
from core.bootstrap import Core
from core.errors.base import InputError
from core.errors.counter import PlateNotReserved
from core.people.admins import Permission
from core.preselection import Preselection
from core.preselection.bulk_confirmation import (
    Match,
    Matched,
    confirmation_states,
    match_registrations,
    still_reserved,
)
from core.values.plates import Plate

_SHOWN_WRONG = 10
_REDRAWN = timedelta(seconds=5)
_REDRAWN_FOR = timedelta(minutes=10)


# --- the question ---------------------------------------------------------------------------------


def to_question(ctx: Context, ids: Sequence[int], origin: Goto) -> Goto:
    """Go to the question about some reservations; it leads back to ``origin``.

    Raises:
        NotPermitted: this chat may confirm nowhere.
        NotYourOffice: or not at the office of one of them.
        PlateNotReserved: all of them have ended.
    """
    living = confirmable(ctx, ids)
    if not living:
        raise PlateNotReserved
    args: dict[str, object] = {"ids": [reserved.preselection_id for reserved in living]}
    return with_origin(origin, Goto(screen=ScreenName.DESK_CONFIRM_MANY, args=args))


def confirmable(ctx: Context, ids: Sequence[int]) -> list[Preselection]:
    """Return those of some reservations that can still be confirmed.

    Raises:
        NotPermitted, NotYourOffice: this chat may not confirm at the office of one of them, or no longer.
    """
    living = still_reserved(ctx.tx, ids)
    _require_offices(ctx, living)
    return living


def _require_offices(ctx: Context, shown: Sequence[Preselection]) -> None:
    ctx.admin.require(Permission.CONFIRM)
    for office in {one.office for one in shown}:
        ctx.admin.require(Permission.CONFIRM, office)


def _show_question(ctx: Context) -> View:
    living = confirmable(ctx, ctx.ids_arg("ids"))
    keep = Button(label=parts.KEEP(), action=ActionName.CANCEL)
    if not living:
        return View(text=texts.NONE_LEFT(), rows=((keep,),))
    do = Button(label=texts.sure(len(living)), action=ActionName.DO, style=Style.SUCCESS)
    return View(text=texts.question(living), rows=((do, keep),))


def _do(ctx: Context, _arg: str) -> Goto:
    living = [reserved.preselection_id for reserved in confirmable(ctx, ctx.ids_arg("ids"))]
    kept = {"back": ctx.args["back"]} if "back" in ctx.args else {}
    # All that was asked about: the page says of the others who was faster.
    args = {"ids": ctx.ids_arg("ids"), "since": ctx.tx.now.isoformat(), **kept}
    return Goto(screen=ScreenName.DESK_CONFIRMING, args=args, effects=(_effect(ctx, living),))


def _effect(ctx: Context, ids: Sequence[int]) -> ConfirmReservations:
    return ConfirmReservations(chat_id=ctx.chat_id, preselection_ids=tuple(ids))


QUESTION = Screen(
    name=ScreenName.DESK_CONFIRM_MANY,
    show=_show_question,
    buttons={
        ActionName.DO: _do,
        ActionName.CANCEL: lambda ctx, _arg: return_to_origin(ctx, parts.CANCELLED()),
    },
    hint=formatting.PRESS_HINT,
    errors=WITHDRAWN,
)


# --- the progress ---------------------------------------------------------------------------------


def _show_progress(ctx: Context) -> View:
    states = confirmation_states(ctx.tx, ctx.ids_arg("ids"))
    _require_offices(ctx, [state.preselection for state in states])
    left = [state for state in states if state.is_left]
    back = Button(label=texts.TO_LIST(), action=ActionName.BACK)
    if not left:
        return View(text=texts.progress(states, ctx.actor), rows=((back,),))
    on = Button(label=texts.GO_ON(), action=ActionName.CONTINUE, style=Style.PRIMARY)
    return View(
        text=texts.progress(states, ctx.actor),
        rows=((on, back),),
        redraw_at=ctx.tx.now + _REDRAWN if _is_young(ctx) else None,
    )


def _is_young(ctx: Context) -> bool:
    """Whether the page still renews itself; it does not for ever, where a reservation cannot be confirmed."""
    since = ctx.arg("since")
    return bool(since) and ctx.tx.now < datetime.fromisoformat(since) + _REDRAWN_FOR


def _go_on(ctx: Context, _arg: str) -> Goto:
    left = [reserved.preselection_id for reserved in confirmable(ctx, ctx.ids_arg("ids"))]
    args = {**ctx.args, "since": ctx.tx.now.isoformat()}
    return Goto(screen=ScreenName.DESK_CONFIRMING, args=args, effects=(_effect(ctx, left),) if left else ())


PROGRESS = Screen(
    name=ScreenName.DESK_CONFIRMING,
    show=_show_progress,
    buttons={
        ActionName.CONTINUE: _go_on,
        ActionName.BACK: lambda ctx, _arg: return_to_origin(ctx, ""),
    },
    hint=formatting.PRESS_HINT,
    errors=WITHDRAWN,
)


# --- a file from the registration system ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A row of a file and what comes of it."""

    row: RegistrationRow
    outcome: str
    plate: Plate | None = None
    preselection_id: int | None = None
    error: InputError | None = None


def to_file(origin: Goto) -> Goto:
    """Go to the page that takes a file; it leads back to ``origin``."""
    return with_origin(origin, Goto(screen=ScreenName.DESK_CONFIRM_FILE))


async def _read(_core: Core, received: Received) -> RegistrationFile:
    return await read_registrations(received.content)


def _take(ctx: Context, file: RegistrationFile) -> Goto:
    ctx.admin.require(Permission.CONFIRM)
    own = ctx.admin.offices(Permission.CONFIRM, ctx.core.offices)
    judged = [_judged(ctx, row, own) for row in file.rows]
    parsed = [(one.plate, one.row.vin) for one in judged if one.plate is not None and not one.outcome]
    read = partial(match_registrations, rows=parsed)
    matched: list[Matched] = ctx.read_snapshot(f"{ScreenName.DESK_CONFIRM_FILE}:{file.digest}", read)
    judged = _with_matches(judged, matched)
    wrong = [one for one in judged if one.outcome not in {READY, Match.CONFIRMED}]
    args: dict[str, object] = {
        "ids": [one.preselection_id for one in judged if one.preselection_id is not None],
        "counts": dict(Counter(one.outcome for one in judged)),
        "wrong": [
            [one.row.number, str(one.plate) if one.plate else "", one.outcome] for one in wrong[:_SHOWN_WRONG]
        ],
        "back": ctx.args.get("back") or [ScreenName.DESK_LIST, {"office": ctx.arg("office")}],
    }
    effects = (_wrong_file(wrong),) if wrong else ()
    return Goto(screen=ScreenName.DESK_CONFIRM_FILE, args=args, effects=effects)


def _judged(ctx: Context, row: RegistrationRow, own: Sequence[str]) -> _Judged:
    """Read a row, where ``own`` are this chat's offices; its outcome is empty until the database is asked."""
    raw = row.plate
    if is_serial(raw) and len(own) == 1:
        raw = f"{own[0]}{raw}"
    try:
        plate = read_plate(ctx, raw)
    except InputError as error:
        return _Judged(row=row, outcome=UNREADABLE, error=error)
    if not row.vin:
        return _Judged(row=row, outcome=UNREADABLE, plate=plate)
    if plate.office not in own:
        return _Judged(row=row, outcome=OTHER_OFFICE, plate=plate)
    return _Judged(row=row, outcome="", plate=plate)


def _with_matches(judged: Sequence[_Judged], matched: Sequence[Matched]) -> list[_Judged]:
    found, seen, left = list[_Judged](), set[int](), iter(matched)
    for one in judged:
        if one.outcome:
            found.append(one)
            continue
        match = next(left)
        is_repeated = match.preselection_id in seen
        if match.preselection_id is not None:
            seen.add(match.preselection_id)
        found.append(
            _Judged(
                row=one.row,
                outcome=REPEATED if is_repeated else match.match.value,
                plate=one.plate,
                preselection_id=None if is_repeated else match.preselection_id,
            )
        )
    return found


def _wrong_file(wrong: Sequence[_Judged]) -> SendFile:
    rows = [
        (
            one.row.number,
            one.row.plate,
            one.row.vin,
            formatting.plain(of_error(one.error)) if one.error else texts.OUTCOMES[one.outcome](),
        )
        for one in wrong
    ]
    return sheet("rows", texts.WRONG_ROWS(), texts.WRONG_COLUMNS(), rows)


def _show_file(ctx: Context) -> View:
    ctx.admin.require(Permission.CONFIRM)
    back = Button(label=formatting.BACK(), action=ActionName.BACK)
    counts = ctx.args.get("counts")
    if not isinstance(counts, dict):
        return View(text=texts.FILE_WANTED(), rows=((back,),))
    rows = [(back,)]
    if ids := ctx.ids_arg("ids"):
        rows.insert(0, (Button(label=texts.sure(len(ids)), action=ActionName.CONFIRM, style=Style.SUCCESS),))
    return View(text=texts.preview(counts, _wrong(ctx)), rows=tuple(rows))


def _wrong(ctx: Context) -> list[tuple[int, str, str]]:
    kept = ctx.args.get("wrong")
    return [(row[0], row[1], row[2]) for row in kept] if isinstance(kept, list) else []


def _to_question(ctx: Context, _arg: str) -> Goto:
    return to_question(ctx, ctx.ids_arg("ids"), return_to_origin(ctx, ""))


FILES = AttachmentHandler(
    most_bytes=MOST_BYTES,
    parse=_read,
    apply=_take,
    too_large=TableFileTooLarge,
    waiting=RECEIVED,
    queue=ReadingQueue.TABLES,
)

FILE = Screen(
    name=ScreenName.DESK_CONFIRM_FILE,
    show=_show_file,
    buttons={
        ActionName.CONFIRM: _to_question,
        ActionName.BACK: lambda ctx, _arg: return_to_origin(ctx, ""),
    },
    attachment=FILES,
    hint=texts.FILE_HINT,
)

SCREENS = (FILE, QUESTION, PROGRESS)
