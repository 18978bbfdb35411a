"""Errors in names, identity numbers and telephone numbers."""

from collections.abc import Callable

from bot.errors import typed as typed_errors
from bot.i18n.language import Phrase, _, phrase
from bot.texts.error_texts.parts import places, wrong_length
from bot.texts.owner import units
from core.errors import accounts as accounts_errors
from core.errors import identity as identity_errors
from core.errors.base import XuanhaoError

_OfNumber = identity_errors.ResidentIdCharacters | identity_errors.CreditCodeCharacters


def _characters_of_number(error: _OfNumber) -> str:
    """Return which characters are wrong; that they are, if hardly any number was typed."""
    is_code = isinstance(error, identity_errors.CreditCodeCharacters)
    if not error.masked:
        wider = identity_errors.CreditCodeError if is_code else identity_errors.ResidentIdError
        return PLAIN[wider]()
    if is_code:
        wrong = _(
            "统一社会信用代码{places}不正确:只能是数字和大写字母(没有 I、O、S、V、Z),第 3–8 位只能是数字。"
        )
    else:
        wrong = _("身份证号码{places}不正确:前 17 位只能是数字,最后一位只能是数字或字母 X。")
    return wrong.format(places=places(error.positions))


PLAIN: dict[type[XuanhaoError], Phrase] = {
    identity_errors.ResidentIdEmpty: phrase("请输入居民身份证号码。"),
    identity_errors.ResidentIdMistyped: phrase(
        "身份证号码校验不通过(最后一位校验码不符),18 位中有一位输错了,请与身份证逐位核对后重新输入。"
    ),
    identity_errors.ResidentIdRegion: phrase("身份证号码中的地区代码无效,请核对。"),
    identity_errors.ResidentIdBirthDate: phrase("身份证号码中的出生日期不存在,请核对。"),
    identity_errors.ResidentIdFuture: phrase("身份证号码中的出生日期晚于今天,请核对。"),
    identity_errors.ResidentIdError: phrase("身份证号码格式不正确,应为 18 位。"),
    identity_errors.CreditCodeMistyped: phrase(
        "统一社会信用代码校验不通过,有一位输错了,请核对。"
        "如与证照一致(如厦门市 2016 年以前发放的代码),请携带证照到车辆管理所窗口办理。"
    ),
    identity_errors.CreditCodeError: phrase("统一社会信用代码格式不正确,应为 18 位。"),
    identity_errors.PhoneEmpty: phrase("请输入手机号。"),
    identity_errors.PhoneForeign: phrase("只支持中国大陆手机号(+86)。"),
    identity_errors.PhoneNotMobile: phrase("这不是手机号,无法接收短信,请输入 11 位手机号。"),
    identity_errors.PhoneError: phrase("手机号不正确,请输入 11 位中国大陆手机号。"),
    identity_errors.PersonNameEmpty: phrase("请输入姓名。"),
    identity_errors.PersonNameError: phrase(
        "姓名只能是 2–30 个汉字或字母(可含间隔号·;全是字母的不超过 39 个),请输入身份证上的姓名。"
    ),
    identity_errors.UnitNameEmpty: units.NAME_EMPTY,
    identity_errors.UnitNameError: units.NAME_WRONG,
    accounts_errors.UnitNeedsCreditCode: units.NEEDS_CREDIT_CODE,
    accounts_errors.CreditCodeIsUnit: units.IS_UNIT,
    identity_errors.CreditCodeEmpty: units.CODE_EMPTY,
    typed_errors.UnreadableCharacters: phrase("您发送的内容中有无法识别的字符,请重新输入。"),
    identity_errors.ControlCharacterInText: phrase("文字中有看不见的控制字符,请重新输入,不要粘贴。"),
    identity_errors.PersonalNumberInText: phrase(
        "这里请不要写身份证号、信用代码或电话号码:内容会显示给他人并记入日志。请去掉后重新输入。"
    ),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    identity_errors.ResidentIdCharacters: _characters_of_number,
    identity_errors.CreditCodeCharacters: _characters_of_number,
    identity_errors.ResidentIdLength: lambda error: wrong_length(_("身份证号码"), error),
    identity_errors.ResidentIdAge: lambda error: _(
        "身份证号码中的出生日期距今超过 {years} 年,请核对。"
    ).format(years=error.oldest),
    identity_errors.CreditCodeLength: lambda error: wrong_length(_("统一社会信用代码"), error),
}
