"""Texts of the page of random selection: the batch, what is left, and answers to what is typed there."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import listed, mask_words, plate, remaining
from bot.i18n.language import _, phrase
from bot.texts.owner import holding
from bot.texts.owner.selecting import composable
from core.pool.batches import Batch
from core.preselection.quotas import Quota
from core.preselection.random_selection import Shortlisted
from core.values.masks import Mask
from core.values.offices import Office

WITHOUT_FOUR = phrase("【不包含4】")
COMPOSE = phrase("【自编选号】")
CONFIRM = phrase("【确认选号】")

NOTHING_KEPT = phrase("还没有备选的号码,请先点一个号码。")
HINT = phrase("请点画面中的按钮;抽到号码后,也可以发送序号(如 3)、号码、「换一批」或「确认选号」。")

_MOST_FORMS = 6


def draw_label(left: int, *, first: bool) -> str:
    """Return the label of the button that draws a batch, with the number of draws left."""
    return (_("【随机一次({left})】") if first else _("【换一批({left})】")).format(left=left)


def filter_label(*, on: bool) -> str:
    return ("☑️ " if on else "⬜ ") + WITHOUT_FOUR()


def number_label(office: str, serial: str, *, mark: str = "", kept: bool = False) -> str:
    """Return the label of a number; ``mark`` is its place in the picture, ①."""
    return " ".join(filter(None, (mark, "⭐" if kept else "", plate(office, serial))))


def confirm_label(office: str, kept: Sequence[Shortlisted], now: datetime) -> str:
    """Return the label of the button that leads to the last question, with what is left of the shortlist."""
    left = remaining(min(hold.held_until for hold in kept) - now)
    if len(kept) == 1:
        return _("{confirm}{number} {left}").format(
            confirm=CONFIRM(), number=plate(office, kept[0].serial), left=left
        )
    return _("{confirm}{count}个备选{left}").format(confirm=CONFIRM(), count=len(kept), left=left)


def page(  # noqa: PLR0913 - what the page consists of
    office: Office,
    left: Quota,
    batch: Batch | None,
    kept: Sequence[Shortlisted],
    now: datetime,
    *,
    said: str,
    first: bool,
) -> str:
    """Return the page; two lines while a batch lives, as its picture and buttons must fit a telephone."""
    if batch is not None and len(kept) > 1:
        return _with_shortlist(left, batch, kept, now)
    if batch is not None:
        return f"{_living(office, left, batch, now)}\n{_chances(left, is_shown=True)}"
    lines = [_("<b>第5步 预选号牌 · 随机选号</b>")]
    if said:
        lines.append(f"⏰ <b>{said}</b>")
    if kept:
        lines.append(holding.shortlist(office.code, kept, now))
    elif not said and left.batches:
        lines.append(_("先选是否【不包含4】,再点{draw}。").format(draw=draw_label(left.batches, first=first)))
    lines.append(_chances(left, is_shown=False))
    return "\n".join(lines)


def _with_shortlist(left: Quota, batch: Batch, kept: Sequence[Shortlisted], now: datetime) -> str:
    """Return the page with the shortlist in place of what the picture and the button of the draw say too."""
    lines = [f"<b>{remaining(batch.held_until - now)}</b> · {composable(left.wishes)}"]
    if not left.batches:
        lines[0] = _("最后一批 · {rest}").format(rest=lines[0])
    return "\n".join([*lines, "⭐ " + " ".join(hold.serial for hold in kept)])


def _living(office: Office, left: Quota, batch: Batch, now: datetime) -> str:
    used, total = max(1, left.batches_used), max(1, left.batches_in_all)
    title = _("本车第{number}批/共{total}批").format(number=used, total=total)
    if not left.batches:
        title = _("{title}(最后一批)").format(title=title)
    if len(batch.serials) < office.batch_size:
        title = _("{title}(只有 {count} 个)").format(title=title, count=len(batch.serials))
    return f"<b>{title}</b> · <b>{remaining(batch.held_until - now)}</b>"


def _chances(left: Quota, *, is_shown: bool) -> str:
    """Return what is left; before and while the last chance is used, that it is the last."""
    if left.none:
        return _("{composable} · <b>不选则只能到窗口选号</b>").format(composable=composable(0))
    if left.batches == 1 and left.wishes:
        return _("随机<b>只剩最后一批</b> · {composable}").format(composable=composable(left.wishes))
    last = _("(最后一批,不选则只能到窗口选号)") if left.batches == 1 else ""
    if not left.batches and left.wishes == 1 and not is_shown:
        return _("随机已用完 · {composable},不选则只能到窗口选号").format(composable=composable(1))
    if not left.batches:
        return _("随机已用完 · {composable}").format(composable=composable(left.wishes))
    return _("随机还剩 <b>{batches}</b> 批{last} · {composable}").format(
        batches=left.batches, last=last, composable=composable(left.wishes)
    )


def not_here(office: str, serial: str) -> str:
    """Return the answer to a typed number that is not held for the owner."""
    return _("本批和备选里没有 {number}。").format(number=escape(plate(office, serial)))


def how_to_wish(left: int, masks: Sequence[Mask]) -> str:
    """Return how to get a certain number: what can be composed now, or that nothing can."""
    if not left:
        return _("本车的自编选号已用完,只能从随机抽到的号码中选。")
    forms = listed(
        mask_words(pattern) for pattern in dict.fromkeys(mask.pattern for mask in masks[:_MOST_FORMS])
    )
    if not forms:
        return _("该号牌种类现在还没有开放自编选号。")
    return _("想要指定的号码,请点【自编选号】({composable}),现在可以自编:{forms}。").format(
        composable=composable(left), forms=forms
    )
