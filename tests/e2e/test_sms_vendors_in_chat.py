"""A code of step 4 by the second vendor, as the first has no balance: the owner goes on, a chief hears."""

from pathlib import Path
from typing import Any

import pytest

from bot.cli.check_sms import check_sms
from bot.cli.report import Report
from bot.monitoring.prometheus import PrometheusMetrics
from core.bootstrap import Ports
from core.errors.verification import SmsGatewayError
from core.gateways import build_routes
from core.settings import Settings
from sandbox import Sandbox
from tests.engines import make_sqlite
from tests.sms_vendors import ALIYUN, TENCENT, Aliyun, Tencent, serving
from tests.world import (
    CHIEF,
    MORNING,
    PEOPLE,
    agrees,
    clock_at,
    eventually,
    registers,
    running,
    settings_for,
)


def sms_of(aliyun: str, tencent: str) -> dict[str, Any]:
    return {
        "provider": ["aliyun", "tencent"],
        "aliyun": {**ALIYUN, "endpoint": aliyun},
        "tencent": {**TENCENT, "endpoint": tencent},
    }


async def test_owner_goes_on_and_a_chief_is_told(tmp_path: Path) -> None:
    clock = clock_at(MORNING)
    await make_sqlite(tmp_path)
    first, second = Aliyun(code="isv.OUT_OF_SERVICE"), Tencent()
    async with serving(first) as one, serving(second) as other, Sandbox(clock, people=PEOPLE) as sandbox:
        sms = sms_of(str(one.make_url("/")), str(other.make_url("/")))
        settings = settings_for(sandbox, tmp_path, sms=sms)
        async with running(settings, sandbox, clock, Ports(clock=clock)) as world:
            await world.release()
            chief = world.person(CHIEF)
            await chief.say("/start")
            await chief.settled()
            owner = world.person()
            await registers(owner)
            await agrees(owner)
            await owner.press("【开始选号】")
            await eventually(lambda: bool(second.sent), within=20)
            ((_phone, _template, (code,)),) = second.sent
            await owner.say(code)
            await owner.see("第5步")
            await chief.see("短信服务商 aliyun", "余额或短信包已用完")
    assert (first.calls, first.sent) == (1, [])


async def test_check_asks_each_vendor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    async with serving(Aliyun()) as one, Sandbox(clock_at(MORNING)) as sandbox:
        sms = sms_of(str(one.make_url("/")), "http://127.0.0.1:9")
        await check_sms(settings_for(sandbox, tmp_path, sms=sms), report)
    assert capsys.readouterr().out.splitlines() == [
        "sms.aliyun: ok, the gateway answers (HTTP 405 to HEAD)",
        "  warning: the gateway (sms.tencent.endpoint) cannot be reached: the connection was refused",
    ]
    assert report.status == 0


async def test_metrics_have_the_reason(tmp_path: Path) -> None:
    metrics = PrometheusMetrics()
    first, second = Aliyun(code="isv.OUT_OF_SERVICE"), Tencent(page="<html>")
    async with serving(first) as one, serving(second) as other, Sandbox(clock_at(MORNING)) as sandbox:
        sms = sms_of(str(one.make_url("/")), str(other.make_url("/")))
        settings: Settings = settings_for(sandbox, tmp_path, sms=sms)
        gateway = build_routes(settings, metrics.sms).first()
        with pytest.raises(SmsGatewayError):
            await gateway.send(phone="+8613800138001", code="123456", purpose="preselection")
    exposed = (await metrics.exposed(None)).decode()
    assert 'xuanhao_sms_failures_total{provider="aliyun",reason="balance"} 1.0' in exposed
    assert 'xuanhao_sms_failures_total{provider="tencent",reason="unreadable"} 1.0' in exposed
