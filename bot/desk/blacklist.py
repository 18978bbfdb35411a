"""/blacklist: current bans with end and reason; the card of a ban, and changing it."""

from typing import Any

from bot.desk.bans import account_of, meant, read_wish, to_ban, to_unban
from bot.desk.confirmation import GONE, with_origin
from bot.desk.office_filter import places_of
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.effects import SendFile
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, View
from bot.errors.commands import EndNotEarlier, EndNotLater, NotAsAsked, Usage
from bot.i18n import formatting
from bot.spreadsheets import Cell, Table, workbook
from bot.texts.desk import blacklist as texts
from bot.texts.desk import parts
from bot.texts.desk.reports.parts import MAKING
from core.clock import from_millis
from core.errors.blacklist import NotBlacklisted
from core.people import ban_list
from core.people.accounts import Account
from core.people.admins import Permission
from core.people.ban_causes import causes_of
from core.people.ban_list import BanFilter
from core.people.blacklist import Ban, Cause
from core.people.lookup import Who
from core.ports import Tx
from core.reporting.case_file import CaseFileKey, CaseFileTopic

_A_PAGE = 8
_MOST_EXPORTED = 100_000


def parse_list(ctx: Context, arguments: str) -> Goto:
    """Parse /blacklist [粤K] and go to the list.

    Raises:
        Usage: there is more than one argument.
        OfficeUnknown, NotYourOffice: the office is not served, or not one of this admin's.
    """
    ctx.admin.require(Permission.BLACKLIST)
    words = arguments.split()
    if len(words) > 1:
        raise Usage("blacklist")
    args = {"at": ctx.desk_office(words[0], Permission.BLACKLIST).code} if words else {}
    return Goto(screen=ScreenName.DESK_BLACKLIST, args=args)


def _offices(ctx: Context) -> tuple[str, ...] | None:
    """Return the offices whose bans are listed: the chosen one, or all that this chat serves."""
    if code := ctx.arg("at"):
        ctx.admin.require(Permission.BLACKLIST, code)
        return (code,)
    if ctx.admin.may(Permission.BLACKLIST):
        return None
    return tuple(ctx.admin.offices(Permission.BLACKLIST, ctx.core.offices))


def _filter(ctx: Context) -> BanFilter:
    return BanFilter(offices=_offices(ctx), cause=ctx.arg("cause"))


def _show_list(ctx: Context) -> View:
    ctx.admin.require(Permission.BLACKLIST)
    chosen, page = _filter(ctx), int(ctx.arg("page") or 0)
    total = ban_list.count(ctx.tx, chosen)
    page = min(page, max(0, (total - 1) // _A_PAGE))
    bans = ban_list.page(ctx.tx, chosen, skip=page * _A_PAGE, limit=_A_PAGE)
    entries = [(ban, account_of(ctx, ban.identity_hash)) for ban in bans]
    first = page * _A_PAGE + 1
    opening = [
        Button(label=str(number), action=ActionName.OPEN, arg=str(one.ban_id))
        for number, one in enumerate(bans, first)
    ]
    turns = [
        Button(label=label, action=ActionName.PAGE, arg=str(other))
        for label, other in (("‹", page - 1), ("›", page + 1))
        if 0 <= other * _A_PAGE < max(1, total)
    ]
    rows = [*in_columns(opening, 4), *([tuple(turns)] if turns else []), *_filters(ctx)]
    last = [Button(label=formatting.HOME(), action=ActionName.HOME)]
    if total:
        last.insert(0, Button(label=formatting.EXPORT(), action=ActionName.EXPORT))
    text = texts.blacklist(entries, first, total, cause=chosen.cause, at=ctx.arg("at"))
    return View(text=text, rows=(*rows, tuple(last)))


def _filters(ctx: Context) -> list[tuple[Button, ...]]:
    """Return the filter buttons: by cause, and by office if there are several."""
    cause = ctx.arg("cause")
    causes = tuple(
        Button(label=texts.cause_label(one, chosen=one == cause), action=ActionName.CAUSE, arg=one)
        for one in ("", *(cause.value for cause in Cause))
    )
    own = ctx.admin.offices(Permission.BLACKLIST, ctx.core.offices)
    if len(own) <= 1:
        return [causes]
    near, turns = places_of(ctx, own, ctx.arg("at"))
    places = [
        Button(label=texts.office_label(one, chosen=one == ctx.arg("at")), action=ActionName.AT, arg=one)
        for one in ("", *near)
    ]
    return [causes, *in_columns(places, 5), *([turns] if turns else [])]


def _narrowed(ctx: Context, **changes: str) -> Goto:
    names = ("cause", "at") if "at" in changes else ("cause", "at", "places")
    kept = {name: ctx.arg(name) for name in names if ctx.arg(name)}
    return Goto(screen=ScreenName.DESK_BLACKLIST, args={**kept, **changes})


def _export(ctx: Context, _arg: str) -> Goto:
    ctx.admin.require(Permission.BLACKLIST)
    core, chosen = ctx.core, _filter(ctx)

    def read(tx: Tx) -> list[tuple[Ban, Account | None]]:
        bans = ban_list.page(tx, chosen, skip=0, limit=_MOST_EXPORTED)
        return [(ban, core.accounts.by_identity(tx, ban.identity_hash)) for ban in bans]

    record_export(ctx, "blacklist", ctx.arg("at"))
    wanted = SendFile(name=texts.EXPORT_NAME(), caption=texts.EXPORTED(), read=read, make=_sheet)
    return stay(note=MAKING(), effects=(wanted,))


def _sheet(entries: list[tuple[Ban, Account | None]]) -> bytes:
    rows: list[tuple[Cell, ...]] = [
        (
            *texts.somebody_cells(account),
            one.office,
            one.since,
            one.until,
            parts.cause_name(one.cause),
            one.reason,
        )
        for one, account in entries
    ]
    return workbook([Table(title=texts.SHEET(), columns=texts.columns(), rows=rows)])


LIST = Screen(
    name=ScreenName.DESK_BLACKLIST,
    show=_show_list,
    buttons={
        ActionName.OPEN: lambda ctx, arg: Goto(
            screen=ScreenName.DESK_BAN_CARD, args={"ban": int(arg), "list": dict(ctx.args)}
        ),
        ActionName.PAGE: lambda ctx, arg: _narrowed(ctx, page=arg),
        ActionName.CAUSE: lambda ctx, arg: _narrowed(ctx, cause=arg),
        ActionName.AT: lambda ctx, arg: _narrowed(ctx, at=arg),
        ActionName.PLACES: lambda ctx, arg: Goto(
            screen=ScreenName.DESK_BLACKLIST, args={**ctx.args, "places": arg}
        ),
        ActionName.EXPORT: _export,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


# --- the card ---------------------------------------------------------------------------------


def _list_of(ctx: Context) -> Goto:
    listed = ctx.args.get("list")
    args: dict[str, Any] = listed if isinstance(listed, dict) else {}
    return Goto(screen=ScreenName.DESK_BLACKLIST, args=args)


def _card_of(ctx: Context) -> Goto:
    return Goto(
        screen=ScreenName.DESK_BAN_CARD, args={"ban": ctx.args.get("ban"), "list": _list_of(ctx).args}
    )


def _seen(ctx: Context) -> Ban:
    """Return the ban of a card, if this chat may see it."""
    current = meant(ctx)
    ctx.admin.require(Permission.BLACKLIST, current.office)
    return current


def _show_card(ctx: Context) -> View | Goto:
    try:
        current = _seen(ctx)
    except NotBlacklisted:
        return _list_of(ctx)
    rows: list[tuple[Button, ...]] = []
    if ctx.admin.may(Permission.BAN, current.office):
        changes = [
            Button(label=label(), action=ActionName.CHANGE, arg=change)
            for change, label in texts.CHANGES.items()
        ]
        rows.append(tuple(changes))
    account = account_of(ctx, current.identity_hash)
    if Permission.FIND in ctx.admin.permissions:
        rows.append((Button(label=texts.WHOLE_HISTORY(), action=ActionName.HISTORY),))
    rows.append(
        (
            Button(label=formatting.BACK(), action=ActionName.BACK),
            Button(label=formatting.HOME(), action=ActionName.HOME),
        )
    )
    return View(text=texts.ban_card(current, account, causes_of(ctx.tx, current)), rows=rows)


def _history(ctx: Context, _arg: str) -> Goto:
    current = _seen(ctx)
    account = account_of(ctx, current.identity_hash)
    identity = CaseFileKey(topic=CaseFileTopic.IDENTITY, value=current.identity_hash.hex())
    what = account.subject if account else str(identity)
    return Goto(screen=ScreenName.DESK_FIND, args={"what": what})


CARD = Screen(
    name=ScreenName.DESK_BAN_CARD,
    show=_show_card,
    buttons={
        ActionName.CHANGE: lambda ctx, arg: Goto(
            screen=ScreenName.DESK_BAN_CHANGE, args={**_card_of(ctx).args, "do": arg}
        ),
        ActionName.HISTORY: _history,
        ActionName.BACK: lambda ctx, _arg: _list_of(ctx),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


def _show_change(ctx: Context) -> View:
    current, change = _seen(ctx), ctx.arg("do")
    ctx.admin.require(Permission.BAN, current.office)
    text = texts.change_prompt(change, current, account_of(ctx, current.identity_hash))
    return View(text=text, rows=((Button(label=formatting.BACK(), action=ActionName.BACK),),))


def _typed_change(ctx: Context, text: str) -> Goto:
    current, change = _seen(ctx), ctx.arg("do")
    if change == "lift":
        return with_origin(_card_of(ctx), to_unban(ctx, current, text))
    try:
        wish = read_wish(text, ctx.today, needs_date=True)
    except Usage:
        raise NotAsAsked from None
    who = Who(identity_hash=current.identity_hash, account=account_of(ctx, current.identity_hash))
    asked = to_ban(ctx, who, wish, changes_end=True)
    until = from_millis(int(str(asked.args["until"])))
    if change == "shorten" and until >= current.until:
        raise EndNotEarlier(current.until)
    if change == "lengthen" and until <= current.until:
        raise EndNotLater(current.until)
    return with_origin(_card_of(ctx), asked)


CHANGE = Screen(
    name=ScreenName.DESK_BAN_CHANGE,
    show=_show_change,
    buttons={ActionName.BACK: lambda ctx, _arg: _card_of(ctx)},
    text=_typed_change,
    hint=parts.TYPE_IT,
)
SCREENS = (LIST, CARD, CHANGE)
