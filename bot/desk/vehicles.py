"""/vehicles: import of the embedded vehicle registry from files, with a preview before it takes effect."""

from dataclasses import dataclass, replace
from functools import partial

from bot.desk import known_registrations
from bot.desk.confirmation import GONE
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.effects import LoadVehicles, SendFile
from bot.dialog.events import Received
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import AttachmentHandler, Goto, ReadingQueue, Screen, stay
from bot.dialog.view import Button, Style, View
from bot.errors.tables import TableFileTooLarge
from bot.i18n import formatting
from bot.spreadsheets import Table, workbook
from bot.texts.desk import known_registrations as known_texts
from bot.texts.desk import vehicles as texts
from bot.texts.desk.reports.parts import MAKING
from bot.texts.errors import of_error
from bot.vehicle_import.isolated import read_vehicles_isolated
from bot.vehicle_import.loader import MOST_BYTES
from core.bootstrap import Core
from core.errors.base import XuanhaoError
from core.errors.desk import ImportUnderWay
from core.people.admins import EVERYWHERE, Permission
from core.ports import Tx
from core.preselection.contradictions import (
    ContradictedReservation,
    Contradiction,
    contradicted_by_import,
)
from core.registry import imports
from core.registry.imports import Import, ImportRequest, ImportState
from core.registry.lookup import RegistryVehicle
from core.registry.vehicle_file import VehicleFile
from core.values.plates import PlateKind

_LISTED = 5
_LONGEST_NAME = 80
_MOST_EXPORTED = 1_000_000  # a worksheet holds 1,048,576 rows
_SAMPLE = RegistryVehicle(
    vin="LSVTESTX3RM000001", certificate="ABCD12345678901", kind=PlateKind.SMALL, registered=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Uploaded:
    """An uploaded file and its contents."""

    file_id: str
    name: str
    file: VehicleFile


def parse(ctx: Context, _arguments: str) -> Goto:
    """Parse /vehicles and go to the upload page, or to the import in progress."""
    ctx.admin.require(Permission.VEHICLES, EVERYWHERE)
    return _to_open(ctx) or Goto(screen=ScreenName.DESK_VEHICLES, args={"office": EVERYWHERE})


def _to_open(ctx: Context) -> Goto | None:
    open_one = imports.under_way(ctx.tx, ctx.chat_id)
    return _to(open_one) if open_one else None


def _to(import_: Import, note: str = "") -> Goto:
    args = {"office": EVERYWHERE, "id": str(import_.import_id)}
    return Goto(screen=ScreenName.DESK_IMPORT, args=args, note=note, sticky=True)


def _show_home(ctx: Context) -> View:
    ctx.require(Permission.VEHICLES)
    latest = imports.recent(ctx.tx, _LISTED)
    opened = [
        Button(label=f"#{import_.import_id}", action=ActionName.OPEN, arg=str(import_.import_id))
        for import_ in latest
        if import_.can_be_undone(ctx.tx.now)
    ]
    return View(
        text=texts.home(latest, strict=ctx.core.settings.registry.mode == "strict"),
        rows=(
            *((tuple(opened),) if opened else ()),
            (
                Button(label=texts.TEMPLATE(), action=ActionName.TEMPLATE),
                Button(label=texts.EXPORT(), action=ActionName.EXPORT),
            ),
            (Button(label=formatting.HOME(), action=ActionName.HOME),),
        ),
    )


async def _read(_core: Core, received: Received) -> _Uploaded:
    file = await read_vehicles_isolated(received.content)
    name = texts.file_name(received.name[:_LONGEST_NAME], file.sheet)
    return _Uploaded(file_id=received.file_id, name=name, file=file)


def _take(ctx: Context, uploaded: _Uploaded) -> Goto:
    ctx.require(Permission.VEHICLES)
    file = uploaded.file
    if file.wrong:
        return stay(note=texts.refused(file), effects=(_errors(file),))
    request = ImportRequest(
        chat_id=ctx.chat_id,
        file_id=uploaded.file_id,
        file_name=uploaded.name,
        digest=file.digest,
        total=len(file.vehicles),
        actor=ctx.actor,
    )
    begun = imports.begin(ctx.tx, request)
    return Goto(
        screen=ScreenName.DESK_IMPORT,
        args={"office": EVERYWHERE, "id": str(begun.import_id)},
        note="\n".join(filter(None, (texts.sheet_read(file), texts.ignored(file), texts.repeated(file)))),
        effects=(LoadVehicles(import_id=begun.import_id, vehicles=file.vehicles),),
    )


def _errors(file: VehicleFile) -> SendFile:
    rows = [texts.wrong_row(row) for row in file.wrong]
    table = Table(title=texts.WRONG_FILE(), columns=texts.wrong_columns(), rows=rows)
    return _file(texts.WRONG_NAME, table)


def _file(name: str, table: Table, caption: str = "") -> SendFile:
    return SendFile(
        name=name, caption=caption or table.title, read=lambda _tx: table, make=lambda made: workbook([made])
    )


def _template(_ctx: Context, _arg: str) -> Goto:
    table = Table(title=texts.SHEET(), columns=texts.head(), rows=[texts.export_row(_SAMPLE)])
    return stay(effects=(_file(texts.TEMPLATE_NAME, table, texts.TEMPLATE_CAPTION()),))


def _export(ctx: Context, _arg: str) -> Goto:
    ctx.require(Permission.VEHICLES)
    title, columns = texts.SHEET(), texts.head()

    def read(tx: Tx) -> list[RegistryVehicle]:
        return imports.current(tx, _MOST_EXPORTED)

    def make(vehicles: list[RegistryVehicle]) -> bytes:
        rows = [texts.export_row(vehicle) for vehicle in vehicles]
        return workbook([Table(title=title, columns=columns, rows=rows)])

    record_export(ctx, "vehicles")
    wanted = SendFile(name=texts.EXPORT_NAME, caption=title, read=read, make=make)
    return stay(note=MAKING(), effects=(wanted,))


def _under_way(ctx: Context, error: XuanhaoError) -> Goto:
    return replace(parse(ctx, ""), note=of_error(error), alert=True)


def _refuse_second(ctx: Context) -> None:
    """Refuse a file while another import is open, before it is downloaded.

    Raises:
        ImportUnderWay: there is one.
    """
    open_one = imports.under_way(ctx.tx, ctx.chat_id)
    if open_one is not None:
        raise ImportUnderWay(open_one.file_name)


_FILES = AttachmentHandler(
    most_bytes=MOST_BYTES,
    parse=_read,
    apply=_take,
    prefetch=_refuse_second,
    too_large=TableFileTooLarge,
    waiting=texts.RECEIVED,
    queue=ReadingQueue.TABLES,
)

HOME = Screen(
    name=ScreenName.DESK_VEHICLES,
    show=_show_home,
    buttons={
        ActionName.OPEN: lambda ctx, number: _to(imports.get(ctx.tx, int(number))),
        ActionName.TEMPLATE: _template,
        ActionName.EXPORT: _export,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    attachment=_FILES,
    errors={ImportUnderWay: _under_way},
    hint=texts.HINT,
)


# --- one import -----------------------------------------------------------------------------


def _meant(ctx: Context) -> Import:
    ctx.require(Permission.VEHICLES)
    return imports.get(ctx.tx, int(ctx.arg("id") or "0"))


def _show_import(ctx: Context) -> View:
    import_ = _meant(ctx)
    back = (Button(label=texts.ALL_IMPORTS(), action=ActionName.BACK),)
    drop = Button(label=texts.DROP(), action=ActionName.DROP)
    if import_.state == ImportState.LOADING:
        return View(text=texts.loading(import_), rows=((drop,),))
    if import_.state == ImportState.READY and import_.differences is not None:
        confirm = Button(label=texts.CONFIRM(), action=ActionName.CONFIRM, style=Style.PRIMARY)
        warning = known_texts.in_preview(_contradicted(ctx, import_)) + _warning_of_state(ctx, import_)
        return View(text=texts.preview(import_, import_.differences) + warning, rows=((confirm, drop),))
    undo = (Button(label=texts.UNDO(), action=ActionName.UNDO),)
    rows = (undo, back) if import_.can_be_undone(ctx.tx.now) else (back,)
    registered = _registered_count(ctx, import_)
    if registered:
        label = known_texts.confirm_all_label(registered)
        rows = ((Button(label=label, action=ActionName.OTHER, style=Style.PRIMARY),), *rows)
    return View(text=texts.ended(import_, ctx.tx.now), rows=rows)


def _contradicted(ctx: Context, import_: Import) -> tuple[ContradictedReservation, ...]:
    read = partial(contradicted_by_import, import_id=import_.import_id)
    found: tuple[ContradictedReservation, ...] = ctx.read_snapshot(
        f"{ScreenName.DESK_IMPORT}:{import_.import_id}", read
    )
    return found


def _warning_of_state(ctx: Context, import_: Import) -> str:
    read = partial(imports.no_longer_registered, import_id=import_.import_id)
    key = f"{ScreenName.DESK_IMPORT}:{import_.import_id}:unregistered"
    return texts.no_longer_registered(ctx.read_snapshot(key, read))


def _registered_count(ctx: Context, import_: Import) -> int:
    """Return how many reservations an effective import knows as registered.

    The snapshot does not include what this step has confirmed; the argument ``done`` names it.
    """
    if import_.state != ImportState.DONE or not ctx.admin.may(Permission.CONFIRM):
        return 0
    done = set(known_registrations.confirmed(ctx))
    return sum(
        one.contradiction == Contradiction.REGISTERED and one.preselection_id not in done
        for one in _contradicted(ctx, import_)
    )


def _confirm(ctx: Context, _arg: str) -> Goto:
    done = imports.confirm(ctx.tx, _meant(ctx).import_id, ctx.actor)
    return _to(done, note=texts.CONFIRMED())


def _drop(ctx: Context, _arg: str) -> Goto:
    imports.drop(ctx.tx, _meant(ctx).import_id, ctx.actor)
    return Goto(
        screen=ScreenName.DESK_VEHICLES, args={"office": EVERYWHERE}, note=texts.DROPPED(), sticky=True
    )


IMPORT = Screen(
    name=ScreenName.DESK_IMPORT,
    show=_show_import,
    buttons={
        ActionName.CONFIRM: _confirm,
        ActionName.DROP: _drop,
        ActionName.OTHER: lambda ctx, _arg: known_registrations.to_question(
            ctx, Goto(screen=ScreenName.DESK_IMPORT, args=dict(ctx.args))
        ),
        ActionName.UNDO: lambda ctx, _arg: Goto(screen=ScreenName.DESK_IMPORT_UNDO, args=ctx.args),
        ActionName.BACK: lambda ctx, _arg: parse(ctx, ""),
    },
    attachment=_FILES,
    errors={**GONE, ImportUnderWay: _under_way},
    hint=texts.HINT,
)


def _show_undo(ctx: Context) -> View:
    sure = Button(label=texts.UNDO_SURE(), action=ActionName.DO, style=Style.DANGER)
    keep = Button(label=texts.ALL_IMPORTS(), action=ActionName.BACK)
    return View(text=texts.undo_question(_meant(ctx)), rows=((sure, keep),))


def _undo(ctx: Context, _arg: str) -> Goto:
    return _to(imports.undo(ctx.tx, _meant(ctx).import_id, ctx.actor), note=texts.UNDONE())


UNDO = Screen(
    name=ScreenName.DESK_IMPORT_UNDO,
    show=_show_undo,
    buttons={ActionName.DO: _undo, ActionName.BACK: lambda ctx, _arg: parse(ctx, "")},
    errors=GONE,
    hint=formatting.PRESS_HINT,
)

SCREENS = (HOME, IMPORT, UNDO)
