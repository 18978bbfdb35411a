"""Callback data are accepted only in the chat and conversation for which they were issued."""

from bot.dialog.keyboards import GLOBAL_SCREEN, CallbackCodec, CallbackData
from bot.dialog.names import ActionName
from bot.dialog.view import Button
from core.security.vault import Vault
from tests.world import KEYS

CODEC = CallbackCodec(Vault(list(KEYS["keys"]), str(KEYS["lookup_key"])))
BUTTON = Button(label="开始", action=ActionName.NEW, arg="7")
CALLBACK = CallbackData(screen="home", revision=3, action=ActionName.NEW, arg="7")


def test_button_is_good_in_its_conversation_alone() -> None:
    data = CODEC.for_conversation(5).write(1, "home", 3, BUTTON)
    assert CODEC.for_conversation(5).read(1, data) == CALLBACK
    assert [CODEC.for_conversation(begun_at).read(1, data) for begun_at in (0, 4, 6)] == [None] * 3
    assert CODEC.for_conversation(5).read(2, data) is None


def test_button_of_before_conversations_were_told_apart_stays_good() -> None:
    data = CODEC.write(1, "home", 3, BUTTON)
    assert CODEC.for_conversation(0).read(1, data) == CALLBACK
    assert CODEC.for_conversation(5).read(1, data) is None


def test_button_under_a_notice_is_good_in_every_conversation() -> None:
    data = CODEC.write(1, GLOBAL_SCREEN, 0, BUTTON)
    assert CODEC.for_conversation(5).read(1, data) == CallbackData(
        screen=GLOBAL_SCREEN, revision=0, action=ActionName.NEW, arg="7"
    )
    assert CODEC.for_conversation(5).read(2, data) is None
