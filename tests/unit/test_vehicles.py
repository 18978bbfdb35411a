"""VINs and certificate numbers: accepted, doubtful and refused ones."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors.vehicles import (
    CertificateCharacters,
    CertificateDigitWanted,
    CertificateEmpty,
    CertificateError,
    CertificateLength,
    VinCharacters,
    VinEmpty,
    VinError,
    VinLength,
    VinLookalike,
    VinMistyped,
)
from core.values.vehicles import (
    CertificateKind,
    VinFinding,
    check_digit,
    group_vin,
    parse_certificate,
    parse_vin,
    vin_last_six,
    vins_in,
)

VIN_CHARACTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
REAL = ["LDC613P23A1305189", "LSJA24U62JG269225", "LZZ1BLMJ4TJ465057"]
INVENTED = ["LSVTESTX3RM000001", "LFVTESTX9SK000002", "LGBTESTX1TA000003", "LRWTESTX7RC000010"]
NO_CHECK_DIGIT = "WVWZZZ1JZXW000010"  # invented, of a maker that has a letter in the ninth position
SAME_VALUE = ["1AJ", "2BKS", "3CLT", "4DMU", "5ENV", "6FW", "7GPX", "8HY", "9RZ"]  # as in GB 16735
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def vins(first: str = VIN_CHARACTERS) -> st.SearchStrategy[str]:
    """VINs with a valid check digit."""
    bare = st.tuples(st.sampled_from(first), st.text(VIN_CHARACTERS, min_size=16, max_size=16)).map("".join)
    return bare.map(lambda vin: vin[:8] + check_digit(vin) + vin[9:])


def refused(text: str) -> VinError:
    with pytest.raises(VinError) as caught:
        parse_vin(text)
    return caught.value


def certificate_refused(kind: CertificateKind, text: str) -> CertificateError:
    with pytest.raises(CertificateError) as caught:
        parse_certificate(kind, text)
    return caught.value


@pytest.mark.parametrize("vin", REAL + INVENTED)
def test_vin_with_right_digit_passes(vin: str) -> None:
    assert parse_vin(vin) == VinFinding(vin=vin, needs_confirmation=False)


@pytest.mark.parametrize(
    "text",
    [
        "ldc613p23a1305189",
        "LDC 613P23 A1305189",
        " LDC-613P23-A1305189\n",
        "LDC613P23A1305189".translate(FULL_WIDTH),
        "\u202eLDC613P23\u200bA1305189\x00\ufeff",
        "LDC\u3000613P23\u3000A1305189",
    ],
)
def test_typed_vin_is_normalised(text: str) -> None:
    assert parse_vin(text).vin == "LDC613P23A1305189"


@pytest.mark.parametrize(
    "label", ["VIN\uff1a", "vin:", "VIN ", "VIN", "车架号:", "车架号 ", "车辆识别代号(VIN):"]
)
def test_what_papers_print_before_a_vin_is_no_matter(label: str) -> None:
    assert parse_vin(label + "LDC613P23A1305189").vin == "LDC613P23A1305189"
    assert parse_vin(f" {label}\nldc 613p23 a1305189").vin == "LDC613P23A1305189"


def test_vin_that_begins_like_its_label_is_judged_whole() -> None:
    error = refused("VIN 456789 01234567")
    assert isinstance(error, VinLookalike)
    assert isinstance(refused("车架号:"), VinEmpty)


@pytest.mark.parametrize("label", ["合格证编号:", "合格证编号\uff1a", "合格证 ", "编号"])
def test_what_papers_print_before_a_certificate_number_is_no_matter(label: str) -> None:
    assert parse_certificate(CertificateKind.DOMESTIC, f"{label}ABCD12345678901") == "ABCD12345678901"
    assert parse_certificate(CertificateKind.IMPORT, f"{label}XK0123456") == "XK0123456"


@given(vin=vins("L"), place=st.integers(0, 16), other=st.sampled_from(VIN_CHARACTERS))
def test_one_mistyped_character_is_caught(vin: str, place: int, other: str) -> None:
    wrong = vin[:place] + other + vin[place + 1 :]
    assume(wrong != vin and wrong[0] == "L")
    alike = any(vin[place] in group and other in group for group in SAME_VALUE)
    if alike and place != 8:  # such characters have the same value, so the algorithm cannot tell them apart
        assert parse_vin(wrong).vin == wrong
    else:
        assert isinstance(refused(wrong), VinMistyped)


@given(vin=vins(), data=st.data())
def test_wrong_digit_abroad_is_doubted(vin: str, data: st.DataObject) -> None:
    assume(vin[0] not in "L0" and len(set(vin)) > 4 and not vin.isdecimal())
    other = data.draw(st.sampled_from(VIN_CHARACTERS))
    finding = parse_vin(vin[:8] + other + vin[9:])
    assert finding.needs_confirmation == (other != vin[8])


@pytest.mark.parametrize(
    "vin", ["1" * 17, "0" * 17, "L" * 8 + check_digit("L" * 17) + "L" * 8, "12345678912345678"]
)
def test_vin_that_no_maker_assigns_is_doubted(vin: str) -> None:
    right = vin[:8] + check_digit(vin) + vin[9:]
    assert parse_vin(right) == VinFinding(vin=right, needs_confirmation=True)


def test_maker_without_digit_is_doubted() -> None:
    assert parse_vin(NO_CHECK_DIGIT) == VinFinding(vin=NO_CHECK_DIGIT, needs_confirmation=True)


def test_mistyped_vin_stays_out_of_message() -> None:
    error = refused("LDC613P24A1305189")
    assert isinstance(error, VinMistyped)
    assert error.grouped == "LDC 613P24 A1305189"
    assert "613P24" not in str(error) + repr(error)


@pytest.mark.parametrize("text", ["", " \u3000\n", "\x00\u200b\u202e", "---"])
def test_no_vin_typed_is_told(text: str) -> None:
    assert isinstance(refused(text), VinEmpty)


@pytest.mark.parametrize(
    ("text", "found"), [("LDC613P23A130518", 16), ("LDC613P23A13051890", 18), ("1" * 10_000, 10_000)]
)
def test_vin_length_is_counted(text: str, found: int) -> None:
    error = refused(text)
    assert isinstance(error, VinLength)
    assert (error.wanted, error.found) == (17, found)


@pytest.mark.parametrize(
    ("text", "positions", "characters"),
    [
        ("LDC613P23A13051🚗9", (16,), "🚗"),
        ("我的车LDC613P23A1305189", (1, 2, 3), "我的车"),
        ("LDC613P23A130518١", (17,), "١"),
        ("LDC613P23A130518ß", (17,), "ß"),
    ],
)
def test_foreign_characters_are_placed(text: str, positions: tuple[int, ...], characters: str) -> None:
    error = refused(text)
    assert isinstance(error, VinCharacters)
    assert (error.positions, error.characters) == (positions, characters)


def test_lookalikes_come_with_a_hint() -> None:
    error = refused("LDC613P23AI3O5189")
    assert isinstance(error, VinLookalike)
    assert (error.positions, error.suggestion) == ((11, 13), "LDC613P23A1305189")


def test_wrong_hint_is_not_given() -> None:
    error = refused("LDC613P23AQ305189")
    assert isinstance(error, VinLookalike)
    assert error.suggestion is None


@given(text=st.text(max_size=80))
def test_any_text_is_vin_or_refused(text: str) -> None:
    try:
        finding = parse_vin(text)
    except VinError:
        return
    assert set(finding.vin) <= set(VIN_CHARACTERS)


@pytest.mark.parametrize("text", ["", "LDC613P23A130518", "LDC613P23A130518O"])
def test_check_digit_wants_vin_characters(text: str) -> None:
    with pytest.raises(ValueError, match="VIN"):
        check_digit(text)


def test_check_digit_ten_is_x() -> None:
    assert check_digit("1M8GDM9A_KP042788".replace("_", "0")) == "X"  # the standard example


def test_vin_is_grouped_for_reading() -> None:
    assert group_vin("LDC613P23A1305189") == "LDC 613P23 A1305189"


def test_counter_knows_last_six() -> None:
    assert vin_last_six("LDC613P23A1305189") == "305189"


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        (CertificateKind.DOMESTIC, "WDB2A1234567890", "WDB2A1234567890"),
        (CertificateKind.DOMESTIC, "wdb2 a12345 67890", "WDB2A1234567890"),
        (CertificateKind.DOMESTIC, "ＷＤＢ２Ａ１２３４５６７８９０", "WDB2A1234567890"),
        (CertificateKind.DOMESTIC, "WDB21234567890", "WDB21234567890"),
        (CertificateKind.DOMESTIC, "123412345678901", "123412345678901"),
        (CertificateKind.IMPORT, "ab-123456\u200b", "AB123456"),
        (CertificateKind.IMPORT, "A" * 20, "A" * 20),
        (CertificateKind.IMPORT, "123456", "123456"),
    ],
)
def test_typed_certificate_is_normalised(kind: CertificateKind, text: str, number: str) -> None:
    assert parse_certificate(kind, text) == number


@pytest.mark.parametrize(
    ("kind", "text", "error", "fields"),
    [
        (CertificateKind.DOMESTIC, "", CertificateEmpty, {}),
        (CertificateKind.IMPORT, "\x00\u202e \n", CertificateEmpty, {}),
        (
            CertificateKind.DOMESTIC,
            "WDB2A123456789",
            CertificateDigitWanted,
            {"positions": (5,)},
        ),
        (
            CertificateKind.DOMESTIC,
            "WDB2A12345O789I",
            CertificateDigitWanted,
            {"positions": (11, 15)},
        ),
        (
            CertificateKind.DOMESTIC,
            "WDB2A12345678",
            CertificateLength,
            {"shortest": 14, "longest": 15, "found": 13},
        ),
        (
            CertificateKind.DOMESTIC,
            "1" * 10_000,
            CertificateLength,
            {"shortest": 14, "longest": 15, "found": 10_000},
        ),
        (
            CertificateKind.IMPORT,
            "A" * 21,
            CertificateLength,
            {"shortest": 6, "longest": 20, "found": 21},
        ),
        (
            CertificateKind.IMPORT,
            "12345",
            CertificateLength,
            {"shortest": 6, "longest": 20, "found": 5},
        ),
        (
            CertificateKind.IMPORT,
            "AB12🚗456号",
            CertificateCharacters,
            {"positions": (5, 9), "characters": "🚗号"},
        ),
    ],
)
def test_wrong_certificate_has_its_error(
    kind: CertificateKind, text: str, error: type[CertificateError], fields: dict[str, object]
) -> None:
    caught = certificate_refused(kind, text)
    assert type(caught) is error
    assert vars(caught) == fields


@given(text=st.text(max_size=80), kind=st.sampled_from(CertificateKind))
def test_any_text_is_certificate_or_refused(text: str, kind: CertificateKind) -> None:
    try:
        number = parse_certificate(kind, text)
    except CertificateError:
        return
    assert number.isascii()
    assert number.isalnum()


# --- VINs in what a machine has read --------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LDC613P23A1305189", ("LDC613P23A1305189",)),
        ("ldc613p23a1305189\n", ("LDC613P23A1305189",)),
        ("ILDC613P23A1305189", ("LDC613P23A1305189",)),  # labels of the trade begin with I
        ("YXA12345678|LDC613P23A1305189|2026-03-01", ("LDC613P23A1305189",)),
        ("https://example.cn/car?vin=LDC613P23A1305189&n=1", ("LDC613P23A1305189",)),
        ("LSVTESTX3RM000001,LSVTESTX3RM000001", ("LSVTESTX3RM000001",)),
        ("LSVTESTX3RM000001;LFVTESTX9SK000002", ("LSVTESTX3RM000001", "LFVTESTX9SK000002")),
        ("LSVTESTX3RM000001A", ("LSVTESTX3RM000001",)),  # a checksum follows it
        ("WVWZZZ1JZXW000010", ("WVWZZZ1JZXW000010",)),  # abroad the ninth position is free
        ("WVWZZZ1JZXW000010 LSVTESTX3RM000001", ("LSVTESTX3RM000001",)),  # the certain one comes first
        ("LSVTESTX3RM000002", ()),  # a reader makes no typing errors: it is not a VIN
        ("12345678901234567", ()),
        ("https://example.cn/", ()),
        ("LDC613P23 A1305189", ()),
        ("", ()),
        ("9" * 4000, ()),
    ],
)
def test_vin_is_found_among_other_things(text: str, found: tuple[str, ...]) -> None:
    assert vins_in(text) == found


@given(vins(), st.text("|;, /\n", min_size=1, max_size=3), st.text(VIN_CHARACTERS, max_size=15))
def test_field_with_a_vin_is_always_found(vin: str, gap: str, field: str) -> None:
    assume(not vin.isdecimal())  # seventeen digits are some other number
    assert vins_in(f"{field}{gap}{vin}{gap}{field}") == (vin,)
