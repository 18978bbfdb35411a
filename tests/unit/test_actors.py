"""How admins are named: with the name if it is known to who reads, and with the blanks of each language."""

import pytest

from bot.i18n.language import Language, speaking
from bot.i18n.staff_names import staff_name, with_same_names
from bot.texts.desk.actors import actor_label, admin_name, agent
from bot.texts.desk.handled import handled
from core.audit import COMMAND_LINE, SYSTEM, AuditAction

NAMES = {3001: "张三", 3003: "A&B"}


@pytest.mark.parametrize(
    ("by", "chinese", "english"),
    [
        ("chat:3001", "已由张三（3001）处理", "handled by 张三 (3001):"),
        ("chat:3002", "已由管理员 3002 处理", "handled by admin 3002:"),
        ("chat:3003", "已由A&amp;B（3003）处理", "handled by A&amp;B (3003):"),
        ("demo", "已由管理员 demo 处理", "handled by admin demo:"),
        (SYSTEM, "已由系统处理", "handled by the system:"),
        (COMMAND_LINE, "已由命令行处理", "handled by command line:"),
    ],
)
def test_admin_is_named_with_the_blanks_of_the_language(by: str, chinese: str, english: str) -> None:
    for language, words in ((Language.CHINESE, chinese), (Language.ENGLISH, english)):
        with speaking(language, lambda: NAMES):
            assert words in handled(by, AuditAction.VOIDED)


@pytest.mark.parametrize(
    ("action", "done"),
    [
        (AuditAction.REGISTERED, "处理：确认上牌。"),
        (AuditAction.REDATED_RELEASE, "处理：投放改期。"),
        (AuditAction.LIFTED_BAN, "处理：从黑名单中解除。"),
    ],
)
def test_what_another_admin_did_first_is_said_in_words(action: AuditAction, done: str) -> None:
    with speaking(Language.CHINESE):
        assert done in handled("chat:3002", action)


def test_nobody_has_a_name_for_who_is_no_admin() -> None:
    with speaking(Language.CHINESE):
        assert (staff_name(3001), actor_label("chat:3001"), agent("chat:3001")) == (
            "",
            "管理员 3001",
            "管理员 3001 ",
        )


def test_names_are_kept_for_another_thread_and_end_with_their_block() -> None:
    with speaking(Language.CHINESE, lambda: NAMES):
        later = with_same_names(admin_name)
        with speaking(Language.ENGLISH):  # another language leaves the names as they are
            assert staff_name(3001) == "张三"
    assert staff_name(3001) == ""
    assert later("3001") == "张三（3001）"
