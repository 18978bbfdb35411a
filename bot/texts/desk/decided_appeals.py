"""Texts of decided appeals."""

from html import escape

from bot.i18n.formatting import day, moment
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import actor_label
from bot.texts.desk.appeals import approved
from bot.texts.desk.parts import somebody
from bot.texts.owner.appeal import STATES, answer
from core.appeals import Appeal, AppealEntry, AppealState
from core.appeals.reviews import AppealOutcome, outcome_of
from core.people.accounts import Account
from core.values.vehicles import group_vin, vin_last_six

NONE = phrase("没有已处理的申诉。")
LIST = phrase("« 已处理的申诉")


def heading(code: str, page: int) -> str:
    where = _("({office})").format(office=escape(code)) if code else ""
    return _("<b>已处理的申诉</b>{where}\n第 {page} 页,新的在前").format(where=where, page=page + 1)


def label(entry: AppealEntry) -> str:
    """Return the label of a decided appeal in the list."""
    return _("{number} · {office} · {tail} · {state} · {day}").format(
        number=entry.appeal_id,
        office=entry.office,
        tail=vin_last_six(entry.vin),
        state=STATES[entry.state](),
        day=day(entry.at),
    )


def card(appeal: Appeal, owner: Account) -> str:
    """Return what was decided of an appeal, by whom and when."""
    lines = [
        _("<b>申诉 {number}</b> · {office}:{state}").format(
            number=appeal.appeal_id, office=escape(appeal.office), state=STATES[appeal.state]()
        ),
        _("车辆识别代号:<code>{vin}</code>").format(vin=escape(group_vin(appeal.vin or ""))),
        _("申诉人:{who}").format(who=somebody(owner)),
    ]
    if appeal.submitted_at is not None:
        lines.append(_("提交于 {at}").format(at=moment(appeal.submitted_at)))
    if appeal.ended_at is not None:
        by = actor_label(appeal.decided_by) if appeal.decided_by else _("申诉人")
        lines.append(_("处理于 {at},{by}").format(at=moment(appeal.ended_at), by=by))
    if appeal.state == AppealState.APPROVED:
        lines.append(approved(appeal, outcome_of(appeal) or AppealOutcome()))
    if appeal.answer:
        lines.append(_("原因:{reason}").format(reason=answer(appeal.answer)))
    if not appeal.photos:
        lines.append(_("照片已按保存期限删除。"))
    return "\n".join(lines)
