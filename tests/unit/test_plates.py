"""Serials and plates: accepted notations, and what is refused with which fields."""

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors.base import InputError
from core.errors.plates import (
    PlateEmpty,
    PlateError,
    PlateLength,
    PlateOfficeMissing,
    SerialCharacters,
    SerialDigitWanted,
    SerialEmpty,
    SerialError,
    SerialLength,
    SerialLookalike,
    SerialNevLetter,
    SerialNotIssued,
    SerialOfOtherOffice,
    SerialTooManyLetters,
)
from core.values.plates import (
    LETTERS,
    MAX_WISHES_READ,
    NEV_LETTERS,
    PROVINCES,
    Plate,
    PlateKind,
    contains_four,
    is_serial,
    near_serials,
    parse_plate,
    parse_serial,
    split_wishes,
)
from core.values.text import LIMIT, clean
from tests.factories import masks_of

OFFICE = "粤K"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
HOSTILE = {
    "nothing": "",
    "blanks": " \t\n\u3000",
    "a NUL": "\x00",
    "marks nobody sees": "\u200b\u200e\u200f\u202e\ufeff",
    "ten thousand digits": "1" * 10_000,
    "ten thousand ligatures": "\ufdfa" * 10_000,
    "an emoji": "🚗",
    "an emoji among digits": "12🚗45",
    "an arabic number": "١٢٣٤٥",
    "a lone surrogate": "1234\ud800",
    "combining marks": "1\u03012345",
    "dots": "·····",
    "the office alone": "粤K",
    "words": "随便给我一个好号码",
    "markup": "<b>1</b>",
}


def kinds() -> st.SearchStrategy[PlateKind]:
    return st.sampled_from(PlateKind)


@st.composite
def serials(draw: st.DrawFn, kind: PlateKind) -> str:
    mask = draw(st.sampled_from(masks_of(kind)))
    return mask.unrank(draw(st.integers(0, mask.size - 1)))


@st.composite
def decorated(draw: st.DrawFn, serial: str) -> str:
    """The serial as a phone may send it."""
    noise = st.text("  \u3000\t\u200b\u200e\u202e\ufeff\x00·•・.-", max_size=2)
    front = draw(st.sampled_from(["", OFFICE, "粤k", "粤 K·", "粤Ｋ·", "粤k . ", "粤\u200bK•"]))
    swap = draw(st.sampled_from([str.lower, str.upper, lambda text: text.translate(FULL_WIDTH)]))
    return draw(noise) + front + "".join(draw(noise) + char for char in swap(serial)) + draw(noise)


def refused(kind: PlateKind, text: str, **options: str) -> SerialError:
    with pytest.raises(SerialError) as caught:
        parse_serial(kind, text, office=OFFICE, **options)
    return caught.value


@given(data=st.data(), kind=kinds())
def test_decorated_serial_comes_back_bare(data: st.DataObject, kind: PlateKind) -> None:
    serial = data.draw(serials(kind))
    text = data.draw(decorated(serial))
    assert serial == parse_serial(kind, text, office=OFFICE)


@given(text=st.text(max_size=100), kind=kinds())
def test_any_text_parses_or_is_refused(text: str, kind: PlateKind) -> None:
    try:
        serial = parse_serial(kind, text, office=OFFICE)
    except SerialError:
        return
    assert is_serial(kind, serial)


@given(kind=kinds(), text=st.text("0123456789ABDOIFZ@# ", min_size=4, max_size=7))
def test_is_serial_agrees_with_masks(kind: PlateKind, text: str) -> None:
    assert is_serial(kind, text) == any(mask.matches(text) for mask in masks_of(kind))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", PlateKind)
def test_hostile_serial_is_refused(kind: PlateKind, text: str) -> None:
    assert isinstance(refused(kind, text), InputError)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_plate_is_refused(text: str) -> None:
    with pytest.raises((PlateError, SerialError)):
        parse_plate(text)


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "粤K", "粤K·", "·", "\x00"])
def test_no_serial_typed_is_told(text: str) -> None:
    assert type(refused(PlateKind.SMALL, text)) is SerialEmpty


@pytest.mark.parametrize("dot", "·•‧∙⋅・･.．。｡●᛫⸱·-—")
def test_every_dot_parts_the_office(dot: str) -> None:
    assert parse_serial(PlateKind.SMALL, f"粤K{dot}12345", office=OFFICE) == "12345"


def test_code_of_another_office_is_refused() -> None:
    error = refused(PlateKind.SMALL, "粤a·12345")
    assert isinstance(error, SerialOfOtherOffice)
    assert (error.typed, error.wanted) == ("粤A", OFFICE)


def test_province_without_letter_is_foreign() -> None:
    error = refused(PlateKind.SMALL, "粤12345")
    assert isinstance(error, SerialCharacters)
    assert (error.positions, error.characters) == ((1,), "粤")


def test_foreign_characters_are_named_once() -> None:
    error = refused(PlateKind.SMALL, "1🚗2🚗!")
    assert isinstance(error, SerialCharacters)
    assert (error.positions, error.characters) == ((2, 4, 5), "🚗!")


@pytest.mark.parametrize(
    ("kind", "text", "wanted", "found"),
    [
        (PlateKind.SMALL, "粤K1234", 5, 4),
        (PlateKind.SMALL, "123456", 5, 6),
        (PlateKind.SMALL_NEV, "D1234", 6, 5),
        (PlateKind.LARGE_NEV, "123456D", 6, 7),
        (PlateKind.SMALL, "1" * 10_000, 5, 10_000),
    ],
)
def test_wrong_length_says_the_right(kind: PlateKind, text: str, wanted: int, found: int) -> None:
    error = refused(kind, text)
    assert isinstance(error, SerialLength)
    assert (wanted, found) == (error.wanted, error.found)


def test_endless_text_is_not_expanded() -> None:
    error = refused(PlateKind.SMALL, "\ufdfa" * 10_000)  # a ligature of eighteen characters
    assert isinstance(error, SerialLength)


def test_tail_behind_the_limit_counts() -> None:
    text = "12345" + " " * LIMIT + "garbage"
    assert isinstance(refused(PlateKind.SMALL, text), SerialLength)


@pytest.mark.parametrize(
    ("kind", "text", "positions", "suggestion"),
    [
        (PlateKind.SMALL, "A8O8I", (3, 5), "A8081"),
        (PlateKind.SMALL, "oi123", (1, 2), "01123"),
        (PlateKind.SMALL, "OOOOO", (1, 2, 3, 4, 5), None),
        (PlateKind.SMALL, "ABCO1", (4,), None),
        (PlateKind.SMALL_NEV, "DO1234", (2,), "D01234"),
        (PlateKind.SMALL_NEV, "O12345", (1,), None),
        (PlateKind.LARGE_NEV, "I2345D", (1,), "12345D"),
    ],
)
def test_lookalikes_come_with_a_hint(
    kind: PlateKind, text: str, positions: tuple[int, ...], suggestion: str | None
) -> None:
    error = refused(kind, text)
    assert isinstance(error, SerialLookalike)
    assert (positions, suggestion) == (error.positions, error.suggestion)


def test_third_letter_is_too_many() -> None:
    error = refused(PlateKind.SMALL, "AB1C2")
    assert isinstance(error, SerialTooManyLetters)
    assert error.found == 3


@pytest.mark.parametrize(
    ("kind", "text", "position"),
    [
        (PlateKind.SMALL_NEV, "123456", 1),
        (PlateKind.SMALL_NEV, "L12345", 1),
        (PlateKind.LARGE_NEV, "123456", 6),
        (PlateKind.LARGE_NEV, "12345Z", 6),
    ],
)
def test_new_energy_letter_is_demanded(kind: PlateKind, text: str, position: int) -> None:
    error = refused(kind, text)
    assert isinstance(error, SerialNevLetter)
    assert (position, "ABCDEFGHJK") == (error.position, error.allowed)


def test_offices_may_add_letters() -> None:
    with_more = parse_serial(PlateKind.SMALL_NEV, "L12345", office=OFFICE, nev_letters=NEV_LETTERS + "L")
    assert with_more == "L12345"


@pytest.mark.parametrize(
    ("kind", "text", "positions"),
    [
        (PlateKind.SMALL_NEV, "DA12B4", (5,)),
        (PlateKind.SMALL_NEV, "D1ABCD", (3, 4, 5, 6)),
        (PlateKind.LARGE_NEV, "A2345D", (1,)),
    ],
)
def test_letter_for_digit_is_placed(kind: PlateKind, text: str, positions: tuple[int, ...]) -> None:
    error = refused(kind, text)
    assert isinstance(error, SerialDigitWanted)
    assert positions == error.positions


def test_five_noughts_are_not_issued() -> None:
    assert isinstance(refused(PlateKind.SMALL, "00000"), SerialNotIssued)


def test_noughts_after_letter_are_issued() -> None:
    assert parse_serial(PlateKind.SMALL_NEV, "d00000", office=OFFICE) == "D00000"


def test_plate_reads_as_on_buttons() -> None:
    assert str(Plate(office=OFFICE, kind=PlateKind.SMALL, serial="12345")) == "粤K·12345"


@pytest.mark.parametrize(
    ("text", "kind", "serial"),
    [
        ("粤K12345", PlateKind.SMALL, "12345"),
        ("粤k·a234b", PlateKind.SMALL, "A234B"),
        ("粤KD12345", PlateKind.SMALL_NEV, "D12345"),
        ("粤KDA2345", PlateKind.SMALL_NEV, "DA2345"),
        ("粤K12345D", PlateKind.LARGE_NEV, "12345D"),
    ],
)
def test_plate_kind_follows_from_form(text: str, kind: PlateKind, serial: str) -> None:
    assert Plate(office=OFFICE, kind=kind, serial=serial) == parse_plate(text)


@given(data=st.data(), kind=kinds(), province=st.sampled_from(PROVINCES), letter=st.sampled_from(LETTERS))
def test_shown_plate_parses_to_itself(
    data: st.DataObject, kind: PlateKind, province: str, letter: str
) -> None:
    plate = Plate(office=province + letter, kind=kind, serial=data.draw(serials(kind)))
    assert plate == parse_plate(str(plate))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", PlateEmpty),
        ("12345", PlateOfficeMissing),
        ("K12345", PlateOfficeMissing),
        ("龙K12345", PlateOfficeMissing),
        ("粤K1234", PlateLength),
        ("粤K" + "1" * 10_000, PlateLength),
        ("粤K00000", SerialNotIssued),
        ("粤K123456", SerialNevLetter),
        ("粤KD1234A", SerialDigitWanted),
    ],
)
def test_wrong_plate_has_its_error(text: str, error: type[InputError]) -> None:
    with pytest.raises(error):
        parse_plate(text)


def test_two_letters_are_read_as_small() -> None:
    with pytest.raises(SerialDigitWanted) as caught:
        parse_plate("粤KD1234A")
    assert caught.value.positions == (6,)


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("12345 67890", ["12345", "67890"]),
        ("12345,67890，A1234、B1234;C1234；D1234", ["12345", "67890", "A1234", "B1234", "C1234", "D1234"]),
        ("粤K 12345\n粤K·67890", ["粤K 12345", "粤K·67890"]),
        ("粤K · 12345 粤k67890", ["粤K · 12345", "粤K67890"]),
        ("粤\u3000Ｋ １２３４５", ["粤 K 12345"]),
        (" ,,、 ", []),
        ("", []),
        ("12345\u200b\r\n\r\n67890", ["12345", "67890"]),
        ("粤K12345 67890", ["粤K12345", "67890"]),
    ],
)
def test_wishes_are_parted(text: str, wishes: list[str]) -> None:
    assert wishes == split_wishes(text)


@given(data=st.data(), kind=kinds(), parting=st.sampled_from(["\n", ",", "，", "、", "；", " ", ", "]))
def test_parted_wishes_parse_one_by_one(data: st.DataObject, kind: PlateKind, parting: str) -> None:
    wanted = data.draw(st.lists(serials(kind), max_size=5))
    fronts = st.sampled_from(["", "粤K", "粤K ", "粤K·"])
    typed = parting.join(data.draw(fronts) + serial for serial in wanted)
    assert wanted == [parse_serial(kind, wish, office=OFFICE) for wish in split_wishes(typed)]


def test_repeated_wishes_are_kept() -> None:
    assert split_wishes("12345 12345") == ["12345", "12345"]


def test_wishes_read_are_bounded() -> None:
    assert len(split_wishes("12345 " * 2_000)) == MAX_WISHES_READ


def test_endless_wish_is_refused_whole() -> None:
    [wish] = split_wishes("1" * 10_000)
    assert isinstance(refused(PlateKind.SMALL, wish), SerialLength)


@given(data=st.data(), kind=kinds())
def test_near_serials_are_other_valid_ones(data: st.DataObject, kind: PlateKind) -> None:
    serial = data.draw(serials(kind))
    near = list(near_serials(serial, kind))
    assert len(set(near)) == len(near) <= 250
    assert serial not in near
    assert all(is_serial(kind, other) for other in near)


@given(data=st.data(), kind=kinds())
def test_near_serials_never_run_short(data: st.DataObject, kind: PlateKind) -> None:
    assert len(list(islice(near_serials(data.draw(serials(kind)), kind), 6))) == 6


def test_numeric_neighbours_come_first() -> None:
    near = near_serials("12345", PlateKind.SMALL)
    assert list(islice(near, 4)) == ["12346", "12344", "12355", "12335"]


def test_swaps_follow_the_neighbours() -> None:
    near = list(near_serials("13579", PlateKind.SMALL))
    assert near[9:13] == ["13597", "13759", "15379", "31579"]


def test_near_letters_precede_other_shapes() -> None:
    near = list(near_serials("C1234", PlateKind.SMALL))
    assert near.index("D1234") < near.index("B1234") < near.index("E1234") < near.index("C123A")


def test_five_noughts_are_never_near() -> None:
    assert "00000" not in near_serials("00001", PlateKind.SMALL)


def test_four_is_found_anywhere() -> None:
    assert [contains_four(serial) for serial in ("4A123", "D12344", "12356")] == [True, True, False]


@given(text=st.text())
def test_cleaned_text_hides_nothing(text: str) -> None:
    hidden = {"\x00", "\n", "\t", "\u200b", "\u202e", "\ufeff", "\ufe0f"} | set("abcdefghijklmnopqrstuvwxyz")
    assert hidden.isdisjoint(clean(f"\x00\u202ea{text}\ufe0f\ufeff"))


def test_letters_and_kinds_are_the_standards() -> None:
    assert 24 == len(LETTERS) == len(set(LETTERS) - set("IO"))
    assert all(low < high for low, high in pairwise(LETTERS))
    assert [kind.serial_length for kind in PlateKind] == [5, 6, 6]


@pytest.mark.parametrize("label", ["号码 ", "号牌号码\uff1a", "车牌号:", "车牌"])
def test_label_before_a_number_is_dropped(label: str) -> None:
    assert str(parse_plate(f"{label}粤K·12345")) == "粤K·12345"
    assert parse_serial(PlateKind.SMALL, f"{label}12345", office="粤K") == "12345"
    assert split_wishes(f"{label}粤K 12345, 23456") == ["粤K 12345", "23456"]
