"""/find: one card with everything known of a person, a vehicle or a number, and the possible actions.

``SECTIONS`` are the parts of a card; its buttons are in ``bot.desk.case_actions``: extend a card there.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.desk import decided_appeals, people
from bot.desk.case_actions import ACTIONS, Action
from bot.desk.confirmation import GONE, to_full_view, with_origin
from bot.desk.pool_words import with_own_office
from bot.desk.reports import audit
from bot.desk.spreadsheets import record_export, sheet
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, View
from bot.errors.commands import NotAsAsked, Usage
from bot.i18n import formatting
from bot.texts.desk import find as texts
from bot.texts.desk import lists, parts
from bot.texts.desk import notes as note_texts
from bot.texts.desk import owner_messages as message_texts
from bot.texts.desk.confirm_many import TO_LIST
from bot.texts.desk.known_registrations import on_card
from bot.texts.errors import of_error
from bot.texts.owner.exported import USER_TYPES
from core.audit import chat_actor
from core.errors.counter import PlateNotReserved
from core.errors.desk import NamesAreSealed, NotYourOffice
from core.people.accounts import UserType
from core.people.admins import Permission
from core.people.ban_causes import causes_of
from core.people.lookup import is_like_name
from core.preselection import Preselection, PreselectionState
from core.preselection.counter import reserved_of
from core.preselection.extensions import grace_until
from core.reporting import notes as core_notes
from core.reporting.case_file import CaseFile, parse_key
from core.reporting.disclosure import DisclosedPart, subject_of
from core.reporting.lookups import kind_of

_MOST_LISTED = 12


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /find WHAT and go to the card.

    Raises:
        InputError: the argument is malformed.
        NobodyFound, NothingKnown, OfficeUnknown: there is nothing to show.
    """
    ctx.admin.require(Permission.FIND)
    if is_like_name(arguments):
        raise NamesAreSealed
    arguments = with_own_office(ctx, arguments, Permission.FIND)
    key = ctx.core.case_files.seek(ctx.tx, arguments, today=ctx.today)
    ctx.core.lookups.searched(ctx.tx, ctx.actor, arguments, ctx.core.case_files.open(ctx.tx, key))
    card = to_card(str(key))
    if kind_of(arguments) == "plate":
        return replace(card, args={**card.args, "by": "plate"})
    return card


def to_card(what: str) -> Goto:
    """Go to the card of a key: ``preselection:7``, ``account:12``; see ``core.reporting.case_file``."""
    return Goto(screen=ScreenName.DESK_FIND, args={"what": what})


def _same_list(ctx: Context, card: Goto) -> Goto:
    """Return a card that leads back to the list from which this one was opened, if it was."""
    listed = ctx.args.get("list")
    return replace(card, args={**card.args, "list": listed}) if isinstance(listed, dict) else card


def _to_list(ctx: Context, _arg: str) -> Goto:
    listed = ctx.args.get("list")
    args: dict[str, object] = listed if isinstance(listed, dict) else {}
    return Goto(screen=ScreenName.DESK_LIST, args=args)


def _case_file(ctx: Context) -> CaseFile:
    ctx.admin.require(Permission.FIND)
    return ctx.core.case_files.open(ctx.tx, parse_key(ctx.arg("what")))


def _late(ctx: Context, case_file: CaseFile) -> str:
    """Return until when a number whose deadline has passed can be confirmed, unless it does not expire."""
    reserved = case_file.focus
    office = ctx.core.offices.get(reserved.office) if reserved else None
    if reserved is None or office is None or case_file.contradiction is not None:
        return ""
    until = grace_until(reserved, office, ctx.tx.now)
    return texts.late(until) if until else ""


def _vehicle(case_file: CaseFile) -> str:
    if case_file.vehicle is None:
        return ""
    known = [one for one in (case_file.focus, *_hits(case_file)) if one and one.vin == case_file.vehicle.vin]
    is_confirmed = any(one.state == PreselectionState.REGISTERED for one in known)
    return texts.vehicle(case_file.vehicle, is_confirmed=is_confirmed)


def _number(case_file: CaseFile) -> str:
    return texts.number(case_file.number, case_file.withholdings) if case_file.number else ""


# --- the sections -----------------------------------------------------------------------------

SECTIONS: tuple[Callable[[Context, CaseFile], str], ...] = (
    lambda _ctx, case_file: _number(case_file),
    lambda _ctx, case_file: texts.owner(case_file.account),
    lambda ctx, case_file: texts.ban(
        case_file.ban,
        causes_of(ctx.tx, case_file.ban) if case_file.ban else (),
        known=case_file.identity_hash is not None,
    ),
    lambda _ctx, case_file: texts.focus(case_file.focus) if case_file.focus else "",
    _late,
    lambda _ctx, case_file: on_card(case_file.contradiction) if case_file.contradiction else "",
    lambda _ctx, case_file: _vehicle(case_file),
    lambda _ctx, case_file: note_texts.lines(case_file.notes),
    lambda _ctx, case_file: message_texts.outcomes(case_file.messages),
    lambda _ctx, case_file: texts.appeals(case_file.appeals, case_file.award),
    lambda _ctx, case_file: texts.told(case_file.due, case_file.failed),
    lambda _ctx, case_file: texts.preselections(case_file.preselections[:_MOST_LISTED]),
    lambda _ctx, case_file: texts.listed(len(case_file.listed), case_file.key.topic),
    lambda _ctx, case_file: texts.journal(case_file.audit_entries),
)
"""The parts of a card, from top to bottom; empty ones are left out."""


def _show(ctx: Context) -> View:
    case_file = _case_file(ctx)
    home: tuple[Button, ...] = (Button(label=formatting.HOME(), action=ActionName.HOME),)
    if "list" in ctx.args:
        home = (Button(label=TO_LIST(), action=ActionName.BACK), *home)
    if not case_file.is_known_to(ctx.admin):
        # Searched by person or vehicle, the number itself is what others must not learn.
        is_typed = ctx.arg("by") == "plate" and case_file.number is not None
        number = _number(case_file) if is_typed else ""
        return View(text=texts.card([number, texts.restricted(sorted(case_file.offices))]), rows=(home,))
    doing = [
        Button(label=action.label(), action=ActionName.ACT, arg=action.name, style=action.style)
        for action in ACTIONS.values()
        if action.may(ctx, case_file)
    ]
    others = [one for one in (*case_file.listed, *case_file.preselections) if one != case_file.focus]
    opening = [
        Button(label=texts.entry_label(other), action=ActionName.OPEN, arg=other.subject)
        for other in others[:_MOST_LISTED]
    ]
    exporting = (
        ((Button(label=formatting.EXPORT(), action=ActionName.EXPORT),),) if len(_hits(case_file)) > 1 else ()
    )
    text = texts.card([section(ctx, case_file) for section in SECTIONS])
    last = home
    if Permission.AUDIT in ctx.admin.permissions and _looked_up(case_file):
        last = (Button(label=texts.WHOLE_JOURNAL(), action=ActionName.JOURNAL), *home)
    opening = [*_appeals(ctx, case_file), *opening]
    return View(
        text=text,
        rows=(
            *in_columns(doing, 3),
            *in_columns(_seeing(ctx, case_file), 2),
            *_own_note(ctx, case_file),
            *in_columns(opening, 1),
            *exporting,
            last,
        ),
    )


def _appeals(ctx: Context, case_file: CaseFile) -> list[Button]:
    """Return the buttons to the appeals of a card, for those who review them."""
    return [
        Button(label=texts.appeal_label(entry), action=ActionName.APPEAL, arg=str(entry.appeal_id))
        for entry in case_file.appeals
        if ctx.admin.may(Permission.APPEALS, entry.office)
    ]


def _own_note(ctx: Context, case_file: CaseFile) -> tuple[tuple[Button, ...], ...]:
    """Return the button that withdraws the newest note of this chat, while it may."""
    for note in case_file.notes:
        if note.is_withdrawable(ctx.actor, ctx.tx.now):
            button = Button(label=note_texts.WITHDRAW(), action=ActionName.WITHDRAW, arg=str(note.note_id))
            return ((button,),)
    return ()


def _withdraw_note(ctx: Context, number: str) -> Goto:
    core_notes.withdraw(ctx.tx, int(number), ctx.actor)
    return Goto(screen=ScreenName.DESK_FIND, args=ctx.args, note=note_texts.WITHDRAWN(), sticky=True)


def _seeing(ctx: Context, case_file: CaseFile) -> list[Button]:
    """Return the buttons by which the owner, or the telephone, is seen in full."""
    subject = subject_of(case_file)
    labels = {DisclosedPart.PERSON: parts.SHOW_PERSON, DisclosedPart.PHONE: parts.SHOW_PHONE}
    return [
        Button(label=label(), action=ActionName.PERSON, arg=part)
        for part, label in labels.items()
        if subject and ctx.core.disclosures.may_see(ctx.tx, ctx.admin, subject, part)
    ]


def _see(ctx: Context, part: str) -> Goto:
    case_file = _case_file(ctx)
    card = Goto(screen=ScreenName.DESK_FIND, args=ctx.args)
    return to_full_view(card, subject_of(case_file), DisclosedPart(part))


def _looked_up(case_file: CaseFile) -> str:
    """Return the argument of /audit that finds everything on the card; empty for an unregistered identity."""
    if case_file.account is not None:
        return chat_actor(case_file.account.chat_id)
    if case_file.number is not None:
        return f"{case_file.number.plate.office}{case_file.number.plate.serial}"
    return case_file.vehicle.vin if case_file.vehicle else ""


def _journal(ctx: Context, _arg: str) -> Goto:
    case_file = _case_file(ctx)
    if not case_file.is_known_to(ctx.admin):
        raise NotYourOffice
    return audit.parse(ctx, _looked_up(case_file))


def _hits(case_file: CaseFile) -> tuple[Preselection, ...]:
    """Return the preselections of a card; a spreadsheet may list more than the card has buttons for."""
    return case_file.listed or case_file.preselections


def _export(ctx: Context, _arg: str) -> Goto:
    case_file = _case_file(ctx)
    if not case_file.is_known_to(ctx.admin):
        raise NotYourOffice
    rows = [texts.hit_row(hit) for hit in _hits(case_file)]
    record_export(ctx, "find")
    wanted = sheet("find", lists.HITS(), lists.HIT_COLUMNS(), rows)
    return stay(effects=(wanted,))


FIND = Screen(
    name=ScreenName.DESK_FIND,
    show=_show,
    buttons={
        ActionName.ACT: lambda ctx, arg: _same_list(
            ctx, Goto(screen=ScreenName.DESK_FIND_ACT, args={"what": ctx.arg("what"), "do": arg})
        ),
        ActionName.OPEN: lambda ctx, arg: _same_list(ctx, to_card(arg)),
        ActionName.BACK: _to_list,
        ActionName.JOURNAL: _journal,
        ActionName.EXPORT: _export,
        ActionName.PERSON: _see,
        ActionName.WITHDRAW: _withdraw_note,
        ActionName.APPEAL: lambda ctx, number: decided_appeals.to_card(ctx, int(number)),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)


# --- the input for an action ------------------------------------------------------------------


def _action(ctx: Context) -> tuple[CaseFile, Action | None]:
    """Return the chosen action; None if it is not possible, or no longer."""
    case_file, action = _case_file(ctx), ACTIONS.get(ctx.arg("do"))
    possible = action is not None and case_file.is_known_to(ctx.admin) and action.may(ctx, case_file)
    return case_file, action if possible else None


def _over(ctx: Context, case_file: CaseFile) -> Goto:
    """Return to the card from an action that is no longer possible; say who dealt with the number."""
    note = texts.NOT_ANY_MORE()
    if (
        ctx.arg("do") in {Permission.CONFIRM, Permission.VOID, Permission.REVOKE}
        and case_file.focus
        and case_file.focus.plate
    ):
        try:
            reserved_of(ctx.tx, case_file.focus.plate)
        except PlateNotReserved as error:
            note = of_error(error)
    card = _same_list(ctx, to_card(ctx.arg("what")))
    return Goto(screen=card.screen, args=card.args, note=note, sticky=True)


def _show_act(ctx: Context) -> View | Goto:
    case_file, action = _action(ctx)
    if action is None:
        return _over(ctx, case_file)
    choices: tuple[tuple[Button, ...], ...] = ()
    if action.typed is None:
        types = [
            Button(label=USER_TYPES[user_type](), action=ActionName.TYPE, arg=user_type)
            for user_type in UserType
        ]
        choices = in_columns(types, 2)
    back = (Button(label=formatting.BACK(), action=ActionName.BACK),)
    return View(text=action.prompt(case_file), rows=(*choices, back))


def _typed(ctx: Context, text: str) -> Goto:
    case_file, action = _action(ctx)
    card = _same_list(ctx, to_card(ctx.arg("what")))
    if action is None:
        return _over(ctx, case_file)
    if action.typed is None:
        return stay(note=formatting.PRESS_HINT())
    try:
        return with_origin(card, action.typed(ctx, case_file, text))
    except Usage:
        raise NotAsAsked from None


def _type(ctx: Context, arg: str) -> Goto:
    case_file, action = _action(ctx)
    card = _same_list(ctx, to_card(ctx.arg("what")))
    if action is None or case_file.account is None or arg not in set(UserType):
        return _over(ctx, case_file)
    return with_origin(card, people.to_user_type(ctx, case_file.account, UserType(arg)))


ACT = Screen(
    name=ScreenName.DESK_FIND_ACT,
    show=_show_act,
    buttons={
        ActionName.TYPE: _type,
        ActionName.BACK: lambda ctx, _arg: _same_list(ctx, to_card(ctx.arg("what"))),
    },
    text=_typed,
    hint=parts.TYPE_IT,
)

SCREENS = (FIND, ACT)
