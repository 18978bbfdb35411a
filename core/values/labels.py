"""Labels that documents, text messages and habits put before a value: 「车架号:」, 「手机：」, 「VIN」.

One list for each kind of value, and one function that removes them, wherever a value is typed.
"""

import re
from collections.abc import Iterable

from core.values.text import clean, tidy

VIN = ("VIN码", "VIN", "车辆识别代号", "车辆识别代码", "车辆识别码", "车架号码", "车架号")
CERTIFICATE = (
    *("合格证编号", "合格证号码", "合格证号", "合格证", "车辆合格证编号", "整车合格证编号"),
    *(
        "货物进口证明书编号",
        "货物进口证明书号",
        "货物进口证明书",
        "进口证明书编号",
        "证书编号",
        "证书号",
        "编号",
    ),
)
IDENTITY = (
    *("公民身份号码", "居民身份证号码", "居民身份证号", "居民身份证", "身份证号码", "身份证号", "身份证"),
    *("证件号码", "证件号", "统一社会信用代码", "社会信用代码", "信用代码"),
)
PHONE = ("手机号码", "手机号", "手机", "联系电话", "电话号码", "电话", "MOBILE", "PHONE", "TEL")
PLATE = ("机动车号牌号码", "号牌号码", "车牌号码", "车牌号", "车牌", "号牌", "预选号码", "号码")
PERSON_NAME = ("车主姓名", "本人姓名", "姓名", "名字", "车主", "NAME")
UNIT_NAME = ("单位名称", "公司名称", "企业名称", "机构名称", "单位", "名称", "NAME")
CODE = ("短信验证码", "验证码", "CODE")

_AFTER = " :=()/.、-"
_OF_NUMBERS = tuple(sorted({*VIN, *CERTIFICATE, *IDENTITY, *PHONE, *PLATE}, key=len, reverse=True))
_ANY = re.compile(
    rf"\s*(?:{'|'.join(map(re.escape, _OF_NUMBERS))})(?:\(VIN\))?"
    r"(?:\s*[:\uff1a=]\s*|\s+|(?=[^\sA-Za-z:\uff1a=]))",
    re.IGNORECASE,
)


def without_label(text: str, labels: Iterable[str]) -> str:
    """Return the cleaned text without the labels before it: 「车架号:」, 「车辆识别代号(VIN)」.

    Args:
        text: the user's input.
        labels: in upper case; the longest that fits is removed.
    """
    known = sorted(labels, key=len, reverse=True)
    rest = clean(text)
    while (label := next((label for label in known if rest.startswith(label)), None)) is not None:
        rest = rest.removeprefix(label).lstrip(_AFTER)
    return rest


def without_label_of_name(text: str, labels: Iterable[str]) -> str:
    """Return the tidied text of a name without a label and the colon or space after it; case is preserved.

    Without a colon or a space it may belong to the name.
    """
    name = tidy(text)
    wanted = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    return re.sub(rf"^(?:{wanted})(?:\s*[:=]\s*|\s+)", "", name, flags=re.IGNORECASE)


def without_any_label(text: str) -> str:
    """Return the raw text without a label before its first value, whatever kind of number it is.

    What follows is not normalized, so that a reason keeps its form.
    """
    found = _ANY.match(text)
    return text[found.end() :] if found else text
