"""Texts of the desk's shorter lists as spreadsheets."""

from bot.i18n.language import phrase

ADMINS = phrase("管理员名单")
ADMIN_COLUMNS = phrase("聊天号|姓名|角色|发牌机关|到期日")
APPEALS = phrase("待审核的申诉")
APPEAL_COLUMNS = phrase("申诉编号|发牌机关|车辆识别代号|提交时间")
EVERY_OFFICE = phrase("全部发牌机关")
HITS = phrase("查询到的预选")
HIT_COLUMNS = phrase("预选编号|发牌机关|号牌种类|号牌号码|状态|车辆识别代号|预选时间|截止时间|结束时间")
