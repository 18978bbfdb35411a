"""/usertype, /identity: accounts (docs/domain.md, section 2)."""

from contextlib import suppress
from dataclasses import replace

from bot.desk.arguments import split_named_args, without_parting, word_at_start
from bot.desk.confirmation import Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, stay
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Part, Usage
from bot.i18n import formatting
from bot.texts.desk import parts
from bot.texts.desk import people as texts
from bot.texts.owner.exported import USER_TYPES
from core.audit import account_subject
from core.errors.counter import IdentityIsTheirs
from core.errors.desk import NothingKnown
from core.people.accounts import Account, UserType
from core.people.admins import Permission
from core.people.chief_requests import GraveSubject
from core.people.lookup import is_like_identity
from core.people.scope import home_of
from core.preselection.counter import (
    IdentityMove,
    validate_change_of_type,
)
from core.preselection.identity_sides import (
    ensure_may_take,
    ensure_receiver_named,
    replaced_identity,
    side_of,
)
from core.values.grave_acts import GraveAct
from core.values.identity import parse_identity
from core.values.personal_numbers import InputKind
from core.values.reasons import parse_reason, reason_or_none
from core.values.text import compact, tidy


def number_arg(ctx: Context, name: str) -> int:
    """Return a numeric argument of the screen.

    Raises:
        NothingKnown: it is missing, as on a card of an older version.
    """
    value = ctx.args.get(name)
    if not isinstance(value, int):
        raise NothingKnown
    return value


def _chat_account(ctx: Context) -> Account:
    return ctx.core.accounts.by_id(ctx.tx, number_arg(ctx, "account"))


# --- user types -----------------------------------------------------------------------------


def parse_user_type(ctx: Context, arguments: str) -> Goto:
    """Parse /usertype WHO counter [REASON] and go to the question.

    Raises:
        Usage: a part is missing.
        PersonalNumberInText, ReasonTooShort: as ``parse_reason``.
    """
    first = word_at_start(without_parting(arguments))
    if (wanted := _type_of(first)) is not None:
        written, why = without_parting(without_parting(arguments)[len(first) :]), ""
        with suppress(Usage):  # nothing behind the person
            written, why = split_named_args("usertype", written, 2)
    else:
        written, name = split_named_args("usertype", arguments, 2)
        first = word_at_start(name)
        wanted, why = _type_of(first), without_parting(name[len(first) :])
    if wanted is None or not written:
        raise Usage("usertype", (Part.PERSON if wanted else Part.USER_TYPE,))
    return to_user_type(ctx, ctx.core.people.account(ctx.tx, written), wanted, reason_or_none(why))


def _type_of(raw: str) -> UserType | None:
    """Return a user type by its name in commands or its label; None if it is none."""
    return next(
        (one for one in UserType if tidy(raw).lower() == one or USER_TYPES[one].means(tidy(raw))), None
    )


def to_user_type(ctx: Context, account: Account, wanted: UserType, reason: str = "") -> Goto:
    """Go to the question before a user type is changed.

    Raises:
        UserTypeHeld: there is nothing to change.
        UnitNeedsCreditCode, CreditCodeIsUnit: the type does not fit the identity.
    """
    # before anything is told about the person
    home = home_of(ctx.admin, Permission.USERTYPE, account, ctx.core.offices)
    validate_change_of_type(account, wanted)
    args = {
        "office": home,
        "account": account.account_id,
        "from": account.user_type,
        "type": wanted,
        "reason": reason,
    }
    return Goto(screen=ScreenName.DESK_USERTYPE, args=args)


def _set_user_type(ctx: Context) -> str:
    wanted, account = UserType(ctx.arg("type")), _as_asked(ctx)
    ctx.core.counter.set_user_type(ctx.tx, account, wanted, ctx.actor, ctx.arg("reason"))
    return texts.user_type_set(wanted)


def _as_asked(ctx: Context) -> Account:
    """Return the account with the user type that the admin saw."""
    return replace(_chat_account(ctx), user_type=UserType(ctx.arg("from")))


USERTYPE = screen_of(
    Confirmation(
        name=ScreenName.DESK_USERTYPE,
        permission=Permission.USERTYPE,
        question_text=lambda ctx: texts.user_type_question(
            _as_asked(ctx), UserType(ctx.arg("type")), ctx.arg("reason")
        ),
        label=texts.USERTYPE,
        act=_set_user_type,
    )
)


# --- identities -----------------------------------------------------------------------------


def parse_identity_move(ctx: Context, arguments: str) -> Goto:
    """Parse /identity ID WHO REASON and go to the question.

    Raises:
        Usage, ResidentIdError: the arguments are malformed.
        NobodyFound: there is no such account.
        HolderElsewhere: this chat does not serve the current holder's office.
    """
    number, written, reason = split_named_args("identity", arguments, 3)
    if is_like_identity(compact(written)) and not is_like_identity(compact(number)):
        number, written = written, number
    identity, reason = read_identity(ctx, number), parse_reason(reason)
    return to_identity(ctx, identity, ctx.core.people.account(ctx.tx, written), reason)


def read_identity(ctx: Context, raw: str) -> str:
    return parse_identity(raw, today=ctx.today)


def to_identity(ctx: Context, identity: str, account: Account, reason: str) -> Goto:
    """Go to the question before an identity is moved; the number itself stays encrypted meanwhile."""
    # before anything is told about the person
    home = home_of(ctx.admin, Permission.IDENTITY, account, ctx.core.offices)
    holder = _holder(ctx, identity)
    if holder is not None and holder.account_id == account.account_id:
        raise IdentityIsTheirs
    args = {
        "office": home,
        "account": account.account_id,
        "holder": holder.account_id if holder else 0,
        "other": account.identity_hash.hex() if account.identity_hash else "",
        "sealed": ctx.core.vault.seal(identity).decode(),
        "reason": parse_reason(reason),
    }
    return Goto(screen=ScreenName.DESK_IDENTITY, args=args)


def _holder(ctx: Context, identity: str) -> Account | None:
    """Return the current holder of an identity.

    Raises:
        HolderElsewhere: this chat does not serve the holder's office.
    """
    accounts = ctx.core.accounts
    holder = accounts.by_identity(ctx.tx, accounts.identity_hash(identity))
    ensure_may_take(ctx.admin, holder, ctx.core.offices)
    return holder


def _identity(ctx: Context) -> str:
    return ctx.core.vault.open(ctx.arg("sealed").encode())


def _receiver(ctx: Context) -> Account:
    """Return the account that receives the identity, with the identity that the admin was shown."""
    shown = bytes.fromhex(ctx.arg("other"))
    return replace(_chat_account(ctx), identity_hash=shown or None)


def _identity_question(ctx: Context) -> str:
    identity = _identity(ctx)
    holder, receiver = _holder(ctx, identity), _chat_account(ctx)
    return texts.identity_question(
        identity,
        side_of(ctx.tx, holder) if holder else None,
        side_of(ctx.tx, receiver),
        ctx.arg("reason"),
        is_named=bool(ctx.arg("named")),
    )


def _show_identity(ctx: Context) -> View | Goto:
    """Show the question; without its button as long as the receiver's name has to be typed."""
    view = _ASKED.show(ctx)
    if isinstance(view, Goto) or ctx.arg("named") or not _replaced(ctx):
        return view
    return replace(view, rows=((Button(label=parts.KEEP(), action=ActionName.CANCEL),),))


def _replaced(ctx: Context) -> str:
    return replaced_identity(_chat_account(ctx), _identity(ctx))


def _name_typed(ctx: Context, text: str) -> Goto:
    """Go on to the button if the receiver's name was typed; anything else ends the question."""
    ctx.require(Permission.IDENTITY)
    if not _replaced(ctx) or ctx.arg("named"):
        return stay(note=formatting.PRESS_HINT())
    ensure_receiver_named(_chat_account(ctx), _identity(ctx), text)
    named = ctx.core.vault.seal(text).decode()
    return Goto(screen=ScreenName.DESK_IDENTITY, args={**ctx.args, "named": named})


def _move_identity(ctx: Context) -> str:
    identity, named = _identity(ctx), ctx.arg("named")
    _holder(ctx, identity)
    move = IdentityMove(
        identity=identity,
        account=_receiver(ctx),
        holder=number_arg(ctx, "holder") or None,
        reason=ctx.arg("reason"),
        actor=ctx.actor,
        typed_name=ctx.core.vault.open(named.encode()) if named else "",
    )
    ctx.core.counter.move_identity(ctx.tx, move)
    return texts.IDENTITY_MOVED()


def _grave_move(ctx: Context) -> GraveSubject:
    account_id = number_arg(ctx, "account")
    subject = account_subject(account_id)
    return GraveSubject(
        act=GraveAct.IDENTITY,
        key=subject,
        subject=subject,
        office=ctx.arg("office"),
        account_id=account_id,
        holder_id=number_arg(ctx, "holder") or None,
    )


IDENTITY_QUESTION = Confirmation(
    name=ScreenName.DESK_IDENTITY,
    permission=Permission.IDENTITY,
    question_text=_identity_question,
    label=texts.MOVE_IDENTITY,
    act=_move_identity,
    grave=_grave_move,
    style=Style.DANGER,
)
_ASKED = screen_of(IDENTITY_QUESTION)
IDENTITY = replace(_ASKED, show=_show_identity, text=_name_typed, input_kind=InputKind.NAME)
