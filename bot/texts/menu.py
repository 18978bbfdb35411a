"""What stands beside the commands in the messenger's menu."""

OWNER_MENU = {
    "start": "首页",
    "preselect": "预选号牌",
    "mine": "我的选号",
    "notify": "开放提醒",
    "cancel": "放弃本次预选",
    "help": "帮助",
}
DESK_MENU = {
    "release": "投放号段",
    "withhold": "号段暂不投放",
    "unwithhold": "恢复投放",
    "confirm": "窗口确认上牌",
    "void": "号码作废(列入黑名单)",
    "revoke": "取消预选(不列入黑名单)",
    "closed": "窗口不办公的日子",
    "ban": "列入黑名单",
    "unban": "从黑名单中解除",
    "identity": "把身份转到本人账号",
    "usertype": "修改用户类型",
    "grant": "增加选号机会",
    "vehicles": "导入车辆登记数据",
    "maintenance": "系统维护",
    "admins": "管理员",
}
"""What stands beside the desk's commands, each offered to whoever may give it."""
