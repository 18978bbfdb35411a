"""The command line without a database: help, exit statuses, and which failures a restart cannot mend."""

import argparse
import sys
from io import StringIO
from pathlib import Path

import pytest
from telegram.error import InvalidToken, NetworkError

from bot.bot_api.deep_links import invitation_link, invitation_payload, office_of, token_of
from bot.cli import main, parser, restore
from bot.cli.check_sms import check_sms
from bot.cli.command import Command
from bot.cli.report import Report
from bot.cli.terminal import Terminal
from bot.errors.commands import Usage
from bot.inbox.errors import CannotListenError
from bot.local_socket.errors import NoTerminal
from core.errors.desk import RoleHeld
from core.errors.installation import DatabaseMissing, DatabaseOfAnotherBot, PhotoFolderOfAnother
from core.errors.keys import KeysDoNotFit
from core.errors.settings import (
    KeyFileLost,
    KeyFileUnreadable,
    KeyFileUnusable,
    SettingsFileMissing,
    SettingsFileNotWritten,
    SettingsFileUnreadable,
    SettingsRefused,
    SettingsSyntax,
)
from core.errors.store import (
    DatabaseNewer,
    DatabaseOlder,
    StoreCorrupt,
    StoreDriverMissing,
    StoreFull,
    StoreInUse,
    StoreReadOnly,
    StoreUnavailable,
)
from tests.core.tools import NOON, settings

HERE = Path("here")
RESTART_CANNOT_HELP = (
    SettingsFileMissing(HERE),
    SettingsFileNotWritten(HERE, "why"),
    SettingsFileUnreadable(HERE, "why"),
    SettingsSyntax(HERE, "why"),
    SettingsRefused(("a: wrong", "b: wrong")),
    KeyFileLost(HERE, HERE),
    KeyFileUnreadable(HERE, "why", "me"),
    KeyFileUnusable(HERE, "why"),
    KeysDoNotFit("security.", ()),
    DatabaseMissing("here"),
    DatabaseOfAnotherBot(1, 2),
    PhotoFolderOfAnother(HERE),
    StoreDriverMissing(),
    StoreCorrupt("here"),
    InvalidToken(),
    Usage("release"),
    NoTerminal("Sure?"),
)
RESTART_MAY_HELP = (
    StoreInUse("here"),
    StoreUnavailable("gone"),
    StoreFull(),
    StoreReadOnly(),
    DatabaseNewer(2, 1),
    DatabaseOlder(1, 2),
    CannotListenError("telegram.webhook", "127.0.0.1", 80, OSError(98, "taken")),
    NetworkError("no way"),
    RoleHeld(),
)


@pytest.mark.parametrize(
    "error", [*RESTART_CANNOT_HELP, *RESTART_MAY_HELP], ids=lambda one: type(one).__name__
)
def test_exit_status_is_two_only_where_a_restart_cannot_help(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_given: argparse.Namespace) -> int:
        raise error

    failing = Command(name="release", about="fail", example="release", run=fail)
    monkeypatch.setattr(parser, "COMMANDS", (failing,))
    assert main(["release"]) == (2 if error in RESTART_CANNOT_HELP else 1)
    said = capsys.readouterr().err
    assert said.strip()
    assert "``" not in said


@pytest.mark.parametrize("command", parser.COMMANDS, ids=lambda one: one.name)
def test_help_has_an_example_that_parses(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command.name, "--help"])
    assert ended.value.code == 0
    assert f"example: xuanhao {command.name}" in capsys.readouterr().out
    words = command.example.replace('"', "").split()
    assert parser.parser_of_commands().parse_args(words).name == command.name


@pytest.mark.parametrize("typed", ["0", "65", "-1", "two"])
def test_number_of_workers_is_refused_with_its_bounds(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", f"--workers={typed}"])
    assert ended.value.code == 2
    assert "argument --workers: should be 1 to 64\n" in capsys.readouterr().err


def test_role_that_does_not_exist_is_answered_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["admin-link", "--role", "boss"])
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1].replace("'", "")
    assert said.endswith("invalid choice: boss (choose from chief, clerk, reviewer)")


def test_settings_that_cannot_be_written_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "no such folder" / "config.toml"
    assert main(["init", "--config", str(config)]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"{config}: cannot be written (No such file or directory): "
        "init --config FILE writes it somewhere else\n"
    )


def test_list_of_numbers_that_has_no_end_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("粤K12345\n"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    given = argparse.Namespace(none_given=False, given=None, given_unknown=False, yes=False)
    with pytest.raises(NoTerminal, match="--none-given"):
        restore._numbers(given, settings(), NOON)


async def test_nobody_to_ask_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("y\n"))
    with pytest.raises(NoTerminal, match=r"Sure\? .*--yes"):
        await Terminal(is_confirmed=False).confirm("a summary", "Sure?")
    assert await Terminal(is_confirmed=True).confirm("a summary", "Sure?")
    with pytest.raises(NoTerminal, match="--none-given"):
        raise NoTerminal(restore._WHICH)


@pytest.mark.parametrize(("providers", "status"), [("http", 1), (["http", "console"], 0)])
async def test_gateway_out_of_reach_is_told_with_its_cause(
    providers: object, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report()
    sms = {"provider": providers, "http": {"url": "http://127.0.0.1:9/sms"}}
    await check_sms(settings({"sms": sms}), report)
    assert report.status == status
    assert "cannot be reached: the connection was refused" in capsys.readouterr().out


def test_payload_of_an_invitation_is_no_office() -> None:
    payload = invitation_payload("0" * 48)
    assert len(payload) <= 64
    assert token_of(payload) == "0" * 48
    assert office_of(payload) is None
    assert token_of("57KkSw") is None
    assert invitation_link("a_bot", "00") == "https://t.me/a_bot?start=admin_00"
