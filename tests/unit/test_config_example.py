"""config.example.toml documents the settings, so it is compared with them."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from core.settings import Settings, load_settings
from core.settings.model import PLACEHOLDER
from core.settings.problems import is_table, keys_of
from core.settings.reading import anchored
from core.values.offices import Office

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
FILLED_IN = {
    'token = ""': 'token = "123456:ABC-def"',
    'secret_token = "…"': 'secret_token = "0123456789abcdef"',
    'keys = ["…"]': 'keys = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]',
    'lookup_key = "…"': 'lookup_key = "0123456789abcdef"',
}


def enabled(text: str) -> str:
    """Uncomment every key that is unset by default."""
    return re.sub(r"^#(?=[\w\[])", "", text, flags=re.MULTILINE)


def filled_in(text: str) -> str:
    for blank, value in FILLED_IN.items():
        text = text.replace(blank, value)
    return text


def tables_of(model: type) -> dict[str, type]:
    """Return the keys of a table that are tables themselves, with their types."""
    found = {}
    for key, hint in get_type_hints(model).items():
        parts = (hint, *get_args(hint))
        table = next(
            (part for part in parts if is_table(part) and part.__module__ != "core.values.hours"), None
        )
        if table is not None and key in keys_of(model):
            found[key] = table
    return found


def written_keys(model: type, table: dict[str, Any], path: str) -> set[str]:
    found = {f"{path}{key}" for key in table}
    for key, inner in tables_of(model).items():
        value = table.get(key, {})
        found |= written_keys(inner, value[0] if isinstance(value, list) else value, f"{path}{key}.")
    return found


def known_keys(model: type, path: str) -> set[str]:
    found = {f"{path}{key}" for key in keys_of(model)}
    return found.union(*(known_keys(inner, f"{path}{key}.") for key, inner in tables_of(model).items()))


def load(text: str, tmp_path: Path) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, {})


def test_every_key_stands_in_the_example() -> None:
    assert written_keys(Settings, tomllib.loads(enabled(TEXT)), "") == known_keys(Settings, "")


@pytest.mark.parametrize("key", ["offices.batch_seconds", "telegram.webhook.port", "sms.http.url"])
def test_the_list_of_keys_goes_deep(key: str) -> None:
    assert key in known_keys(Settings, "")


def test_no_key_stands_without_a_word_above() -> None:
    pairs = itertools.pairwise(TEXT.splitlines())
    assert [line for before, line in pairs if re.match(r"#?\w+ = ", line) and not before.strip()] == []


def test_the_example_holds_the_defaults(tmp_path: Path) -> None:
    found = load(filled_in(TEXT), tmp_path)
    obligatory = {"token": "123456:ABC-def"}
    office = Office(code="粤K", name=found.offices[0].name, address=found.offices[0].address)
    least = Settings(telegram=obligatory, offices=(office,))  # type: ignore[arg-type]
    assert found == anchored(least, tmp_path)


def test_the_example_loads_with_everything_enabled(tmp_path: Path) -> None:
    found = load(filled_in(enabled(TEXT)), tmp_path)
    assert found.elsewhere[0].code == "粤A"


def test_what_must_be_secret_cannot_be_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="keys") as caught:
        load(enabled(TEXT), tmp_path)
    named = {line.split(":")[0] for line in str(caught.value).splitlines()}
    assert named == {
        "telegram.token",
        "telegram.webhook.secret_token",
        "security.keys[0]",
        "security.lookup_key",
    }


def test_the_placeholder_of_the_address_is_the_one_that_is_warned_of() -> None:
    assert f'address = "{PLACEHOLDER}"' in TEXT
