"""A receipt to render, with long texts."""

from bot.i18n.bilingual import Bilingual
from bot.pictures.receipt import Receipt, ReceiptField

PLACE = "广东省茂名市茂南区站前路与迎宾二路交叉口西北侧车辆管理所综合服务大厅一楼 3-12 号窗口"
CODE = "/confirm 粤KA1234 000003"
_FIELDS = (
    ("车主", "Owner", "陈*东"),
    ("车辆识别代号后六位", "Last six of VIN", "000003"),
    ("凭证编号", "Receipt no.", "粤K-00000012"),
    ("号牌种类", "Plate kind", "小型汽车"),
)


def words(chinese: str, english: str = "") -> Bilingual:
    return Bilingual(chinese=chinese, english=english)


def receipt(kind: str, serial: str, *, place: str = PLACE, rehearsal: bool = False) -> Receipt:
    return Receipt(
        title=words("预选号凭证", "Preselection receipt"),
        office="粤K",
        kind=kind,
        serial=serial,
        date_label=words("请在此之前到窗口办理登记上牌", "Have it confirmed at the counter by"),
        date=words("2026年12月4日(周五) 17:00", "Fri, 4 Dec 2026, 17:00"),
        warning=words("逾期未办理,号码收回。", "After that the number is taken back."),
        place_label=words("办理地点", "Where to confirm"),
        place="茂名市公安局交通警察支队车辆管理所",
        place_lines=(words(place), words("工作日 09:00–17:00", "Working days 09:00–17:00")),
        fields=(
            *(ReceiptField(label=words(zh, en), value=words(value)) for zh, en, value in _FIELDS),
            ReceiptField(label=words("公开记录"), value=words("#12 0123456789abcdef"), is_wide=True),
        ),
        code=CODE,
        code_label=words("窗口扫码", "For the clerk"),
        papers_label=words("需带材料", "Papers to bring"),
        papers=(words("□ 预选号凭证", "Preselection receipt"), words("□ 身份证明", "Proof of identity")),
        rehearsal=rehearsal,
    )
