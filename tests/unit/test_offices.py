"""The list of issuing offices, and an office in the settings."""

import dataclasses
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from core.errors.offices import NoSuchOffice
from core.values import offices
from core.values.hours import ServiceHours
from core.values.offices import Office, Status
from core.values.plates import PROVINCES

LEAST: dict[str, object] = {"code": "粤K", "name": "茂名车管所", "address": "茂名市"}
FROM_SETTINGS = TypeAdapter(Office)

# docs/domain.md: sections 5 and 6, and the times of section 3.
DEFAULTS = {
    "nev_letters": "DABCEFGHJK",
    "random_batches": 5,
    "draw_gap_seconds": 1,
    "batch_size": 10,
    "batch_seconds": 90,
    "batch_grace_seconds": 5,
    "shortlist_seconds": 180,
    "compose_total": 20,
    "compose_per_try": 5,
    "compose_gap_seconds": 8,
    "compose_after_days": 7,
    "compose_draw_days": 7,
    "validity_workdays": 5,
    "expiry_grace_minutes": 240,
    "rest_days": 0,
    "undo_minutes": 60,
    "extension_workdays": 10,
    "extensions": 2,
    "ban_years": 2,
    "reminder_workdays": (3, 1, 0),
    "idle_minutes": 30,
}


def read(**values: object) -> Office:
    return FROM_SETTINGS.validate_python(LEAST | values)


# --- the list ----------------------------------------------------------------------------------------


def test_code_finds_its_office() -> None:
    found = offices.find("粤K")
    assert (found.city, found.province, found.code) == ("茂名市", "广东省", "粤K")


@pytest.mark.parametrize("code", ["粤k", " 粤 K ", "粤K", "粤ｋ"])
def test_code_is_found_however_typed(code: str) -> None:
    assert offices.find(code).code == "粤K"


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("粤I", ("粤H", "粤J", "粤G", "粤K", "粤F")),
        ("茂名", ("粤K",)),
        ("奥K", ()),
        ("", ()),
    ],
)
def test_unknown_code_brings_near_ones(code: str, near: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchOffice) as caught:
        offices.find(code)
    assert caught.value.near == near


def test_suggestions_are_offered_offices() -> None:
    with pytest.raises(NoSuchOffice) as caught:
        offices.find("粤O")
    assert all(offices.find(code).is_offered for code in caught.value.near)


def test_offered_offices_are_active_or_new() -> None:
    assert {office.status for office in offices.offered()} == {"active", "new"}


def test_four_hundred_and_four_offices_are_offered() -> None:
    assert len(offices.offered()) == 404


@pytest.mark.parametrize("code", ["粤Z", "粤X", "京B", "京D"])
def test_offices_out_of_use_are_not_offered(code: str) -> None:
    assert offices.find(code) not in offices.offered()


def test_provinces_hold_every_offered_office() -> None:
    grouped = [office for group in offices.by_province().values() for office in group]
    assert grouped == list(offices.offered())


def test_a_province_holds_its_own_alone() -> None:
    assert {office.province for office in offices.by_province()["广东省"]} == {"广东省"}


def test_every_province_has_an_abbreviation() -> None:
    assert {office.abbreviation for office in offices.offered()} == set(PROVINCES)


def test_every_line_has_a_known_status() -> None:
    assert {office.status for office in offices._all().values()} <= set(get_args(Status))


def test_every_letter_may_stand_on_plates() -> None:
    assert {office.letter for office in offices._all().values()} <= set("ABCDEFGHJKLMNPQRSTUVWXYZ")


# --- an office of the settings -----------------------------------------------------------------------


def test_defaults_are_those_of_the_domain() -> None:
    made = Office(code="粤K", name="n", address="a")
    assert {key: getattr(made, key) for key in DEFAULTS} == DEFAULTS


def test_default_hours_are_ready() -> None:
    made = Office(code="粤K", name="n", address="a")
    assert (made.hours, made.counter_hours) == (
        ServiceHours.parse("08:00-23:00"),
        ServiceHours.parse("09:00-17:00"),
    )


def test_settings_and_services_have_one_default() -> None:
    assert read() == Office(code="粤K", name="茂名车管所", address="茂名市")


def test_no_numeric_default_is_left_untested() -> None:
    plain = {entry.name for entry in dataclasses.fields(Office) if isinstance(entry.default, int)}
    assert plain <= set(DEFAULTS)


def test_owner_brings_identity_and_invoice() -> None:
    papers = "".join(Office(code="粤K", name="n", address="a").papers)
    assert all(
        word in papers
        for word in ("身份证明", "合格证", "货物进口证明书", "发票", "交通事故责任强制保险", "购置税")
    )


def test_office_knows_its_city() -> None:
    assert read().issuing.city == "茂名市"


def test_an_office_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().batch_size = 11  # type: ignore[misc]


def test_code_is_brought_into_form() -> None:
    assert read(code="粤ｋ").code == "粤K"


def test_reminders_are_put_in_order() -> None:
    assert read(reminder_workdays=[0, 5, 2]).reminder_workdays == (5, 2, 0)


def test_hours_are_read_from_text() -> None:
    assert read(hours="00:00-24:00").hours.always


def test_hours_are_read_from_a_table() -> None:
    assert read(counter_hours={"mon": "09:00-17:00"}).counter_hours.week[1] == ()


def test_hours_that_are_ready_stay() -> None:
    hours = ServiceHours.parse("09:00-10:00")
    assert read(hours=hours).hours is hours


def test_an_office_may_add_letters() -> None:
    assert read(nev_letters="dabcefghjkl").nev_letters == "DABCEFGHJKL"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("code", "粤I"),
        ("code", "粤Z"),
        ("name", " "),
        ("address", "one\ntwo"),
        ("latitude", 110.9),
        ("hours", "8-23"),
        ("hours", 8),
        ("counter_hours", {}),
        ("papers", [""]),
        ("nev_letters", "DI"),
        ("nev_letters", "DD"),
        ("nev_letters", ""),
        ("nev_letters", "xyz"),
        ("nev_letters", "DABCE"),
        ("random_batches", -1),
        ("random_batches", 101),
        ("random_batches", True),
        ("draw_gap_seconds", -1),
        ("draw_gap_seconds", 61),
        ("batch_size", 0),
        ("batch_size", 21),
        ("batch_seconds", 9),
        ("shortlist_seconds", 7201),
        ("compose_total", -1),
        ("compose_per_try", 0),
        ("compose_gap_seconds", -1),
        ("compose_draw_days", 0),
        ("validity_workdays", 0),
        ("expiry_grace_minutes", 2881),
        ("rest_days", -1),
        ("ban_years", 21),
        ("reminder_workdays", []),
        ("reminder_workdays", [1, 1]),
        ("reminder_workdays", [-1]),
        ("idle_minutes", 0),
        ("batch_sise", 10),
    ],
)
def test_nonsense_is_refused_under_its_key(key: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        read(**{key: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {key}


def test_a_pin_needs_both_degrees() -> None:
    with pytest.raises(ValidationError, match="belong together"):
        read(latitude=21.66)


def test_an_office_without_any_chance_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing could be selected"):
        read(random_batches=0, compose_total=0)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("粤K", ["粤K"]),
        ("粤k", ["粤K"]),
        ("粤·K 12345", ["粤K"]),
        ("茂名", ["粤K"]),
        ("茂名市", ["粤K"]),
        ("广东省茂名市", ["粤K"]),
        ("茂名车管所", ["粤K"]),
        (
            "青",
            [
                office.code
                for office in offices.offered()
                if "青" in office.code + office.city + office.province
            ],
        ),
        ("青海", [office.code for office in offices.by_province()["青海省"]]),
        ("Maoming", ["粤K"]),
        ("mao ming city", ["粤K"]),
        ("xian", ["陕A", "陕U"]),
        ("Harbin", ["黑A", "黑L"]),
        ("ha'erbin", ["黑A", "黑L"]),
        ("Urumqi", ["新A"]),
    ],
)
def test_search_finds_code_province_and_name(typed: str, found: list[str]) -> None:
    assert [office.code for office in offices.search(typed)] == found


@pytest.mark.parametrize(
    "typed", ["", "   ", "😀", "粤O", "粤Z", "x" * 10_000, "茂名" * 100, "/help", "110105"]
)
def test_search_finds_nothing_where_nothing_is(typed: str) -> None:
    assert offices.search(typed) == ()


def test_provinces_are_called_as_people_call_them() -> None:
    called = {office.short_province for office in offices.offered()}
    assert len(called) == 31
    assert {"北京", "广东", "内蒙古", "广西", "宁夏", "新疆", "西藏"} <= called


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Maoming", ["粤K"]),
        ("maoming city", ["粤K"]),
        ("Xi'an", ["陕A"]),
        ("Suzhou", ["苏E", "皖L"]),
        ("Guangzhou", ["粤A"]),
    ],
)
def test_search_finds_english_names(typed: str, found: list[str]) -> None:
    assert [office.code for office in offices.search(typed) if office.status == "active"] == found


def test_every_office_has_names_in_english() -> None:
    for office in offices.offered():
        assert office.city_in_english.isascii() or "ü" in office.city_in_english, office.code
        assert office.city_in_english[0].isupper(), office.code
        assert office.province_in_english.isascii(), office.code


def test_search_offers_no_office_out_of_use() -> None:
    assert all(office.is_offered for office in offices.search("广东"))
