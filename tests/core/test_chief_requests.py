"""Requests to another chief: who may decide, once, until when, and what stays of them."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.desk import HandledMeanwhile
from core.errors.staff import OwnRequest, RequestOver, SecondChiefTooNew
from core.people import chief_requests
from core.people.admins import Role, RoleAssignment
from core.people.chief_requests import ChiefRequest, ChiefRequests, GraveSubject
from core.people.other_chiefs import RequestState
from core.ports import Tx
from core.security.rotation import FIRST as FIRST_ID
from core.security.rotation import reseal_page
from core.security.vault import Vault
from core.values.grave_acts import GraveAct
from tests.core.interceptor import Interceptor, meeting
from tests.core.sql import sql
from tests.core.test_race import parties, together
from tests.core.test_withholding import FIRST, SECOND, THIRD, add_chiefs
from tests.core.tools import NOON, registered
from tests.world import KEYS

BAN = GraveSubject(act=GraveAct.UNBAN, key="ban:5", subject="ban:5", office="粤K")
ARGS: dict[str, object] = {"office": "粤K", "ban": 5, "reason": "已核实", "typed": "张三"}
NOTICES = "SELECT chat_id, purpose, state FROM notice WHERE subject LIKE 'request:%' ORDER BY chat_id, due_at"


def requests_of(core: Core, *acts: GraveAct) -> ChiefRequests:
    return ChiefRequests(core.other_chiefs, core.vault, acts or tuple(GraveAct))


async def ask(core: Core, about: GraveSubject = BAN, actor: str = FIRST) -> ChiefRequest:
    return await core.store.run(requests_of(core).ask, about, "desk_unban", ARGS, actor)


async def stored(core: Core) -> list[dict[str, Any]]:
    return await core.store.read(sql, "SELECT state, decided_by, args_sealed FROM chief_request")


async def actions(core: Core) -> list[tuple[str, str]]:
    rows = await core.store.read(
        sql, "SELECT actor, action FROM audit WHERE subject = 'ban:5' ORDER BY entry_id"
    )
    return [(row["actor"], row["action"]) for row in rows]


async def test_another_chief_is_needed_where_the_settings_say_so_and_there_is_one(core: Core) -> None:
    requests, off = requests_of(core), requests_of(core, GraveAct.GRANT)
    assert not await core.store.read(requests.is_needed, BAN, FIRST)  # nobody else
    await add_chiefs(core, SECOND, office="粤A")
    assert not await core.store.read(requests.is_needed, BAN, FIRST)
    await add_chiefs(core, THIRD)
    assert await core.store.read(requests.is_needed, BAN, FIRST)
    assert not await core.store.read(off.is_needed, BAN, FIRST)
    assert await core.store.read(requests.is_needed, BAN, "chat:3001")  # asked by who is no chief


async def test_what_one_chief_does_alone_is_in_the_log_only_where_two_are_wanted(core: Core) -> None:
    await core.store.run(requests_of(core, GraveAct.GRANT).note_alone, BAN, "desk_unban", FIRST)
    assert await actions(core) == []
    await core.store.run(requests_of(core).note_alone, BAN, "desk_unban", FIRST)
    assert await actions(core) == [(FIRST, "acted_alone")]


async def test_request_keeps_its_arguments_sealed_until_it_is_decided(core: Core) -> None:
    await add_chiefs(core, SECOND)
    request = await ask(core)
    assert requests_of(core).arguments(request) == ARGS
    assert "张三" not in str(await stored(core)).encode().decode("unicode_escape", "ignore")
    await core.store.run(requests_of(core).agree, request, SECOND)
    assert await stored(core) == [{"state": "confirmed", "decided_by": SECOND, "args_sealed": None}]
    assert await actions(core) == [(FIRST, "asked_chief"), (SECOND, "agreed_to_request")]
    with pytest.raises(RequestOver):
        requests_of(core).arguments(await core.store.read(chief_requests.find, request.request_id))


async def test_the_others_are_told_and_who_asked_hears_of_the_decision(core: Core) -> None:
    await add_chiefs(core, SECOND, THIRD)
    request = await ask(core)
    waits = await core.store.read(sql, NOTICES)
    assert [(row["chat_id"], row["purpose"]) for row in waits] == [
        (1001, "chief_request_decided"),
        (1002, "chief_request"),
        (1003, "chief_request"),
    ]
    await core.store.run(requests_of(core).refuse, request, SECOND)
    told = await core.store.read(sql, NOTICES)
    assert [(row["chat_id"], row["state"]) for row in told] == [
        (1001, "waiting"),
        (1002, "cancelled"),
        (1003, "cancelled"),
    ]


async def test_who_asks_cannot_agree_and_another_cannot_withdraw(core: Core) -> None:
    await add_chiefs(core, SECOND)
    request = await ask(core)
    for decide in (requests_of(core).agree, requests_of(core).refuse):
        with pytest.raises(OwnRequest):
            await core.store.run(decide, request, FIRST)
    with pytest.raises(RequestOver):
        await core.store.run(requests_of(core).withdraw, request, SECOND)
    await core.store.run(requests_of(core).withdraw, request, FIRST)
    with pytest.raises(HandledMeanwhile) as met:
        await core.store.run(requests_of(core).agree, request, SECOND)
    assert (met.value.by, met.value.action) == (FIRST, "withdrew_request")


async def test_new_chief_can_refuse_but_agrees_only_later(core: Core, clock: FixedClock) -> None:
    await add_chiefs(core, SECOND, hours_ago=0)
    request, later = await ask(core), NOON + timedelta(hours=24)
    with pytest.raises(SecondChiefTooNew) as refused:
        await core.store.run(requests_of(core).agree, request, SECOND)
    assert refused.value.at == later
    assert (await stored(core))[0]["state"] == RequestState.WAITING  # nothing has changed
    clock.set(later)
    await core.store.run(requests_of(core).agree, request, SECOND)
    again = await ask(core)
    clock.set(later - timedelta(hours=1))
    await core.store.run(requests_of(core).refuse, again, SECOND)


async def test_same_is_asked_once_at_a_time(core: Core) -> None:
    await add_chiefs(core, SECOND)
    await ask(core)
    with pytest.raises(HandledMeanwhile) as met:
        await ask(core, actor=THIRD)
    assert (met.value.by, met.value.action) == (FIRST, "asked_chief")
    other = GraveSubject(act=GraveAct.UNBAN, key="ban:6", subject="ban:6", office="粤K")
    await ask(core, other)
    assert len(await core.store.read(chief_requests.waiting, 10)) == 2


async def test_request_expires_with_its_arguments(core: Core, clock: FixedClock) -> None:
    await add_chiefs(core, SECOND)
    request = await ask(core)
    clock.set(NOON + timedelta(days=7))
    assert await core.store.read(chief_requests.waiting, 10) == []
    with pytest.raises(RequestOver):
        await core.store.run(requests_of(core).agree, request, SECOND)
    await core.store.run(chief_requests.expire)
    assert await stored(core) == [{"state": "expired", "decided_by": None, "args_sealed": None}]
    await ask(core)  # it can be asked again


async def test_what_is_encrypted_among_the_arguments_survives_the_next_key(core: Core) -> None:
    await add_chiefs(core, SECOND)
    old, new = str(KEYS["keys"][0]), Fernet.generate_key().decode()
    lookup = str(KEYS["lookup_key"])
    given = {"office": "粤K", "sealed": core.vault.seal("110101199001010039").decode(), "reason": "已核实"}
    await core.store.run(requests_of(core).ask, BAN, "desk_identity", given, FIRST)
    await core.store.run(reseal_page, Vault([new, old], lookup), "sealed.chief_request", FIRST_ID)
    later = Vault([new], lookup)
    (waits,) = await core.store.read(chief_requests.waiting, 10)
    found = ChiefRequests(core.other_chiefs, later, tuple(GraveAct)).arguments(waits)
    assert later.open(str(found.pop("sealed")).encode()) == "110101199001010039"
    assert found == {"office": "粤K", "reason": "已核实"}


async def test_request_of_before_ends_when_the_other_chief_has_gone(core: Core) -> None:
    await add_chiefs(core, SECOND)
    await ask(core)
    role = RoleAssignment(role=Role.CHIEF, office="粤K")
    await core.store.run(core.admins.remove, 1002, role, "cli")
    await core.store.run(requests_of(core).note_alone, BAN, "desk_unban", FIRST)
    assert await stored(core) == [{"state": "withdrawn", "decided_by": FIRST, "args_sealed": None}]
    assert {row["state"] for row in await core.store.read(sql, NOTICES)} == {"cancelled"}


@pytest.mark.parametrize("side", ["account_id", "holder_id"])
async def test_request_goes_with_the_data_of_the_owner_whom_it_is_about(core: Core, side: str) -> None:
    await add_chiefs(core, SECOND)
    account = await core.store.run(registered, core, 3)
    subject = f"account:{account.account_id}"
    about = GraveSubject(
        act=GraveAct.IDENTITY, key=subject, subject=subject, office="粤K", **{side: account.account_id}
    )
    await ask(core, about)
    await ask(core)
    exported = await core.store.read(core.personal_data.read, account.chat_id)
    assert [one["act"] for one in exported["requests"]] == ["identity"]
    await core.store.run(core.personal_data.delete, account.chat_id)
    rows = await core.store.read(sql, "SELECT about, state FROM chief_request ORDER BY request_id")
    assert [(row["about"], row["state"]) for row in rows] == [(subject, "expired"), ("ban:5", "waiting")]


async def _two_decide(core: Core, engine: str, *, guarded: bool) -> list[Any]:
    """Let one chief agree while another one refuses."""
    await add_chiefs(core, SECOND, THIRD)
    request, meet = await ask(core), meeting("chief_requests.decide", parties(engine))

    def between(tx: Tx) -> Interceptor:
        found = Interceptor(tx, before=meet)
        run = found.run
        if not guarded:
            found.run = lambda query, /, **values: run(query, **values) or 1  # type: ignore[method-assign]
        return found

    def decides(tx: Tx, decide: Any, actor: str) -> None:
        decide(between(tx), request, actor)

    requests = requests_of(core)
    return await together(
        core.store.run(decides, requests.agree, SECOND), core.store.run(decides, requests.refuse, THIRD)
    )


async def test_one_of_two_decisions_counts(core: Core, engine: str) -> None:
    outcomes = await _two_decide(core, engine, guarded=True)
    assert sum(isinstance(outcome, HandledMeanwhile) for outcome in outcomes) == 1
    assert len(await actions(core)) == 2  # asked, and decided once


async def test_control_unguarded_decisions_both_count(core: Core, engine: str) -> None:
    outcomes = await _two_decide(core, engine, guarded=False)
    assert not any(isinstance(outcome, HandledMeanwhile) for outcome in outcomes)
    assert len(await actions(core)) == 3


async def test_one_of_two_requests_for_the_same_is_made(core: Core, engine: str) -> None:
    await add_chiefs(core, SECOND, THIRD)
    meet = meeting("chief_requests.add", parties(engine))

    def asks(tx: Tx, actor: str) -> ChiefRequest:
        return requests_of(core).ask(Interceptor(tx, before=meet), BAN, "desk_unban", ARGS, actor)

    outcomes = await together(*(core.store.run(asks, actor) for actor in (FIRST, SECOND)))
    assert sum(isinstance(outcome, HandledMeanwhile) for outcome in outcomes) == 1
    assert len(await stored(core)) == 1
