"""Examples of the arguments of commands, in the words of each language."""

from bot.i18n.formatting import KINDS
from bot.i18n.language import phrase, verbatim
from core.values.plates import PlateKind

_OFFICE, _KIND, _MASK, _PLATE = "粤K", "small", "A####", "粤K12345"
_WITHHELD = "A888#"
_FORMS = {"small": ("A####", "A888#", "12345"), "small_nev": ("D#####", "DA888#", "D12345")} | {
    "large_nev": ("#####D", "888##D", "12345D")
}
"""A segment, a part of it and a number of each kind, as examples."""


def localised(text: str, office: str, kind: str) -> str:
    """Return a usage with an office of the admin and its kind in place of the examples."""
    code, name = office or _OFFICE, kind or _KIND
    segment, part, serial = _FORMS[name]
    text = text.replace(_PLATE, f"{code}{serial}")
    for written, typed in ((_KIND, name), (KINDS[PlateKind.SMALL].chinese, KINDS[PlateKind(name)].chinese)):
        text = text.replace(f"{_OFFICE} {written} {_MASK}", f"{code} {typed} {segment}")
        text = text.replace(f"{_OFFICE} {written} {_WITHHELD}", f"{code} {typed} {part}")
    return text.replace(_OFFICE, code)


def mask_example(kind: str) -> str:
    return _FORMS[kind][0]


def example(command: str, office: str, kind: str) -> str:
    """Return an example of a command's arguments."""
    return localised(_EXAMPLES[command](), office, kind) if command in _EXAMPLES else ""


_EXAMPLES = {
    "find": verbatim("粤K12345"),
    "note": phrase("粤K12345 已电话,周五来"),
    "confirm": verbatim("粤K12345 000001"),
    "void": phrase("粤K12345 合格证与车辆不符"),
    "revoke": phrase("粤K12345 本人申请"),
    "identity": phrase("11010519491231002X 5551234 已核对原件"),
    "usertype": phrase("5551234 窗口注册用户"),
    "undo": phrase("粤K12345 办错号码"),
    "unban": phrase("13800138000 误列"),
    "broadcast": phrase("粤K 窗口搬迁,请到新址办理"),
    "approve": verbatim("12"),
    "reject": phrase("12 发票照片看不清"),
    "withhold": phrase("粤K 小型汽车 A888# 拟公开拍卖"),
    "unwithhold": phrase("粤K 小型汽车 A888# 拍卖已取消"),
    "audit": phrase("粤K 作废 3月"),
    "maintenance": phrase("粤K 开 系统升级,12 点恢复"),
    "ban": phrase("13800138000 倒卖号牌 3年"),
    "grant": phrase("LSVTEST02RM000106 随机=1 系统故障补偿"),
    "closed": phrase("粤K 12月31日 盘点"),
    "release": phrase("粤K 小型汽车 A####"),
}
"""An example for each command that is asked for its arguments."""
