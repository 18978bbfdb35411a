"""The control interface over HTTP, as a test in another language uses it."""

from typing import Any

import pytest

from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER, Client


class Control:
    """Calls the control interface."""

    def __init__(self, sandbox: Sandbox, client: Client) -> None:
        self.url, self.session = f"{sandbox.url}api/", client.session

    async def __call__(self, verb: str, path: str, expected: int = 200, **given: Any) -> Any:
        body = given if verb == "POST" else None
        async with self.session.request(verb, self.url + path, json=body) as response:
            assert response.status == expected, await response.text()
            return await response.json()


@pytest.fixture
def control(sandbox: Sandbox, client: Client) -> Control:
    return Control(sandbox, client)


async def test_notes_tell_what_the_bot_did_wrong(control: Control, client: Client, started: Person) -> None:
    await client.ok("sendMessage", chat_id=OWNER, text="x", txet="y")
    await client.refusal("sendMessage", chat_id=7, text="x")
    assert await control("GET", "notes") == {
        "contract_violations": ["sendMessage.txet: no such parameter, or not simulated"],
        "refusals": [{"method": "sendMessage", "description": "Bad Request: chat not found"}],
    }
    await control("DELETE", "notes")
    assert await control("GET", "notes") == {"contract_violations": [], "refusals": []}


async def test_faults_are_injected_and_cleared(control: Control, client: Client, started: Person) -> None:
    await control("POST", "faults", kind="too_many", method="sendMessage", retry_after=3, times=2)
    answer = await client.call("sendMessage", chat_id=OWNER, text="x")
    assert (client.status, answer["parameters"]) == (429, {"retry_after": 3})
    assert [fault["times"] for fault in await control("GET", "faults")] == [1]
    await control("DELETE", "faults")
    await client.ok("sendMessage", chat_id=OWNER, text="x")


async def test_a_new_person_writes_shares_and_edits(control: Control, client: Client) -> None:
    await control("POST", "people", chat_id=5, first_name="Ann", phone="+8613800000005")
    said = await control("POST", "say", person=5, text="hello")
    await control("POST", "edit", person=5, message_id=said["message_id"], text="hello again")
    await control("POST", "contact", person=5)
    text, edited, contact = await client.ok("getUpdates")
    assert (text["message"]["text"], edited["edited_message"]["text"]) == ("hello", "hello again")
    assert contact["message"]["contact"]["phone_number"] == "+8613800000005"


async def test_null_is_as_good_as_absent(control: Control, sandbox: Sandbox) -> None:
    """Serialisers of typed languages write all fields."""
    await control("POST", "people", chat_id=5, first_name="Ann", last_name=None, username=None, phone=None)
    spec = sandbox.world.people[5].spec
    assert (spec.name, spec.username, spec.phone) == ("Ann", None, "")


@pytest.mark.parametrize(
    ("path", "given", "why"),
    [
        ("faults", {"kind": "fire"}, "kind of a fault: one of too_many"),
        ("faults", {"kind": "error", "statsu": 500}, "no such field of a fault: statsu"),
        ("faults", {"kind": "error", "status": "x"}, "invalid literal"),
        ("faults", {}, "missing or unknown: 'kind'"),
        ("people", {"chat_id": OWNER, "first_name": "Ann"}, "chat_id 2001 exists already"),
        ("people", {"chat_id": 5}, "first_name"),
        ("say", {"person": 5, "text": "x"}, "missing or unknown: 5"),
        ("key", {"person": OWNER, "row": 0, "column": 0}, "list index out of range"),
    ],
)
async def test_a_wrong_request_is_explained_and_changes_nothing(
    control: Control, sandbox: Sandbox, path: str, given: dict[str, Any], why: str
) -> None:
    assert why in (await control("POST", path, expected=400, **given))["error"]
    assert (sandbox.faults.waiting, len(sandbox.world.people)) == ([], 3)
