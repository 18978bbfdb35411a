"""/blacklist: who is barred, until when and why; the card of a ban, and changing it."""

from typing import Any

from bot.desk.bans import account_of, meant, read_wish, to_ban, to_unban
from bot.desk.confirmation import GONE, coming_from
from bot.desk.office_filter import places_of
from bot.dialog.context import Scene
from bot.dialog.effects import SendFile
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen, stay
from bot.dialog.view import Button, View
from bot.errors.commands import EndNotEarlier, EndNotLater, NotAsAsked, Usage
from bot.i18n import formatting as common
from bot.spreadsheets import Cell, Table, workbook
from bot.texts.desk import blacklist as texts
from bot.texts.desk import parts
from bot.texts.desk.reports.parts import MAKING
from core.clock import from_millis
from core.errors import NotBlacklisted
from core.people import blacklist
from core.people.accounts import Account
from core.people.admins import Permission
from core.people.blacklist import Ban, Cause, Choice
from core.people.lookup import Who
from core.ports import Tx
from core.reporting.case_file import CaseFileKey, CaseFileTopic

_A_PAGE = 8
_MOST_EXPORTED = 100_000


def ask_list(scene: Scene, rest: str) -> Go:
    """Lead from /blacklist [粤K] to the list.

    Raises:
        Usage: more than an office was written.
        OfficeUnknown, NotYourOffice: it is not served here, or not by this chat.
    """
    scene.admin.require(Permission.BLACKLIST)
    words = rest.split()
    if len(words) > 1:
        raise Usage("blacklist")
    args = {"at": scene.desk_office(words[0], Permission.BLACKLIST).code} if words else {}
    return Go(screen=ScreenName.DESK_BLACKLIST, args=args)


def _offices(scene: Scene) -> tuple[str, ...] | None:
    """Return the offices whose bans are listed: the chosen one, else all at which this chat serves."""
    if code := scene.arg("at"):
        scene.admin.require(Permission.BLACKLIST, code)
        return (code,)
    if scene.admin.may(Permission.BLACKLIST):
        return None
    return tuple(scene.admin.offices(Permission.BLACKLIST, scene.core.offices))


def _choice(scene: Scene) -> Choice:
    return Choice(offices=_offices(scene), cause=scene.arg("cause"))


def _show_list(scene: Scene) -> View:
    scene.admin.require(Permission.BLACKLIST)
    choice, page = _choice(scene), int(scene.arg("page") or 0)
    total = blacklist.count(scene.tx, choice)
    page = min(page, max(0, (total - 1) // _A_PAGE))
    bans = blacklist.page(scene.tx, choice, skip=page * _A_PAGE, limit=_A_PAGE)
    entries = [(one, account_of(scene, one.identity_hash)) for one in bans]
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
    rows = [*in_columns(opening, 4), *([tuple(turns)] if turns else []), *_filters(scene)]
    last = [Button(label=common.HOME(), action=ActionName.HOME)]
    if total:
        last.insert(0, Button(label=common.EXPORT(), action=ActionName.EXPORT))
    text = texts.blacklist(entries, first, total, cause=choice.cause, at=scene.arg("at"))
    return View(text=text, rows=(*rows, tuple(last)))


def _filters(scene: Scene) -> list[tuple[Button, ...]]:
    """Return the buttons that narrow the list: by cause, and by office where there are several."""
    cause = scene.arg("cause")
    causes = tuple(
        Button(label=texts.cause_label(one, chosen=one == cause), action=ActionName.CAUSE, arg=one)
        for one in ("", *(cause.value for cause in Cause))
    )
    own = scene.admin.offices(Permission.BLACKLIST, scene.core.offices)
    if len(own) <= 1:
        return [causes]
    near, turns = places_of(scene, own, scene.arg("at"))
    places = [
        Button(label=texts.office_label(one, chosen=one == scene.arg("at")), action=ActionName.AT, arg=one)
        for one in ("", *near)
    ]
    return [causes, *in_columns(places, 5), *([turns] if turns else [])]


def _narrowed(scene: Scene, **changes: str) -> Go:
    names = ("cause", "at") if "at" in changes else ("cause", "at", "places")
    kept = {name: scene.arg(name) for name in names if scene.arg(name)}
    return Go(screen=ScreenName.DESK_BLACKLIST, args={**kept, **changes})


def _export(scene: Scene, _arg: str) -> Go:
    scene.admin.require(Permission.BLACKLIST)
    core, choice = scene.core, _choice(scene)

    def read(tx: Tx) -> list[tuple[Ban, Account | None]]:
        bans = blacklist.page(tx, choice, skip=0, limit=_MOST_EXPORTED)
        return [(one, core.accounts.by_identity(tx, one.identity_hash)) for one in bans]

    wanted = SendFile(name=texts.EXPORT_NAME(), caption=texts.EXPORTED(), read=read, make=_sheet)
    return stay(note=MAKING(), effects=(wanted,))


def _sheet(entries: list[tuple[Ban, Account | None]]) -> bytes:
    rows: list[tuple[Cell, ...]] = [
        (
            *texts.somebody_cells(account),
            one.office,
            one.since,
            one.until,
            texts.cause(one.cause),
            one.reason,
        )
        for one, account in entries
    ]
    return workbook([Table(title=texts.SHEET(), columns=texts.columns(), rows=rows)])


LIST = Screen(
    name=ScreenName.DESK_BLACKLIST,
    show=_show_list,
    buttons={
        ActionName.OPEN: lambda scene, arg: Go(
            screen=ScreenName.DESK_BAN_CARD, args={"ban": int(arg), "list": dict(scene.args)}
        ),
        ActionName.PAGE: lambda scene, arg: _narrowed(scene, page=arg),
        ActionName.CAUSE: lambda scene, arg: _narrowed(scene, cause=arg),
        ActionName.AT: lambda scene, arg: _narrowed(scene, at=arg),
        ActionName.PLACES: lambda scene, arg: Go(
            screen=ScreenName.DESK_BLACKLIST, args={**scene.args, "places": arg}
        ),
        ActionName.EXPORT: _export,
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
    hint=common.PRESS_HINT,
    errors=GONE,
)
# --- one of them ----------------------------------------------------------------------------

_CHANGES = ("shorten", "lengthen", "lift")


def _list_of(scene: Scene) -> Go:
    listed = scene.args.get("list")
    args: dict[str, Any] = listed if isinstance(listed, dict) else {}
    return Go(screen=ScreenName.DESK_BLACKLIST, args=args)


def _card_of(scene: Scene) -> Go:
    return Go(
        screen=ScreenName.DESK_BAN_CARD, args={"ban": scene.args.get("ban"), "list": _list_of(scene).args}
    )


def _seen(scene: Scene) -> Ban:
    """Return the ban that a card is about, if this chat may look at it."""
    present = meant(scene)
    scene.admin.require(Permission.BLACKLIST, present.office)
    return present


def _show_card(scene: Scene) -> View | Go:
    try:
        present = _seen(scene)
    except NotBlacklisted:
        return _list_of(scene)
    rows: list[tuple[Button, ...]] = []
    if scene.admin.may(Permission.BAN, present.office):
        changes = [Button(label=texts.CHANGES[one](), action=ActionName.CHANGE, arg=one) for one in _CHANGES]
        rows.append(tuple(changes))
    account = account_of(scene, present.identity_hash)
    if Permission.FIND in scene.admin.permissions:
        rows.append((Button(label=texts.WHOLE_HISTORY(), action=ActionName.HISTORY),))
    rows.append(
        (
            Button(label=common.BACK(), action=ActionName.BACK),
            Button(label=common.HOME(), action=ActionName.HOME),
        )
    )
    return View(text=texts.ban_card(present, account), rows=rows)


def _history(scene: Scene, _arg: str) -> Go:
    present = _seen(scene)
    account = account_of(scene, present.identity_hash)
    identity = CaseFileKey(topic=CaseFileTopic.IDENTITY, value=present.identity_hash.hex())
    what = account.subject if account else str(identity)
    return Go(screen=ScreenName.DESK_FIND, args={"what": what})


CARD = Screen(
    name=ScreenName.DESK_BAN_CARD,
    show=_show_card,
    buttons={
        ActionName.CHANGE: lambda scene, arg: Go(
            screen=ScreenName.DESK_BAN_CHANGE, args={**_card_of(scene).args, "do": arg}
        ),
        ActionName.HISTORY: _history,
        ActionName.BACK: lambda scene, _arg: _list_of(scene),
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
    hint=common.PRESS_HINT,
    errors=GONE,
)


def _show_change(scene: Scene) -> View:
    present, change = _seen(scene), scene.arg("do")
    scene.admin.require(Permission.BAN, present.office)
    text = texts.change_prompt(change, present, account_of(scene, present.identity_hash))
    return View(text=text, rows=((Button(label=common.BACK(), action=ActionName.BACK),),))


def _typed_change(scene: Scene, text: str) -> Go:
    present, change = _seen(scene), scene.arg("do")
    if change == "lift":
        return coming_from(_card_of(scene), to_unban(scene, present, text))
    try:
        wish = read_wish(text, scene.today, needs_date=True)
    except Usage:
        raise NotAsAsked from None
    who = Who(identity_hash=present.identity_hash, account=account_of(scene, present.identity_hash))
    asked = to_ban(scene, who, wish)
    until = from_millis(int(str(asked.args["until"])))
    if change == "shorten" and until >= present.until:
        raise EndNotEarlier(present.until)
    if change == "lengthen" and until <= present.until:
        raise EndNotLater(present.until)
    return coming_from(_card_of(scene), asked)


CHANGE = Screen(
    name=ScreenName.DESK_BAN_CHANGE,
    show=_show_change,
    buttons={ActionName.BACK: lambda scene, _arg: _card_of(scene)},
    text=_typed_change,
    hint=parts.TYPE_IT,
)
SCREENS = (LIST, CARD, CHANGE)
