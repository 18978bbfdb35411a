"""Parts of sentences that errors of several areas share."""

from collections.abc import Sequence
from html import escape

from bot.i18n.formatting import listed
from bot.i18n.language import _
from core.errors import identity as identity_errors
from core.errors import plates as plates_errors
from core.errors import vehicles as vehicles_errors
from core.errors.base import XuanhaoError

_Length = (
    plates_errors.SerialLength
    | plates_errors.MaskLength
    | vehicles_errors.VinLength
    | identity_errors.ResidentIdLength
    | identity_errors.CreditCodeLength
)


def places(positions: Sequence[int]) -> str:
    return listed(_("第{position}位").format(position=position) for position in positions[:8])


def characters(error: XuanhaoError) -> str:
    """Return the wrong characters in quotation marks; nothing if they are not known."""
    wrong = getattr(error, "characters", "")
    return _("「{characters}」").format(characters=escape(wrong)) if wrong else ""


def wrong_length(what: str, error: _Length) -> str:
    return _("{what}应为 {wanted} 位,您输入了 {found} 位,请检查后重新输入。").format(
        what=what, wanted=error.wanted, found=error.found
    )
