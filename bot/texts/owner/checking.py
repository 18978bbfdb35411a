"""Texts about verifying draws: own batches, the public journal, seeds (docs/journal.md)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape

from bot.i18n.formatting import KINDS, brief_day, listed, moment, office_name, office_title, plate, short_day
from bot.i18n.language import Language, Phrase, _, phrase, spoken
from bot.public_journal.checks import PoolCheck, RecomputedDraw
from bot.texts.owner.check_reasons import explained
from core.clock import CHINA
from core.pool.bulletin import PublishedSeed, Seeds
from core.public_journal import checker
from core.public_journal.chain import Head
from core.reporting.checked_days import VerifiedDraws
from core.reporting.own_draws import OwnDraw
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.vehicles import vin_last_six

SHORT = 16
"""Digits of a hash that are shown where there is little room; the checker takes them as ``--head``."""
_MOST_NAMED = 10
"""Numbers that are named of those that were passed over for one reason."""

VERIFY = phrase("🔎 核验抽号")
SEEDS_AND_RECORD = phrase("【种子与记录】")
BACK_TO_BATCHES = phrase("« 全部批次")
BACK_TO_BULLETIN = phrase("« 号池公示")
CHECKING = phrase("正在核验公开记录,记录较多,请稍候…")
HINT = phrase("请点上面的按钮,或输入发牌机关代号(例如 粤K)取得它的公开记录。")
NO_BATCHES = phrase("您近期没有抽过号。")
SUBSCRIPTION = phrase("次日告知抽号核验结果")

_REASONS: Mapping[str, Phrase] = {
    "held": phrase("别人正在保留"),
    "taken": phrase("已被选定"),
    "resting": phrase("退回后暂不开放"),
    "waiting": phrase("刚到期,其车主的点击还在处理"),
    "withheld": phrase("暂不投放"),
    "has a 4": phrase("含 4"),
    "repeated": phrase("本次已经抽到"),
}


def verify(*, has_batches: bool) -> str:
    """Return the page 【核验抽号】."""
    lines = [
        _(
            "<b>核验抽号</b>\n"
            "每一批号码都由事先公布摘要的种子算出,种子在当天服务结束后公开,之后任何人都可以重新计算。"
            "号池的每次变动都记入公开记录,环环相扣,事后改动会被发现。"
        )
    ]
    lines.append(_("点一批号码即可核验:") if has_batches else NO_BATCHES())
    lines.append(_("也可以取走公开记录和检查程序,在自己的电脑上核验(其他机关请输入代号,例如 粤K)。"))
    return "\n\n".join(lines)


def batch_label(draw: OwnDraw, *, with_vehicle: bool) -> str:
    """Return a batch as a button: 第2批 · 11-27 10:03."""
    local = draw.at.astimezone(CHINA)
    day = f"{local:%m-%d}" if spoken() == Language.CHINESE else short_day(local.date())
    at = f"{day} {local:%H:%M}"
    label = (
        _("第{place}批 · {at}").format(place=draw.place, at=at)
        if draw.place
        else _("空批 · {at}").format(at=at)
    )
    return f"{label} · {vin_last_six(draw.vin)}" if with_vehicle and draw.vin else label


def verify_this_label(draw: OwnDraw, *, with_vehicle: bool) -> str:
    """Return the label of the button that verifies a batch in the list of one's own preselections."""
    return _("【核验这一批】{batch}").format(batch=batch_label(draw, with_vehicle=with_vehicle))


def _draw_title(draw: OwnDraw) -> str:
    title = _("<b>{office} {kind} · 第{n:,}次抽号</b>").format(
        office=escape(draw.office), kind=KINDS[draw.kind](), n=draw.n
    )
    return f"{title}\n{batch_label(draw, with_vehicle=True)}"


def _numbers(draw: OwnDraw) -> str:
    if not draw.numbers:
        return _("当时没有可给的号码,这一次没有扣次数。")
    numbers = listed(f"<b>{plate(draw.office, number)}</b>" for number in draw.numbers)
    return _("抽到 {count} 个:{numbers}").format(count=len(draw.numbers), numbers=numbers)


def _digest(draw: OwnDraw) -> str:
    return _("种子的 SHA-256(事先公布):\n<code>{digest}</code>").format(digest=draw.digest)


def pending(draw: OwnDraw, reveal_at: datetime, head: Head | None) -> str:
    """Return the page of a draw whose seed is not published yet."""
    when = _("⏳ 种子将于 {when} 公布,届时可核验。").format(when=moment(reveal_at))
    return "\n\n".join((_draw_title(draw), when, _numbers(draw), _digest(draw), *_to_keep(draw, head)))


def unfinished(draw: OwnDraw, head: Head | None) -> str:
    """Return that the journal is too long to be checked here."""
    said = _("记录太多,在这里没能核验完。请取走公开记录和检查程序,在自己的电脑上核验。")
    return "\n\n".join((_draw_title(draw), said, _numbers(draw), _seed(draw), *_to_keep(draw, head)))


def _to_keep(draw: OwnDraw, head: Head | None) -> list[str]:
    """Return the draw's entry and the chain's head, for those who later check that both are still there."""
    lines = []
    if draw.entry is not None:
        lines.append(_whole(_("这一批在公开记录中:{entry}"), draw.entry))
    if head is not None:
        lines.append(_whole(_("公开记录现在的链头:{entry}"), head))
    if lines:
        lines.append(
            _(
                "请保存(点一下哈希值即可复制):以后用检查程序核验时加上 --head 和它,"
                "如果记录中没有这一条,就说明记录被改写过。"
            )
        )
    return ["\n".join(lines)] if lines else []


def _whole(said: str, entry: Head) -> str:
    short = f"#{entry.seq:,} {entry.hash[:SHORT]}"
    return f"{said.format(entry=short)}\n<code>{entry.hash}</code>"


def wrong(draw: OwnDraw, outcome: PoolCheck, office: Office) -> str:
    """Return what is not consistent, and whom to tell."""
    if outcome.reason:
        what = _("公开记录第 {line:,} 行:{what}\n检查程序的原文:<code>{reason}</code>").format(
            line=outcome.line, what=escape(explained(outcome.reason)), reason=escape(outcome.reason)
        )
    else:
        what = _("您收到的号码与公开记录中这次抽号的号码不同。")
    tell = _("请保留本页,并告知车辆管理所:{name},{address}。管理员也已收到警报或将在当晚核验时收到。").format(
        name=escape(office_name(office)), address=escape(office.address)
    )
    return "\n\n".join((_draw_title(draw), _("❌ <b>不一致</b>"), what, tell, _numbers(draw), _seed(draw)))


def consistent(draw: OwnDraw, found: RecomputedDraw, head: Head | None) -> str:
    """Return that a draw is consistent, with the candidates passed over."""
    good = (
        _("✅ <b>一致</b>:用公布的种子重新计算,得到的正是这些号码。")
        if draw.numbers
        else _("✅ <b>一致</b>:用公布的种子重新计算,同样一个号码也给不出。")
    )
    record = _(
        "抽号前的链头:\n<code>{head}</code>\n"
        "公开记录 #{seq:,}:\n<code>{digest}</code>\n按键编号:\n<code>{nonce}</code>"
    ).format(head=found.head, seq=found.seq, digest=found.hash, nonce=draw.nonce)
    now = [_whole(_("公开记录现在的链头:{entry}"), head)] if head is not None else []
    return "\n\n".join(
        (_draw_title(draw), good, _numbers(draw), _passed_over(draw, found), _seed(draw), record, *now)
    )


def _passed_over(draw: OwnDraw, found: RecomputedDraw) -> str:
    count = sum(found.passed_over.values())
    if not found.looked_at:
        return _("当时号池中没有号码,没有候选号码。")
    if not count:
        return _("检查了 {looked_at:,} 个候选号码,没有跳过的。").format(looked_at=found.looked_at)
    lines = [
        _("依次检查了 {looked_at:,} 个候选号码,跳过 {count:,} 个:").format(
            looked_at=found.looked_at, count=count
        )
    ]
    for why, of_these in found.passed_over.items():
        reason = _REASONS[why]() if why in _REASONS else escape(why)
        lines.append(
            _("• {reason}:{count:,} 个({numbers})").format(
                reason=reason, count=of_these, numbers=_named(draw, found.named.get(why, ()))
            )
        )
    lines.append(_("同一个号码可能随机到几次,每次都算一个。"))
    if count > checker.MAX_REJECTED:
        lines.append(
            _(
                "跳过满 {most} 个以后,改为从当时剩余号码的清单中随机取,所以总数可能超过号池中的号码数。"
            ).format(most=checker.MAX_REJECTED)
        )
    return "\n".join(lines)


def _named(draw: OwnDraw, numbers: Sequence[str]) -> str:
    """Return some of the numbers that were passed over for one reason."""
    shown = listed(plate(draw.office, number) for number in numbers[:_MOST_NAMED])
    return shown if len(numbers) <= _MOST_NAMED else _("{numbers} 等").format(numbers=shown)


def _seed(draw: OwnDraw) -> str:
    secret = _("种子(已公布):\n<code>{secret}</code>").format(secret=draw.secret or "")
    return f"{_digest(draw)}\n{secret}"


def checked(day: date, verified: Sequence[VerifiedDraws]) -> str:
    """Return the quiet line of the day after."""
    pools = listed(
        _("{office} {kind} {draws} 次").format(
            office=escape(one.office), kind=KINDS[one.kind](), draws=one.draws
        )
        for one in verified
    )
    return _("昨天({day})的抽号已核验 ✓ {pools}").format(day=short_day(day), pools=pools).rstrip()


def subscription_label(*, on: bool) -> str:
    return ("🔔 " if on else "⬜ ") + SUBSCRIPTION()


def head_line(head: Head) -> str:
    """Return an entry of the journal by its number and the first digits of its hash."""
    return _("公开记录 #{seq} {digest}").format(seq=head.seq, digest=head.hash[:SHORT])


def seeds(office: Office, kind: PlateKind, found: Seeds, at: datetime, *, first_page: bool) -> str:
    """Return the page 【种子与记录】: what is committed to, what is published, the chain's head."""
    lines = [
        _("<b>种子与记录 · {office} · {kind}</b>").format(office=office_title(office), kind=KINDS[kind]())
    ]
    if first_page:
        if found.head is not None:
            lines.append(
                _("公开记录的链头 #{seq}:\n<code>{digest}</code>").format(
                    seq=found.head.seq, digest=found.head.hash
                )
            )
        ahead = [f"{brief_day(day, at)}\n<code>{digest}</code>" for day, digest in found.ahead]
        if ahead:
            lines.append(_("今天和以后几天的种子,SHA-256:\n{list}").format(list="\n".join(ahead)))
    if found.published:
        published = "\n".join(_published(seed, at) for seed in found.published)
        lines.append(
            _("已公布的种子({count} 个,先摘要后种子):\n{list}").format(count=found.count, list=published)
        )
    else:
        lines.append(_("还没有公布过种子:每天的种子在当天服务结束后公布。"))
    return "\n\n".join(lines)


def _published(seed: PublishedSeed, at: datetime) -> str:
    return f"{brief_day(seed.day, at)}\n<code>{seed.digest}</code>\n<code>{seed.secret}</code>"
