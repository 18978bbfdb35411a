"""/ban, /unban, /blacklist: who is barred, until when and why (docs/domain.md, section 6)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.desk.errors import EndNotEarlier, EndNotLater, NotAsAsked, UnreadableTime, Usage
from bot.desk.people import home_of
from bot.desk.questions import GONE, Question, coming_from, reason_of, screen_of
from bot.desk.reading import first_end, named
from bot.dialog.model import Button, Go, Screen, SendFile, Style, View
from bot.dialog.scene import Scene
from bot.screens.layout import in_columns
from bot.sheets import Cell, Table, workbook
from bot.texts import common, desk, people, reports
from core import blacklist
from core.accounts import Account
from core.admins import Duty
from core.blacklist import Ban, Choice, Sentence, end_of_ban, version_of
from core.clock import CHINA, from_millis, to_millis
from core.errors import NobodyFound, NotBlacklisted
from core.people import Who
from core.ports import Tx

_A_PAGE = 8
_CAUSES = ("expired", "void", "admin")
_MOST_EXPORTED = 100_000
_MOST_OFFICES = 14  # the others by the command


def _who(scene: Scene, written: str) -> Who:
    today = scene.tx.now.astimezone(CHINA).date()
    return scene.core.people.find(scene.tx, written, today=today)


def _account(scene: Scene, identity_hash: bytes) -> Account | None:
    return scene.core.accounts.by_identity(scene.tx, identity_hash)


# --- barring --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A ban as it was typed."""

    until: date | None
    reason: str


def read_wish(written: str, today: date, *, needs_date: bool = False) -> Wish:
    """Read [until] 2028-01-01 REASON; without a date the end is the rule's.

    Raises:
        Usage: there is no reason, or no date where one is needed.
        UnreadableTime: the date is none.
    """
    until, words = first_end(written, today, needed=needs_date) if written else (None, "")
    reason = reason_of(words)
    if not reason:
        raise Usage("ban")
    return Wish(until=until, reason=reason)


def ask_ban(scene: Scene, rest: str) -> Go:
    """Lead from /ban WHO [until DATE] REASON to the question.

    Raises:
        Usage: it is something else.
        NobodyFound: nobody fits.
        BanInThePast: the date lies in the past.
    """
    written, more = named("ban", rest, 2)
    wish = read_wish(more, scene.today)
    return to_ban(scene, _who(scene, written), wish)


def to_ban(scene: Scene, who: Who, wish: Wish) -> Go:
    """Lead to the question before somebody is barred, or their ban gets another end."""
    present = blacklist.running(scene.tx, who.identity_hash)
    code = present.office if present else home_of(scene, who.account, Duty.BAN)
    scene.admin.need(Duty.BAN, code)
    office = scene.core.offices.get(code)
    until = end_of_ban(scene.tx.now, wish.until, office.ban_years if office else 0)
    args = {
        "office": code,
        "hash": who.identity_hash.hex(),
        "seen": version_of(present),
        "until": to_millis(until),
        "reason": wish.reason,
    }
    return Go(screen="desk_ban", args=args)


def _sentence(scene: Scene) -> Sentence:
    digest, until = bytes.fromhex(scene.arg("hash")), scene.args.get("until")
    if not digest:
        raise NobodyFound
    if not isinstance(until, int):
        raise UnreadableTime
    return Sentence(
        identity_hash=digest,
        office=scene.arg("office"),
        reason=scene.arg("reason"),
        cause="admin",
        until=from_millis(until),
        actor=scene.actor,
    )


def _ban_question(scene: Scene) -> str:
    sentence = _sentence(scene)
    present = blacklist.running(scene.tx, sentence.identity_hash)
    return desk.ban_question(
        _account(scene, sentence.identity_hash), sentence.until, sentence.reason, present
    )


def _ban(scene: Scene) -> str:
    imposed = blacklist.impose(scene.tx, _sentence(scene), scene.arg("seen"))
    return desk.banned(imposed.until)


BAN = screen_of(
    Question(name="desk_ban", duty=Duty.BAN, ask=_ban_question, label=desk.BAN, act=_ban, style=Style.DANGER)
)


# --- lifting --------------------------------------------------------------------------------


def ask_unban(scene: Scene, rest: str) -> Go:
    """Lead from /unban WHO REASON to the question.

    Raises:
        Usage: it is something else.
        NobodyFound: nobody fits.
        NotBlacklisted: no ban of theirs runs.
    """
    written, reason = named("unban", rest, 2)
    present = blacklist.running(scene.tx, _who(scene, written).identity_hash)
    if present is None:
        raise NotBlacklisted
    return to_unban(scene, present, reason)


def to_unban(scene: Scene, present: Ban, reason: str) -> Go:
    """Lead to the question before a ban is lifted."""
    scene.admin.need(Duty.BAN, present.office)
    args = {"office": present.office, "ban": present.ban_id, "reason": reason_of(reason)}
    return Go(screen="desk_unban", args=args)


def _meant(scene: Scene) -> Ban:
    number = scene.args.get("ban")
    if not isinstance(number, int):
        raise NotBlacklisted
    return blacklist.get(scene.tx, number)


def _unban_question(scene: Scene) -> str:
    present = _meant(scene)
    return desk.unban_question(_account(scene, present.identity_hash), present, scene.arg("reason"))


def _unban(scene: Scene) -> str:
    blacklist.lift(scene.tx, _meant(scene), scene.actor, scene.arg("reason"))
    return desk.UNBANNED()


UNBAN = screen_of(
    Question(
        name="desk_unban",
        duty=Duty.BAN,
        ask=_unban_question,
        label=desk.UNBAN,
        act=_unban,
        style=Style.SUCCESS,
    )
)


# --- the list -------------------------------------------------------------------------------


def ask_list(scene: Scene, rest: str) -> Go:
    """Lead from /blacklist [粤K] to the list.

    Raises:
        Usage: more than an office was written.
        OfficeUnknown, NotYourOffice: it is not served here, or not by this chat.
    """
    scene.admin.need(Duty.BLACKLIST)
    words = rest.split()
    if len(words) > 1:
        raise Usage("blacklist")
    args = {"at": scene.desk_office(words[0], Duty.BLACKLIST).code} if words else {}
    return Go(screen="desk_blacklist", args=args)


def _offices(scene: Scene) -> tuple[str, ...] | None:
    """Return the offices whose bans are listed: the chosen one, else all at which this chat serves."""
    if code := scene.arg("at"):
        scene.admin.need(Duty.BLACKLIST, code)
        return (code,)
    if scene.admin.may(Duty.BLACKLIST):
        return None
    return tuple(scene.admin.offices(Duty.BLACKLIST, scene.core.offices))


def _choice(scene: Scene) -> Choice:
    return Choice(offices=_offices(scene), cause=scene.arg("cause"))


def _show_list(scene: Scene) -> View:
    scene.admin.need(Duty.BLACKLIST)
    choice, page = _choice(scene), int(scene.arg("page") or 0)
    total = blacklist.count(scene.tx, choice)
    page = min(page, max(0, (total - 1) // _A_PAGE))
    bans = blacklist.page(scene.tx, choice, skip=page * _A_PAGE, most=_A_PAGE)
    entries = [(one, _account(scene, one.identity_hash)) for one in bans]
    first = page * _A_PAGE + 1
    opening = [
        Button(label=str(number), action="open", arg=str(one.ban_id))
        for number, one in enumerate(bans, first)
    ]
    turns = [
        Button(label=label, action="page", arg=str(other))
        for label, other in (("‹", page - 1), ("›", page + 1))
        if 0 <= other * _A_PAGE < max(1, total)
    ]
    rows = [*in_columns(opening, 4), *([tuple(turns)] if turns else []), *_filters(scene)]
    last = [Button(label=common.HOME(), action="home")]
    if total:
        last.insert(0, Button(label=people.EXPORT(), action="export"))
    text = people.blacklist(entries, first, total, cause=choice.cause, at=scene.arg("at"))
    return View(text=text, rows=(*rows, tuple(last)))


def _filters(scene: Scene) -> list[tuple[Button, ...]]:
    """Return the buttons that narrow the list: by cause, and by office where there are several."""
    cause = scene.arg("cause")
    causes = tuple(
        Button(label=people.cause_label(one, chosen=one == cause), action="cause", arg=one)
        for one in ("", *_CAUSES)
    )
    own = scene.admin.offices(Duty.BLACKLIST, scene.core.offices)
    places = [
        Button(label=people.office_label(one, chosen=one == scene.arg("at")), action="at", arg=one)
        for one in ("", *_near(own, scene.arg("at")))
    ]
    return [causes, *(in_columns(places, 5) if len(own) > 1 else ())]


def _near(own: list[str], chosen: str) -> list[str]:
    """Return the offices that have a button: the chosen one always; a message holds a hundred buttons."""
    first = own[:_MOST_OFFICES]
    return first if chosen in {"", *first} else [chosen, *first[:-1]]


def _narrowed(scene: Scene, **changes: str) -> Go:
    kept = {name: scene.arg(name) for name in ("cause", "at")}
    return Go(screen="desk_blacklist", args={**kept, **changes})


def _export(scene: Scene, _arg: str) -> Go:
    scene.admin.need(Duty.BLACKLIST)
    core, choice = scene.core, _choice(scene)

    def read(tx: Tx) -> list[tuple[Ban, Account | None]]:
        bans = blacklist.page(tx, choice, skip=0, most=_MOST_EXPORTED)
        return [(one, core.accounts.by_identity(tx, one.identity_hash)) for one in bans]

    wanted = SendFile(name=people.EXPORT_NAME(), caption=people.EXPORTED(), read=read, make=_sheet)
    return Go(screen="", note=reports.MAKING(), effects=(wanted,))


def _sheet(entries: list[tuple[Ban, Account | None]]) -> bytes:
    rows: list[tuple[Cell, ...]] = [
        (
            *people.somebody_cells(account),
            one.office,
            one.since,
            one.until,
            people.cause(one.cause),
            one.reason,
        )
        for one, account in entries
    ]
    return workbook([Table(title=people.SHEET(), columns=people.columns(), rows=rows)])


LIST = Screen(
    name="desk_blacklist",
    show=_show_list,
    buttons={
        "open": lambda scene, arg: Go(
            screen="desk_ban_card", args={"ban": int(arg), "list": dict(scene.args)}
        ),
        "page": lambda scene, arg: _narrowed(scene, page=arg),
        "cause": lambda scene, arg: _narrowed(scene, cause=arg),
        "at": lambda scene, arg: _narrowed(scene, at=arg),
        "export": _export,
        "home": lambda _scene, _arg: Go(screen="home"),
    },
    hint=common.PRESS_HINT,
    errors=GONE,
)


# --- one of them ----------------------------------------------------------------------------

_CHANGES = ("shorten", "lengthen", "lift")


def _list_of(scene: Scene) -> Go:
    listed = scene.args.get("list")
    args: dict[str, Any] = listed if isinstance(listed, dict) else {}
    return Go(screen="desk_blacklist", args=args)


def _card_of(scene: Scene) -> Go:
    return Go(screen="desk_ban_card", args={"ban": scene.args.get("ban"), "list": _list_of(scene).args})


def _seen(scene: Scene) -> Ban:
    """Return the ban that a card is about, if this chat may look at it."""
    present = _meant(scene)
    scene.admin.need(Duty.BLACKLIST, present.office)
    return present


def _show_card(scene: Scene) -> View | Go:
    try:
        present = _seen(scene)
    except NotBlacklisted:
        return _list_of(scene)
    rows: list[tuple[Button, ...]] = []
    if scene.admin.may(Duty.BAN, present.office):
        changes = [Button(label=people.CHANGES[one](), action="change", arg=one) for one in _CHANGES]
        rows.append(tuple(changes))
    account = _account(scene, present.identity_hash)
    if Duty.FIND in scene.admin.duties:
        rows.append((Button(label=people.WHOLE_HISTORY(), action="history"),))
    rows.append((Button(label=common.BACK(), action="back"), Button(label=common.HOME(), action="home")))
    return View(text=people.ban_card(present, account), rows=rows)


def _history(scene: Scene, _arg: str) -> Go:
    present = _seen(scene)
    account = _account(scene, present.identity_hash)
    what = f"account:{account.account_id}" if account else f"identity:{present.identity_hash.hex()}"
    return Go(screen="desk_find", args={"what": what})


CARD = Screen(
    name="desk_ban_card",
    show=_show_card,
    buttons={
        "change": lambda scene, arg: Go(screen="desk_ban_change", args={**_card_of(scene).args, "do": arg}),
        "history": _history,
        "back": lambda scene, _arg: _list_of(scene),
        "home": lambda _scene, _arg: Go(screen="home"),
    },
    hint=common.PRESS_HINT,
    errors=GONE,
)


def _show_change(scene: Scene) -> View:
    present, change = _seen(scene), scene.arg("do")
    scene.admin.need(Duty.BAN, present.office)
    text = people.change_prompt(change, present, _account(scene, present.identity_hash))
    return View(text=text, rows=((Button(label=common.BACK(), action="back"),),))


def _typed_change(scene: Scene, text: str) -> Go:
    present, change = _seen(scene), scene.arg("do")
    if change == "lift":
        return coming_from(_card_of(scene), to_unban(scene, present, text))
    try:
        wish = read_wish(text, scene.today, needs_date=True)
    except Usage:
        raise NotAsAsked from None
    who = Who(identity_hash=present.identity_hash, account=_account(scene, present.identity_hash))
    asked = to_ban(scene, who, wish)
    until = from_millis(int(str(asked.args["until"])))
    if change == "shorten" and until >= present.until:
        raise EndNotEarlier(present.until)
    if change == "lengthen" and until <= present.until:
        raise EndNotLater(present.until)
    return coming_from(_card_of(scene), asked)


CHANGE = Screen(
    name="desk_ban_change",
    show=_show_change,
    buttons={"back": lambda scene, _arg: _card_of(scene)},
    text=_typed_change,
    hint=people.TYPE_IT,
)


SCREENS = (BAN, UNBAN, LIST, CARD, CHANGE)
