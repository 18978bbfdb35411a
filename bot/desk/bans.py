"""/ban, /unban: adding a person to the blacklist, and lifting a ban (docs/domain.md, section 6)."""

from dataclasses import dataclass
from datetime import date

from bot.desk.arguments import split_named_args
from bot.desk.ban_ends import read_end
from bot.desk.confirmation import Confirmation, reason_of, screen_of
from bot.desk.people import home_of
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.dialog.view import Style
from bot.errors.commands import UnreadableTime, Usage
from bot.texts.desk import bans as texts
from core.clock import CHINA, from_millis, to_millis
from core.errors.blacklist import NotBannedHere, NotBlacklisted
from core.errors.desk import NobodyFound
from core.people import blacklist
from core.people.accounts import Account
from core.people.admins import EVERYWHERE, Permission
from core.people.blacklist import Ban, Cause, NewBan, end_of_ban, version_of
from core.people.lookup import Who


def find_person(ctx: Context, raw: str) -> Who:
    """Find the person meant by a chat id, an identity number, a telephone or a plate number."""
    today = ctx.tx.now.astimezone(CHINA).date()
    return ctx.core.people.find(ctx.tx, raw, today=today)


def account_of(ctx: Context, identity_hash: bytes) -> Account | None:
    """Return the account that holds an identity, if any."""
    return ctx.core.accounts.by_identity(ctx.tx, identity_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The parsed end and reason of a ban."""

    until: date | None
    reason: str


def read_wish(raw: str, today: date, *, needs_date: bool = False) -> Wish:
    """Parse [until] 2028-01-01 REASON or REASON 3年; without a date the rule sets the end.

    Raises:
        Usage: the reason is missing, or a required date.
        UnreadableTime: the date is malformed.
    """
    until, words = read_end(raw, today, needed=needs_date) if raw else (None, "")
    reason = reason_of(words)
    if not reason:
        raise Usage("ban")
    return Wish(until=until, reason=reason)


def parse_ban(ctx: Context, arguments: str) -> Goto:
    """Parse /ban WHO [until DATE] REASON and go to the question.

    Raises:
        Usage: the arguments are malformed.
        NobodyFound: no person matches.
        BanInThePast: the date is in the past.
    """
    written, more = split_named_args("ban", arguments, 2)
    wish = read_wish(more, ctx.today)
    return to_ban(ctx, find_person(ctx, written), wish)


def to_ban(ctx: Context, who: Who, wish: Wish) -> Goto:
    """Go to the question before a ban, or before its end is changed."""
    current = blacklist.running(ctx.tx, who.identity_hash)
    code = current.office if current else home_of(ctx, who.account, Permission.BAN)
    ctx.admin.require(Permission.BAN, code)
    office = ctx.core.offices.get(code)
    until = end_of_ban(ctx.tx.now, wish.until, office.ban_years if office else 0)
    args = {
        "office": code,
        "hash": who.identity_hash.hex(),
        "seen": version_of(current),
        "until": to_millis(until),
        "reason": wish.reason,
    }
    return Goto(screen=ScreenName.DESK_BAN, args=args)


def _sentence(ctx: Context) -> NewBan:
    digest, until = bytes.fromhex(ctx.arg("hash")), ctx.args.get("until")
    if not digest:
        raise NobodyFound
    if not isinstance(until, int):
        raise UnreadableTime
    return NewBan(
        identity_hash=digest,
        office=ctx.arg("office"),
        reason=ctx.arg("reason"),
        cause=Cause.ADMIN,
        until=from_millis(until),
        actor=ctx.actor,
    )


def _ban_question(ctx: Context) -> str:
    new_ban = _sentence(ctx)
    current = blacklist.running(ctx.tx, new_ban.identity_hash)
    return texts.ban_question(account_of(ctx, new_ban.identity_hash), new_ban.until, new_ban.reason, current)


def _ban(ctx: Context) -> str:
    imposed = blacklist.set_ban(ctx.tx, _sentence(ctx), ctx.arg("seen"))
    return texts.banned(imposed.until)


BAN = screen_of(
    Confirmation(
        name=ScreenName.DESK_BAN,
        permission=Permission.BAN,
        question_text=_ban_question,
        label=texts.BAN,
        act=_ban,
        style=Style.DANGER,
    )
)


def parse_unban(ctx: Context, arguments: str) -> Goto:
    """Parse /unban WHO REASON and go to the question.

    Raises:
        Usage: the arguments are malformed.
        NobodyFound: no person matches.
        NotBlacklisted: the person has no current ban.
        NotBannedHere: none of an office that this chat serves, and the person is not one of theirs.
    """
    ctx.admin.require(Permission.BAN)
    written, words = split_named_args("unban", arguments, 2)
    reason = reason_of(words)  # first, as a personal number in it is refused in any case
    who = find_person(ctx, written)
    current = blacklist.running(ctx.tx, who.identity_hash)
    home = who.account.office if who.account and who.account.office else EVERYWHERE
    if not ctx.admin.may(Permission.BAN, home) and (
        current is None or not ctx.admin.may(Permission.BAN, current.office)
    ):
        raise NotBannedHere
    if current is None:
        raise NotBlacklisted
    return to_unban(ctx, current, reason)


def to_unban(ctx: Context, current: Ban, reason: str) -> Goto:
    """Go to the question before a ban is lifted."""
    ctx.admin.require(Permission.BAN, current.office)
    args = {"office": current.office, "ban": current.ban_id, "reason": reason_of(reason)}
    return Goto(screen=ScreenName.DESK_UNBAN, args=args)


def meant(ctx: Context) -> Ban:
    """Return the ban that a question or a card is about.

    Raises:
        NotBlacklisted: there is none.
    """
    number = ctx.args.get("ban")
    if not isinstance(number, int):
        raise NotBlacklisted
    return blacklist.get(ctx.tx, number)


def _unban_question(ctx: Context) -> str:
    current = meant(ctx)
    return texts.unban_question(account_of(ctx, current.identity_hash), current, ctx.arg("reason"))


def _unban(ctx: Context) -> str:
    blacklist.lift(ctx.tx, meant(ctx), ctx.actor, ctx.arg("reason"))
    return texts.UNBANNED()


UNBAN = screen_of(
    Confirmation(
        name=ScreenName.DESK_UNBAN,
        permission=Permission.BAN,
        question_text=_unban_question,
        label=texts.UNBAN,
        act=_unban,
        style=Style.SUCCESS,
    )
)
SCREENS = (BAN, UNBAN)
