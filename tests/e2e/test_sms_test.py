"""``sms-test``: what each gateway says, and that nothing is sent unasked."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import cli
from bot.cli.sms_test import send_tests
from bot.cli.terminal import Terminal
from core.settings import Settings
from tests.sms_vendors import ALIYUN, SECRET, TENCENT, Aliyun, Tencent, serving
from tests.world import KEYS, TOKEN, office

PHONE = "+8613800138001"
Said = pytest.CaptureFixture[str]


def settings(sms: dict[str, Any]) -> Settings:
    return Settings.model_validate(
        {"telegram": {"token": TOKEN}, "security": KEYS, "sms": sms, "offices": [office()]}
    )


async def result(
    first: Aliyun, second: Tencent, capsys: Said, *, receipts: bool = False
) -> tuple[int, list[str]]:
    async with serving(first) as one, serving(second) as other:
        found = settings(
            {
                "provider": ["tencent", "aliyun"],
                "aliyun": {**ALIYUN, "endpoint": str(one.make_url("/")), "receipts": receipts},
                "tencent": {**TENCENT, "endpoint": str(other.make_url("/")), "receipts": receipts},
            }
        )
        status = await send_tests(found, PHONE, Terminal(is_confirmed=True))
    return status, capsys.readouterr().out.splitlines()


async def test_each_gateway_gets_one_code(capsys: Said) -> None:
    first, second = Aliyun(), Tencent()
    status, lines = await result(first, second, capsys)
    assert status == 0
    assert lines[0] == "one code to …8001 through each of: tencent, aliyun; the gateways charge for it"
    assert [line.partition(";")[0] for line in lines[2:]] == ["tencent: accepted", "aliyun: accepted"]
    ((phone, _, variables),) = first.sent
    assert phone == PHONE
    assert variables["code"] in lines[1]
    assert len(second.sent) == 1


async def test_what_is_wrong_is_said_for_each(capsys: Said) -> None:
    status, lines = await result(Aliyun(code="isv.SMS_TEMPLATE_ILLEGAL"), Tencent(page="x"), capsys)
    assert status == 1
    assert lines[2:] == [
        "tencent: not accepted, but it may arrive: tencent: HTTP 200, and not by its API",
        "aliyun: not accepted: aliyun: isv.SMS_TEMPLATE_ILLEGAL (template)",
    ]
    assert SECRET not in "".join(lines)


class Reported(Tencent):
    """Has a report on each message at once."""

    async def handle(self, request: web.Request) -> web.Response:
        answer = await super().handle(request)
        self.receipts = dict.fromkeys(self.numbers, (False, "UNDELIV"))
        return answer


class Arrived(Aliyun):
    """Has delivered each message at once."""

    async def handle(self, request: web.Request) -> web.Response:
        answer = await super().handle(request)
        self.receipts = dict.fromkeys(self.numbers, (True, "DELIVERED"))
        return answer


async def test_where_receipts_are_offered_it_says_whether_it_arrived(capsys: Said) -> None:
    status, lines = await result(Arrived(), Reported(), capsys, receipts=True)
    assert status == 1
    assert lines[2:] == [
        "tencent: accepted; asking whether it arrives",
        "tencent: not delivered (UNDELIV)",
        "aliyun: accepted; asking whether it arrives",
        "aliyun: delivered (DELIVERED)",
    ]


async def test_it_waits_some_seconds_only(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.sms_test.WAITS", 0.6)
    monkeypatch.setattr("bot.cli.sms_test.ASKS_EVERY", 0.1)
    first, second = Aliyun(), Tencent(receipt_code="UnauthorizedOperation.Unknown")
    status, lines = await result(first, second, capsys, receipts=True)
    assert status == 1
    assert lines[3] == (
        "tencent: the receipt could not be asked for: tencent: UnauthorizedOperation.Unknown (access)"
    )
    assert lines[5] == "aliyun: no receipt within 1 s; the telephone shows whether it has arrived"
    assert len(first.asked) > 2


def written(folder: Path) -> str:
    path = folder / "config.toml"
    path.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\n[sms]\nprovider = "http"\n[sms.http]\nurl = "http://127.0.0.1:9/sms"\n'
        '[[offices]]\ncode = "粤K"\nname = "车管所"\naddress = "某路1号"\n',
        encoding="utf-8",
    )
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["13800138001"], 2, "--yes"),  # nobody can be asked
        (["1380013800", "--yes"], 2, "11"),
        (["１３８００１３８００１", "--yes"], 1, "http: not accepted: http: no connection"),
    ],
)
def test_from_the_command_line(
    tmp_path: Path, capsys: Said, arguments: list[str], status: int, said: str
) -> None:
    assert cli.main(["sms-test", *arguments, "--config", written(tmp_path)]) == status
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert not [one for one in tmp_path.iterdir() if one.name != "config.toml"]  # no database, no keys


async def test_no_is_no(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: "")
    found = settings({"provider": "http", "http": {"url": "http://127.0.0.1:9/sms"}})
    assert await send_tests(found, PHONE, Terminal(is_confirmed=False)) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "nothing was sent"
