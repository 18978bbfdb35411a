"""Descriptions of the commands in the messenger's menu."""

from bot.i18n.language import phrase

OWNER_MENU = {
    "start": phrase("首页"),
    "preselect": phrase("预选号牌"),
    "rehearse": phrase("模拟选号"),
    "mine": phrase("我的选号"),
    "appeal": phrase("异常选号资料修改(申诉)"),
    "offices": phrase("其他省市"),
    "pool": phrase("号池公示"),
    "notify": phrase("开放提醒"),
    "privacy": phrase("个人信息说明"),
    "export": phrase("导出我的信息"),
    "delete": phrase("删除我的信息"),
    "language": phrase("语言 Language"),
    "cancel": phrase("放弃本次预选"),
    "help": phrase("帮助"),
}
DESK_MENU = {
    "desk": phrase("待办事项"),
    "segments": phrase("号段用量"),
    "release": phrase("投放号段"),
    "withhold": phrase("号段暂不投放"),
    "unwithhold": phrase("恢复投放"),
    "confirm": phrase("窗口确认上牌"),
    "void": phrase("号码作废(列入黑名单)"),
    "revoke": phrase("取消预选(不列入黑名单)"),
    "closed": phrase("窗口不办公的日子"),
    "appeals": phrase("待审核的申诉"),
    "approve": phrase("申诉审核通过"),
    "reject": phrase("申诉审核不通过"),
    "ban": phrase("列入黑名单"),
    "unban": phrase("从黑名单中解除"),
    "identity": phrase("把身份转到本人账号"),
    "usertype": phrase("修改用户类型"),
    "grant": phrase("增加选号机会"),
    "blacklist": phrase("黑名单"),
    "find": phrase("查询车主、车辆、号码"),
    "broadcast": phrase("群发通知"),
    "vehicles": phrase("导入车辆登记数据"),
    "stats": phrase("统计"),
    "audit": phrase("操作记录"),
    "maintenance": phrase("系统维护"),
    "clock": phrase("核对服务器时间"),
    "admins": phrase("管理员"),
}
"""Descriptions of the desk's commands; each is offered to those who may use it."""
