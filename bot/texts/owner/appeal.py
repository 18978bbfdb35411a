"""Texts of appeals (异常选号资料修改) for owners."""

from collections.abc import Mapping
from html import escape

from bot.i18n.formatting import (
    counter_hours,
    day,
    masked_identity,
    masked_name,
    masked_phone,
    moment,
    office_name,
    office_title,
)
from bot.i18n.language import _, phrase
from core.appeals import LONGEST_REASON, Appeal, AppealState, Slot, Superseded
from core.clock import from_millis
from core.people.accounts import Account
from core.values.offices import Office
from core.values.vehicles import group_vin

APPEAL = phrase("【异常选号资料修改】")
SUBMIT = phrase("【提交申诉】")
NEW = phrase("➕ 提出新的申诉")
RESUME = phrase("✏️ 继续填写申诉")
READ = phrase("【阅读并同意】")
CONSENT = phrase("✅ 同意并继续")
DECLINE = phrase("不同意")
DECLINED = phrase("没有收集照片。您可以携带身份证明和购车发票到车辆管理所窗口核实。")
LIST = phrase("« 我的申诉")
CHANGE_VIN = phrase("修改车辆识别代号")
CHANGE_REASON = phrase("修改申诉原因")
EXCHANGE = phrase("对调两张照片")
EXCHANGED = phrase("两张照片已对调,请再核对一次。")
CHANGE_NAME = phrase("修改姓名")
CHANGE_PHONE = phrase("修改手机号")
DROP = phrase("放弃填写")
DROP_SURE = phrase("确定放弃")
KEEP = phrase("继续填写")
WITHDRAW = phrase("撤回申诉")
WITHDRAW_SURE = phrase("⛔ 确认撤回")
STAY = phrase("不撤回")
RENEW = phrase("✏️ 修改后重新提交")
SELECT = phrase("【预选号牌】")
SEE = phrase("查看申诉")

STATES = {
    AppealState.DRAFT: phrase("填写中"),
    AppealState.PENDING: phrase("待审核"),
    AppealState.APPROVED: phrase("审核通过"),
    AppealState.REJECTED: phrase("审核不通过"),
    AppealState.WITHDRAWN: phrase("已撤回"),
    AppealState.DROPPED: phrase("已放弃"),
}
PHOTOS = {Slot.IDENTITY: phrase("身份证明"), Slot.INVOICE: phrase("购车发票")}
CHANGE_PHOTO = {Slot.IDENTITY: phrase("更换身份证明照片"), Slot.INVOICE: phrase("更换购车发票照片")}
LABELS = {Slot.IDENTITY: phrase("① 身份证明"), Slot.INVOICE: phrase("② 购车发票")}
"""Labels above the photos in their picture, whose font has these characters."""
MISSING = phrase("照片缺失")
REASONS = (
    phrase("照片不清晰,无法核对"),
    phrase("身份证明与注册信息不符"),
    phrase("购车发票与车辆识别代号不符"),
    phrase("购车发票的购买方不是申诉人"),
)
"""The most common reasons for a rejection; a reviewer may type another."""
SIGNS = {
    AppealState.PENDING: "⏳",
    AppealState.APPROVED: "✅",
    AppealState.REJECTED: "❌",
    AppealState.WITHDRAWN: "🔙",
}

NOTICE = phrase(
    "<b>异常选号资料修改 · 申诉须知</b>\n"
    "1. 车辆识别代号被他人预选、被登记为已上牌、正在由他人选号,或选号机会被他人用完的,"
    "车主本人可以在此申诉。\n"
    "2. 需要提供:车辆识别代号、申诉原因、本人身份证明照片、该车购车发票照片;姓名、身份证号和手机号以"
    "注册信息为准。\n"
    "3. 由注册地车辆管理所人工审核,结果会通知您。<b>审核通过</b>的,撤销他人对该车辆的预选,"
    "恢复全部选号机会,该车辆只由您选号;<b>审核不通过</b>的会说明原因,可以修改后重新提交。\n"
    "4. 待审核期间可以撤回。提供虚假材料的,依法承担责任。\n"
    "5. 申诉不能解除黑名单;对黑名单有异议的,请到车辆管理所窗口提出。"
)
PHOTO_CONSENT = phrase(
    "<b>照片使用告知</b>\n"
    "申诉需要您的身份证明和购车发票照片,属于敏感个人信息,单独征得您的同意:\n"
    "• 用途:仅供审核本次申诉的工作人员核对,不作他用;审核画面不能转发或保存;\n"
    "• 保存:去除位置等附带信息后加密存放,<b>审核结束或撤回 {days} 天后删除</b>,草稿 7 天未提交即删除;\n"
    "• <b>请注意:Telegram 的服务器在境外</b>,您发送的照片会经过境外服务器;\n"
    "• 不同意则不能在线申诉,可直接到车辆管理所窗口核实。"
)
VIN = phrase("<b>申诉 1/4 · 车辆识别代号</b>\n请输入被他人使用的车辆的 17 位车辆识别代号(VIN、车架号):")
VIN_HINT = phrase("请输入 17 位车辆识别代号。")
REASON_HINT = phrase("请用文字输入申诉原因。")
PHOTO_HINT = phrase("请发送一张照片(可以用「照片」或「文件」方式发送)。")
VIN_CHANGED = phrase("车辆已改变,请重新填写申诉原因并重新发送该车的购车发票照片。")
DROP_TEXT = phrase("<b>放弃填写?</b>\n已填写的内容和照片将被删除。")
DROPPED = phrase("已放弃,填写的内容和照片已删除。")
WITHDRAWN = phrase("已撤回。")
REGISTER_FIRST = phrase("请先完成注册,再提出申诉。")
OTHER_VEHICLE = phrase("您正在为另一辆车预选号牌,完成或放弃(/cancel)之后,再为申诉通过的车辆选号。")
SUBMITTED = phrase("✅ 申诉已提交。")
GONE = phrase("您填写的那份申诉已提交、已放弃,或因 7 天未填写而清除。")
ENDED_BEFORE = phrase("该申诉已审核完毕,没有撤回。")
UNFINISHED = phrase("您有一份还没提交的申诉,请先提交或放弃。")
RENEWED = phrase("原来填写的内容已带入,请修改后提交。")


def reason_page() -> str:
    return _(
        "<b>申诉 2/4 · 申诉原因</b>\n请简要说明情况(5–{longest} 字),例如:本人于 3 月购买该车,从未预选,"
        "车辆识别代号被他人使用。请不要写身份证号和电话号码,审核人员已能看到您登记的信息。"
    ).format(longest=LONGEST_REASON)


_PHOTO_PAGES = {
    Slot.IDENTITY: phrase(
        "<b>申诉 3/4 · 身份证明照片</b>\n请发送您本人身份证明(居民身份证有照片的一面)的照片:四角完整、"
        "文字清晰、不反光。可以用「照片」或「文件」方式发送,一次一张。"
    ),
    Slot.INVOICE: phrase(
        "<b>申诉 4/4 · 购车发票照片</b>\n请发送该车机动车销售统一发票的照片:四角完整、车辆识别代号清晰可读。"
        "可以用「照片」或「文件」方式发送,一次一张。"
    ),
}


def photo_page(slot: Slot) -> str:
    return _PHOTO_PAGES[slot]()


def photo_taken(slot: Slot) -> str:
    return _("✅ 已收到{what}照片。").format(what=PHOTOS[slot]())


def consent(days: int) -> str:
    """Return how the photos are used; they are deleted this number of days after the appeal ends."""
    return PHOTO_CONSENT().format(days=days)


def home(appeals: list[Appeal], *, has_draft: bool, total: int) -> str:
    """Return the list of an owner's appeals."""
    lines = [
        _(
            "<b>异常选号资料修改</b>\n车辆识别代号被他人使用、不能预选号牌时,可以在这里提出申诉,由车辆管理所审核。"
        )
    ]
    if appeals:
        lines += ["", _("<b>我的申诉</b>(共 {total} 件)").format(total=total)]
        lines += [_line(appeal) for appeal in appeals]
    elif not has_draft:
        lines += ["", _("您还没有提出过申诉。")]
    return "\n".join(lines)


def _line(appeal: Appeal) -> str:
    at = appeal.ended_at or appeal.submitted_at
    return _("{sign} 申诉 {number} · <code>{vin}</code> · {state} · {day}").format(
        sign=SIGNS.get(appeal.state, ""),
        number=appeal.appeal_id,
        vin=escape(group_vin(appeal.vin or "")),
        state=STATES[appeal.state](),
        day=day(at) if at else "",
    )


def answer(reason: str) -> str:
    """Return the reason for a rejection as HTML; predefined reasons are translated."""
    ready = next((known for known in REASONS if known.chinese == reason), None)
    return escape(ready() if ready else reason)


def label(appeal: Appeal) -> str:
    return _("申诉 {number} · {state}").format(number=appeal.appeal_id, state=STATES[appeal.state]())


def review(appeal: Appeal, account: Account, office: Office) -> str:
    """Return the data of an appeal for review before submission."""
    return _(
        "<b>请核对申诉内容</b>\n有误可点下方按钮修改;两张照片如上图。\n\n"
        "受理机关:{office}\n"
        "车辆识别代号:<code>{vin}</code>\n"
        "申诉人:{name}\n"
        "身份证号:{identity}\n"
        "手机号:{phone}\n"
        "申诉原因:{reason}\n\n"
        "确认无误后点【提交申诉】。"
    ).format(
        office=escape(office_title(office)),
        vin=escape(group_vin(appeal.required_vin)),
        name=masked_name(account.name),
        identity=masked_identity(account.identity),
        phone=masked_phone(account.phone),
        reason=escape(appeal.reason),
    )


def mark(appeal: Appeal) -> str:
    return _("仅供审核申诉 {number} 使用").format(number=appeal.appeal_id)


def page(appeal: Appeal, office: Office | None) -> str:
    """Return the page of one appeal: number, subject, state."""
    lines = [
        _("<b>申诉编号:{number}</b>").format(number=appeal.appeal_id),
        _("状态:<b>{state}</b>").format(state=STATES[appeal.state]()),
        _("车辆识别代号:<code>{vin}</code>").format(vin=escape(group_vin(appeal.vin or ""))),
    ]
    if office is not None:
        lines.append(_("受理机关:{office}").format(office=escape(office_title(office))))
    if appeal.submitted_at is not None:
        lines.append(_("提交时间:{moment}").format(moment=moment(appeal.submitted_at)))
    if appeal.reason:
        lines.append(_("申诉原因:{reason}").format(reason=escape(appeal.reason)))
    if appeal.ended_at is not None:
        lines.append(_("结束时间:{moment}").format(moment=moment(appeal.ended_at)))
    if appeal.answer:
        lines.append(_("不通过的原因:<b>{reason}</b>").format(reason=answer(appeal.answer)))
    after = _NEXT[appeal.state]
    if appeal.suspicion_id is not None and appeal.state == AppealState.APPROVED:
        after = ANSWER_STANDS
    return "\n".join([*lines, "", after()])


_NEXT = {
    AppealState.DRAFT: phrase("请继续填写。"),
    AppealState.PENDING: phrase("正在等待人工审核,结果会通知您。审核前可以撤回,修改后重新提交。"),
    AppealState.APPROVED: phrase(
        "该车辆识别代号不再被他人占用,选号机会完整,该车辆只由您选号。请点【预选号牌】。"
    ),
    AppealState.REJECTED: phrase("可以修改后重新提交;也可以携带身份证明和购车发票到车辆管理所窗口核实。"),
    AppealState.WITHDRAWN: phrase("如仍需要,可以重新提交。"),
    AppealState.DROPPED: phrase("已放弃。"),
}


def withdraw_question(appeal: Appeal) -> str:
    return _("<b>撤回申诉 {number}?</b>\n撤回后不再审核;之后可以重新提交。").format(number=appeal.appeal_id)


def ban_stays(office: Office | None) -> str:
    """Return that an appeal lifts no ban, and where to object to one."""
    place = ""
    if office is not None:
        place = _(":{name},{address}").format(
            name=escape(office_name(office)), address=escape(office.address)
        )
    return _("申诉不能解除黑名单。对黑名单有异议的,请携带身份证明到车辆管理所窗口提出{place}。").format(
        place=place
    )


def vin_button(vin: str) -> str:
    """Return the label of the button that uses a vehicle whose appeal was approved."""
    return _("✅ {vin}(申诉通过)").format(vin=group_vin(vin))


# --- the answer to a suspicion, which is an appeal too --------------------------------------------

ANSWER_NOTICE = phrase(
    "<b>答复异常选号核查 · 须知</b>\n"
    "1. 您的选号已暂停,请在此提供购车发票和情况说明,由车辆管理所人工审核。\n"
    "2. 需要提供:您要选号的车辆的识别代号、情况说明、本人身份证明照片、该车购车发票照片;姓名、身份证号和"
    "手机号以注册信息为准。\n"
    "3. <b>审核通过</b>的,立即恢复选号,选号机会不变;<b>审核不通过</b>的会说明原因,可以修改后重新提交。\n"
    "4. 待审核期间可以撤回。提供虚假材料的,依法承担责任。"
)


def answer_approved(appeal: Appeal) -> str:
    return _("✅ <b>申诉 {number} 审核通过</b>\n您的答复已审核通过,选号已恢复,请继续选号。").format(
        number=appeal.appeal_id
    )


ANSWER_STANDS = phrase("您的答复已审核通过,选号已恢复。请点【预选号牌】。")
STILL_SUSPENDED = phrase("选号仍然暂停。")


# --- notifications ----------------------------------------------------------------------------


def decided(appeal: Appeal, office: Office | None) -> str:
    """Return the notification of the decision."""
    vin = escape(group_vin(appeal.vin or ""))
    is_answer = appeal.suspicion_id is not None
    if appeal.state == AppealState.APPROVED and is_answer:
        return answer_approved(appeal)
    if appeal.state == AppealState.APPROVED:
        return _(
            "✅ <b>申诉 {number} 审核通过</b>\n车辆识别代号:<code>{vin}</code>\n"
            "该车辆识别代号不再被他人占用,选号机会完整,该车辆只由您选号。请继续选号。"
        ).format(number=appeal.appeal_id, vin=vin)
    place = ""
    if office is not None:
        place = _("\n窗口核实:{name},{address}({hours})").format(
            name=escape(office_name(office)),
            address=escape(office.address),
            hours=counter_hours(office.counter_hours),
        )
    if is_answer:
        place = f"\n{STILL_SUSPENDED()}{place}"
    return _(
        "❌ <b>申诉 {number} 审核不通过</b>\n车辆识别代号:<code>{vin}</code>\n原因:<b>{reason}</b>\n"
        "可以修改后重新提交,也可以携带身份证明和购车发票到窗口核实。{place}"
    ).format(number=appeal.appeal_id, vin=vin, reason=answer(appeal.answer or ""), place=place)


def superseded(plate: str, details: Mapping[str, object], office: Office | None) -> str:
    """Return the notification to an owner whose number or selection was ended by another's appeal.

    Args:
        plate: 粤K·A1234; empty for an owner who was only selecting.
        details: of the notice: what it ``was``, the VIN's ``tail``, ``until`` when they are barred.
        office: where to object.
    """
    tail = escape(str(details.get("tail", "")))
    was, until = details.get("was"), details.get("until")
    if was == Superseded.RESERVED:
        ban = _("您没有被列入黑名单。")
        if isinstance(until, int):
            ban = _("按规定,您已列入黑名单,{until} 前不能网上预选号牌。").format(
                until=day(from_millis(until))
            )
        text = _(
            "❌ <b>预选已被撤销</b>\n号码 <b>{plate}</b>(车辆识别代号后六位 {tail}):"
            "该车辆识别代号经他人申诉、车辆管理所审核,属于他人的车辆。号码已收回。\n{ban}"
        ).format(plate=plate, tail=tail, ban=ban)
    elif was == Superseded.REGISTERED:
        text = _(
            "⚠️ <b>车辆识别代号有异议</b>\n您已上牌的号码 <b>{plate}</b> 所用的车辆识别代号(后六位 {tail}),"
            "经他人申诉、车辆管理所审核,属于他人的车辆。号牌暂不变动,请尽快到车辆管理所窗口核对登记信息。"
        ).format(plate=plate, tail=tail)
    else:
        text = _(
            "❌ <b>选号已中止</b>\n您正在选号的车辆(车辆识别代号后六位 {tail})经他人申诉、车辆管理所审核,"
            "属于他人的车辆。请核对车辆识别代号后重新填写。"
        ).format(tail=tail)
    if office is None:
        return text
    return text + _("\n如有异议,请携带身份证明到车辆管理所窗口提出:\n{name},{address}").format(
        name=escape(office_name(office)), address=escape(office.address)
    )


def reopened(appeal: Appeal, why: str) -> str:
    """Return that an approval was taken back, and the appeal waits again."""
    return _("↩️ <b>申诉 {number} 的审核通过已撤回</b>\n原因:{reason}\n将重新审核,结果会通知您。").format(
        number=appeal.appeal_id, reason=escape(why)
    )
