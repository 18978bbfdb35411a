"""Reminders by SMS: to owners whom the chat does not reach, or the last one to everybody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError

from core.bootstrap import Core
from core.notifications.sms_reminders import TRIES_IN_CHAT
from core.people.admins import Admin, Role, RoleAssignment
from core.people.sms_budget import gateway_trouble
from core.people.sms_receipts import FIRST
from core.ports import SentSms, SmsReceipt, Tx
from core.preselection import PreselectionState
from core.reporting.case_file import CaseFileKey, CaseFileTopic
from core.reporting.tasks import TaskKind
from core.reporting.work_queue import read_work_queue
from tests import factories
from tests.lifecycle.harness import Fault, Harness, chat_of, local, open_harness

CHIEF = Admin(chat_id=1001, assignments=frozenset({RoleAssignment(role=Role.CHIEF, office="")}))
BLOCKED = Forbidden("Forbidden: bot was blocked by the user")


@pytest.fixture
async def shut() -> AsyncIterator[Harness]:
    """Owner 1 has blocked the bot."""
    async with open_harness(local("2026-03-10"), expiry_grace_minutes=0) as opened:
        await opened.reserve(1)
        opened.messenger.faults.extend(Fault(error=BLOCKED) for _ in range(2000))
        yield opened


async def test_blocked_owner_is_reminded_by_sms_instead(shut: Harness) -> None:
    await shut.until(local("2026-03-17", 16))
    assert [at for at, _, _ in shut.telephones.received] == [
        local("2026-03-12", 9),
        local("2026-03-16", 9),
        local("2026-03-17", 8),
    ]
    _, phone, text = shut.telephones.received[0]
    assert phone == factories.phone(1)
    assert "粤K·A0001" in text
    assert "2026年3月17日（周二） 17:00" in text
    assert "测试车主" not in text


async def test_sms_counts_as_reminder(shut: Harness) -> None:
    await shut.until(local("2026-03-17", 18))
    assert (await shut.preselection(1)).state == PreselectionState.EXPIRED
    assert await shut.ban_until(1) == local("2028-03-17", 0)


def _report(tx: Tx, core: Core, *, is_delivered: bool) -> None:
    """Let the vendor report on each SMS reminder that was sent."""
    for row in tx.all("notices.of_subject", subject="preselection:1"):
        if row["purpose"].startswith("sms_reminder:") and row["state"] == "sent":
            number = str(row["notice_id"])
            sent = SentSms(provider="aliyun", message_id=number, phone=factories.phone(1), at=tx.now)
            core.sms_receipts.expect(tx, sent, chat_of(1), notice_id=row["notice_id"])
    receipt = SmsReceipt(is_delivered=is_delivered, reason="")
    later = cast("Tx", SimpleNamespace(now=tx.now + FIRST, all=tx.all))
    for awaited in core.sms_receipts.due(later, 10):
        core.sms_receipts.record(tx, awaited, receipt)


@pytest.mark.parametrize("is_delivered", [True, False])
async def test_sms_that_was_not_delivered_is_no_reminder(shut: Harness, *, is_delivered: bool) -> None:
    await shut.until(local("2026-03-17", 10))
    assert len(shut.telephones.received) == 3
    await shut.core.store.run(_report, shut.core, is_delivered=is_delivered)
    await shut.until(local("2026-03-17", 18))
    state = PreselectionState.EXPIRED if is_delivered else PreselectionState.RESERVED
    assert (await shut.preselection(1)).state == state
    assert (await shut.ban_until(1) is not None) == is_delivered


async def test_codes_are_not_counted_for_reminders(shut: Harness) -> None:
    before = shut.sql("SELECT * FROM sms_day")
    await shut.until(local("2026-03-17", 16))
    assert shut.sql("SELECT * FROM sms_day") == before


async def test_failing_gateway_is_tried_with_growing_gaps(shut: Harness) -> None:
    shut.telephones.down = True
    await shut.until(local("2026-03-12", 9))
    await shut.tick()
    row = next(row for row in await shut.notices(1) if row["purpose"].startswith("sms_reminder"))
    assert (row["state"], row["tries"], row["error"]) == ("waiting", 1, "SmsGatewayError")
    shut.telephones.down = False
    await shut.until(local("2026-03-12", 10))
    assert len(shut.telephones.received) == 1


async def test_failing_gateway_and_blocked_chat_end_without_a_ban(shut: Harness) -> None:
    shut.telephones.down = True
    await shut.until(local("2026-03-31", 18))
    ended = await shut.preselection(1)
    assert (ended.state, ended.unreminded_at is None) == (PreselectionState.EXPIRED, False)
    assert await shut.ban_until(1) is None
    assert shut.telephones.received == []


async def test_sms_that_arrives_in_an_extension_is_the_last_extension(shut: Harness) -> None:
    shut.telephones.down = True
    await shut.until(local("2026-03-19", 12))
    shut.telephones.down = False
    await shut.until(local("2026-03-25", 12))
    assert await shut.ban_until(1) == local("2028-03-20", 0)
    assert {"截止时间已改为2026年3月" in text for _, _, text in shut.telephones.received} == {True}


async def test_failing_gateway_of_reminders_is_told_like_that_of_codes(shut: Harness) -> None:
    shut.messenger.faults.clear()
    shut.messenger.faults.extend(Fault(error=BLOCKED, chat_id=chat_of(1)) for _ in range(2000))
    shut.telephones.down = True
    await shut.until(local("2026-03-12", 9))
    for _ in range(10):
        shut.clock.advance(timedelta(minutes=1))
        await shut.tick()
    assert await shut.store.read(gateway_trouble) is not None
    told = [told for told in shut.messenger.told if "短信通道自" in told.words]
    assert len(told) == 1
    assert "验证码和短信提醒" in told[0].words
    shut.telephones.down = False
    await shut.until(local("2026-03-12", 12))
    assert await shut.store.read(gateway_trouble) is None


async def test_failed_notice_counts_alike_on_the_card_and_at_the_desk(shut: Harness) -> None:
    key = CaseFileKey(topic=CaseFileTopic.PRESELECTION, value="1")
    await shut.until(local("2026-03-12", 10))
    assert len(await shut.failures()) == 1
    assert (await shut.store.read(shut.core.case_files.open, key)).failed == 0  # an SMS has arrived
    shut.sql("UPDATE account SET registered_at = NULL, phone_sealed = NULL, phone_hash = NULL")
    await shut.until(local("2026-03-16", 10))
    queue = await shut.store.read(read_work_queue, shut.core.desk_services, CHIEF)
    assert queue.counts[TaskKind.FAILED] > 0
    assert (await shut.store.read(shut.core.case_files.open, key)).failed == queue.counts[TaskKind.FAILED]


async def test_owner_without_a_phone_is_said_at_the_desk(shut: Harness) -> None:
    shut.sql("UPDATE account SET registered_at = NULL, phone_sealed = NULL, phone_hash = NULL")
    await shut.until(local("2026-03-12", 10))
    assert "NoPhone" in {row["error"] for row in await shut.failures()}


async def test_reached_owner_gets_no_sms(harness: Harness) -> None:
    await harness.reserve(1)
    await harness.until(local("2026-03-17", 16))
    assert harness.telephones.received == []


async def test_last_reminder_goes_by_sms_to_all() -> None:
    async with open_harness(local("2026-03-10"), tables={"sms": {"reminders": "last"}}) as harness:
        await harness.reserve(1)
        await harness.until(local("2026-03-17", 16))
        assert [at for at, _, _ in harness.telephones.received] == [local("2026-03-17", 8)]
        assert "reminder 0" in dict(harness.messenger.kinds())


async def test_last_reminder_by_sms_moves_with_the_deadline() -> None:
    async with open_harness(local("2026-03-10"), tables={"sms": {"reminders": "last"}}) as harness:
        await harness.reserve(1)
        await harness.close("2026-03-17")
        await harness.until(local("2026-03-18", 16))
        assert [at for at, _, _ in harness.telephones.received] == [local("2026-03-18", 8)]


async def test_confirmed_owner_gets_no_sms(shut: Harness) -> None:
    shut.telephones.down = True
    await shut.until(local("2026-03-12", 9))
    await shut.confirm(1)
    shut.telephones.down = False
    await shut.until(local("2026-03-13", 12))
    assert shut.telephones.received == []


async def test_refused_reminder_goes_by_sms(harness: Harness) -> None:
    await harness.reserve(1)
    harness.messenger.faults.append(Fault(error=BadRequest("Message is too long")))
    await harness.until(local("2026-03-12", 10))
    assert len(harness.telephones.received) == 1


async def test_chat_without_network_is_backed_by_sms_after_some_tries(harness: Harness) -> None:
    await harness.reserve(1)
    harness.messenger.faults.extend(Fault(error=NetworkError("reset")) for _ in range(TRIES_IN_CHAT - 1))
    await harness.until(local("2026-03-13", 12))
    assert harness.telephones.received == []  # the fifth try arrived
    harness.messenger.faults.extend(Fault(error=NetworkError("reset")) for _ in range(TRIES_IN_CHAT))
    await harness.until(local("2026-03-16", 18))
    assert len(harness.telephones.received) == 1
