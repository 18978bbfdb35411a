"""The demo with a port or a folder that cannot be used: one line, and nothing is left behind."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    listening = socket.create_server(("127.0.0.1", 0))
    yield listening
    listening.close()


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_taken_port_is_named_and_leaves_no_folder(
    taken: socket.socket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = taken.getsockname()[1]
    assert main(["demo", "--port", str(port), "--data", str(tmp_path / "demo")]) == 1
    told = f"port {port} cannot be used (another process listens there): make demo PORT=…, or demo --port …"
    assert last_line(capsys) == told
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a file 车牌"
    file.touch()
    assert main(["demo", "--port", "0", "--data", str(file / "demo")]) == 1
    told = f"{file / 'demo'} cannot be written (Not a directory): make demo DATA=…, or demo --data …"
    assert last_line(capsys) == told


@pytest.mark.parametrize("typed", ["abc", "-1", "65536", "8088x"])
def test_port_that_is_none_is_refused_with_the_bounds(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["demo", f"--port={typed}"])
    assert refused.value.code == 2
    assert last_line(capsys).endswith("argument --port: should be 0 to 65535; 0 takes a free port")
