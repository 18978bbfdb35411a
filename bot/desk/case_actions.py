"""The possible actions of a /find card, as its buttons; ``ACTIONS`` lists them: add one there."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk import bans, counter, extension, grants, notes, owner_messages, people, undo
from bot.desk.arguments import split_named_args
from bot.dialog.context import Context
from bot.dialog.screen import Goto
from bot.dialog.view import Style
from bot.texts.desk import extension as extension_texts
from bot.texts.desk import find as texts
from bot.texts.desk import notes as note_texts
from bot.texts.desk import owner_messages as message_texts
from bot.texts.desk import undo as undo_texts
from core.errors.base import Refusal
from core.errors.desk import NothingKnown
from core.people.admins import Permission
from core.people.ban_causes import causes_of
from core.people.ban_scope import liftable, office_of_new_ban
from core.people.lookup import Who
from core.people.scope import serves_home_of
from core.preselection import Preselection, PreselectionState
from core.preselection.granting import office_of_grant
from core.reporting.case_file import CaseFile
from core.values.plates import Plate


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action that a card offers.

    ``may`` returns whether this chat may take it now; ``typed`` goes on from the text that is typed in answer
    to ``prompt``.
    """

    name: str
    label: Callable[[], str]
    prompt: Callable[[CaseFile], str]
    may: Callable[[Context, CaseFile], bool]
    typed: Callable[[Context, CaseFile, str], Goto] | None = None
    style: Style | None = None


def _reserved_at(permission: Permission) -> Callable[[Context, CaseFile], bool]:
    def may(ctx: Context, case_file: CaseFile) -> bool:
        preselection = case_file.focus
        return (
            preselection is not None
            and preselection.state == PreselectionState.RESERVED
            and ctx.admin.may(permission, preselection.office)
        )

    return may


def _at_home(ctx: Context, case_file: CaseFile, permission: Permission) -> bool:
    return serves_home_of(ctx.admin, permission, case_file.account, ctx.core.offices)


def _may_ban(ctx: Context, case_file: CaseFile) -> bool:
    if case_file.identity_hash is None:
        return False
    try:
        office_of_new_ban(ctx.admin, case_file.ban, case_file.account, ctx.core.offices)
    except Refusal:
        return False
    return True


def _may_unban(ctx: Context, case_file: CaseFile) -> bool:
    return case_file.ban is not None and bool(liftable(ctx.admin, causes_of(ctx.tx, case_file.ban)))


def _may_grant(ctx: Context, case_file: CaseFile) -> bool:
    if case_file.vehicle is None or Permission.GRANT not in ctx.admin.permissions:
        return False
    try:
        office_of_grant(ctx.tx, ctx.admin, case_file.vehicle.vin)
    except Refusal:
        return False
    return True


def _plate(case_file: CaseFile) -> Plate:
    """Return the number of a card.

    Raises:
        NothingKnown: it is gone.
    """
    plate = case_file.focus.plate if case_file.focus else None
    if plate is None:
        raise NothingKnown
    return plate


def _focus(case_file: CaseFile) -> Preselection:
    """Return the preselection of a card.

    Raises:
        NothingKnown: it is gone.
    """
    if case_file.focus is None:
        raise NothingKnown
    return case_file.focus


def _ban(ctx: Context, case_file: CaseFile, text: str) -> Goto:
    if case_file.identity_hash is None:
        raise NothingKnown
    who = Who(identity_hash=case_file.identity_hash, account=case_file.account)
    return bans.to_ban(ctx, who, bans.read_wish(text, ctx.today))


def _unban(ctx: Context, case_file: CaseFile, text: str) -> Goto:
    if case_file.ban is None:
        raise NothingKnown
    return bans.to_unban(ctx, case_file.ban, text)


def _grant(ctx: Context, case_file: CaseFile, text: str) -> Goto:
    if case_file.vehicle is None:
        raise NothingKnown
    return grants.parse_grant_for(ctx, case_file.vehicle.vin, text)


def _move_here(ctx: Context, case_file: CaseFile, text: str) -> Goto:
    if case_file.account is None:
        raise NothingKnown
    number, reason = split_named_args("identity", text, 2)
    return people.to_identity(ctx, people.read_identity(ctx, number), case_file.account, reason)


ACTIONS: dict[str, Action] = {
    one.name: one
    for one in (
        Action(
            name="confirm",
            label=texts.CONFIRM,
            prompt=lambda _case_file: texts.LAST_SIX(),
            may=_reserved_at(Permission.CONFIRM),
            typed=lambda ctx, case_file, text: counter.to_confirm(ctx, _plate(case_file), text),
            style=Style.SUCCESS,
        ),
        Action(
            name="void",
            label=texts.VOID,
            prompt=lambda _case_file: texts.VOID_REASON(),
            may=_reserved_at(Permission.VOID),
            typed=lambda ctx, case_file, text: counter.to_end(ctx, Permission.VOID, _plate(case_file), text),
            style=Style.DANGER,
        ),
        Action(
            name="revoke",
            label=texts.REVOKE,
            prompt=lambda _case_file: texts.REVOKE_REASON(),
            may=_reserved_at(Permission.REVOKE),
            typed=lambda ctx, case_file, text: counter.to_end(
                ctx, Permission.REVOKE, _plate(case_file), text
            ),
        ),
        Action(
            name="ban",
            label=texts.BAN,
            prompt=lambda case_file: texts.ban_prompt(case_file.ban),
            may=_may_ban,
            typed=_ban,
            style=Style.DANGER,
        ),
        Action(
            name="unban",
            label=texts.UNBAN,
            prompt=lambda _case_file: texts.UNBAN_REASON(),
            may=_may_unban,
            typed=_unban,
        ),
        Action(
            name="grant",
            label=texts.GRANT,
            prompt=lambda _case_file: texts.GRANT_PROMPT(),
            may=_may_grant,
            typed=_grant,
        ),
        Action(
            name="usertype",
            label=texts.USERTYPE,
            prompt=lambda case_file: texts.user_type_prompt(case_file.account),
            may=lambda ctx, case_file: (
                case_file.account is not None and _at_home(ctx, case_file, Permission.USERTYPE)
            ),
        ),
        Action(
            name="identity",
            label=texts.IDENTITY,
            prompt=lambda _case_file: texts.IDENTITY_PROMPT(),
            may=lambda ctx, case_file: (
                case_file.account is not None and _at_home(ctx, case_file, Permission.IDENTITY)
            ),
            typed=_move_here,
        ),
        Action(
            name="extend",
            label=extension_texts.EXTEND,
            prompt=lambda _case_file: extension_texts.prompt(),
            may=_reserved_at(Permission.EXTEND),
            typed=lambda ctx, case_file, text: extension.to_extension(ctx, _focus(case_file), text),
        ),
        Action(
            name="note",
            label=note_texts.NOTE,
            prompt=lambda _case_file: note_texts.PROMPT(),
            may=lambda _ctx, case_file: case_file.account is not None and case_file.office is not None,
            typed=notes.add,
        ),
        Action(
            name="message",
            label=message_texts.MESSAGE,
            prompt=lambda _case_file: message_texts.prompt(),
            may=owner_messages.may,
            typed=owner_messages.to_question,
        ),
        Action(
            name="undo",
            label=undo_texts.UNDO,
            prompt=lambda _case_file: undo_texts.REASON(),
            may=lambda ctx, case_file: undo.may_undo(ctx, case_file.focus),
            typed=lambda ctx, case_file, text: undo.to_question(ctx, _focus(case_file).subject, text),
        ),
    )
}
"""The actions of a card, in the order of its buttons."""
