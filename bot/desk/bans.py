"""/ban, /unban: barring somebody, and lifting a ban (docs/domain.md, section 6)."""

from dataclasses import dataclass
from datetime import date

from bot.desk.arguments import first_end, named
from bot.desk.confirmation import Question, reason_of, screen_of
from bot.desk.people import home_of
from bot.dialog.context import Scene
from bot.dialog.names import ScreenName
from bot.dialog.screen import Go
from bot.dialog.view import Style
from bot.errors.commands import UnreadableTime, Usage
from bot.texts.desk import bans as texts
from core.clock import CHINA, from_millis, to_millis
from core.errors import NobodyFound, NotBlacklisted
from core.people import blacklist
from core.people.accounts import Account
from core.people.admins import Permission
from core.people.blacklist import Ban, Cause, NewBan, end_of_ban, version_of
from core.people.lookup import Who


def _who(scene: Scene, written: str) -> Who:
    today = scene.tx.now.astimezone(CHINA).date()
    return scene.core.people.find(scene.tx, written, today=today)


def account_of(scene: Scene, identity_hash: bytes) -> Account | None:
    """Return whose account has an identity, if anybody's has."""
    return scene.core.accounts.by_identity(scene.tx, identity_hash)


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
    code = present.office if present else home_of(scene, who.account, Permission.BAN)
    scene.admin.require(Permission.BAN, code)
    office = scene.core.offices.get(code)
    until = end_of_ban(scene.tx.now, wish.until, office.ban_years if office else 0)
    args = {
        "office": code,
        "hash": who.identity_hash.hex(),
        "seen": version_of(present),
        "until": to_millis(until),
        "reason": wish.reason,
    }
    return Go(screen=ScreenName.DESK_BAN, args=args)


def _sentence(scene: Scene) -> NewBan:
    digest, until = bytes.fromhex(scene.arg("hash")), scene.args.get("until")
    if not digest:
        raise NobodyFound
    if not isinstance(until, int):
        raise UnreadableTime
    return NewBan(
        identity_hash=digest,
        office=scene.arg("office"),
        reason=scene.arg("reason"),
        cause=Cause.ADMIN,
        until=from_millis(until),
        actor=scene.actor,
    )


def _ban_question(scene: Scene) -> str:
    new_ban = _sentence(scene)
    present = blacklist.running(scene.tx, new_ban.identity_hash)
    return texts.ban_question(
        account_of(scene, new_ban.identity_hash), new_ban.until, new_ban.reason, present
    )


def _ban(scene: Scene) -> str:
    imposed = blacklist.set_ban(scene.tx, _sentence(scene), scene.arg("seen"))
    return texts.banned(imposed.until)


BAN = screen_of(
    Question(
        name=ScreenName.DESK_BAN,
        permission=Permission.BAN,
        ask=_ban_question,
        label=texts.BAN,
        act=_ban,
        style=Style.DANGER,
    )
)


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
    scene.admin.require(Permission.BAN, present.office)
    args = {"office": present.office, "ban": present.ban_id, "reason": reason_of(reason)}
    return Go(screen=ScreenName.DESK_UNBAN, args=args)


def meant(scene: Scene) -> Ban:
    """Return the ban that a question or a card is about.

    Raises:
        NotBlacklisted: none is.
    """
    number = scene.args.get("ban")
    if not isinstance(number, int):
        raise NotBlacklisted
    return blacklist.get(scene.tx, number)


def _unban_question(scene: Scene) -> str:
    present = meant(scene)
    return texts.unban_question(account_of(scene, present.identity_hash), present, scene.arg("reason"))


def _unban(scene: Scene) -> str:
    blacklist.lift(scene.tx, meant(scene), scene.actor, scene.arg("reason"))
    return texts.UNBANNED()


UNBAN = screen_of(
    Question(
        name=ScreenName.DESK_UNBAN,
        permission=Permission.BAN,
        ask=_unban_question,
        label=texts.UNBAN,
        act=_unban,
        style=Style.SUCCESS,
    )
)
SCREENS = (BAN, UNBAN)
