"""``backup``, ``restore`` and ``check --backup``: what they say, and what they refuse."""

import re
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.passphrase import VARIABLE
from tests.e2e.test_command_line_keys import call, config

Said = pytest.CaptureFixture[str]
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
async def made(tmp_path: Path, capsys: Said) -> Path:
    """A deployment whose keys are in the key file next to the database."""
    path = config(tmp_path)
    text = re.sub(r"\[security\]\n.*\n.*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(text.replace(f"{tmp_path}/plates.db", "data/plates.db"), encoding="utf-8")
    assert await call("init", config=path) == 0
    capsys.readouterr()
    return path


async def _backed_up(path: Path, tmp_path: Path, *words: object) -> Path:
    assert await call("backup", tmp_path / "backups", *words, config=path) == 0
    *_, newest = sorted((tmp_path / "backups").glob("xuanhao-*"))
    return newest


def _lose(tmp_path: Path, *, keys: bool = False) -> None:
    for path in (tmp_path / "data").iterdir():
        if path.name.startswith("plates.db") or (keys and path.name == "keys.toml"):
            path.unlink()


def _passphrase(tmp_path: Path) -> Path:
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    return tmp_path / "passphrase"


def test_version(capsys: Said) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert re.fullmatch(r"xuanhao \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


async def test_backup_without_a_database_makes_no_keys(made: Path, tmp_path: Path, capsys: Said) -> None:
    _lose(tmp_path, keys=True)
    assert await call("backup", tmp_path / "backups", config=made) == 2
    assert "no database at" in capsys.readouterr().err
    assert not (tmp_path / "data" / "keys.toml").exists()
    assert not (tmp_path / "backups").exists()


async def test_what_is_known_of_the_gap_is_said(made: Path, tmp_path: Path, capsys: Said) -> None:
    folder = await _backed_up(made, tmp_path)
    assert "  0 photos\n" in capsys.readouterr().out
    assert await call("restore", folder, config=made) == 2
    assert "Say it with --given FILE, --none-given or --given-unknown." in capsys.readouterr().err
    for words, said in (
        (("--none-given",), "  no number is withheld; selecting is open"),
        (("--yes",), "the numbers issued after the backup are taken as"),
        (("--given-unknown",), "  selecting is suspended for all offices"),
    ):
        _lose(tmp_path)
        assert await call("restore", folder, *words, config=made) == 0
        out = capsys.readouterr().out
        assert said in out
        assert ("no number is withheld" in out) == (words == ("--none-given",))
        assert ("taken as" in out) == (words == ("--yes",))


async def test_a_list_with_errors_changes_nothing(made: Path, tmp_path: Path, capsys: Said) -> None:
    folder = await _backed_up(made, tmp_path)
    _lose(tmp_path)
    capsys.readouterr()
    given = tmp_path / "given.txt"
    assert await call("restore", folder, "--given", given, config=made) == 2
    assert capsys.readouterr().err == f"--given: {given}: No such file or directory\n"
    given.write_text("# receipts\n粤K1\n粤K12345\n粤A12345\n", encoding="utf-8")
    assert await call("restore", folder, "--given", given, config=made) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said[:2]] == ["line 2", "line 4"]
    assert not (tmp_path / "data" / "plates.db").exists()
    given.write_text("# receipts\n粤K12345\n粤K·12345\n", encoding="utf-8")
    assert await call("restore", folder, "--given", given, config=made) == 0
    out = capsys.readouterr().out
    assert "in the list more than once, and taken once: 粤K·12345" in out
    assert "  1 number withheld until a chief has verified" in out


async def test_passphrases_that_are_missing_or_not_used(made: Path, tmp_path: Path, capsys: Said) -> None:
    bare = await _backed_up(made, tmp_path / "bare")
    given = _passphrase(tmp_path)
    sealed = await _backed_up(made, tmp_path / "sealed", "--passphrase-file", given)
    for folder, is_used in ((bare, False), (sealed, True)):
        capsys.readouterr()
        assert main(["check", "--backup", str(folder), "--passphrase-file", str(given)]) == 0
        out = capsys.readouterr().out
        assert ("the passphrase is not used" in out, "the passphrase opens them" in out) == (
            not is_used,
            is_used,
        )
    _lose(tmp_path, keys=True)
    assert await call("restore", sealed, "--none-given", config=made) == 2
    said = capsys.readouterr().err
    assert "--passphrase-file FILE" in said
    assert VARIABLE in said
    assert await call("restore", sealed, "--none-given", "--passphrase-file", given, config=made) == 0
