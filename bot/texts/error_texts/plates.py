"""Errors in plate numbers and masks."""

from collections.abc import Callable
from html import escape

from bot.i18n.formatting import listed
from bot.i18n.language import Phrase, _, phrase
from bot.texts.error_texts.parts import characters, places, wrong_length
from core.errors import plates as plates_errors
from core.errors.base import XuanhaoError


def _serial_lookalike(error: plates_errors.SerialLookalike) -> str:
    hint = ""
    if error.suggestion:
        hint = _("是不是 <code>{number}</code>?").format(number=error.suggestion)
    return _("号牌不使用字母 O 和 I({places}),请确认是否为数字 0 或 1。{hint}").format(
        places=places(error.positions), hint=hint
    )


PLAIN: dict[type[XuanhaoError], Phrase] = {
    plates_errors.SerialEmpty: phrase("请输入号码。"),
    plates_errors.SerialTooManyLetters: phrase("号码中最多只能有 2 个字母。"),
    plates_errors.SerialNotIssued: phrase("00000 不发放,请另选号码。"),
    plates_errors.PlateEmpty: phrase("请输入号牌号码,例如 粤K12345。"),
    plates_errors.PlateOfficeMissing: phrase("号牌号码应以发牌机关代号开头,例如 粤K12345。"),
    plates_errors.PlateError: phrase("号牌号码格式不正确,例如 粤K12345。"),
    plates_errors.MaskEmpty: phrase("请输入号段,例如 A####(# 代表数字,@ 代表字母)。"),
    plates_errors.MaskTooManyLetters: phrase("号段中最多只能有 2 个字母(@ 也算字母)。"),
    plates_errors.MaskNotIssued: phrase("00000 不发放。"),
    plates_errors.MaskError: phrase("号段格式不正确:# 代表数字,@ 代表字母,例如 A####、12###。"),
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    plates_errors.SerialLookalike: _serial_lookalike,
    plates_errors.SerialLength: lambda error: wrong_length(_("号码"), error),
    plates_errors.SerialCharacters: lambda error: _(
        "号码中有不能使用的字符{characters},只能是数字和字母。"
    ).format(characters=characters(error)),
    plates_errors.SerialOfOtherOffice: lambda error: _(
        "您输入的是 {typed} 的号码,本次选号的发牌机关是 {wanted}。"
    ).format(typed=escape(error.typed), wanted=escape(error.wanted)),
    plates_errors.SerialNevLetter: lambda error: _(
        "新能源号牌第{position}位应为字母 {letters} 之一。"
    ).format(position=error.position, letters=listed(error.allowed)),
    plates_errors.SerialDigitWanted: lambda error: _("{places}只能是数字。").format(
        places=places(error.positions)
    ),
    plates_errors.MaskLength: lambda error: wrong_length(_("号段"), error),
    plates_errors.MaskLookalike: lambda error: _("号码中不使用字母 O 和 I({places})。").format(
        places=places(error.positions)
    ),
    plates_errors.MaskNevLetter: lambda error: _(
        "新能源号段第{position}位应为 @ 或字母 {letters} 之一。"
    ).format(position=error.position, letters=listed(error.allowed)),
}
