"""Errors in VINs and certificate numbers, and of the vehicle registry."""

from collections.abc import Callable
from html import escape

from bot.i18n.formatting import moment
from bot.i18n.language import Phrase, _, phrase
from bot.texts.error_texts.parts import characters, places, wrong_length
from core.errors import registry as registry_errors
from core.errors import vehicles as vehicles_errors
from core.errors.base import XuanhaoError
from core.values.vehicles import CERTIFICATE_LENGTHS, CertificateKind


def _vin_lookalike(error: vehicles_errors.VinLookalike) -> str:
    hint = _("是不是 <code>{vin}</code>?").format(vin=error.suggestion) if error.suggestion else ""
    return _("车辆识别代号中没有字母 I、O、Q({places}),可能是数字 1 或 0。{hint}").format(
        places=places(error.positions), hint=hint
    )


def _vin_length(error: vehicles_errors.VinLength) -> str:
    shortest, longest = CERTIFICATE_LENGTHS[CertificateKind.DOMESTIC]
    hint = _("这里请不要输入合格证编号。") if shortest <= error.found <= longest else ""
    return wrong_length(_("车辆识别代号"), error) + hint


def _certificate_length(error: vehicles_errors.CertificateLength) -> str:
    return _("编号应为 {shortest}–{longest} 位,您输入了 {found} 位,请对照证书重新输入。").format(
        shortest=error.shortest, longest=error.longest, found=error.found
    )


PLAIN: dict[type[XuanhaoError], Phrase] = {
    vehicles_errors.VinEmpty: phrase("请输入车辆识别代号。"),
    vehicles_errors.VinError: phrase("车辆识别代号格式不正确,应为 17 位字母和数字。"),
    vehicles_errors.CertificateEmpty: phrase("请输入证书编号。"),
    vehicles_errors.CertificateError: phrase("证书编号格式不正确,请对照证书重新输入。"),
    vehicles_errors.CertificateIsVin: phrase("这是车辆识别代号,上一步已经输入。请输入证书上的编号。"),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    vehicles_errors.VinCharacters: lambda error: _(
        "车辆识别代号只有英文字母和数字,{places}的字符{characters}不正确,请用英文输入法重新输入。"
    ).format(places=places(error.positions), characters=characters(error)),
    vehicles_errors.VinLength: _vin_length,
    vehicles_errors.VinLookalike: _vin_lookalike,
    vehicles_errors.VinMistyped: lambda error: _(
        "车辆识别代号有一位输错了(校验位不符),请逐段对照证书:\n<code>{vin}</code>"
    ).format(vin=escape(error.grouped)),
    vehicles_errors.CertificateLength: _certificate_length,
    vehicles_errors.CertificateCharacters: lambda error: _("编号中有不能使用的字符{characters}。").format(
        characters=characters(error)
    ),
    vehicles_errors.CertificateDigitWanted: lambda error: _(
        "合格证编号后 10 位应为数字({places}不是)。"
    ).format(places=places(error.positions)),
    registry_errors.RegistryUnavailable: lambda error: _(
        "机动车登记系统自 {since} 起没有答复,暂时不能查询车辆,什么都没有改变。请过几分钟再试一次。"
    ).format(since=moment(error.since)),
}
