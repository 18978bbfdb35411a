"""Errors of registration, SMS codes and guesses of values of others."""

from collections.abc import Callable

from bot.i18n.language import Phrase, _, phrase
from bot.texts.owner import own_data, provinces
from core.errors import accounts as accounts_errors
from core.errors import probes as probes_errors
from core.errors import verification as verification_errors
from core.errors.base import XuanhaoError
from core.people.accounts import UserType


def _not_this_user_type(error: accounts_errors.NotThisUserType) -> str:
    if error.user_type == UserType.UNIT:
        return provinces.UNIT_STAYS()
    return provinces.NEW_OWNER_STAYS()


PLAIN: dict[type[XuanhaoError], Phrase] = {
    accounts_errors.NotRegistered: phrase("您还没有完成注册,请先点【预选号牌】。"),
    accounts_errors.IdentityTaken: phrase(
        "该身份证明号码已被其他账号注册。如那是您以前的 Telegram 账号,请在那个账号里发送 /delete;"
        "否则请携带身份证原件到车辆管理所窗口,由工作人员核实后将身份转到您的账号。"
    ),
    accounts_errors.PhoneTaken: phrase(
        "该手机号已注册在另一个账号上。请重新输入该号码(不用按钮发送),用短信验证码证明由您本人使用。"
    ),
    accounts_errors.PhoneLost: phrase(
        "您的手机号已由现在使用它的人验证,注册到了他人的账号。请发送 /privacy,点【更换手机号】。"
    ),
    accounts_errors.OfficeHeld: phrase(
        "您有已选定、还没有办理的号码,只能在原来的注册地办理;办结之前不能修改注册地。"
    ),
    accounts_errors.ContactOfSomebodyElse: phrase("请发送您本人的联系方式,不能转发他人的名片。"),
    verification_errors.NoCodeYet: phrase("请先获取短信验证码。"),
    verification_errors.CodeExpired: phrase("验证码已超过5分钟有效期,请重新获取。"),
    verification_errors.CodeLocked: phrase("验证码已连续输错5次,该验证码已作废,请重新获取。"),
    verification_errors.CodeForm: phrase("验证码为 6 位数字,请重新输入(未计次数)。"),
    verification_errors.PhoneCapReached: phrase("该手机号今天获取验证码的次数已达上限,请明天再试。"),
    verification_errors.ChatCapReached: phrase("您今天获取验证码的次数已达上限,请明天再试。"),
    verification_errors.RegistrationCapReached: phrase(
        "今天用于注册的短信已达上限。请改用下方的按钮发送您本人的手机号(不需要短信),或明天再试。"
    ),
    verification_errors.ServiceCapReached: phrase(
        "今天的短信发送量已达上限,请稍后或明天再试,已填写的信息会为您保留。"
    ),
    verification_errors.SmsGatewayError: phrase("短信暂时无法发送,请稍后点【重新发送】。"),
    verification_errors.VerificationLapsed: phrase(
        "本次手机验证已失效(30分钟无操作或已过服务时间),请重新验证。次数不受影响。"
    ),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    accounts_errors.NotThisUserType: _not_this_user_type,
    verification_errors.CodeTooSoon: lambda error: _("验证码刚刚发过,请 {seconds} 秒后再获取。").format(
        seconds=error.seconds
    ),
    probes_errors.ProbedTooOften: lambda error: _(
        "短时间内输入了多个他人已使用或与登记不符的证件号码、手机号或车辆信息。"
        "请核对后,{minutes} 分钟后再输入。"
    ).format(minutes=-(-error.seconds // 60)),
    accounts_errors.DeletionBlocked: lambda error: own_data.stays(error.blockers),
}
