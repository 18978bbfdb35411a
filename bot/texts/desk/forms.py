"""Texts of the desk's forms."""

from datetime import datetime

from bot.i18n.formatting import masked_identity, moment
from bot.i18n.language import _, phrase
from bot.texts.desk.audit_names import SUBJECTS
from bot.texts.desk.examples import mask_example
from bot.texts.desk.parts import somebody
from core.audit import SubjectKind
from core.clock import CHINA
from core.people.lookup import Who

OFFICE = phrase("哪个发牌机关?")
KIND = phrase("哪种号牌?")
OPENS = phrase("什么时候投放?也可输入时间,例如 2026-12-01 09:00、12月1日。")
AT_ONCE = phrase("立即")
COMPOSE = phrase("自编选号从什么时候开放?也可输入日期。")
BY_RULE = phrase("按规定(推荐)")
BY_DRAW = phrase("抽签决定日期")
TOGETHER = phrase("与随机选号同时(跳过仅限随机的日子)")
DAY = phrase(
    "窗口哪天不办公?也可输入日期,例如 12月31日、12月2日至12月4日;半天加「上午」「下午」或 09:00-12:00。"
)
DAY_OF_HOURS = phrase("改哪天的时间?也可输入日期,例如 12月31日、12月2日至12月4日。")
PLACE = phrase("改哪里的时间?")
COUNTER_HOURS = phrase("窗口办公时间")
ONLINE_HOURS = phrase("网上选号时间")
BOTH_HOURS = phrase("两者")
HOURS = phrase("改为几点到几点?例如 09:00-12:00,或 09:00-12:00、14:00-16:00。")
WHO = phrase("谁?请输入聊天号、证件号、手机号或号牌。")
UNTIL = phrase("到什么时候?也可输入日期或年数,例如 2028-01-01、4年。")
BY_RULE_YEARS = phrase("规定年限")
REASON = phrase("请输入原因。车主会看到,不要写证件号和手机号。")
VIN = phrase("请输入车辆识别代号。")
RANDOM = phrase("增加几次随机选号?也可输入 0 到 100。")
COMPOSED = phrase("增加几个自编号牌?也可输入 0 到 100。")
CASE = phrase("关于谁、哪次预选或哪件申诉?请输入凭证编号、号牌、聊天号、证件号、手机号,或「申诉 12」。")
NOTE = phrase("请输入备注(最多 500 字,不要写证件号和手机号)。一小时内可以撤回:")


def case(key: str, person: str) -> str:
    """Return a case, by its key, and the person whom it is about, masked."""
    topic, _colon, number = key.partition(":")
    if topic in {SubjectKind.APPEAL, SubjectKind.PRESELECTION}:
        return f"{SUBJECTS[topic]().format(id=number)} · {person}"
    return person


def mask(kind: str) -> str:
    """Return the request for a mask, with an example of the kind."""
    return _("请输入号段,# 代表数字,@ 代表字母,例如 <code>{mask}</code>。").format(mask=mask_example(kind))


def moment_label(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def opens(answer: str) -> str:
    """Return when a release opens: ``now``, or a local time."""
    if answer == "now":
        return _("立即投放")
    return _("{moment} 投放").format(moment=moment(datetime.fromisoformat(answer).replace(tzinfo=CHINA)))


def years_label(years: int) -> str:
    return _("{years}年").format(years=years)


def end(answer: str) -> str:
    """Return the end of a ban: ``rule``, or a date."""
    return BY_RULE_YEARS() if answer == "rule" else _("到 {day}").format(day=answer)


def person(who: Who) -> str:
    return somebody(who.account, masked_identity(who.identity) if who.identity else "")


def random(count: str) -> str:
    return _("随机选号 +{count} 次").format(count=count)


def composed(count: str) -> str:
    return _("自编号牌 +{count} 个").format(count=count)
