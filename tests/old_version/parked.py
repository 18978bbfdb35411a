"""One person for each screen: how the old version got them there, and how they go on from it.

Each has a chat of their own, whose database row has the screen's name and arguments and whose last message
has its buttons. ``OWNERS`` and ``ADMINS`` are played in their order, by ``make_fixture`` and ``test_parked``.
"""

from dataclasses import dataclass

from sandbox import PersonSpec
from tests import factories
from tests.old_version import acts
from tests.old_version.acts import Act, Way, press, say
from tests.old_version.people import REASON, REVOKED, TEXT
from tests.person import Person

RESERVED = 7
"""How many numbers are reserved for the admins to work with: A2001, A2002, ... for vehicles 1, 2, ..."""
CONSENTED = 5020
"""The chat of an account without an identity, subscribed to releases at 粤A."""
PENDING = 3
"""The id of the only appeal that waits for a decision."""
DISMISSED = 4203
"""The admin whose role is about to be removed."""
CLEARED = factories.identity(41)
"""An identity on the blacklist, about to be taken off it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Somebody on a screen."""

    screen: str  # as the database calls it
    way: Way  # to it
    shown: str  # words of it
    act: Act  # how they go on
    leads: tuple[str, ...]  # words of what comes


def _parked(screen: str, way: Way, shown: str, act: Act, *leads: str) -> Parked:
    return Parked(screen=screen, way=way, shown=shown, act=act, leads=leads)


async def _sends_vehicles(person: Person) -> None:
    number = person.me.chat_id
    row = f"{factories.vin(number)},{factories.certificate(number)},small,new\n"
    await person.send_file(f"vin,certificate,kind,state\n{row}".encode(), "vehicles.csv")
    await person.see("导入预览")


async def _types_phone(person: Person) -> None:
    await person.say(person.me.spec.phone.removeprefix("+86"))


def _card(number: int) -> Way:
    return (say(f"/find 粤KA200{number}"), acts.see("查询结果"))


OWNERS: dict[int, Parked] = {
    4101: _parked("home", (say("/start"),), "机动车号牌预选", press("❓ 帮助"), "预选号牌怎么用"),
    4102: _parked("help", (say("/start"), press("❓ 帮助")), "预选号牌怎么用", press("返回首页"), "号牌预选"),
    4103: _parked("consent", acts.to_consent(), "个人信息告知", press("同意并继续"), "注册地"),
    4104: _parked("reg_office", acts.to_office(), "注册地", press("粤K"), "姓名和身份证"),
    4105: _parked("reg_identity", acts.to_identity(), "注册 2/3", say(factories.identity(4105)), "注册 3/3"),
    4106: _parked("reg_phone", acts.to_phone(4106), "注册 3/3", acts.share_contact, "请核对注册信息"),
    4107: _parked(
        "reg_code",
        (*acts.to_phone(4107), _types_phone),
        "短信验证码",
        acts.type_code,
        "请核对注册信息",
    ),
    4108: _parked("reg_review", acts.to_registration(4108), "请核对", press("确认注册"), "第1步 基本信息"),
    4109: _parked("basics", acts.to_basics(4109), "第1步", press("小型汽车"), "业务须知"),
    4110: _parked("notice", acts.to_notice(4110), "业务须知", press("【阅读并同意】"), "17 位车辆识别代号"),
    4111: _parked("vin", acts.to_vin(4111), "17 位", say(factories.vin(4111)), "出厂合格证编号"),
    4112: _parked(
        "certificate_kind", acts.to_certificate_kind(4112), "您的车辆是", press("国产车"), "合格证编号"
    ),
    4113: _parked(
        "certificate", acts.to_certificate(4113), "合格证编号", say(factories.certificate(4113)), "请逐项核对"
    ),
    4114: _parked("review", acts.to_review(4114), "请逐项核对", press("确认信息"), "选号服务说明"),
    4115: _parked("terms", acts.to_terms(4115), "选号服务说明", press("【开始选号】"), "短信验证码"),
    4116: _parked("selecting", acts.to_selection(4116), "第5步", press("【随机一次(5)】"), "本车第1批"),
    4117: _parked(
        "sure",
        (*acts.to_selection(4117), press("【随机一次(5)】"), acts.pick_one, press("【确认选号】")),
        "不能更改、不能退回",
        press("确定选用"),
        "完成号牌预选",
    ),
    4118: _parked(
        "try", acts.to_wish(4118, "A4118"), "剩余自编号牌个数将减少", press("确认提交"), "第6步", "A4118"
    ),
    4119: _parked(
        "done", acts.to_receipt(4119, "A4119"), "第6步", press("我的选号"), "我的选号", "粤K·A4119"
    ),
    4120: _parked(
        "mine",
        (*acts.to_receipt(4120, "A4120"), say("/mine")),
        "我的选号",
        press("粤K·A4120"),
        "完成号牌预选",
    ),
    4121: _parked(
        "reminders",
        (*acts.to_receipt(4121, "A4121"), say("/mine"), press("提醒")),
        "提醒",
        press("○"),
        "提醒",
    ),
    4122: _parked("notify", (say("/notify"),), "开放提醒", press("小型汽车 · 投放新号段"), "开放提醒"),
    4123: _parked("provinces", (say("/offices"),), "请选择省份", press("广东"), "广东省"),
    4124: _parked(
        "offices", (say("/offices"), press("广东")), "广东省", press("粤A 广州市"), "粤A 广州市 · 选号服务"
    ),
    4125: _parked(
        "office",
        (say("/offices"), say("广州")),
        "粤A 广州市 · 选号服务",
        press("【号池公示】"),
        "号池公示 · 粤A",
    ),
    4126: _parked("pool", (say("/pool"),), "号池公示", press("小型新能源汽车"), "目前没有投放号段"),
    4127: _parked(
        "pool_offices",
        (say("/pool"), press("其他发牌机关")),
        "选择发牌机关",
        press("粤A 广州市"),
        "号池公示 · 粤A",
    ),
    4128: _parked("privacy", (say("/privacy"),), "个人信息说明", press("删除我的信息"), "删除我的信息?"),
    4129: _parked(
        "delete",
        (*acts.to_basics(4129), say("/delete")),
        "删除我的信息?",
        press("确认删除"),
        "您的信息已删除",
    ),
    4130: _parked(
        "language", (say("/language"),), "请选择显示语言", press("English"), "Bought a new vehicle?"
    ),
    4131: _parked(
        "abandon",
        (*acts.to_notice(4131), say("/cancel")),
        "放弃",
        press("继续"),
        "业务须知",
    ),
    4132: _parked(
        "vin_refused",
        acts.to_refusal(4132, REVOKED),
        "不允许再次预选号牌",
        press("【异常选号资料修改】"),
        "申诉",
    ),
    4133: _parked(
        "appeal_notice", acts.to_appeal(4133, REVOKED), "申诉", press("【阅读并同意】"), "个人信息"
    ),
    4134: _parked("appeal_reason", acts.to_reason(4134, REVOKED), "申诉 2/4", say(REASON), "申诉 3/4"),
    4135: _parked(
        "appeal_withdraw",
        (*acts.to_pending(4135, REVOKED, REASON), press("撤回申诉")),
        f"撤回申诉 {PENDING}?",
        press("不撤回"),
        "待审核",
    ),
    4136: _parked("appeals", (say("/appeal"),), "申诉", press("提出新的申诉"), "个人信息告知"),
}
"""In their own chats, by chat."""

ADMINS: dict[int, Parked] = {
    4201: _parked("desk_release", (say("/release 粤A small B####"),), "10,000", press("确认投放"), "已投放"),
    4202: _parked(
        "desk_withhold",
        (say("/withhold 粤A small C888#"),),
        "暂不投放",
        press("确认暂不投放"),
        "已设为暂不投放",
    ),
    4203: _parked("desk_stats", (say("/stats"),), "近 7 天", press("30 天"), "近 30 天"),
    4204: _parked(
        "desk_unwithhold",
        (say("/withhold 粤A small D999#"), press("确认暂不投放"), say("/unwithhold 粤A small D999#")),
        "恢复投放?",
        press("恢复投放"),
        "申请已发给其他负责人",
    ),
    4205: _parked(
        "desk_confirm",
        (say(f"/confirm 粤KA2001 {factories.vin(1)[-6:]}"),),
        "窗口确认",
        press("确认已上牌"),
        "已确认上牌",
    ),
    4206: _parked("desk_void", (say("/void 粤KA2002 资料有误"),), "号码作废?", press("确认作废"), "已作废"),
    4207: _parked(
        "desk_revoke",
        (say("/revoke 粤KA2003 本人申请"),),
        "取消预选?",
        press("确认"),
        "的预选已取消",
    ),
    4208: _parked(
        "desk_closed",
        (say("/closed 粤A 2026-12-31 盘点"),),
        "盘点",
        press("确认不办公"),
        "窗口不办公。",
    ),
    4209: _parked(
        "desk_maintenance_off",
        (say("/maintenance 粤A on 系统升级"), press("开始维护"), say("/maintenance 粤A off")),
        "结束",
        press("结束维护"),
        "系统维护已结束",
    ),
    4210: _parked(
        "desk_maintenance_on",
        (say("/maintenance 粤K on 网络故障"),),
        "网络故障",
        press("开始维护"),
        "系统维护已开始",
    ),
    4211: _parked(
        "desk_ban",
        (say(f"/ban {factories.identity(42)} 冒用"),),
        "列入黑名单?",
        press("⛔ 列入黑名单"),
        "已列入黑名单",
    ),
    4212: _parked(
        "desk_unban",
        (say(f"/ban {CLEARED} 冒用"), press("⛔ 列入黑名单"), say(f"/unban {CLEARED} 查明")),
        "从黑名单中解除?",
        press("✅ 解除"),
        "已解除",
    ),
    4213: _parked("desk_blacklist", (say("/blacklist"),), "共", press("人工"), "共"),
    4214: _parked("desk_ban_card", (say("/blacklist"), press("2")), "截止", press("⏪ 缩短"), "缩短期限"),
    4215: _parked(
        "desk_ban_change",
        (say("/blacklist"), press("2"), press("⏪ 缩短")),
        "缩短期限",
        say("2026-06-01 从轻"),
        "更改黑名单期限?",
    ),
    4216: _parked("desk_find", _card(4), "查询结果", press("📜 全部操作记录"), "操作记录"),
    4217: _parked("desk_find_act", (*_card(4), press("⛔ 作废")), "请输入原因", say("资料有误"), "号码作废?"),
    4218: _parked(
        "desk_broadcast_audience",
        (say(f"/broadcast 粤A {TEXT}"),),
        "发给谁",
        press("订阅了开放提醒的人(1 人)"),
        "发送群发通知?",
    ),
    4219: _parked(
        "desk_broadcast_ask",
        (say(f"/broadcast 粤A {TEXT}"), press("订阅了开放提醒的人(1 人)")),
        "发送群发通知?",
        press("📢 确认发送"),
        "发送中",
    ),
    4220: _parked("desk_appeals", (say("/appeals"),), "共 1 件", press(f"{PENDING} · 粤K"), REASON),
    4221: _parked(
        "desk_appeal", (say("/appeals"), press(f"{PENDING} · 粤K")), REASON, press("身份证明"), REASON
    ),
    4222: _parked(
        "desk_appeal_approve",
        (say(f"/approve {PENDING}"),),
        "审核通过?",
        press("⬜ 同时列入黑名单"),
        "预选人列入黑名单",
    ),
    4223: _parked(
        "desk_appeal_reject",
        (say("/appeals"), press(f"{PENDING} · 粤K"), press("审核不通过")),
        "原因",
        say("照片不清晰"),
        "请先查看两张照片",
    ),
    4224: _parked(
        "desk_appeal_reject_sure",
        (say(f"/reject {PENDING} 照片不清晰"),),
        "审核不通过?",
        press("确认不通过"),
        "请先查看两张照片",
    ),
    4225: _parked(
        "desk_usertype",
        (say("/usertype 5005 counter"),),
        "修改用户类型?",
        press("✅ 确认"),
        "用户类型:窗口注册用户",
    ),
    4226: _parked(
        "desk_identity",
        (say(f"/identity {factories.identity(6)} {CONSENTED} 已核对证件原件"),),
        "失去注册",
        press("转移身份"),
        "身份已转移",
    ),
    4227: _parked(
        "desk_grant",
        (say(f"/grant {factories.vin(7)} random=2 系统故障补偿"),),
        "增加选号机会?",
        press("确认增加"),
        "已增加选号机会",
    ),
    4229: _parked(
        "desk_import",
        (say("/vehicles"), _sends_vehicles),
        "导入预览",
        press("确认导入"),
        "已导入,立即生效",
    ),
    4230: _parked(
        "desk_import_undo",
        (say("/vehicles"), _sends_vehicles, press("确认导入"), press("撤销这次导入")),
        "撤销",
        press("确认撤销"),
        "已撤销",
    ),
    4231: _parked("desk_vehicles", (say("/vehicles"),), "车辆登记数据", press("返回首页"), "号牌预选"),
    4228: _parked(
        "desk_matter",
        (say("/desk"), press("搁置的消息")),
        "原因:消息被拒收",
        press("✓ 已处理"),
        "已记为处理完毕",
    ),
    4232: _parked("desk_segments", (say("/segments 粤K"),), "粤K 茂名市 号段", press("选择发牌机关"), "选择"),
    4233: _parked("desk_audit", (say("/audit 2026-03"),), "第 1 页", press("›"), "第 2 页"),
    4234: _parked("desk_admins", (say("/admins"),), "管理员", press(f"移除 {DISMISSED}"), "移除"),
    4235: _parked(
        "desk_admin_add",
        (say("/admins add 4101 clerk 粤A"),),
        "添加管理员",
        press("确认添加"),
        "已添加",
    ),
    4236: _parked(
        "desk_admin_remove",
        (say("/admins"), press(f"移除 {DISMISSED}")),
        "移除",
        press("确认移除"),
        "已移除",
    ),
}
"""At the desk, by chat; each is a chief of all offices."""

PEOPLE = (
    *(
        PersonSpec(
            chat_id=chat, last_name="测", first_name=f"{chat}", phone=factories.phone(chat), started=True
        )
        for chat in (*OWNERS, *ADMINS)
    ),
    *(
        PersonSpec(
            chat_id=chat, last_name="测", first_name=f"{chat}", phone=factories.phone(chat), started=True
        )
        for chat in (*range(5001, 5001 + RESERVED), CONSENTED)
    ),
)
