import pytest

from bot.inbox.model import NO_CHAT
from bot.inbox.raw_update import chat_of
from tests.inbox.tools import message

PERSON = {"id": 5, "is_bot": False, "first_name": "甲"}


def test_message_belongs_to_its_chat() -> None:
    assert chat_of(message(1, chat_id=-1009)) == -1009


def test_press_belongs_to_chat_of_its_message() -> None:
    press = {"id": "1", "from": PERSON, "message": {"message_id": 1, "chat": {"id": -20}}, "data": "x"}

    assert chat_of({"update_id": 1, "callback_query": press}) == -20


@pytest.mark.parametrize("message", [None, {}, "gone"])
def test_press_without_message_belongs_to_person(message: object) -> None:
    press = {"id": "1", "from": PERSON, "message": message, "data": "x"}

    assert chat_of({"update_id": 1, "callback_query": press}) == 5


def test_membership_belongs_to_its_chat() -> None:
    assert chat_of({"update_id": 1, "my_chat_member": {"chat": {"id": 9}, "from": PERSON}}) == 9


def test_vote_belongs_to_its_voter() -> None:
    assert chat_of({"update_id": 1, "poll_answer": {"poll_id": "1", "user": PERSON}}) == 5


@pytest.mark.parametrize(
    "payload", [{}, {"poll": {"id": "1"}}, {"odd": 3}, {"message": {"chat": {"id": "x"}}}]
)
def test_update_without_any_chat_has_none(payload: dict[str, object]) -> None:
    assert chat_of({"update_id": 1, **payload}) == NO_CHAT
