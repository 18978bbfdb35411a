"""What stands beside the commands in the messenger's menu."""

OWNER_MENU = {
    "start": "首页",
    "preselect": "预选号牌",
    "mine": "我的选号",
    "notify": "开放提醒",
    "cancel": "放弃本次预选",
    "help": "帮助",
}
CHIEF_MENU = {
    "release": "投放号段",
    "confirm": "窗口确认上牌",
    "closed": "窗口不办公的日子",
    "ban": "列入黑名单",
    "unban": "从黑名单中解除",
}
