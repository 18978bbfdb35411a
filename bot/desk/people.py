"""/ban, /unban, /usertype, /identity, /grant: people and their vehicles (docs/domain.md, 2, 5.3, 6)."""

from datetime import datetime, time

from bot.desk.errors import UnreadableTime, Usage
from bot.desk.questions import Question, reason_of, screen_of
from bot.desk.reading import read_time, words_of
from bot.dialog.model import Go, Style
from bot.dialog.scene import Scene
from bot.texts import desk
from core import blacklist
from core.accounts import Account, UserType
from core.admins import EVERYWHERE, Duty
from core.blacklist import Sentence, years_after
from core.clock import CHINA, from_millis, to_millis
from core.counter import judge_grant, judge_user_type
from core.errors import BanInThePast, NobodyFound, NotBlacklisted
from core.identity import parse_identity
from core.notices import Purpose
from core.people import Who
from core.vehicles import parse_vin


def _who(scene: Scene, written: str) -> Who:
    today = scene.tx.now.astimezone(CHINA).date()
    return scene.core.people.find(scene.tx, written, today=today)


def _account(scene: Scene, written: str) -> Account:
    today = scene.tx.now.astimezone(CHINA).date()
    return scene.core.people.account(scene.tx, written, today=today)


def _home_of(scene: Scene, account: Account | None, duty: Duty) -> str:
    """Return the office that somebody belongs to, at which the admin must hold the duty."""
    code = account.office if account and account.office in scene.core.offices else None
    if code is None:
        own = scene.admin.offices(duty, scene.core.offices)
        code = own[0] if own else next(iter(scene.core.offices))
    scene.admin.need(duty, code)
    return code


# --- the blacklist --------------------------------------------------------------------------


def _until(scene: Scene, code: str, written: str) -> datetime:
    """Return the end that was written, or that of the office's rule."""
    if not written:
        return years_after(scene.tx.now, max(1, scene.office_of(code).ban_years))
    until = datetime.combine(read_time(written).date(), time(), CHINA)
    if until <= scene.tx.now:
        raise BanInThePast
    return until


def ask_ban(scene: Scene, rest: str) -> Go:
    """Lead from /ban WHO [until DATE] REASON to the question.

    Raises:
        Usage: it is something else.
        NobodyFound: nobody fits.
        BanInThePast: the date lies in the past.
    """
    words = rest.split()
    until = ""
    if len(words) > 2 and words[1] == "until":  # noqa: PLR2004 - WHO until DATE
        until, words = words[2], [words[0], *words[3:]]
    reason = reason_of(" ".join(words[1:]))
    if not reason:
        raise Usage("ban")
    who = _who(scene, words[0])
    code = _home_of(scene, who.account, Duty.BAN)
    return Go(
        screen="desk_ban",
        args={
            "office": code,
            "hash": who.identity_hash.hex(),
            "until": to_millis(_until(scene, code, until)),
            "reason": reason,
        },
    )


def ask_unban(scene: Scene, rest: str) -> Go:
    """Lead from /unban WHO REASON to the question.

    Raises:
        Usage: it is something else.
        NobodyFound: nobody fits.
        NotBlacklisted: no ban of theirs runs.
    """
    written, reason = words_of("unban", rest, 2)
    who = _who(scene, written)
    present = blacklist.running(scene.tx, who.identity_hash)
    if present is None:
        raise NotBlacklisted
    scene.admin.need(Duty.BAN, present.office)
    args = {"office": present.office, "hash": who.identity_hash.hex(), "reason": reason_of(reason)}
    return Go(screen="desk_unban", args=args)


def _meant(scene: Scene) -> Who:
    digest = bytes.fromhex(scene.arg("hash"))
    if not digest:
        raise NobodyFound
    return Who(identity_hash=digest, account=scene.core.accounts.by_identity(scene.tx, digest))


def _end(scene: Scene) -> datetime:
    until = scene.args.get("until")
    if not isinstance(until, int):
        raise UnreadableTime
    return from_millis(until)


def _ban_question(scene: Scene) -> str:
    who = _meant(scene)
    present = blacklist.running(scene.tx, who.identity_hash)
    return desk.ban_question(who.account, _end(scene), scene.arg("reason"), present)


def _ban(scene: Scene) -> str:
    who, until, reason = _meant(scene), _end(scene), scene.arg("reason")
    present = blacklist.running(scene.tx, who.identity_hash)
    if present is not None:
        blacklist.set_until(scene.tx, present, until, reason, scene.actor)
    else:
        sentence = Sentence(
            identity_hash=who.identity_hash,
            office=scene.arg("office"),
            reason=reason,
            cause="admin",
            until=until,
            actor=scene.actor,
        )
        blacklist.ban(scene.tx, sentence)
    now = blacklist.running(scene.tx, who.identity_hash)
    if now is not None:
        blacklist.tell(scene.tx, now, Purpose.BANNED)
    return desk.banned(until)


def _running(scene: Scene) -> blacklist.Ban:
    present = blacklist.running(scene.tx, _meant(scene).identity_hash)
    if present is None:
        raise NotBlacklisted
    return present


def _unban(scene: Scene) -> str:
    blacklist.lift(scene.tx, _running(scene), scene.actor, scene.arg("reason"))
    return desk.UNBANNED()


BAN = screen_of(
    Question(name="desk_ban", duty=Duty.BAN, ask=_ban_question, label=desk.BAN, act=_ban, style=Style.DANGER)
)
UNBAN = screen_of(
    Question(
        name="desk_unban",
        duty=Duty.BAN,
        ask=lambda scene: desk.unban_question(_meant(scene).account, _running(scene), scene.arg("reason")),
        label=desk.UNBAN,
        act=_unban,
        style=Style.SUCCESS,
    )
)


# --- accounts -------------------------------------------------------------------------------


def _chat_account(scene: Scene) -> Account:
    return scene.core.accounts.by_id(scene.tx, int(scene.arg("account")))


def ask_user_type(scene: Scene, rest: str) -> Go:
    """Lead from /usertype WHO counter to the question."""
    written, name = words_of("usertype", rest, 2)
    if name not in set(UserType):
        raise Usage("usertype")
    account = _account(scene, written)
    judge_user_type(account, UserType(name))
    code = _home_of(scene, account, Duty.USERTYPE)
    return Go(screen="desk_usertype", args={"office": code, "account": str(account.account_id), "type": name})


def _set_user_type(scene: Scene) -> str:
    wanted = UserType(scene.arg("type"))
    scene.core.counter.set_user_type(scene.tx, _chat_account(scene), wanted, scene.actor)
    return desk.user_type_set(wanted)


USERTYPE = screen_of(
    Question(
        name="desk_usertype",
        duty=Duty.USERTYPE,
        ask=lambda scene: desk.user_type_question(_chat_account(scene), UserType(scene.arg("type"))),
        label=desk.USERTYPE,
        act=_set_user_type,
    )
)


def ask_identity(scene: Scene, rest: str) -> Go:
    """Lead from /identity ID WHO REASON to the question; the number itself is kept sealed meanwhile."""
    number, written, reason = words_of("identity", rest, 3)
    identity = parse_identity(number, today=scene.tx.now.astimezone(CHINA).date())
    account = _account(scene, written)
    code = _home_of(scene, account, Duty.IDENTITY)
    args = {
        "office": code,
        "account": str(account.account_id),
        "sealed": scene.core.vault.seal(identity).decode(),
        "reason": reason_of(reason),
    }
    return Go(screen="desk_identity", args=args)


def _identity(scene: Scene) -> str:
    return scene.core.vault.open(scene.arg("sealed").encode())


def _identity_question(scene: Scene) -> str:
    accounts = scene.core.accounts
    identity = _identity(scene)
    holder = accounts.by_identity(scene.tx, accounts.identity_hash(identity))
    return desk.identity_question(identity, holder, _chat_account(scene), scene.arg("reason"))


def _move_identity(scene: Scene) -> str:
    counter = scene.core.counter
    account = _chat_account(scene)
    counter.move_identity(scene.tx, _identity(scene), account, scene.arg("reason"), scene.actor)
    return desk.IDENTITY_MOVED()


IDENTITY = screen_of(
    Question(
        name="desk_identity",
        duty=Duty.IDENTITY,
        ask=_identity_question,
        label=desk.MOVE_IDENTITY,
        act=_move_identity,
        style=Style.DANGER,
    )
)


def ask_grant(scene: Scene, rest: str) -> Go:
    """Lead from /grant VIN random=1 compose=5 REASON to the question."""
    words = rest.split()
    given = dict(word.split("=", 1) for word in words[1:] if "=" in word)
    reason = reason_of(" ".join(word for word in words[1:] if "=" not in word))
    numbers = all(count.isdecimal() and len(count) < 4 for count in given.values())  # noqa: PLR2004 - ≤ 999
    if not reason or not given or not numbers or not set(given) <= {"random", "compose"}:
        raise Usage("grant")
    scene.admin.need(Duty.GRANT, EVERYWHERE)
    vin = parse_vin(words[0]).vin
    judge_grant(int(given.get("random", "0")), int(given.get("compose", "0")))
    args = {
        "vin": vin,
        "random": given.get("random", "0"),
        "compose": given.get("compose", "0"),
        "reason": reason,
    }
    return Go(screen="desk_grant", args={"office": EVERYWHERE, **args})


def _grant(scene: Scene) -> str:
    vin = scene.arg("vin")
    scene.core.counter.grant(
        scene.tx,
        vin,
        batches=int(scene.arg("random")),
        wishes=int(scene.arg("compose")),
        reason=scene.arg("reason"),
        actor=scene.actor,
    )
    return desk.granted(vin)


GRANT = screen_of(
    Question(
        name="desk_grant",
        duty=Duty.GRANT,
        ask=lambda scene: desk.grant_question(
            scene.arg("vin"), scene.arg("random"), scene.arg("compose"), scene.arg("reason")
        ),
        label=desk.GRANT,
        act=_grant,
    )
)
