"""The day's budget of SMS codes, and what the chiefs are told (docs/domain.md, section 10)."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.notifications.messages import render_notification
from bot.notifications.sms_codes import CodeSender
from bot.notifications.sms_reminders import render_sms
from bot.texts.owner import own_data, registration
from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.verification import (
    ChatCapReached,
    PhoneCapReached,
    RegistrationCapReached,
    ServiceCapReached,
    SmsFailure,
    SmsGatewayError,
    SmsRejected,
)
from core.notifications.queue import Notification, lease, mark_sent
from core.people.accounts import CONSENT_VERSION, Account
from core.people.admins import Admin, Role, RoleAssignment
from core.people.sms_budget import GIVEN_BACK_IN_DOUBT, SmsCaps, codes_today, gateway_trouble
from core.people.verification import CodeBinding, CodePurpose
from core.ports import Tx
from core.reporting.tasks import TaskKind
from core.reporting.work_queue import read_work_queue
from core.sms import InTurn
from core.sms.console import ConsoleGateway
from core.sms.watched import WatchedGateway
from tests import factories
from tests.core.interceptor import Interceptor, meeting
from tests.core.sql import sql
from tests.core.tools import registered, release, reserved

MINUTE = timedelta(minutes=1)
CHIEF = Admin(chat_id=1001, assignments=frozenset({RoleAssignment(role=Role.CHIEF, office="")}))
POSTGRES = [pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def caps(core: Core, monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_caps(**caps: Any) -> None:
        monkeypatch.setattr(core.verification._budget, "_caps", SmsCaps(**caps))

    return set_caps


def stranger(tx: Tx, core: Core, chat_id: int) -> Account:
    return core.accounts.consent(tx, chat_id)


async def registering(core: Core, chat_id: int, phone: str) -> int:
    """Request a code as somebody does who types a telephone at the registration."""
    account = await core.store.run(stranger, core, chat_id)
    binding = CodeBinding(account=account, purpose=CodePurpose.REGISTRATION, phone=phone)
    return await core.store.run(core.verification.request, binding)


def step_4(account: Account) -> CodeBinding:
    return CodeBinding(
        account=account,
        purpose=CodePurpose.PRESELECTION,
        phone=account.phone,
        vin=factories.VIN,
        office="粤K",
    )


async def counts(core: Core) -> list[int]:
    return sorted(row["sent"] for row in await core.store.read(sql, "SELECT sent FROM sms_day"))


async def told(core: Core) -> list[str]:
    """Return the messages to chiefs that are due."""
    texts = []
    for notification in await core.store.run(lease, "w", 50):
        if notification.topic.startswith("sms"):
            message = await core.store.read(render_notification, core, notification)
            texts += [message.text] if message is not None else []
            await core.store.run(mark_sent, notification, "w")
    return texts


async def test_strangers_do_not_use_up_an_owners_codes(core: Core, clock: FixedClock) -> None:
    """Ten strangers type an owner's number at the registration; the owner has ten codes of their own."""
    owner = await core.store.run(registered, core, 0)
    for number in range(10):
        await registering(core, 7000 + number, owner.phone)
    with pytest.raises(PhoneCapReached):
        await registering(core, 7010, owner.phone)
    for _ in range(10):
        await core.store.run(core.verification.request, step_4(owner))
        clock.advance(MINUTE)
    with pytest.raises(PhoneCapReached):
        await core.store.run(core.verification.request, step_4(owner))


async def test_chat_has_fifteen_codes_a_day(core: Core, clock: FixedClock) -> None:
    for number in range(15):
        await registering(core, 7000, factories.phone(number))
        clock.advance(MINUTE)
    before = await counts(core)
    with pytest.raises(ChatCapReached):
        await registering(core, 7000, factories.phone(20))
    assert await counts(core) == before
    assert await registering(core, 7001, factories.phone(20))


async def test_registrations_leave_a_share_for_step_4(core: Core, caps: Any) -> None:
    caps(service=4, reserved_share=0.5)
    owners = [await core.store.run(registered, core, number) for number in range(3)]
    for number in range(2):
        await registering(core, 7000 + number, factories.phone(50 + number))
    with pytest.raises(RegistrationCapReached):
        await registering(core, 7002, factories.phone(52))
    for owner in owners[:2]:
        await core.store.run(core.verification.request, step_4(owner))
    with pytest.raises(ServiceCapReached):
        await core.store.run(core.verification.request, step_4(owners[2]))


@pytest.mark.parametrize("purpose", list(CodePurpose))
async def test_code_that_the_gateway_refused_is_not_counted(
    core: Core, clock: FixedClock, purpose: CodePurpose
) -> None:
    owner = await core.store.run(registered, core, 0)
    for _ in range(40):
        if purpose == CodePurpose.PRESELECTION:
            code = await core.store.run(core.verification.request, step_4(owner))
        else:
            code = await registering(core, 7000, factories.phone(9))
        await core.store.run(core.verification.mark_failed, code)
        await core.store.run(core.verification.mark_failed, code)  # a repeat gives nothing back
        clock.advance(timedelta(seconds=20))
    assert set(await counts(core)) == {0}


class Late(ConsoleGateway):
    """Sends every code, and answers too late."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        assert phone, (code, purpose)
        self.sent += 1
        raise SmsGatewayError


@pytest.mark.parametrize("purpose", list(CodePurpose))
async def test_caps_hold_with_a_gateway_that_answers_late(
    core: Core, clock: FixedClock, purpose: CodePurpose
) -> None:
    """Three of the codes are given back: an owner must not be locked out by a gateway's bad hour."""
    owner, gateway = await core.store.run(registered, core, 0), Late()
    sender = CodeSender(replace(core, sms=gateway), _no_redraw)
    for _ in range(40):
        with suppress(PhoneCapReached):
            if purpose == CodePurpose.PRESELECTION:
                await sender.send(await core.store.run(core.verification.request, step_4(owner)))
            else:
                await sender.send(await registering(core, 7000, factories.phone(9)))
        clock.advance(timedelta(seconds=20))
    assert gateway.sent == 10 + GIVEN_BACK_IN_DOUBT


async def _no_redraw(_chat_id: int) -> None:
    """Nobody looks."""


async def test_many_chats_get_no_more_codes_for_one_telephone(core: Core) -> None:
    gateway, victim = Late(), factories.phone(9)
    sender = CodeSender(replace(core, sms=gateway), _no_redraw)
    for number in range(30):
        with suppress(PhoneCapReached):
            await sender.send(await registering(core, 7000 + number, victim))
    assert gateway.sent == 10 + GIVEN_BACK_IN_DOUBT


async def test_code_that_failed_after_midnight_is_given_back_to_its_day(
    core: Core, clock: FixedClock
) -> None:
    owner = await core.store.run(registered, core, 0)
    clock.advance(timedelta(hours=11, minutes=59, seconds=55))  # from noon to just before midnight
    code = await core.store.run(core.verification.request, step_4(owner))
    clock.advance(timedelta(seconds=10))
    await core.store.run(core.verification.mark_failed, code)
    assert set(await counts(core)) == {0}


async def test_chiefs_are_told_at_half_four_fifths_and_all_once_each(
    core: Core, clock: FixedClock, caps: Any
) -> None:
    caps(service=10, per_phone=100, per_chat=100, reserved_share=0.5)
    owner = await core.store.run(registered, core, 0)
    heard = []
    for _ in range(10):
        code = await core.store.run(core.verification.request, step_4(owner))
        heard.append(len(await told(core)))
        clock.advance(MINUTE)
    assert heard == [0, 0, 0, 0, 1, 0, 0, 1, 0, 1]
    await core.store.run(core.verification.mark_failed, code)  # given back, and used again
    clock.advance(MINUTE)
    await core.store.run(core.verification.request, step_4(owner))
    assert await told(core) == []


async def test_chiefs_are_told_when_registrations_are_used_up(core: Core, caps: Any) -> None:
    caps(service=10, reserved_share=0.7)
    for number in range(3):
        await registering(core, 7000 + number, factories.phone(50 + number))
    (text,) = await told(core)
    assert "恶意" in text


async def test_failing_gateway_is_told_after_three_minutes_and_once_an_hour(
    core: Core, clock: FixedClock
) -> None:
    owner = await core.store.run(registered, core, 0)
    heard = Counter[int]()
    for minute in range(125):
        code = await core.store.run(core.verification.request, step_4(owner))
        await core.store.run(core.verification.mark_failed, code)
        heard[minute] = len(await told(core))
        clock.advance(MINUTE)
    assert [minute for minute, number in heard.items() if number] == [3, 63, 123]
    code = await core.store.run(core.verification.request, step_4(owner))
    await core.store.run(core.verification.mark_sent, code)
    assert await core.store.read(gateway_trouble) is None
    (text,) = await told(core)
    assert "短信通道已恢复" in text
    assert "125 分钟" in text
    assert await told(core) == [], "control: once"


async def test_ten_failures_in_a_row_are_told_at_once(core: Core, clock: FixedClock) -> None:
    for number in range(12):
        code = await registering(core, 7000 + number, factories.phone(number))
        await core.store.run(core.verification.mark_failed, code)
        assert len(await told(core)) == (number == 9)
        clock.advance(timedelta(seconds=1))


async def test_one_failure_is_no_alarm(core: Core, clock: FixedClock) -> None:
    owner = await core.store.run(registered, core, 0)
    for _ in range(5):
        for ending in (core.verification.mark_failed, core.verification.mark_sent):
            code = await core.store.run(core.verification.request, step_4(owner))
            await core.store.run(ending, code)
            clock.advance(2 * MINUTE)
    assert await told(core) == []


async def test_work_queue_shows_a_failing_gateway_and_what_is_used(core: Core, clock: FixedClock) -> None:
    owner = await core.store.run(registered, core, 0)
    began = clock.now()
    for _ in range(2):
        code = await core.store.run(core.verification.request, step_4(owner))
        await core.store.run(core.verification.mark_failed, code)
        clock.advance(MINUTE)
    await core.store.run(sql, "UPDATE sms_day SET sent = 2600 WHERE length(phone_hash) = 0")
    queue = await core.store.read(read_work_queue, core.desk_services, CHIEF)
    found = {task.what: task for task in queue.tasks if task.task_kind == TaskKind.SMS}
    assert (found["gateway"].at, found["gateway"].count) == (began, 2)
    assert (found["usage"].count, found["usage"].share) == (2600, 0.52)
    clerk = Admin(chat_id=1, assignments=frozenset({RoleAssignment(role=Role.CHIEF, office="粤K")}))
    others = await core.store.read(read_work_queue, core.desk_services, clerk)
    assert TaskKind.SMS not in others.task_kinds


class Unguarded(Interceptor):
    """Looks first whether the day's total is reached, and counts later without a condition."""

    def one(self, query: str, /, **values: Any) -> Any:
        if query != "sms.count_one" or values["phone_hash"]:
            return super().one(query, **values)
        known = self._tx.one("sms.counted", day=values["day"], phone_hash=b"")
        self._before("between")
        if known is not None and known["sent"] >= values["cap"]:
            return None
        return self._tx.one(query, **{**values, "cap": 1000})


async def requested_by_two(
    core: Core, caps: Any, engine: str, between: type[Interceptor], meet_at: str
) -> int:
    """Let two owners ask for the day's last code at once; return how many were given out."""
    caps(service=1)
    owners = [await core.store.run(registered, core, number) for number in range(2)]
    meet = meeting(meet_at, 2 if engine == "postgres" else 1)

    def asks(tx: Tx, owner: Account) -> int:
        return core.verification.request(between(tx, before=meet), step_4(owner))

    await asyncio.gather(*(core.store.run(asks, owner) for owner in owners), return_exceptions=True)
    return len(await core.store.read(sql, "SELECT * FROM sms_code"))


async def test_last_code_of_the_day_is_given_once(core: Core, caps: Any, engine: str) -> None:
    assert await requested_by_two(core, caps, engine, Interceptor, "sms.count_one") == 1
    assert await core.store.read(codes_today) == 1


@pytest.mark.parametrize("engine", POSTGRES, indirect=True)
async def test_control_without_guard_the_last_code_is_given_twice(core: Core, caps: Any, engine: str) -> None:
    assert await requested_by_two(core, caps, engine, Unguarded, "between") == 2


async def test_notice_and_consent_name_what_a_reminder_tells_the_sms_provider(core: Core) -> None:
    """A new parameter needs a new word in both texts, and a new version of the consent."""
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(reserved, core, 0, "A1234")
    due = Notification(
        notification_id=1,
        chat_id=0,
        purpose="sms_reminder:reminder:1",
        subject=f"preselection:{begun}",
        details={},
        due_at=core.clock.now(),
        pointless_after=None,
        parts_sent=0,
        tries=0,
    )
    reminder = await core.store.read(render_sms, core, due)
    assert reminder is not None
    assert set(reminder.parameters) == set(own_data.IN_REMINDERS)
    for text in (own_data.privacy([], CONSENT_VERSION), registration.consent(CONSENT_VERSION)):
        assert all(word() in text for word in own_data.IN_REMINDERS.values())


class Refusing(ConsoleGateway):
    """Refuses everything, for one reason."""

    def __init__(self, failure: SmsFailure) -> None:
        super().__init__()
        self.failure = failure

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        assert phone, (code, purpose)
        raise SmsRejected("one: refused", self.failure)


class Accepting(ConsoleGateway):
    """Accepts everything, and counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []

    async def send(self, *, phone: str, code: str, purpose: str) -> None:
        assert phone, purpose
        self.codes.append(code)


def watched_in_turn(core: Core, *gateways: ConsoleGateway) -> Core:
    report = core.sms_failures.report
    names = ("aliyun", "tencent")
    watched = [WatchedGateway(one, name, report) for name, one in zip(names, gateways, strict=False)]
    return replace(core, sms=InTurn(watched))


@pytest.mark.parametrize("failure", [one for one in SmsFailure if one.needs_operator])
async def test_chiefs_hear_of_a_provider_that_needs_them_once_a_day_although_another_one_sends(
    core: Core, clock: FixedClock, failure: SmsFailure
) -> None:
    owner, sent = await core.store.run(registered, core, 0), Accepting()
    sender = CodeSender(watched_in_turn(core, Refusing(failure), sent), _no_redraw)
    for _ in range(3):
        await sender.send(await core.store.run(core.verification.request, step_4(owner)))
        clock.advance(MINUTE)
    (said,) = await told(core)
    assert "aliyun：" in said
    assert len(sent.codes) == 3
    assert await core.store.read(gateway_trouble) is None
    clock.advance(timedelta(days=1))
    await sender.send(await core.store.run(core.verification.request, step_4(owner)))
    assert len(await told(core)) == 1


async def test_number_that_a_gateway_refuses_says_nothing_about_the_gateway(
    core: Core, clock: FixedClock
) -> None:
    owner = await core.store.run(registered, core, 0)
    sender = CodeSender(watched_in_turn(core, Refusing(SmsFailure.NUMBER)), _no_redraw)
    for _ in range(15):
        await sender.send(await core.store.run(core.verification.request, step_4(owner)))
        clock.advance(MINUTE)
    assert await told(core) == []
    assert await core.store.read(gateway_trouble) is None


async def test_code_whose_first_outcome_is_unknown_is_counted_once_and_is_the_same(core: Core) -> None:
    owner, second = await core.store.run(registered, core, 0), Accepting()
    first = Late()
    sender = CodeSender(watched_in_turn(core, first, second), _no_redraw)
    await sender.send(await core.store.run(core.verification.request, step_4(owner)))
    assert (first.sent, len(second.codes)) == (1, 1)
    assert set(await counts(core)) == {1}


async def test_last_reason_is_part_of_the_message_about_a_failing_gateway(
    core: Core, clock: FixedClock
) -> None:
    owner = await core.store.run(registered, core, 0)
    sender = CodeSender(watched_in_turn(core, Refusing(SmsFailure.UNREACHABLE)), _no_redraw)
    for _ in range(10):
        await sender.send(await core.store.run(core.verification.request, step_4(owner)))
        clock.advance(timedelta(seconds=20))
    assert any("最近一次：连接不上" in said for said in await told(core))
