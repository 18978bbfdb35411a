"""Examples of the arguments of commands, which are typed alike in every language."""

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
    return (
        text.replace(_PLATE, f"{code}{serial}")
        .replace(f"{_OFFICE} {_KIND} {_MASK}", f"{code} {name} {segment}")
        .replace(f"{_OFFICE} {_KIND} {_WITHHELD}", f"{code} {name} {part}")
        .replace(_OFFICE, code)
    )


def mask_example(kind: str) -> str:
    return _FORMS[kind][0]


def example(command: str, office: str, kind: str) -> str:
    """Return an example of a command's arguments."""
    return localised(_EXAMPLES.get(command, ""), office, kind)


_EXAMPLES = {
    "find": "粤K12345",
    "note": "粤K12345 已电话,周五来",
    "confirm": "粤K12345 000001",
    "void": "粤K12345 合格证与车辆不符",
    "revoke": "粤K12345 本人申请",
    "identity": "11010519491231002X 5551234 已核对原件",
    "usertype": "5551234 窗口注册用户",
    "undo": "粤K12345 办错号码",
    "unban": "13800138000 误列",
    "broadcast": "粤K 窗口搬迁,请到新址办理",
    "approve": "12",
    "reject": "12 发票照片看不清",
    "withhold": "粤K small A888# 拟公开拍卖",
    "unwithhold": "粤K small A888# 拍卖已取消",
    "audit": "粤K 作废 3月",
    "maintenance": "粤K 开 系统升级,12 点恢复",
    "ban": "13800138000 倒卖号牌 3年",
    "grant": "LSVTEST02RM000106 随机=1 系统故障补偿",
    "closed": "粤K 12月31日 盘点",
    "release": "粤K small A####",
}
"""An example for each command that is asked for its arguments."""
