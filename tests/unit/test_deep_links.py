"""Deep links open the office for which they were created, and nothing else."""

import csv
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bot_api.deep_links import link_to, office_of, payload_of, sharing
from core.values.offices import offered

_TABLE = files("core.values.data").joinpath("issuing_offices.csv").read_text(encoding="utf-8")
CODES = [row["abbreviation"] + row["letter"] for row in csv.DictReader(_TABLE.splitlines())]


def test_every_office_of_the_table_comes_back() -> None:
    assert len(CODES) > 400
    opened = [office_of(payload_of(code)) for code in CODES]
    assert [office.code if office else None for office in opened] == CODES


def test_payloads_are_what_the_messenger_takes() -> None:
    payloads = {payload_of(code) for code in CODES}
    assert len(payloads) == len(CODES)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload) for payload in payloads)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_any_other_text_opens_nothing(text: str) -> None:
    found = office_of(text)
    assert found is None or payload_of(found.code) == text


@pytest.mark.parametrize(
    "payload",
    ["", "粤K", "57KkSx", "57KkSw==", " 57KkSw", "57KkSw\n", "57Kk", "______", "57KkSwAA", "1", "-----" * 20],
)
def test_near_misses_open_nothing(payload: str) -> None:
    assert office_of(payload) is None


def test_link_is_one_of_the_messenger() -> None:
    assert link_to("xuanhao_bot", "粤K") == "https://t.me/xuanhao_bot?start=57KkSw"
    assert sharing("https://t.me/x?start=1", "粤K").startswith(
        "https://t.me/share/url?url=https%3A%2F%2Ft.me"
    )


def test_offered_offices_are_all_of_three_bytes_and_a_letter() -> None:
    assert {len(payload_of(office.code)) for office in offered()} == {6}
