"""``python -m sandbox`` as a program."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from sandbox.__main__ import main


def test_what_the_bot_does_wrong_is_printed(tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--token",
        "1:AAstranger000",
        "--data",
        str(tmp_path),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:  # noqa: S603 - ours
        assert program.stdout is not None
        shown = dict(program.stdout.readline().split() for _ in range(5))
        assert shown["token"] == "1:AAstranger000"
        bot = shown["base_url"] + shown["token"]
        assert httpx.get(f"{bot}/getMe?x=1").json()["result"]["id"] == 1
        assert httpx.get(f"{bot}/sendPigeon").status_code == 404
        assert httpx.get(f"{bot}/sendMessage?chat_id=7&text=x").status_code == 400
        program.terminate()
        printed = program.stdout.read().splitlines()
    assert printed == [
        "violation  getMe.x: no such parameter, or not simulated",
        "violation  sendPigeon: no such method, or not simulated",
        "refused    sendMessage: Bad Request: chat not found",
    ]
    assert program.returncode == 0


def test_a_port_that_is_taken_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["--port", str(taken.getsockname()[1])]) == 1
    assert re.fullmatch(r"cannot start: .*address already in use\n", capsys.readouterr().err)


def test_a_folder_that_is_a_file_takes_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").write_text("x")
    assert main(["--port", "0", "--data", str(tmp_path / "data")]) == 1
    assert re.fullmatch(r"cannot start: .*/data/files: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--port", "99999"], "a port is a number from 0 to 65535"),
        (["--port", "x"], "a port is a number from 0 to 65535"),
        (["--token", "x"], "a token looks like 700000001:AAsandbox0000000000"),
    ],
)
def test_wrong_options_are_explained(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert why in capsys.readouterr().err
