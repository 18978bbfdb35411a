"""What the vendors say has become of a message: their questions, their answers, and what is none."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from core.clock import CHINA
from core.errors.verification import SmsFailure, SmsGatewayError
from core.ports import SentSms, SmsReceipt, SmsReceiptSource
from tests.sms_vendors import Aliyun, Tencent
from tests.unit.test_sms_vendors import CODE, PARTS, PHONE, VENDORS, connected, gateway_to

Kind = type[Aliyun] | type[Tencent]


async def sent_by(gateway: Any) -> SentSms:
    sent = await gateway.send(phone=PHONE, code=CODE, purpose="preselection")
    assert isinstance(sent, SentSms)
    return sent


@pytest.mark.parametrize("kind", VENDORS)
async def test_message_is_asked_about_until_there_is_a_receipt(kind: Kind) -> None:
    vendor = kind()
    async with connected(vendor) as gateway:
        assert isinstance(gateway, SmsReceiptSource)
        sent = await sent_by(gateway)
        assert await gateway.receipt(sent) is None
        vendor.receipts[vendor.last] = (True, "DELIVRD")
        assert await gateway.receipt(sent) == SmsReceipt(is_delivered=True, reason="DELIVRD")


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("MOBILE_NOT_ON_SERVICE", "MOBILE_NOT_ON_SERVICE"),
        ("DB:0140", "DB:0140"),
        ("用户关机", ""),
        ("", ""),
        ("tel.13800138001", ""),
    ],
)
async def test_reason_of_a_failure_is_a_code_or_none(kind: Kind, said: str, reason: str) -> None:
    vendor = kind()
    async with connected(vendor) as gateway:
        assert isinstance(gateway, SmsReceiptSource)
        reminded = await gateway.remind(phone=PHONE, text="unused", parameters=PARTS)
        assert reminded is not None
        vendor.receipts[vendor.last] = (False, said)
        assert await gateway.receipt(reminded) == SmsReceipt(is_delivered=False, reason=reason)


@pytest.mark.parametrize("kind", VENDORS)
async def test_receipts_of_other_messages_are_none_of_its(kind: Kind) -> None:
    vendor = kind()
    async with connected(vendor) as gateway:
        assert isinstance(gateway, SmsReceiptSource)
        first, second = await sent_by(gateway), await sent_by(gateway)
        vendor.receipts[second.message_id] = (False, "UNDELIV")
        vendor.receipts["unknown"] = (False, "UNDELIV")
        assert await gateway.receipt(first) is None
        assert await gateway.receipt(replace(first, message_id="of nobody")) is None


@pytest.mark.parametrize(("second", "days", "is_found"), [(58, 2, True), (40, 1, False)])
async def test_message_of_midnight_is_looked_for_on_both_days(
    second: int, days: int, *, is_found: bool
) -> None:
    """The vendor may have sent it after the day has changed."""
    vendor = Aliyun(day="20260301")
    async with connected(vendor, timeout_seconds=10) as gateway:
        assert isinstance(gateway, SmsReceiptSource)
        sent = await sent_by(gateway)
        vendor.receipts[vendor.last] = (True, "DELIVERED")
        at = datetime(2026, 2, 28, 23, 59, second, tzinfo=CHINA)
        assert (await gateway.receipt(replace(sent, at=at)) is not None) == is_found
    assert len(vendor.asked) == days


@pytest.mark.parametrize("kind", VENDORS)
async def test_wrong_secret_is_refused(kind: Kind) -> None:
    vendor = kind()
    name = "access_key_secret" if kind is Aliyun else "secret_key"
    async with connected(vendor) as gateway:
        sent = await sent_by(gateway)
    async with connected(vendor, **{name: "another"}) as gateway:
        assert (await failure_of(gateway, sent)).failure == SmsFailure.ACCESS
    assert vendor.asked == []


async def failure_of(gateway: Any, sent: SentSms) -> SmsGatewayError:
    with pytest.raises(SmsGatewayError) as failed:
        await gateway.receipt(sent)
    return failed.value


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        (Aliyun, "isp.RAM_PERMISSION_DENY", SmsFailure.ACCESS),
        (Aliyun, "Throttling.User", SmsFailure.BUSY),
        (Aliyun, "isp.SYSTEM_ERROR", SmsFailure.BROKEN),
        (Tencent, "UnauthorizedOperation.SmsSdkAppIdVerifyFail", SmsFailure.ACCESS),
        (Tencent, "RequestLimitExceeded", SmsFailure.BUSY),
        (Tencent, "InternalError.OtherError", SmsFailure.BROKEN),
    ],
)
async def test_documented_errors_are_told_apart(kind: Kind, code: str, expected: SmsFailure) -> None:
    vendor = kind(receipt_code=code)
    async with connected(vendor) as gateway:
        failed = await failure_of(gateway, await sent_by(gateway))
    assert (failed.failure, PHONE[3:] in str(failed)) == (expected, False)


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"slow": 2.0}, SmsFailure.TIMEOUT),
        ({"page": "<html>502</html>", "status": 502}, SmsFailure.UNREADABLE),
        ({"page": "[1]"}, SmsFailure.UNREADABLE),
    ],
)
async def test_answer_that_is_none(kind: Kind, answer: dict[str, Any], failure: SmsFailure) -> None:
    vendor = kind()
    async with connected(vendor) as gateway:
        sent = await sent_by(gateway)
        vars(vendor).update(answer)
        assert (await failure_of(gateway, sent)).failure == failure


async def test_nobody_there() -> None:
    for vendor in (Aliyun(), Tencent()):
        async with connected(vendor) as gateway:
            sent = await sent_by(gateway)
        failed = await failure_of(gateway_to(vendor, "http://127.0.0.1:9"), sent)
        assert failed.failure == SmsFailure.UNREACHABLE


@pytest.mark.parametrize("kind", VENDORS)
async def test_nothing_of_the_owner_is_logged_or_shown(kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vendor = kind()
    async with connected(vendor) as gateway:
        assert isinstance(gateway, SmsReceiptSource)
        sent = await sent_by(gateway)
        vendor.receipts[vendor.last] = (False, f"{PHONE} 空号")
        receipt = await gateway.receipt(sent)
    logged = " ".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")
    )
    assert PHONE[3:] not in f"{logged}{receipt}{sent}"
