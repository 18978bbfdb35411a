"""Each screen on which the old version left somebody is drawn as before, and its buttons still work."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from tests.old_version import parked
from tests.old_version.left_behind import messages_of
from tests.old_version.parked import Parked
from tests.old_version.people import (
    CLERK,
    CODE_UNSENT,
    DEPUTY,
    HALF_ANSWERED,
    REHEARSING,
    SET_ASIDE,
    UNFETCHED,
    WITH_CODE,
)
from tests.world import CHIEF, World

MOVED = frozenset({CHIEF, CLERK, DEPUTY, CODE_UNSENT, HALF_ANSWERED, SET_ASIDE, UNFETCHED, REHEARSING})
"""Chats whose screen changes, because something that waited was done, or was lost before, or has ended."""
LATER = frozenset({WITH_CODE, 4107})
"""Chats with one more button, because another code may be sent after a minute."""

SHORTENED = frozenset({4109, 4111, 4112, 4113, 4114})
"""Chats between the plate kinds and the review, which are other pages since; their old buttons still work."""

ADDED = (
    "次日告知抽号核验结果",
    "【种子与记录】",
    "核验抽号",
    "【核验这一批】",
    "【异常选号如何认定】",
    "⭐ 心愿号提醒",
    "需带材料",
    "来不及怎么办",
    "地图",
    "加入日历",
    "PDF",
    "分享图",
    "📅 延期",
    "👁 显示完整信息",
    "📝 备注",
    "✉️ 给车主留言",
    "🗄 已处理",
    "📞 显示电话",
    "↩️ 撤回",
    "🗂 管理",
    "🪪 窗口办理",
    "👥 车主名单",
    "📨 申诉",
    "🔢 号段号池",
    "📊 统计记录",
    "⚙️ 系统管理",
    "🔗 一次性链接",
    "本月",
    "上月",
)
"""Buttons that screens have got since."""
RENAMED = ("✕ 粤", "❌ 粤")
"""A sign before a number that says better what the button does, and the one before."""
RELABELLED = {
    "🔒 我的资料": "🔒 个人信息",
    "不做更改": "取消",
    "✅ 确认撤销该预选": "✅ 确认取消预选",
}
"""Buttons that have another label since."""
REDESIGNED = ("reg_office", "reg_name", "reg_identity", "reg_review", "privacy", "done")
"""Screens with other buttons since; that those of the old version still lead on is tested below."""


REARRANGED = {"done": "提醒设置"}
"""Screens with the same buttons in other rows, and what was added there."""


def without_added(rows: list[list[tuple[str, str]]]) -> list[list[tuple[str, str]]]:
    """Return buttons without those that the old version did not have, with the labels that it had."""
    left = [
        [(label.replace(*RENAMED), data) for label, data in row if not any(one in label for one in ADDED)]
        for row in rows
    ]
    return [row for row in left if row]


def buttons_of(body: Mapping[str, Any]) -> list[list[tuple[str, str]]]:
    """Return labels and data of a message's buttons."""
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return [
        [(RELABELLED.get(one["text"], one["text"]), one.get("callback_data", "")) for one in row]
        for row in rows
    ]


async def test_each_living_screen_is_drawn_with_the_same_buttons(
    world: World, before: sqlite3.Connection
) -> None:
    """Screen, revision, action, argument and signature are those that the old version wrote."""
    living = (
        "SELECT chat_id, message_id, screen FROM dialog WHERE message_kind IN ('text', 'photo')"
        " AND screen NOT IN ('selecting', 'sure')"  # laid out anew: test_goes_on presses what was left there
    )
    rows = [
        (chat, message, screen)
        for chat, message, screen in before.execute(living).fetchall()
        if chat not in MOVED | LATER | SHORTENED and screen not in REDESIGNED
    ]
    changed = {}
    for chat, message, screen in rows:
        async with world.service.dispatcher.lock(chat):
            await world.service.engine.redraw(chat)
        shown = without_added(buttons_of(world.sandbox.world.people[chat].messages[message].body))
        left = buttons_of(messages_of(chat)[message])
        if new := REARRANGED.get(screen):
            shown, left = (
                [sorted(one for row in rows for one in row if new not in one[0])] for rows in (shown, left)
            )
        if shown != left:
            changed[chat] = shown, left
    assert not changed, sorted(changed)
    assert len(rows) + len(SHORTENED) + len(REDESIGNED) > len(parked.OWNERS) + len(parked.ADMINS)


@pytest.mark.parametrize("people", [parked.OWNERS, parked.ADMINS], ids=["owners", "admins"])
async def test_everybody_goes_on_from_where_they_stood(
    world: World, before: sqlite3.Connection, people: Mapping[int, Parked]
) -> None:
    screens = dict(before.execute("SELECT chat_id, screen FROM dialog").fetchall())
    for chat, one in people.items():
        person = world.person(chat)
        shown = [message.words for message in person.history if message.from_bot][-3:]  # a request may follow
        assert (screens[chat], any(one.shown in words for words in shown)) == (one.screen, True), shown
        await one.act(person)
        await person.see(*one.leads, fresh=True)
        person.leave()
