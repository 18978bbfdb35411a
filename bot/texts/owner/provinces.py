"""Texts of the search for other offices: provinces, search results, an office's page."""

from html import escape

from bot.i18n import formatting
from bot.i18n.formatting import reason
from bot.i18n.language import _, phrase
from core.values.offices import IssuingOffice, Office

ELSEWHERE = phrase("【跳转到其他省市】")
PROVINCES = phrase(
    "<b>跳转到其他省市</b>\n请选择省份,或直接输入城市、省份名称或代号(例如:茂名、广东、粤K)。\n"
    "● 本服务受理 · ↗ 其他机器人受理"
)
HINT = phrase("请点下方按钮,或输入城市、省份名称或代号,例如:茂名、粤K。")
NOTHING_FOUND = phrase("没有找到这个地方。请输入城市、省份名称或代号,例如:茂名、广东、粤K。")
BAD_LINK = phrase("这个链接无效或已过时,下面是首页。")
CONTINUE = phrase("继续预选")
OTHER_PROVINCE = phrase("« 其他省份")
SHARE = phrase("🔗 分享本页")
OPEN = phrase("↗ 前往办理")

TELL_SERVED = phrase("🔔 开通时通知我")
TELL_SERVED_OFF = phrase("🔕 不再通知我")
SERVED_NOTED = phrase("✅ 本服务开通该地选号时,会通知您。")
BACK_TO_REGISTRATION = phrase("« 返回注册")

NEW_OWNER_STAYS = phrase(
    "您的用户类型是「新车车主」(网上注册),只能在注册地的发牌机关预选号牌。"
    "如需在其他地方选号,请携带身份证明到车辆管理所窗口办理面签注册。"
)
UNIT_STAYS = phrase("您的用户类型是「单位用户」,只能在注册地的发牌机关预选号牌。")


def province_label(office: IssuingOffice, *, served: bool) -> str:
    """Return a province's button label from one of its offices: 粤 广东."""
    return f"{'● ' if served else ''}{office.abbreviation} {formatting.province_name(office, short=True)}"


def office_label(office: IssuingOffice, *, served: bool, elsewhere: bool) -> str:
    mark = "● " if served else "↗ " if elsewhere else ""
    return f"{mark}{office.code} {formatting.city_name(office)}"


def offices_of(issuing: IssuingOffice) -> str:
    return _("<b>{province}</b>\n请选择发牌机关:").format(province=escape(formatting.province_name(issuing)))


def found(count: int) -> str:
    return _("找到 {count} 个发牌机关:").format(count=count)


def _head(issuing: IssuingOffice) -> str:
    return _("<b>{code} {city} · 选号服务</b>").format(
        code=issuing.code, city=escape(formatting.city_name(issuing))
    )


def served(office: Office, opening: str) -> str:
    """Return the home page of an office that is served here.

    Args:
        office: the office.
        opening: whether it is open now, or when it next is.
    """
    lines = [
        _head(office.issuing),
        escape(formatting.office_name(office)),
        _("• 网上选号服务时间:{hours}({opening})").format(
            hours=formatting.hours(office.hours), opening=opening
        ),
        _("• 随机选号:每辆车 {batches} 批,每批 {size} 个号码").format(
            batches=office.random_batches, size=office.batch_size
        ),
        _("• 自编选号:每辆车共 {total} 个,每次最多 {most} 个").format(
            total=office.compose_total, most=office.compose_per_try
        ),
        _("• 有效期:选定次日起 {days} 个工作日,到最后一天窗口下班为止").format(days=office.validity_workdays),
        _("• 办理地点:{address}({hours})").format(
            address=escape(office.address), hours=formatting.counter_hours(office.counter_hours)
        )
        + formatting.phone_of(office),
    ]
    return "\n".join(lines)


OPEN_NOW = phrase("现在开放")
NEVER_OPEN = phrase("现在不开放")


def opens_at(moment: str) -> str:
    return _("下次开放 {moment}").format(moment=moment)


def served_elsewhere(issuing: IssuingOffice) -> str:
    """Return the page of an office that another bot serves."""
    return _("{head}\n该发牌机关由其他服务受理,请点下方按钮前往。").format(head=_head(issuing))


def not_served(issuing: IssuingOffice) -> str:
    """Return the page of an office that no known bot serves."""
    return _(
        "{head}\n本服务暂不受理该发牌机关的选号。请用官方的“交管12123”APP,或到{city}的车辆管理所窗口办理。"
    ).format(head=_head(issuing), city=escape(formatting.city_name(issuing)))


def not_here(served: list[Office]) -> str:
    """Return what to do for a city that is not offered at the registration."""
    return _(
        "<b>我的城市不在这里</b>\n"
        "本服务目前只受理:{offices}。\n"
        "• 车辆将在其他城市登记的,请用官方的“交管12123”APP 预选号牌,或到当地车辆管理所窗口办理;\n"
        "• 想在开通时收到通知:请直接输入您的城市名称或代号(例如:汕头、粤D)。"
    ).format(offices=formatting.listed(escape(formatting.office_title(office)) for office in served))


def in_maintenance(text: str) -> str:
    """Return the office's maintenance message."""
    return _("🛠 系统维护中:{text}").format(text=reason(text))


def own_office() -> str:
    """Return that this is the owner's office of registration."""
    return _("✅ 这是您的注册地。")


def may_not(why: str) -> str:
    """Return why the owner cannot select at this office."""
    return _("⚠️ {why}").format(why=why)


def link(address: str) -> str:
    """Return the deep link to an office's page."""
    return _("本页链接:<code>{address}</code>").format(address=escape(address))


def share_words(issuing: IssuingOffice) -> str:
    return _("{code} {city} · 预选机动车号牌").format(code=issuing.code, city=formatting.city_name(issuing))


def begun_elsewhere(office: Office) -> str:
    """Return the warning that continuing here gives up the draft at another office."""
    return _("⚠️ 您在 {office} 有一次未完成的预选;在这里选择号牌种类后,将改到这里办理。").format(
        office=escape(formatting.office_title(office))
    )
