"""Every provider that the settings offer has a gateway."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.errors.settings import SettingsRefused
from core.errors.verification import SmsGatewayError, SmsRejected
from core.gateways import build_routes, gateway_of
from core.ports import SmsGateway
from core.settings import Settings
from core.settings.sms import SMS_PROVIDERS, SmsSettings
from core.sms import InTurn
from core.sms.aliyun import AliyunGateway
from core.sms.console import ConsoleGateway
from core.sms.http import HttpGateway
from core.sms.tencent import TencentGateway
from tests.sms_vendors import ALIYUN, TENCENT
from tests.world import KEYS, TOKEN, office

SETTINGS = SmsSettings.model_validate(
    {"http": {"url": "http://127.0.0.1:9/sms"}, "aliyun": ALIYUN, "tencent": TENCENT}
)


def test_every_provider_of_the_settings_has_its_gateway() -> None:
    assert {provider: type(gateway_of(provider, SETTINGS)) for provider in SMS_PROVIDERS} == {
        "console": ConsoleGateway,
        "http": HttpGateway,
        "aliyun": AliyunGateway,
        "tencent": TencentGateway,
    }


def test_a_provider_without_a_gateway_is_refused() -> None:
    with pytest.raises(SettingsRefused, match=r"sms\.provider: pigeon"):
        gateway_of("pigeon", SETTINGS)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_a_failure_and_is_not_followed(status: int) -> None:
    """Telephone and code would go to wherever it points."""
    called: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        called.append(request.path)
        if request.path == "/elsewhere":
            return web.Response()
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        gateway = HttpGateway(str(server.make_url("/sms")), 5)
        with pytest.raises(SmsGatewayError, match=str(status)):
            await gateway.send(phone="+8613800138001", code="123456", purpose="preselection")
    assert called == ["/sms"]


@pytest.mark.parametrize(
    ("base_url", "providers", "is_taken"),
    [
        ("https://api.telegram.org/bot", ["console"], False),
        ("http://127.0.0.1:8081/bot", ["console"], True),
        ("http://localhost:8081/bot", ["console"], True),
        ("http://127.0.0.1:8081/bot", ["http", "console"], False),
    ],
)
async def test_printed_reminder_counts_only_alone_and_with_the_sandbox(
    base_url: str, providers: list[str], *, is_taken: bool
) -> None:
    """An owner counts as reminded by it, and may be barred."""
    settings = Settings.model_validate(
        {
            "telegram": {"token": TOKEN, "base_url": base_url},
            "security": KEYS,
            "database": {"url": "sqlite:///unused.db"},
            "sms": {"provider": providers, "http": {"url": "http://127.0.0.1:9/sms"}},
            "offices": [office()],
        }
    )
    gateway = build_routes(settings).first()
    sending = gateway.remind(phone="+8613800138001", text="a reminder", parameters={})
    if is_taken:
        await sending
        return
    with pytest.raises(SmsGatewayError):
        await sending


async def _failure(gateway: SmsGateway) -> type[Exception]:
    with pytest.raises(SmsGatewayError) as failed:
        await gateway.send(phone="+8613800138001", code="123456", purpose="preselection")
    return failed.type


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, SmsRejected),
        (400, SmsRejected),
        (429, SmsRejected),
        (500, SmsGatewayError),
        (504, SmsGatewayError),
    ],
)
async def test_only_a_refusal_is_certainly_not_sent(status: int, expected: type[Exception]) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    application = web.Application()
    application.router.add_post("/sms", answer)
    async with TestServer(application) as server:
        assert await _failure(HttpGateway(str(server.make_url("/sms")), 5)) is expected


async def test_late_gateway_may_have_sent_and_an_absent_one_has_not() -> None:
    async def late(_request: web.Request) -> web.Response:
        await asyncio.sleep(0.6)
        return web.Response()

    application = web.Application()
    application.router.add_post("/sms", late)
    async with TestServer(application) as server:
        slow = HttpGateway(str(server.make_url("/sms")), 0.2)
        absent = HttpGateway("http://127.0.0.1:9/sms", 5)
        assert await _failure(slow) is SmsGatewayError
        assert await _failure(absent) is SmsRejected
        assert await _failure(InTurn([slow, absent])) is SmsGatewayError
        assert await _failure(InTurn([absent, absent])) is SmsRejected
