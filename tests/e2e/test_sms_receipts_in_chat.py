"""What the owner and the chiefs learn of a code that the vendor has not delivered, for both vendors."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.monitoring.prometheus import PrometheusMetrics
from core.bootstrap import Ports
from core.people.sms_receipts import CODES_FOR
from core.ports import SentSms, SmsReceipt, SmsReceiptSource
from sandbox import Sandbox
from tests import factories
from tests.core.sql import sql
from tests.e2e import test_in_english as in_english
from tests.engines import make_sqlite
from tests.person import Person
from tests.sms_vendors import ALIYUN, TENCENT, Aliyun, Tencent, serving
from tests.world import (
    CHIEF,
    MORNING,
    PEOPLE,
    World,
    agrees,
    clock_at,
    eventually,
    registers,
    running,
    settings_for,
)

NOT_DELIVERED = "短信未送达"
PHONE = "13800138001"
ORDERS = [("aliyun", "tencent"), ("tencent", "aliyun")]


@dataclass
class Place:
    """The program with two vendors; the first of them is tried first."""

    world: World
    first: Aliyun | Tencent
    second: Aliyun | Tencent

    async def ask(self, seconds: float = 11) -> None:
        """Let some time pass, and ask for the receipts that are due."""
        self.world.forward(seconds=seconds)
        await self.world.service.jobs.receipts()

    async def rows(self) -> list[tuple[Any, ...]]:
        found = await self.world.store.read(
            sql, "SELECT provider, state, reason, phone_sealed FROM sms_receipt ORDER BY receipt_id"
        )
        return [tuple(row.values()) for row in found]

    async def expects(self, count: int) -> None:
        """Wait until this many messages have been accepted and their receipts are expected."""

        async with asyncio.timeout(20):
            while len(await self.rows()) != count:  # noqa: ASYNC110 - a test looks again
                await asyncio.sleep(0.01)

    @property
    def asked(self) -> int:
        return len(self.first.asked)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def place_of(tmp_path: Path, order: tuple[str, str] = ORDERS[0], **more: Any) -> AsyncIterator[Place]:
    clock, aliyun, tencent = clock_at(MORNING), Aliyun(), Tencent()
    await make_sqlite(tmp_path)
    async with serving(aliyun) as one, serving(tencent) as other, Sandbox(clock, people=PEOPLE) as sandbox:
        sms = {
            "provider": list(order),
            "aliyun": {**ALIYUN, "endpoint": str(one.make_url("/")), "receipts": True, **more},
            "tencent": {**TENCENT, "endpoint": str(other.make_url("/")), "receipts": True, **more},
        }
        settings = settings_for(sandbox, tmp_path, sms=sms, monitoring={"port": free_port()})
        async with running(settings, sandbox, clock, Ports(clock=clock)) as world:
            await world.release()
            await world.stop_jobs()  # what is due is asked for by ``ask`` alone
            by_name: dict[str, Aliyun | Tencent] = {"aliyun": aliyun, "tencent": tencent}
            yield Place(world, by_name[order[0]], by_name[order[1]])
        assert not sandbox.contract_violations, sandbox.contract_violations


async def waits_for_a_code(place: Place) -> Person:
    owner = place.world.person()
    await registers(owner)
    await agrees(owner)
    await owner.press("【开始选号】")
    await eventually(lambda: bool(place.first.sent), within=20)
    await owner.see("验证码已发送")
    return owner


def code_of(vendor: Aliyun | Tencent) -> str:
    _phone, _template, variables = vendor.sent[-1]
    return str(variables["code"] if isinstance(variables, dict) else variables[0])


async def metrics_of(place: Place) -> str:
    metrics = place.world.service._observation.metrics
    assert isinstance(metrics, PrometheusMetrics)
    return (await metrics.exposed(None)).decode()


@pytest.mark.parametrize("order", ORDERS)
async def test_owner_is_told_and_the_next_vendor_sends(
    tmp_path: Path, order: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with place_of(tmp_path, order) as place:
        owner = await waits_for_a_code(place)
        place.first.receipts[place.first.last] = (False, "MOBILE_NOT_ON_SERVICE")
        await place.ask()
        await place.world.tick()
        shown = await owner.see(NOT_DELIVERED, "请检查号码", "秒后可以重新发送")
        assert "验证码已发送" not in shown.words
        place.world.forward(seconds=10)
        await place.world.tick()
        await owner.press("重新发送")
        await eventually(lambda: bool(place.second.sent), within=20)
        assert (len(place.first.sent), len(place.second.sent)) == (1, 1)
        shown = await owner.see("验证码已发送")
        assert NOT_DELIVERED not in shown.words
        place.second.receipts[place.second.last] = (True, "DELIVRD")
        await place.ask()
        await owner.say(code_of(place.second))
        await owner.see("第5步")
        assert await place.rows() == [
            (order[0], "failed", "MOBILE_NOT_ON_SERVICE", None),
            (order[1], "delivered", "DELIVRD", None),
        ]
        said = await metrics_of(place)
        assert f'xuanhao_sms_receipts_total{{provider="{order[0]}",result="failed"}} 1.0' in said
        assert f'xuanhao_sms_receipts_total{{provider="{order[1]}",result="delivered"}} 1.0' in said
    logged = " ".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")
    )
    assert f"an SMS of {order[0]} was not delivered: MOBILE_NOT_ON_SERVICE" in logged
    assert PHONE not in logged


async def test_delivered_code_changes_nothing_for_its_owner(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        owner = await waits_for_a_code(place)
        before = len(owner.history)
        place.first.receipts[place.first.last] = (True, "DELIVERED")
        await place.ask()
        await place.world.tick()
        assert (await place.rows())[0][1] == "delivered"
        assert len(owner.history) == before
        assert "验证码已发送" in owner.last.words


async def test_code_that_arrives_after_all_is_taken(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        owner = await waits_for_a_code(place)
        place.first.receipts[place.first.last] = (False, "UNDELIV")
        await place.ask()
        await place.world.tick()
        await owner.see(NOT_DELIVERED)
        await owner.say(code_of(place.first))
        await owner.see("第5步")


async def test_late_receipt_and_one_that_comes_twice(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        owner = await waits_for_a_code(place)
        await place.ask()
        await owner.say(code_of(place.first))
        await owner.see("第5步")
        place.first.receipts[place.first.last] = (False, "UNDELIV")
        for _ in range(3):
            await place.ask(30)
        await place.world.tick()
        assert not any(NOT_DELIVERED in shown.words for shown in owner.history)
        assert place.asked == 2  # what is known is not asked for again
        assert 'result="failed"} 1.0' in await metrics_of(place)


async def test_failure_that_is_known_after_the_next_request_directs_the_one_after(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        owner = await waits_for_a_code(place)
        first = place.first.last
        place.world.forward(seconds=61)
        await place.world.tick()
        await owner.press("重新发送")
        await place.expects(2)
        place.first.receipts[first] = (False, "UNDELIV")
        await place.ask(61)
        await place.world.tick()
        assert NOT_DELIVERED not in owner.last.words  # the newer one is on its way
        await owner.press("重新发送")
        await eventually(lambda: bool(place.second.sent), within=20)
        assert len(place.first.sent) == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"page": "<html>502</html>", "status": 502}, "unreadable"), ({"slow": 1.5}, "timeout")],
    ids=["a page", "slow"],
)
async def test_vendor_that_does_not_answer_is_asked_again(
    tmp_path: Path, fault: dict[str, Any], reason: str
) -> None:
    async with place_of(tmp_path, timeout_seconds=0.5) as place:
        owner = await waits_for_a_code(place)
        as_it_was = {name: getattr(place.first, name) for name in fault}
        place.first.receipts[place.first.last] = (False, "UNDELIV")
        vars(place.first).update(fault)
        await place.ask()
        assert (await place.rows())[0][1] == "awaited"
        assert NOT_DELIVERED not in owner.last.words
        said = f'xuanhao_sms_receipt_failures_total{{provider="aliyun",reason="{reason}"}} 1.0'
        assert said in await metrics_of(place)
        vars(place.first).update(as_it_was)
        await place.ask(12)
        await place.world.tick()
        await owner.see(NOT_DELIVERED)


@pytest.mark.parametrize("order", ORDERS)
async def test_key_that_may_not_ask_stops_no_code(tmp_path: Path, order: tuple[str, str]) -> None:
    async with place_of(tmp_path, order) as place:
        owner = await waits_for_a_code(place)
        place.first.receipt_code = (
            "isp.RAM_PERMISSION_DENY"
            if order[0] == "aliyun"
            else "UnauthorizedOperation.RequestIpNotInWhitelist"
        )
        await place.ask()
        assert f'failures_total{{provider="{order[0]}",reason="access"}} 1.0' in await metrics_of(place)
        await owner.say(code_of(place.first))
        await owner.see("第5步")


async def test_what_nobody_says_stays_unknown_and_the_telephone_is_forgotten(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        await waits_for_a_code(place)
        place.first.receipts["another"] = (False, "UNDELIV")
        ((_, state, _, sealed),) = await place.rows()
        assert state == "awaited"
        assert PHONE.encode() not in bytes(sealed)
        for _ in range(12):
            await place.ask(600)
        assert await place.rows() == [("aliyun", "unknown", None, None)]
        asked = place.asked
        assert 2 <= asked <= 12
        place.first.receipts[place.first.last] = (False, "UNDELIV")
        await place.ask(CODES_FOR.total_seconds())
        assert place.asked == asked


async def test_without_the_setting_nobody_is_asked(tmp_path: Path) -> None:
    async with place_of(tmp_path, receipts=False) as place:
        await waits_for_a_code(place)
        await place.ask()
        assert (place.asked, await place.rows()) == (0, [])


async def test_restart_between_question_and_answer(tmp_path: Path) -> None:
    """What a process that ends has asked for is asked by the next one, and told once."""
    clock, vendor = clock_at(MORNING), Tencent()
    await make_sqlite(tmp_path)
    async with serving(vendor) as server, Sandbox(clock, people=PEOPLE) as sandbox:
        sms = {"provider": "tencent", "tencent": {**TENCENT, "endpoint": str(server.make_url("/"))}}
        sms["tencent"]["receipts"] = True  # type: ignore[index]
        settings = settings_for(sandbox, tmp_path, sms=sms)
        async with running(settings, sandbox, clock, Ports(clock=clock)) as world:
            await world.release()
            await waits_for_a_code(Place(world, vendor, Aliyun()))
            vendor.receipts[vendor.last] = (False, "UNDELIV")
            vendor.slow = 5
            world.forward(seconds=11)
            await eventually(lambda: len(vendor.asked) == 1, within=20)  # by the periodic job
        vendor.slow = 0
        async with running(settings, sandbox, clock, Ports(clock=clock)) as again:
            await again.person().see(NOT_DELIVERED, within=20)
            told = [shown for shown in again.person().history if NOT_DELIVERED in shown.words]
            assert len(told) == 1


async def test_chiefs_see_the_rate(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        owner = await waits_for_a_code(place)
        chief = place.world.person(CHIEF)
        for number in range(4):
            place.first.receipts[place.first.last] = (number == 0, "UNDELIV")
            await place.ask()
            if number < 3:
                place.world.forward(seconds=60)
                await place.world.store.run(sql, "UPDATE sms_code SET undelivered_by = NULL")
                await place.world.tick()
                await owner.press("重新发送")
                await place.expects(number + 2)
        await chief.say("/desk")
        await chief.see("近 24 小时有 3 条短信未送达(占已知结果的 75%)")


async def test_in_english(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        owner = place.world.person()
        await owner.say("/start")
        await owner.press("🌐 English")
        await in_english.registers(owner)
        await owner.press("【Read and agree】")
        await owner.say(f"{factories.vin(0)} {factories.certificate(0)}")
        await owner.press("【Start selecting】")
        await place.expects(1)
        place.first.receipts[place.first.last] = (False, "UNDELIV")
        await place.ask()
        await place.world.tick()
        await owner.see("The SMS was not delivered", "Please check the number")


async def test_one_that_cannot_be_recorded_keeps_no_other_from_it(tmp_path: Path) -> None:
    async with place_of(tmp_path) as place:
        await waits_for_a_code(place)
        await place.world.store.run(
            sql,
            "INSERT INTO sms_receipt (provider, message_id, account_id, code_id, phone_sealed, sent_at, "
            "created_at, ask_at) SELECT 'aliyun', 'first', account_id, 9, phone_sealed, sent_at, 0, 0 "
            "FROM sms_receipt",
        )
        place.first.receipts[place.first.last] = (True, "DELIVERED")
        asks = place.world.core.sms_routes.receipts["aliyun"]
        place.world.core.sms_routes.receipts["aliyun"] = Breaking(asks)
        with pytest.raises(ZeroDivisionError):
            await place.ask()
        assert [row[1] for row in await place.rows()] == ["delivered", "awaited"]


class Breaking:
    """Has a bug with one message."""

    def __init__(self, source: SmsReceiptSource) -> None:
        self._source = source

    async def receipt(self, sent: SentSms) -> SmsReceipt | None:
        if sent.message_id == "first":
            raise ZeroDivisionError
        return await self._source.receipt(sent)
