"""Texts of the page on which an owner checks the data of step 2 and reads the service terms of step 3."""

from collections.abc import Callable
from html import escape

from bot.i18n.formatting import KINDS, masked_identity, masked_name, masked_phone, office_title
from bot.i18n.language import _, phrase
from core.preselection.reviewed import ReviewedData
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind, group_vin

_HEAD = phrase("<b>第2步 确认信息</b>\n请逐项核对,有误可点下方按钮修改:")
_WRONG_DATA = phrase("姓名、证件号码或车辆信息与实际不符的,窗口办理时号码作废,并列入黑名单。")
_MASKED = phrase("为保护隐私,姓名、证件号码和手机号已隐藏部分内容。")
_CERTIFICATES = {
    CertificateKind.DOMESTIC: phrase("合格证编号:{value}"),
    CertificateKind.IMPORT: phrase("货物进口证明书编号:{value}"),
}


def review(
    shown: ReviewedData, before: ReviewedData | None, office: Office, *, is_unit: bool, in_full: bool
) -> str:
    """Return the data of step 2 for review, with what has changed since they were last shown.

    Args:
        shown: the data.
        before: what was shown before the last correction; None if there was none.
        office: the office where the number is selected.
        is_unit: whether the owner is an organisation.
        in_full: whether personal data are shown without a mask.
    """
    known = before or shown

    def field(label: str, name: str, form: Callable[[str], str]) -> str:
        now, then = getattr(shown, name), getattr(known, name)
        value = form(now)
        if then and then != now:
            value = _("{before} → <b>{now}</b>(已修改)").format(before=form(then), now=value)
        return label.format(value=value)

    name = _("单位名称:{value}") if is_unit else _("车主:{value}")
    identity = _("统一社会信用代码:{value}") if is_unit else _("身份证号:{value}")
    lines = [
        _HEAD(),
        field(_("发牌机关:{value}"), "office", lambda code: _office(code, office)),
        field(_("号牌种类:{value}"), "kind", lambda kind: KINDS[PlateKind(kind)]()),
        field(_("车辆识别代号:{value}"), "vin", lambda vin: f"<code>{escape(group_vin(vin))}</code>"),
        field(
            _CERTIFICATES[CertificateKind(shown.certificate_kind)](),
            "certificate",
            lambda number: f"<code>{escape(number)}</code>",
        ),
        field(name, "name", escape if in_full else masked_name),
        field(identity, "identity", escape if in_full else masked_identity),
        field(_("手机号:{value}"), "phone", _phone if in_full else masked_phone),
        _WRONG_DATA() if in_full else _MASKED(),
    ]
    return "\n".join(lines)


def with_terms(text: str, terms: str) -> str:
    """Return a page with the service terms below it, of which the first lines are shown."""
    title, _newline, rest = terms.partition("\n")
    return f"{text}\n\n{title}\n<blockquote expandable>{rest}</blockquote>"


def _office(code: str, office: Office) -> str:
    return escape(office_title(office) if code == office.code else code)


def _phone(number: str) -> str:
    return escape(number.removeprefix("+86"))
