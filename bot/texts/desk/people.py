"""Texts of user types, moved identities, and granted chances."""

from collections.abc import Sequence
from html import escape

from bot.i18n.formatting import listed, masked_identity, plate, reason
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import somebody
from bot.texts.owner.exported import USER_TYPES
from core.people.accounts import Account, UserType
from core.preselection import Preselection
from core.values.vehicles import group_vin

USERTYPE = phrase("✅ 确认")
MOVE_IDENTITY = phrase("✅ 已核对证件,转移身份")
IDENTITY_MOVED = phrase("✅ 身份已转移,双方都会收到通知。")
GRANT = phrase("✅ 确认增加")


def user_type_question(account: Account, wanted: UserType) -> str:
    return _("<b>修改用户类型?</b>\n{who}\n{present} → {wanted}").format(
        who=somebody(account), present=USER_TYPES[account.user_type](), wanted=USER_TYPES[wanted]()
    )


def user_type_set(wanted: UserType) -> str:
    return _("✅ 用户类型:{type}。").format(type=USER_TYPES[wanted]())


def identity_question(
    identity: str, holder: Account | None, account: Account, why: str, kept: Sequence[Preselection]
) -> str:
    """Return the question before an identity is moved; the numbers in ``kept`` stay reserved."""
    before = _("目前没有账号注册")
    if holder:
        before = _("现注册于聊天号 {chat},将失去注册和未完成的预选").format(chat=holder.chat_id)
    if kept:
        numbers = listed(plate(preselection.office, preselection.serial or "") for preselection in kept)
        before += _(";其已预选的 {numbers} 不随之取消,需要时请另行作废或取消").format(numbers=numbers)
    return _(
        "<b>转移身份?</b>\n{identity}:{before}。\n转到聊天号 {chat}。\n原因:{reason}\n\n"
        "以该身份产生的黑名单一并解除。请先核对身份证原件。"
    ).format(identity=masked_identity(identity), before=before, chat=account.chat_id, reason=reason(why))


def holder_elsewhere(office: str) -> str:
    """Return the error for an identity whose holder belongs to an office that the admin does not serve."""
    return _(
        "该身份现注册于 {office} 的账号。把它转走须同时具有该发牌机关的权限,"
        "请联系全部发牌机关的负责人。未作任何更改。"
    ).format(office=escape(office))


def grant_question(vin: str, batches: str, wishes: str, why: str) -> str:
    return _(
        "<b>增加选号机会?</b>\n<code>{vin}</code>\n"
        "随机选号 +{batches} 次,自编号牌 +{wishes} 个\n原因:{reason}"
    ).format(vin=escape(group_vin(vin)), batches=batches, wishes=wishes, reason=reason(why))


def granted(vin: str) -> str:
    return _("✅ <code>{vin}</code> 已增加选号机会。").format(vin=escape(group_vin(vin)))
