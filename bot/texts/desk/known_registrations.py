"""Texts of reservations that the vehicle registry contradicts."""

from collections.abc import Sequence
from html import escape

from bot.i18n.formatting import KINDS, day, listed, plate
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import number_of
from core.preselection import Preselection
from core.preselection.contradictions import ContradictedReservation, Contradiction
from core.preselection.known_registrations import BulkConfirmation
from core.values.vehicles import vin_last_six

NONE = phrase("没有已上牌未确认的预选。")
_NAMED = 10
_NAMED_IN_PREVIEW = 3


def confirm_all_label(count: int) -> str:
    """Return the label of the button that leads to the question."""
    return _("✅ 一并确认已上牌({count})").format(count=count)


def confirm_label(count: int) -> str:
    return _("✅ 确认这 {count} 个已上牌").format(count=count)


def question(reserved: Sequence[Preselection], owners: Sequence[str], most: int) -> str:
    """Return the question before several reservations are confirmed as registered; ``owners`` are masked."""
    lines = [
        _("<b>一并确认已上牌?</b>"),
        _("登记系统中,下列 {count} 个预选的车辆已上牌,窗口尚未确认:").format(count=len(reserved)),
        *(
            _("• <b>{number}</b> 车架号后六位 {tail},办理截止 {deadline}\n  {who}").format(
                number=number_of(one),
                tail=escape(vin_last_six(one.required_vin)),
                deadline=day(one.deadline) if one.deadline else "",
                who=who,
            )
            for one, who in list(zip(reserved, owners, strict=True))[:_NAMED]
        ),
    ]
    if len(reserved) > _NAMED:
        lines.append(_("……等 {count} 个").format(count=len(reserved)))
    if len(reserved) >= most:
        lines.append(_("一次最多 {most} 个,其余的确认之后再列出。").format(most=most))
    lines.append(
        _(
            "\n车辆上的号码若不是预选的号码,请不要在这里确认,改用 /void 或 /revoke。"
            "一小时内可由本人、当天可由负责人逐个撤回(/undo)。"
        )
    )
    return "\n".join(lines)


def done(result: BulkConfirmation) -> str:
    said = _("✅ 已确认 {count} 个号码上牌。").format(count=len(result.registered))
    if result.skipped:
        said += _("另有 {count} 个已由他人处理,未再改动。").format(count=result.skipped)
    return said


def in_preview(found: Sequence[ContradictedReservation]) -> str:
    """Return what an import says about living reservations; empty if nothing."""
    registered = [one for one in found if one.contradiction == Contradiction.REGISTERED]
    others = [one for one in found if one.contradiction == Contradiction.KIND]
    lines = []
    if registered:
        lines.append(
            _(
                "⚠️ 其中 <b>{count:,}</b> 辆已上牌的车有待办理的预选:{numbers}。"
                "导入后这些预选不会过期,可一并确认已上牌。"
            ).format(count=len(registered), numbers=_numbers(registered))
        )
    if others:
        lines.append(
            _(
                "⚠️ 其中 <b>{count:,}</b> 辆的号牌种类与待办理的预选不符:{numbers}。"
                "导入后这些预选不会过期,列在 /desk 待处理。"
            ).format(count=len(others), numbers=_numbers(others))
        )
    return "".join(f"\n\n{line}" for line in lines)


def on_card(found: ContradictedReservation) -> str:
    """Return what the registry says against a reservation, on its card."""
    if found.contradiction == Contradiction.REGISTERED:
        return _("⚠️ 登记系统:该车已上牌,窗口尚未确认;此预选不会过期。")
    return _("⚠️ 登记系统:该车号牌种类为{kind},与预选不符;此预选不会过期。").format(
        kind=KINDS[found.registry_kind]()
    )


def _numbers(found: Sequence[ContradictedReservation]) -> str:
    named = listed(plate(one.plate.office, one.plate.serial) for one in found[:_NAMED_IN_PREVIEW])
    return named if len(found) <= _NAMED_IN_PREVIEW else _("{numbers} 等").format(numbers=named)
