"""/ban, /unban: adding a person to the blacklist, and lifting a ban (docs/domain.md, section 6)."""

from dataclasses import dataclass, replace
from datetime import date

from bot.desk.arguments import split_named_args
from bot.desk.ban_ends import read_end
from bot.desk.confirmation import Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.dialog.view import Style
from bot.errors.commands import Part, UnreadableTime, Usage
from bot.texts.desk import bans as texts
from bot.texts.desk import parts
from core.audit import ban_subject
from core.clock import from_millis, to_millis
from core.errors.blacklist import NotBannedHere, NotBlacklisted
from core.errors.desk import NobodyFound
from core.people import blacklist
from core.people.accounts import Account
from core.people.admins import EVERYWHERE, Permission
from core.people.ban_causes import BanCause, causes_of, lift_cause
from core.people.ban_scope import known_causes, knows_all, liftable, office_of_new_ban
from core.people.blacklist import Ban, Cause, NewBan, end_of_ban, version_of
from core.people.chief_requests import GraveSubject
from core.people.lookup import Who
from core.values.grave_acts import GraveAct
from core.values.identity import mask_identity
from core.values.reasons import parse_reason, reason_or_none

_ALL = "all"


def find_person(ctx: Context, raw: str) -> Who:
    """Find the person meant by a chat id, an identity number, a telephone or a plate number."""
    return ctx.core.people.find(ctx.tx, raw, today=ctx.today)


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
    reason = reason_or_none(words)
    if not reason:
        raise Usage("ban", (Part.REASON,))
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


def to_ban(ctx: Context, who: Who, wish: Wish, *, changes_end: bool = False) -> Goto:
    """Go to the question before a ban or a further cause of one, or before the end of one is changed.

    Raises:
        NotPermitted, NotYourOffice: this chat may not bar the person, or not change the end.
    """
    current = blacklist.running(ctx.tx, who.identity_hash)
    if current is not None and changes_end:
        code = current.office
        ctx.admin.require(Permission.BAN, code)
    else:
        code = office_of_new_ban(ctx.admin, current, who.account, ctx.core.offices)
    office = ctx.core.offices.get(code)
    until = end_of_ban(ctx.tx.now, wish.until, office.ban_years if office else 0)
    args: dict[str, object] = {
        "office": code,
        "hash": who.identity_hash.hex(),
        "seen": version_of(current),
        "until": to_millis(until),
        "reason": wish.reason,
        "change": changes_end,
        "hidden": current is not None and not knows_all(ctx.admin, current, who.account),
        **_typed_identity(ctx, who),
    }
    return Goto(screen=ScreenName.DESK_BAN, args=args)


def _typed_identity(ctx: Context, who: Who) -> dict[str, object]:
    """Return the masked number of an identity without an account, encrypted: nothing else names them."""
    if who.account is not None or not who.identity:
        return {}
    return {"typed": ctx.core.vault.seal(mask_identity(who.identity)).decode()}


def _typed_mask(ctx: Context) -> str:
    typed = ctx.arg("typed")
    return ctx.core.vault.open(typed.encode()) if typed else ""


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
    account = account_of(ctx, new_ban.identity_hash)
    current = blacklist.running(ctx.tx, new_ban.identity_hash)
    who = parts.somebody(account, _typed_mask(ctx))
    is_told = account is not None
    if current is None:
        return texts.ban_question(who, new_ban.until, new_ban.reason, is_told=is_told)
    if _changes_end(ctx):
        return texts.change_question(who, current, new_ban.until, new_ban.reason, is_told=is_told)
    causes = _shown_causes(ctx, current)
    if not causes:
        return texts.ban_question(who, new_ban.until, new_ban.reason, is_told=is_told)
    end = max(new_ban.until, *(cause.until for cause in causes))
    if knows_all(ctx.admin, current, account):
        end = blacklist.end_with(current, new_ban.until)
    return texts.further_question(who, causes, new_ban.until, end, new_ban.reason, is_told=is_told)


def _expected(ctx: Context, identity_hash: bytes) -> str:
    """Return the version of the ban that was shown; of one that this chat may not know of, the present one.

    Otherwise its change would be told as that of a colleague.
    """
    current = blacklist.running(ctx.tx, identity_hash)
    is_hidden = bool(ctx.args.get("hidden")) or (current is not None and not _knows_all(ctx, current))
    return version_of(current) if is_hidden else ctx.arg("seen")


def _knows_all(ctx: Context, current: Ban) -> bool:
    return knows_all(ctx.admin, current, account_of(ctx, current.identity_hash))


def _shown_causes(ctx: Context, current: Ban) -> list[BanCause]:
    account = account_of(ctx, current.identity_hash)
    return known_causes(ctx.admin, current, account, causes_of(ctx.tx, current))


def _changes_end(ctx: Context) -> bool:
    """Whether a question is about the end of a running ban; all those of the former version about one are."""
    return bool(ctx.arg("seen")) and bool(ctx.args.get("change", True))


def _ban(ctx: Context) -> str:
    if _changes_end(ctx):
        return texts.end_changed(blacklist.change_end(ctx.tx, _sentence(ctx), ctx.arg("seen")).until)
    new_ban = _sentence(ctx)
    imposed = blacklist.set_ban(ctx.tx, new_ban, _expected(ctx, new_ban.identity_hash))
    if _knows_all(ctx, imposed):
        return texts.banned(imposed.until)
    return texts.banned(max(cause.until for cause in _liftable(ctx, imposed)))


def _grave_change(ctx: Context) -> GraveSubject | None:
    """Return the ban whose end comes earlier, which lifts a part of it; None for anything else."""
    new_ban = _sentence(ctx)
    current = blacklist.running(ctx.tx, new_ban.identity_hash)
    if current is None or not _changes_end(ctx) or new_ban.until >= current.until:
        return None
    return _grave_ban(current, ctx.arg("office"))


def _grave_ban(ban: Ban, office: str) -> GraveSubject:
    subject = ban_subject(ban.ban_id)
    return GraveSubject(act=GraveAct.UNBAN, key=subject, subject=subject, office=office)


BAN_QUESTION = Confirmation(
    name=ScreenName.DESK_BAN,
    permission=Permission.BAN,
    question_text=_ban_question,
    label=texts.BAN,
    act=_ban,
    ways=lambda ctx: [(texts.CHANGE_END(), "end")] if _changes_end(ctx) else [],
    grave=_grave_change,
    style=Style.DANGER,
)
BAN = screen_of(BAN_QUESTION)


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
    reason = parse_reason(words)  # first, as a personal number in it is refused in any case
    who = find_person(ctx, written)
    current = blacklist.running(ctx.tx, who.identity_hash)
    home = who.account.office if who.account and who.account.office else EVERYWHERE
    if not ctx.admin.may(Permission.BAN, home) and (current is None or not _liftable(ctx, current)):
        raise NotBannedHere
    if current is None:
        raise NotBlacklisted
    question = to_unban(ctx, current, reason)
    return replace(question, args={**question.args, **_typed_identity(ctx, who)})


def _liftable(ctx: Context, current: Ban) -> list[BanCause]:
    return liftable(ctx.admin, causes_of(ctx.tx, current))


def to_unban(ctx: Context, current: Ban, reason: str) -> Goto:
    """Go to the question before a ban, or one of its causes, is lifted.

    Raises:
        NotPermitted, NotYourOffice: this chat may lift none of its causes.
    """
    own = _liftable(ctx, current)
    if not own:
        ctx.admin.require(Permission.BAN, current.office)
    office = own[0].office if own else current.office
    args = {"office": office, "ban": current.ban_id, "reason": parse_reason(reason)}
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
    account = account_of(ctx, current.identity_hash)
    who = parts.somebody(account, _typed_mask(ctx))
    return texts.unban_question(who, _shown_causes(ctx, current), ctx.arg("reason"))


def _ways_to_lift(ctx: Context) -> list[tuple[str, str]]:
    """Return a button for each cause of several, and one for all of them, where this chat may."""
    current = meant(ctx)
    causes = causes_of(ctx.tx, current)
    if len(causes) == 1:
        return []
    own = liftable(ctx.admin, causes)
    ways = [
        (texts.lift_label(number, cause), str(cause.cause_id))
        for number, cause in enumerate(_shown_causes(ctx, current), 1)
        if cause in own
    ]
    return [*ways, (texts.LIFT_ALL(), _ALL)] if len(own) == len(causes) else ways


def _unban(ctx: Context) -> str:
    current, way = meant(ctx), ctx.arg("way")
    account = account_of(ctx, current.identity_hash)
    is_told = account is not None
    if not way.isdecimal():
        for cause in causes_of(ctx.tx, current):
            ctx.admin.require(Permission.BAN, cause.office)
        blacklist.lift(ctx.tx, current, ctx.actor, ctx.arg("reason"))
        return texts.unbanned([], is_told=is_told)
    lifted = next((one for one in _liftable(ctx, current) if one.cause_id == int(way)), None)
    if lifted is None:
        raise NotBlacklisted
    left = lift_cause(ctx.tx, current, lifted.cause_id, ctx.actor, ctx.arg("reason"))
    return texts.unbanned(known_causes(ctx.admin, current, account, left), is_told=is_told)


def _grave(ctx: Context) -> GraveSubject:
    return _grave_ban(meant(ctx), ctx.arg("office"))


UNBAN_QUESTION = Confirmation(
    name=ScreenName.DESK_UNBAN,
    permission=Permission.BAN,
    question_text=_unban_question,
    label=texts.UNBAN,
    act=_unban,
    ways=_ways_to_lift,
    grave=_grave,
    style=Style.SUCCESS,
)
UNBAN = screen_of(UNBAN_QUESTION)
SCREENS = (BAN, UNBAN)
