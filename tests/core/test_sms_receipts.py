"""Receipts of SMS in the database: recorded once, given back a few times, and forgotten in time."""

from datetime import timedelta
from typing import Any

from core.bootstrap import Core
from core.clock import FixedClock
from core.notifications.queue import NotificationPurpose, Plan, lease, mark_sent, plan
from core.people.sms_receipts import (
    CODES_FOR,
    FIRST,
    KEPT,
    NOT_DELIVERED,
    REMINDERS_FOR,
    AwaitedReceipt,
    ReceiptState,
    delivery_rate,
)
from core.people.verification import CodeBinding, CodePurpose
from core.ports import SentSms, SmsReceipt, Tx
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered

FAILED = SmsReceipt(is_delivered=False, reason="UNDELIV")
DELIVERED = SmsReceipt(is_delivered=True, reason="DELIVRD")


def sent_code(tx: Tx, core: Core, number: str = "1^0", chat: int | None = None) -> int:
    """Request a code, which a vendor accepts; return its id."""
    account = registered(tx, core, 0) if chat is None else core.accounts.require(tx, chat)
    bound = CodeBinding(account=account, purpose=CodePurpose.PRESELECTION, phone=factories.phone(0))
    code_id = core.verification.request(tx, bound)
    core.verification.mark_sent(tx, code_id)
    sent = SentSms(provider="aliyun", message_id=number, phone=bound.phone, at=tx.now)
    core.sms_receipts.expect(tx, sent, account.chat_id, code_id=code_id)
    return code_id


async def due(core: Core) -> list[AwaitedReceipt]:
    return await core.store.read(core.sms_receipts.due, 10)


async def record(core: Core, awaited: AwaitedReceipt, receipt: SmsReceipt | None) -> Any:
    return await core.store.run(core.sms_receipts.record, awaited, receipt)


async def test_receipt_is_asked_for_ever_more_rarely_and_not_for_ever(core: Core, clock: FixedClock) -> None:
    await core.store.run(sent_code, core)
    assert await due(core) == []
    began, asked = clock.now(), []
    while clock.now() - began < 2 * CODES_FOR:
        clock.advance(FIRST)
        for awaited in await due(core):
            asked.append((clock.now() - began) // FIRST)
            await record(core, awaited, None)
    assert asked[:6] == [1, 2, 4, 8, 16, 32]
    assert len(asked) <= 11
    ((state, phone),) = await _columns(core, "state, phone_sealed")
    assert (state, phone) == (ReceiptState.UNKNOWN, None)


async def _columns(core: Core, columns: str) -> list[tuple[Any, ...]]:
    rows = await core.store.read(sql, f"SELECT {columns} FROM sms_receipt")  # noqa: S608 - of this file
    return [tuple(row.values()) for row in rows]


async def test_second_receipt_changes_nothing(core: Core, clock: FixedClock) -> None:
    await core.store.run(sent_code, core)
    clock.advance(FIRST)
    (awaited,) = await due(core)
    first, second = await record(core, awaited, FAILED), await record(core, awaited, DELIVERED)
    assert (first.state, first.waiting_chat is not None) == (ReceiptState.FAILED, True)
    assert (second.state, second.waiting_chat) == (None, None)
    assert await _columns(core, "state, reason, phone_sealed") == [("failed", "UNDELIV", None)]
    rate = await core.store.read(delivery_rate)
    assert (rate.failed, rate.delivered, rate.share) == (1, 0, 1.0)


async def test_message_number_that_comes_twice_is_expected_once(core: Core) -> None:
    await core.store.run(lambda tx: (sent_code(tx, core),))
    await core.store.run(_expect_again, core)
    assert len(await _columns(core, "receipt_id")) == 1


def _expect_again(tx: Tx, core: Core) -> None:
    (row,) = sql(tx, "SELECT chat_id FROM account")
    sent = SentSms(provider="aliyun", message_id="1^0", phone=factories.phone(0), at=tx.now)
    core.sms_receipts.expect(tx, sent, row["chat_id"], code_id=1)


async def test_undelivered_code_is_given_back_a_few_times_a_day(core: Core, clock: FixedClock) -> None:
    chat = None
    for number in range(5):
        await core.store.run(sent_code, core, f"{number}^0", chat)
        chat = (await core.store.read(sql, "SELECT chat_id FROM account"))[0]["chat_id"]
        clock.advance(timedelta(minutes=2))
        (awaited,) = await due(core)
        await record(core, awaited, FAILED)
    counted = await core.store.read(sql, "SELECT sent FROM sms_day WHERE length(phone_hash) = 0")
    assert counted[0]["sent"] == 2  # three of five are given back


async def test_used_code_did_arrive(core: Core, clock: FixedClock) -> None:
    code_id = await core.store.run(sent_code, core)
    await core.store.run(sql, f"UPDATE sms_code SET state = 'used' WHERE code_id = {code_id}")  # noqa: S608
    clock.advance(FIRST)
    (awaited,) = await due(core)
    recorded = await record(core, awaited, FAILED)
    assert (recorded.state, recorded.waiting_chat) == (ReceiptState.FAILED, None)
    counted = await core.store.read(sql, "SELECT sent FROM sms_day WHERE length(phone_hash) = 0")
    assert counted[0]["sent"] == 1


async def test_expired_code_tells_nobody(core: Core, clock: FixedClock) -> None:
    await core.store.run(sent_code, core)
    clock.advance(timedelta(minutes=6))
    (awaited,) = await due(core)
    recorded = await record(core, awaited, FAILED)
    assert (recorded.state, recorded.waiting_chat) == (ReceiptState.FAILED, None)


async def test_code_that_is_deleted_tells_nobody(core: Core, clock: FixedClock) -> None:
    await core.store.run(sent_code, core)
    await core.store.run(sql, "DELETE FROM sms_code")
    clock.advance(FIRST)
    (awaited,) = await due(core)
    recorded = await record(core, awaited, FAILED)
    assert (recorded.state, recorded.waiting_chat) == (ReceiptState.FAILED, None)


def _reminded(tx: Tx, core: Core) -> int:
    account = registered(tx, core, 0)
    plan(
        tx,
        Plan(
            chat_id=account.chat_id,
            purpose=f"{NotificationPurpose.SMS_REMINDER}:reminder:1",
            subject="preselection:1",
            due_at=tx.now,
        ),
    )
    (notification,) = lease(tx, "w", 1, by_sms=True)
    mark_sent(tx, notification, "w")
    sent = SentSms(provider="tencent", message_id="2640:1", phone=account.phone, at=tx.now)
    core.sms_receipts.expect(tx, sent, account.chat_id, notice_id=notification.notification_id)
    return notification.notification_id


async def test_reminder_that_was_not_delivered_has_not_arrived(core: Core, clock: FixedClock) -> None:
    await core.store.run(_reminded, core)
    clock.advance(CODES_FOR * 2)
    (awaited,) = await due(core)
    assert (await record(core, awaited, None)).state is None  # it is asked for longer than a code
    clock.advance(CODES_FOR * 2)
    (awaited,) = await due(core)
    await record(core, awaited, FAILED)
    ((state, error),) = [
        tuple(row.values()) for row in await core.store.read(sql, "SELECT state, error FROM notice")
    ]
    assert (state, error) == ("failed", NOT_DELIVERED)
    arrived = await core.store.read(lambda tx: tx.one("notices.arrived", subject="preselection:1"))
    assert arrived is None or arrived["at"] is None


async def test_silence_about_a_reminder_decides_nothing(core: Core, clock: FixedClock) -> None:
    await core.store.run(_reminded, core)
    clock.advance(REMINDERS_FOR)
    (awaited,) = await due(core)
    assert (await record(core, awaited, None)).state == ReceiptState.UNKNOWN
    assert (await core.store.read(sql, "SELECT state FROM notice"))[0]["state"] == "sent"


async def test_receipts_are_purged_and_go_with_their_owner(core: Core, clock: FixedClock) -> None:
    await core.store.run(sent_code, core)
    clock.advance(KEPT - timedelta(minutes=1))
    await core.store.run(core.cleanup.purge_codes)
    assert len(await _columns(core, "receipt_id")) == 1
    clock.advance(timedelta(minutes=2))
    await core.store.run(core.cleanup.purge_codes)
    assert await _columns(core, "receipt_id") == []
