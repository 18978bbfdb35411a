"""Texts of user types, moved identities, and granted chances."""

from collections.abc import Sequence
from html import escape

from bot.i18n.formatting import day, listed, masked_identity, reason
from bot.i18n.language import _, phrase
from bot.texts.desk.parts import number_of, owner_line, somebody
from bot.texts.owner.exported import USER_TYPES
from core.people.accounts import Account, UserType
from core.preselection import Preselection, PreselectionState
from core.preselection.identity_sides import IdentitySide, replaced_identity
from core.preselection.quotas import Quota
from core.values.vehicles import group_vin

USERTYPE = phrase("✅ 确认")
MOVE_IDENTITY = phrase("✅ 已核对证件,转移身份")
IDENTITY_MOVED = phrase("✅ 身份已转移,双方都会收到通知。")
GRANT = phrase("✅ 确认增加")


def user_type_question(account: Account, wanted: UserType, why: str) -> str:
    """Return the question before a user type is changed; the reason may be empty."""
    said = _("<b>修改用户类型?</b>\n{who}\n{present} → {wanted}").format(
        who=somebody(account), present=USER_TYPES[account.user_type](), wanted=USER_TYPES[wanted]()
    )
    return said + (_("\n原因:{reason}").format(reason=reason(why)) if why else "")


def user_type_set(wanted: UserType) -> str:
    return _("✅ 用户类型:{type}。").format(type=USER_TYPES[wanted]())


def identity_question(
    identity: str, holder: IdentitySide | None, receiver: IdentitySide, why: str, *, is_named: bool
) -> str:
    """Return the question before an identity is moved: who loses what, on both sides.

    That the receiver has another identity stands in the first line; ``is_named`` says whether the receiver's
    name, which is asked for then, has been typed.
    """
    replaced = replaced_identity(receiver.account, identity)
    lines = []
    if replaced:
        lines += [
            _("⚠️ <b>转入账号已有另一身份:{who}</b>,转移后将失去该身份。请确认窗口前就是此人。").format(
                who=somebody(receiver.account)
            ),
            "",
        ]
    lines += [
        _("<b>转移身份?</b>"),
        _("身份:{identity}").format(identity=masked_identity(identity)),
        _("原因:{reason}").format(reason=reason(why)),
        "",
        _("<b>转出</b>:{side}").format(side=_holder(holder)),
        "",
        _("<b>转入</b>:{side}").format(side=_receiver(receiver, replaced)),
        "",
        _("请先核对身份证原件。"),
    ]
    if replaced and not is_named:
        lines.append(_to_type(receiver.account))
    return "\n".join(lines)


def _to_type(account: Account) -> str:
    if account.name:
        return _("确认无误的,请输入转入账号现在登记的姓名(全名);输入其他内容即取消。")
    return _("确认无误的,请输入转入账号现有证件号码的后四位;输入其他内容即取消。")


def _side(account: Account) -> str:
    since = (
        _("{day} 注册").format(day=day(account.registered_at)) if account.registered_at else _("未完成注册")
    )
    return _("聊天号 <code>{chat}</code> · {since}\n{who}").format(
        chat=account.chat_id, since=since, who=somebody(account)
    )


def _holder(holder: IdentitySide | None) -> str:
    """Return the account that loses the identity, and what it loses with it."""
    if holder is None:
        return _("目前没有账号注册")
    losing = [_("失去注册")]
    if holder.draft is not None:
        losing.append(_("失去未完成的预选"))
    if holder.bans:
        losing.append(_("由其预选产生的黑名单一并解除,共有 {count} 项原因").format(count=len(holder.bans)))
    if holder.reserved:
        losing.append(
            _("已预选的 {numbers} 不随之取消,需要时请另行作废或取消").format(numbers=_numbers(holder))
        )
    return f"{_side(holder.account)}\n{_bullets(losing)}"


def _receiver(receiver: IdentitySide, replaced: str) -> str:
    """Return the account that receives the identity, and what it loses of its present one."""
    losing = []
    if replaced:
        losing.append(_("失去现有身份,该身份不再有账号;登记的姓名、手机号不变"))
    if replaced and receiver.bans:
        losing.append(_("原身份的黑名单({count} 项原因)留在原身份上").format(count=len(receiver.bans)))
    if receiver.draft is not None:
        losing.append(_("未完成的预选继续"))
    if receiver.reserved:
        losing.append(_("已预选的 {numbers} 仍属此账号").format(numbers=_numbers(receiver)))
    return f"{_side(receiver.account)}\n{_bullets(losing)}".strip()


def _numbers(side: IdentitySide) -> str:
    return listed(number_of(one) for one in side.reserved)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"• {line}" for line in lines)


def holder_elsewhere(office: str) -> str:
    """Return the error for an identity whose holder belongs to an office that the admin does not serve."""
    return _(
        "该身份现注册于 {office} 的账号。把它转走须同时具有该发牌机关的权限,"
        "请联系全部发牌机关的负责人。未作任何更改。"
    ).format(office=escape(office))


def vehicle_line(everything: Sequence[Preselection], left: Quota | None) -> str:
    """Return what a vehicle has left, and whether it has its number already; empty if it was never here."""
    lines = []
    done = next((one for one in everything if one.state == PreselectionState.REGISTERED), None)
    if done is not None:
        number = number_of(done)
        lines.append(_("⚠️ 该车已办结:{number} 已上牌").format(number=number))
    if left is not None:
        lines.append(
            _("现在还剩:随机选号 {batches} 次,自编号牌 {wishes} 个").format(
                batches=left.batches, wishes=left.wishes
            )
        )
    return "".join(f"{line}\n" for line in lines)


def grant_question(
    vin: str, about: tuple[Sequence[Account], str], batches: str, wishes: str, why: str
) -> str:
    """Return the question before chances are granted to a vehicle.

    Args:
        vin: the vehicle.
        about: the owners whom it helps, and the vehicle's line.
        batches: how many batches are added.
        wishes: how many wishes.
        why: the reason.
    """
    owners, state = about
    return _(
        "<b>增加选号机会?</b>\n<code>{vin}</code>\n{owners}\n{state}"
        "随机选号 +{batches} 次,自编号牌 +{wishes} 个\n原因:{reason}"
    ).format(
        vin=escape(group_vin(vin)),
        owners="\n".join(map(owner_line, owners)) or _("现在没有车主在为该车选号"),
        state=state,
        batches=batches,
        wishes=wishes,
        reason=reason(why),
    )


def granted(vin: str) -> str:
    return _("✅ <code>{vin}</code> 已增加选号机会。").format(vin=escape(group_vin(vin)))
