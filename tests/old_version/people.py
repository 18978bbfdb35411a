"""The people of the upgrade test, its offices, and when the old version was started and killed."""

from datetime import datetime
from typing import Any

from core.clock import CHINA
from sandbox import PersonSpec
from tests import factories
from tests.world import CHIEF, office

BEGUN_AT = datetime(2026, 3, 10, 10, 0, tzinfo=CHINA)
KILLED_AT = datetime(2026, 3, 12, 9, 0, 0, 170_000, tzinfo=CHINA)
"""Reminders and a broadcast are being sent at this moment."""

DEPUTY, CLERK = 1002, 3001
BATCH, SHORTLIST, REHEARSING, HOLDER, ENGLISH = 2001, 2002, 2003, 2004, 2005
APPELLANT, WITH_CODE, HALF_ANSWERED, CODE_UNSENT, SET_ASIDE = 2006, 2007, 2008, 2009, 2010
BARRED, REVOKED, UNFETCHED = 2011, 2012, 2013
READERS = (2101, 2102, 2103, 2104, 2105)
"""The audience of the broadcast, in the order of sending."""
TOLD, SHUT, HANGING, *UNTOLD = READERS
TEXT = "粤K 窗口 6 月 1 日起搬到新址"
REASON = "本人三月购买该车,从未预选"

NAMES = {
    DEPUTY: "副主任",
    CLERK: "窗口",
    BATCH: "抽号",
    SHORTLIST: "备选",
    REHEARSING: "模拟",
    HOLDER: "待办",
    ENGLISH: "自编",
    APPELLANT: "申诉",
    WITH_CODE: "验证",
    HALF_ANSWERED: "未答",
    CODE_UNSENT: "未发",
    SET_ASIDE: "搁置",
    BARRED: "受限",
    REVOKED: "取消",
    UNFETCHED: "未取",
    **{chat: f"读者{chat}" for chat in READERS},
}
PEOPLE = (
    PersonSpec(chat_id=CHIEF, last_name="王", first_name="主任", phone="+8613800138003", role="admin"),
    *(
        PersonSpec(chat_id=chat, last_name="测", first_name=name, phone=factories.phone(chat), started=True)
        for chat, name in NAMES.items()
    ),
)

TABLES: dict[str, Any] = {
    "offices": [office(latitude=21.6627, longitude=110.9255), office("粤A")],
    "photos": {"min_side": 100},
}
"""Settings of both versions. Small photos are allowed, to keep the fixture small."""
