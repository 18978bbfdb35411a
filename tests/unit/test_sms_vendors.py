"""The gateways of 阿里云 and 腾讯云: signatures, documented errors, and what is not an answer."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors.verification import SmsFailure, SmsGatewayError, SmsRejected
from core.gateways import aliyun_gateway, tencent_gateway
from core.ports import SmsGateway
from core.settings.sms import SmsAliyunSettings, SmsTencentSettings
from core.sms import InTurn, aliyun, signing, tencent
from core.sms.watched import Failures, WatchedGateway
from tests.sms_vendors import ALIYUN, TENCENT, Aliyun, Tencent, Vendor, serving

PHONE, CODE = "+8613800138001", "123456"
PARTS = {"number": "粤K·A8888", "deadline": "2026年12月9日 17:00", "place": "茂名车管所 & 其他"}
VENDORS: list[type[Aliyun] | type[Tencent]] = [Aliyun, Tencent]


def test_published_example_of_acs3() -> None:
    """V3 版本请求体 & 签名机制, the example with fixed parameters."""
    query = signing.canonical_query(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": signing.sha256_hex(b""),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    assert signing.acs3_authorization("YourAccessKeyId", "YourAccessKeySecret", query, headers) == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_published_example_of_tc3() -> None:
    """签名方法 v3, whose keys are printed with asterisks."""
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    found = signing.tc3_authorization(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******",
        "Gu5t9xGARNpq86cd98joQYCN3*******",
        "cvm",
        headers=headers,
        body=body,
        at=datetime.fromtimestamp(1551113065, UTC),
    )
    assert found == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"
    )


def gateway_to(vendor: Aliyun | Tencent, url: str, **settings: Any) -> SmsGateway:
    where = {"endpoint": url, "timeout_seconds": 0.5, **settings}
    if isinstance(vendor, Aliyun):
        return aliyun_gateway(SmsAliyunSettings.model_validate({**ALIYUN, **where}))
    return tencent_gateway(SmsTencentSettings.model_validate({**TENCENT, **where}))


@asynccontextmanager
async def connected(vendor: Aliyun | Tencent, **settings: Any) -> AsyncIterator[SmsGateway]:
    async with serving(vendor) as server:
        yield gateway_to(vendor, str(server.make_url("/")), **settings)


async def failure_of(gateway: SmsGateway) -> SmsGatewayError:
    with pytest.raises(SmsGatewayError) as failed:
        await gateway.send(phone=PHONE, code=CODE, purpose="preselection")
    return failed.value


@pytest.mark.parametrize("kind", VENDORS)
async def test_code_and_reminder_are_sent_by_their_templates(kind: type[Aliyun] | type[Tencent]) -> None:
    vendor = kind()
    async with connected(vendor, code_parameters=["code", "minutes"]) as gateway:
        await gateway.send(phone=PHONE, code=CODE, purpose="preselection")
        await gateway.remind(phone=PHONE, text="unused", parameters=PARTS)
    by_name = isinstance(vendor, Aliyun)
    assert vendor.sent == [
        (PHONE, "SMS_1", {"code": CODE, "minutes": "5"} if by_name else [CODE, "5"]),
        (PHONE, "SMS_2", PARTS if by_name else list(PARTS.values())),
    ]


@pytest.mark.parametrize("kind", VENDORS)
async def test_answer_in_several_packets(kind: type[Aliyun] | type[Tencent]) -> None:
    vendor = kind(in_parts=True)
    async with connected(vendor) as gateway:
        await gateway.send(phone=PHONE, code=CODE, purpose="preselection")
    assert len(vendor.sent) == 1


@pytest.mark.parametrize("kind", VENDORS)
async def test_wrong_secret_is_refused(kind: type[Aliyun] | type[Tencent]) -> None:
    name = "access_key_secret" if kind is Aliyun else "secret_key"
    vendor = kind()
    async with connected(vendor, **{name: "another"}) as gateway:
        failed = await failure_of(gateway)
    assert (type(failed), failed.failure) == (SmsRejected, SmsFailure.ACCESS)
    assert vendor.sent == []


ANSWERS = [
    *((Aliyun, code, failure) for code, failure in aliyun.CODES.items()),
    *((Tencent, code, failure) for code, failure in tencent.CODES.items()),
    (Aliyun, "isv.SOMETHING_NEW", SmsFailure.OTHER),
    (Aliyun, "InvalidAccessKeyId.NotFound", SmsFailure.ACCESS),
    (Tencent, "InternalError.Timeout", SmsFailure.BROKEN),
    (Tencent, "LimitExceeded.AppDailyLimit", SmsFailure.QUOTA),
    (Tencent, "InvalidParameterValue.TemplateParameterLengthLimit", SmsFailure.TEMPLATE),
]


@pytest.mark.parametrize(("kind", "code", "expected"), ANSWERS)
async def test_documented_codes_are_told_apart(
    kind: type[Aliyun] | type[Tencent], code: str, expected: SmsFailure
) -> None:
    vendor = kind(code=code)
    async with connected(vendor) as gateway:
        failed = await failure_of(gateway)
    assert failed.failure == expected
    assert isinstance(failed, SmsRejected) == (expected != SmsFailure.BROKEN)
    assert code in str(failed)
    assert PHONE[1:] not in str(failed)
    assert CODE not in str(failed)


async def test_request_that_is_refused_as_a_whole() -> None:
    vendor = Tencent(code="AuthFailure.SecretIdNotFound")
    vendor.as_a_whole = True
    async with connected(vendor) as gateway:
        assert (await failure_of(gateway)).failure == SmsFailure.ACCESS


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(
    ("answer", "is_certain", "failure"),
    [
        ({"slow": 2.0}, False, SmsFailure.TIMEOUT),
        ({"page": "<html>502</html>", "status": 502}, False, SmsFailure.UNREADABLE),
        ({"page": "<html>log in</html>", "status": 200}, False, SmsFailure.UNREADABLE),
        ({"page": "moved", "status": 302}, True, SmsFailure.UNREADABLE),
        ({"page": "[1]", "status": 200}, False, SmsFailure.UNREADABLE),
        ({"code": f"{PHONE} 的号码"}, True, SmsFailure.OTHER),
    ],
)
async def test_answer_that_is_none(
    kind: type[Aliyun] | type[Tencent], answer: dict[str, Any], *, is_certain: bool, failure: SmsFailure
) -> None:
    async with connected(kind(**answer)) as gateway:
        failed = await failure_of(gateway)
    assert (isinstance(failed, SmsRejected), failed.failure) == (is_certain, failure)
    assert "138" not in str(failed)


async def test_nobody_there() -> None:
    for vendor in (Aliyun(), Tencent()):
        failed = await failure_of(gateway_to(vendor, "http://127.0.0.1:9"))
        assert (type(failed), failed.failure) == (SmsRejected, SmsFailure.UNREACHABLE)


@asynccontextmanager
async def both(first: Aliyun, second: Tencent) -> AsyncIterator[tuple[SmsGateway, Failures]]:
    failures = Failures()
    async with connected(first) as one, connected(second) as other:
        yield (
            InTurn(
                [
                    WatchedGateway(one, "aliyun", failures.report),
                    WatchedGateway(other, "tencent", failures.report),
                ]
            ),
            failures,
        )


async def test_the_next_one_sends_and_the_reason_is_kept() -> None:
    first, second = Aliyun(code="isv.AMOUNT_NOT_ENOUGH"), Tencent()
    async with both(first, second) as (gateway, failures):
        await gateway.send(phone=PHONE, code=CODE, purpose="preselection")
        await gateway.send(phone=PHONE, code=CODE, purpose="preselection")
    assert (len(first.sent), len(second.sent)) == (0, 2)
    assert failures.take() == {("aliyun", SmsFailure.BALANCE)}
    assert failures.take() == frozenset()


@pytest.mark.parametrize(
    ("code", "asked"), [("isv.MOBILE_NUMBER_ILLEGAL", 0), ("isv.BUSINESS_LIMIT_CONTROL", 1)]
)
async def test_number_that_one_refuses_is_given_to_no_other(code: str, asked: int) -> None:
    first, second = Aliyun(code=code), Tencent(code="LimitExceeded.PhoneNumberDailyLimit")
    async with both(first, second) as (gateway, failures):
        failed = await failure_of(gateway)
    assert (second.calls, type(failed), failed.failure.is_about_message) == (asked, SmsRejected, True)
    assert failures.take() == frozenset()


MESSAGE = {"purpose": "message", "place": "茂名车管所", "phone": "0668-1234567"}


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize("variables", [["number", "deadline", "place"], ["place"]])
async def test_message_of_the_desk_is_not_sent_as_a_reminder(
    kind: type[Aliyun] | type[Tencent], variables: list[str]
) -> None:
    vendor = kind()
    async with connected(vendor, reminder_parameters=variables) as gateway:
        with pytest.raises(SmsRejected) as failed:
            await gateway.remind(phone=PHONE, text="有消息给您", parameters=MESSAGE)
    assert (failed.value.failure, vendor.calls) == (SmsFailure.NO_TEMPLATE, 0)


async def test_nothing_of_the_owner_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vendors: list[Vendor] = [Aliyun(code="isv.MOBILE_NUMBER_ILLEGAL"), Tencent(page="x")]
    for vendor in vendors:
        assert isinstance(vendor, Aliyun | Tencent)
        async with connected(vendor) as gateway:
            await failure_of(gateway)
    logged = " ".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")
    )
    assert PHONE[3:] not in logged
