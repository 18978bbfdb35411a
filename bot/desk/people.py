"""/ban and /unban: the blacklist by an admin's hand (docs/domain.md, section 6)."""

from datetime import datetime, time

from bot.desk.errors import BanUsage, UnbanUsage, UnreadableTime
from bot.desk.segments import read_time
from bot.dialog.model import Button, Go, Screen, Style, View
from bot.dialog.scene import Scene
from bot.texts import common, desk
from core import blacklist
from core.blacklist import Sentence, years_after
from core.clock import CHINA, from_millis, to_millis
from core.errors import BanInThePast, NobodyFound, NotBlacklisted
from core.notices import Purpose
from core.people import Who

_LONGEST_REASON = 200


def _who(scene: Scene, written: str) -> Who:
    today = scene.tx.now.astimezone(CHINA).date()
    return scene.core.people.find(scene.tx, written, today=today)


def _until(scene: Scene, who: Who, written: str) -> datetime:
    """Return the end that was written, or that of the office's rule."""
    if written:
        until = datetime.combine(read_time(written).date(), time(), CHINA)
        if until <= scene.tx.now:
            raise BanInThePast
        return until
    code = who.account.office if who.account else None
    offices = scene.core.offices
    office = offices.get(code or "") or next(iter(offices.values()))
    return years_after(scene.tx.now, max(1, office.ban_years))


def ask_ban(scene: Scene, rest: str) -> Go:
    """Lead from /ban WHO [until DATE] REASON to the question.

    Raises:
        BanUsage: it is something else.
        NobodyFound: nobody fits.
        BanInThePast: the date lies in the past.
    """
    words = rest.split()
    until = ""
    if len(words) > 2 and words[1] == "until":  # noqa: PLR2004 - WHO until DATE
        until, words = words[2], [words[0], *words[3:]]
    reason = " ".join(words[1:])[:_LONGEST_REASON]
    if not reason:
        raise BanUsage
    who = _who(scene, words[0])
    return Go(
        screen="desk_ban",
        args={
            "hash": who.identity_hash.hex(),
            "until": to_millis(_until(scene, who, until)),
            "reason": reason,
        },
    )


def ask_unban(scene: Scene, rest: str) -> Go:
    """Lead from /unban WHO REASON to the question.

    Raises:
        UnbanUsage: it is something else.
        NobodyFound: nobody fits.
        NotBlacklisted: no ban of theirs runs.
    """
    who, _, reason = rest.strip().partition(" ")
    if not who or not reason.strip():
        raise UnbanUsage
    found = _who(scene, who)
    if blacklist.running(scene.tx, found.identity_hash) is None:
        raise NotBlacklisted
    return Go(
        screen="desk_unban",
        args={"hash": found.identity_hash.hex(), "reason": reason.strip()[:_LONGEST_REASON]},
    )


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


def _choices(label: str, action: str, style: Style) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(label=label, action=action, style=style),
            Button(label=desk.CANCEL, action="cancel"),
        ),
    )


def _show_ban(scene: Scene) -> View | Go:
    if not scene.is_chief:
        return Go(screen="home")
    who = _meant(scene)
    present = blacklist.running(scene.tx, who.identity_hash)
    text = desk.ban_question(who.account, _end(scene), scene.arg("reason"), present)
    return View(text=text, rows=_choices(desk.BAN, "ban", Style.DANGER))


def _ban(scene: Scene, _arg: str) -> Go:
    if not scene.is_chief:
        return Go(screen="home")
    who, until, reason = _meant(scene), _end(scene), scene.arg("reason")
    actor = f"chat:{scene.chat_id}"
    present = blacklist.running(scene.tx, who.identity_hash)
    if present is not None:
        blacklist.set_until(scene.tx, present, until, reason, actor)
    else:
        code = who.account.office if who.account else None
        sentence = Sentence(
            identity_hash=who.identity_hash,
            office=code or next(iter(scene.core.offices)),
            reason=reason,
            cause="admin",
            until=until,
            actor=actor,
        )
        blacklist.ban(scene.tx, sentence)
    now = blacklist.running(scene.tx, who.identity_hash)
    if now is not None:
        blacklist.tell(scene.tx, now, Purpose.BANNED)
    return Go(screen="home", note=desk.banned(until), pinned=True)


def _show_unban(scene: Scene) -> View | Go:
    if not scene.is_chief:
        return Go(screen="home")
    who = _meant(scene)
    present = blacklist.running(scene.tx, who.identity_hash)
    if present is None:
        raise NotBlacklisted
    text = desk.unban_question(who.account, present, scene.arg("reason"))
    return View(text=text, rows=_choices(desk.UNBAN, "unban", Style.SUCCESS))


def _unban(scene: Scene, _arg: str) -> Go:
    if not scene.is_chief:
        return Go(screen="home")
    present = blacklist.running(scene.tx, _meant(scene).identity_hash)
    if present is None:
        raise NotBlacklisted
    blacklist.lift(scene.tx, present, f"chat:{scene.chat_id}", scene.arg("reason"))
    return Go(screen="home", note=desk.UNBANNED, pinned=True)


BAN = Screen(
    name="desk_ban",
    show=_show_ban,
    buttons={"ban": _ban, "cancel": lambda _scene, _arg: Go(screen="home", note=desk.CANCELLED)},
    hint=common.PRESS_HINT,
)
UNBAN = Screen(
    name="desk_unban",
    show=_show_unban,
    buttons={"unban": _unban, "cancel": lambda _scene, _arg: Go(screen="home", note=desk.CANCELLED)},
    hint=common.PRESS_HINT,
)
