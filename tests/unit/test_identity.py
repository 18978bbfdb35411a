"""Identity numbers, credit codes, telephones and names. All of them are invented."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from core.errors.base import InputError
from core.errors.identity import (
    CreditCodeCharacters,
    CreditCodeEmpty,
    CreditCodeError,
    CreditCodeLength,
    CreditCodeMistyped,
    PersonNameCharacters,
    PersonNameEmpty,
    PersonNameError,
    PersonNameLength,
    PhoneCharacters,
    PhoneEmpty,
    PhoneError,
    PhoneForeign,
    PhoneNotMobile,
    PhoneUnknown,
    ResidentIdAge,
    ResidentIdBirthDate,
    ResidentIdCharacters,
    ResidentIdEmpty,
    ResidentIdError,
    ResidentIdFuture,
    ResidentIdLength,
    ResidentIdMistyped,
    ResidentIdRegion,
    UnitNameCharacters,
    UnitNameEmpty,
    UnitNameError,
    UnitNameLength,
)
from core.values.identity import (
    canonical_identity,
    is_credit_code,
    mask_identity,
    mask_phone,
    parse_credit_code,
    parse_identity,
    parse_phone,
    parse_resident_id,
)
from core.values.names import mask_name, parse_name, parse_unit_name
from tests import factories

TODAY = date(2026, 11, 22)
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
NOBODY = "110101190001010006"  # invented: the 1st of January 1900
CREDIT_CODE = "N2440900MF0000000A"  # invented: a village's economic organisation


def resident_id(bare: str) -> str:
    """Append the check character to seventeen digits."""
    return bare + ric.calc_check_digit(bare + "0")


def refused(text: str, today: date = TODAY) -> ResidentIdError:
    with pytest.raises(ResidentIdError) as caught:
        parse_resident_id(text, today=today)
    return caught.value


def test_check_character_is_the_standards() -> None:
    # The example in GB 11643-1999, annex: 11010519491231002 asks for X.
    assert parse_resident_id("11010519491231002x", today=TODAY) == "11010519491231002X"


@pytest.mark.parametrize(
    "text",
    [
        "110105 19491231 002x",
        "110105-19491231-002X",
        "11010519491231002Ｘ".translate(FULL_WIDTH),
        "\u202e110105\u200b19491231002X\x00",
    ],
)
def test_typed_identity_is_normalised(text: str) -> None:
    assert parse_resident_id(text, today=TODAY) == "11010519491231002X"


@pytest.mark.parametrize("region", ["500112", "810000", "820000", "830000", "911156", "944840", "440999"])
def test_regions_missing_in_lists_pass(region: str) -> None:
    number = resident_id(f"{region}19800101001")
    assert parse_resident_id(number, today=TODAY) == number


@pytest.mark.parametrize(
    ("text", "error", "fields"),
    [
        ("", ResidentIdEmpty, {}),
        (" \x00\u202e", ResidentIdEmpty, {}),
        ("1101051949123100🚗X", ResidentIdCharacters, {"positions": (17,)}),
        ("11010519491231X02X", ResidentIdCharacters, {"positions": (15,)}),
        ("我的身份证", ResidentIdCharacters, {"positions": (1, 2, 3, 4, 5)}),
        ("110105491231002", ResidentIdLength, {"wanted": 18, "found": 15}),
        ("1" * 10_000, ResidentIdLength, {"wanted": 18, "found": 10_000}),
        ("110105194912310021", ResidentIdMistyped, {}),
        (resident_id("00010519491231002"), ResidentIdRegion, {}),
        (resident_id("90025619850312012"), ResidentIdRegion, {}),  # a foreigner's, of no province
        (resident_id("81010519491231002"), ResidentIdRegion, {}),  # a permit, whose regions have no districts
        (resident_id("83000119491231002"), ResidentIdRegion, {}),
        (resident_id("11010519900230001"), ResidentIdBirthDate, {}),
        (resident_id("11010500000101001"), ResidentIdBirthDate, {}),
        (resident_id("11010520261123001"), ResidentIdFuture, {}),
        (resident_id("11010518951231001"), ResidentIdAge, {"oldest": 130}),
    ],
)
def test_wrong_identity_has_its_error(
    text: str, error: type[ResidentIdError], fields: dict[str, object]
) -> None:
    caught = refused(text)
    assert type(caught) is error
    assert {name: value for name, value in vars(caught).items() if name != "masked"} == fields


def test_newborn_has_an_identity() -> None:
    number = resident_id("11010520261122001")
    assert parse_resident_id(number, today=TODAY) == number


@given(place=st.integers(0, 16), other=st.sampled_from("0123456789"))
def test_one_mistyped_digit_is_caught(place: int, other: str) -> None:
    wrong = NOBODY[:place] + other + NOBODY[place + 1 :]
    assume(wrong != NOBODY)
    assert isinstance(refused(wrong), ResidentIdMistyped)


def test_invented_identity_passes() -> None:
    assert parse_resident_id(NOBODY, today=TODAY) == NOBODY


def test_refusal_never_shows_the_number() -> None:
    error = refused("110105194912310021")
    assert "1949" not in str(error) + repr(error)


@pytest.mark.parametrize(
    "text",
    [
        CREDIT_CODE,
        CREDIT_CODE.lower(),
        CREDIT_CODE.translate(FULL_WIDTH),
        f" {CREDIT_CODE[:8]}-MF0000000A\u200b",
    ],
)
def test_typed_credit_code_is_normalised(text: str) -> None:
    assert parse_credit_code(text) == CREDIT_CODE


@pytest.mark.parametrize("bare", ["91440900MA0000000", "12440900000000000", "52440900MJ0000000"])
def test_credit_code_agrees_with_library(bare: str) -> None:
    code = bare + uscc.calc_check_digit(bare + "0")
    assert parse_credit_code(code) == uscc.validate(code)


@pytest.mark.parametrize(
    ("text", "error", "fields"),
    [
        ("", CreditCodeEmpty, {}),
        ("\x00 \u200b", CreditCodeEmpty, {}),
        ("N2440900MF000000IA", CreditCodeCharacters, {"positions": (17,)}),
        ("N244O900MF0000000A", CreditCodeCharacters, {"positions": (5,)}),
        ("N244A900MF0000000A", CreditCodeCharacters, {"positions": (5,)}),
        ("N2440900MF0000🚗00A", CreditCodeCharacters, {"positions": (15,)}),
        ("N2440900MF0000000", CreditCodeLength, {"wanted": 18, "found": 17}),
        ("9" * 10_000, CreditCodeLength, {"wanted": 18, "found": 10_000}),
        ("N2440900MF0000001A", CreditCodeMistyped, {}),
    ],
)
def test_wrong_credit_code_has_its_error(
    text: str, error: type[CreditCodeError], fields: dict[str, object]
) -> None:
    with pytest.raises(CreditCodeError) as caught:
        parse_credit_code(text)
    assert type(caught.value) is error
    assert {name: value for name, value in vars(caught.value).items() if name != "masked"} == fields


@pytest.mark.parametrize(
    "text", ["11010519491231002x", "110105-19491231-002X", "１１０１０５ 19491231 002Ｘ"]
)
def test_one_identity_has_one_form(text: str) -> None:
    assert canonical_identity(text) == parse_resident_id(text, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "13800000000",
        "138 0000 0000",
        "138-0000-0000",
        "+8613800000000",
        "+86 138 0000 0000",
        "(+86) 13800000000",
        "008613800000000",
        "0086 138-0000-0000",
        "8613800000000",
        "＋８６１３８００００００００",
        "\u202a+8613800000000\u202c",
    ],
)
def test_typed_mobile_becomes_e164(text: str) -> None:
    assert parse_phone(text) == "+8613800000000"


@pytest.mark.parametrize(
    ("text", "error", "fields"),
    [
        ("", PhoneEmpty, {}),
        ("\u202a\x00 ", PhoneEmpty, {}),
        ("1380000000A", PhoneCharacters, {"positions": (11,)}),
        ("138+00000000", PhoneCharacters, {"positions": (4,)}),
        ("微信13800000000", PhoneCharacters, {"positions": (1, 2)}),
        ("1380000000🚗", PhoneCharacters, {"positions": (11,)}),
        ("A3800000000", PhoneCharacters, {"positions": (1,)}),
        ("+852 9123 4567", PhoneForeign, {"country_code": 852}),
        ("+1 202 555 0100", PhoneForeign, {"country_code": 1}),
        ("0668-2880000", PhoneNotMobile, {}),
        ("400-812-3123", PhoneNotMobile, {}),
        ("1380000000", PhoneUnknown, {"found": 10}),
        ("12345678901", PhoneUnknown, {"found": 11}),
        ("+", PhoneUnknown, {"found": 0}),
        ("110", PhoneUnknown, {"found": 3}),
        ("1" * 10_000, PhoneUnknown, {"found": 10_000}),
    ],
)
def test_wrong_phone_has_its_error(text: str, error: type[PhoneError], fields: dict[str, object]) -> None:
    with pytest.raises(PhoneError) as caught:
        parse_phone(text)
    assert type(caught.value) is error
    assert {name: value for name, value in vars(caught.value).items() if name != "masked"} == fields


@given(text=st.text(max_size=80) | st.text("+-0123456789 ", max_size=20))
def test_any_text_is_phone_or_refused(text: str) -> None:
    try:
        phone = parse_phone(text)
    except PhoneError:
        return
    assert phone.startswith("+861")
    assert len(phone) == len("+8613800000000")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张三", "张三"),
        (" 张 三\u200b\n", "张三"),
        ("阿卜杜.热合曼", "阿卜杜·热合曼"),
        ("阿卜杜 • 热合曼", "阿卜杜·热合曼"),
        ("John\u3000  Smith", "John Smith"),
        ("O’Brien-Müller", "O'Brien-Müller"),
        ("Ｊｏｈｎ", "John"),
        ("𠮷野", "𠮷野"),
        ("李\U000313aa", "李\U000313aa"),
        ("〇一", "〇一"),
        ("\u202e张三\x00", "张三"),
        ("三" * 30, "三" * 30),
    ],
)
def test_typed_name_is_normalised(text: str, name: str) -> None:
    assert parse_name(text) == name


@pytest.mark.parametrize(
    ("text", "error", "fields"),
    [
        ("", PersonNameEmpty, {}),
        ("\u200b\x00\u202e", PersonNameEmpty, {}),
        ("张3", PersonNameCharacters, {"positions": (2,)}),
        ("张😀三", PersonNameCharacters, {"positions": (2,)}),
        ("<b>张三</b>", PersonNameCharacters, {"positions": (1, 3, 6, 7, 9)}),
        ("·张三", PersonNameCharacters, {"positions": (1,)}),
        ("张··三", PersonNameCharacters, {"positions": (2, 3)}),
        ("Иван", PersonNameCharacters, {"positions": (1, 2, 3, 4)}),
        ("张\ud800", PersonNameCharacters, {"positions": (2,)}),
        ("张", PersonNameLength, {"shortest": 2, "longest": 30, "found": 1}),
        ("三" * 31, PersonNameLength, {"shortest": 2, "longest": 30, "found": 31}),
        ("三" * 10_000, PersonNameLength, {"shortest": 2, "longest": 30, "found": 10_000}),
    ],
)
def test_wrong_name_has_its_error(text: str, error: type[PersonNameError], fields: dict[str, object]) -> None:
    with pytest.raises(PersonNameError) as caught:
        parse_name(text)
    assert type(caught.value) is error
    assert {name: value for name, value in vars(caught.value).items() if name != "masked"} == fields


@given(text=st.text(max_size=40) | st.text("张三李·. -'ab", max_size=12))
def test_accepted_name_stays_as_it_is(text: str) -> None:
    try:
        name = parse_name(text)
    except PersonNameError:
        return
    assert parse_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("茂名第2汽车有限公司", "茂名第2汽车有限公司"),
        ("某某（茂名）汽车 有限公司", "某某(茂名)汽车 有限公司"),
        ("A&B  Trading Co. Ltd", "A&B Trading Co. Ltd"),
    ],
)
def test_unit_names_bear_more_signs(text: str, name: str) -> None:
    assert parse_unit_name(text) == name


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (" ", UnitNameEmpty),
        ("2024-12", UnitNameCharacters),
        ("公司🚗", UnitNameCharacters),
        ("公司<b>", UnitNameCharacters),
        ("某", UnitNameLength),
        ("某" * 61, UnitNameLength),
        ("某" * 10_000, UnitNameLength),
    ],
)
def test_wrong_unit_name_is_refused(text: str, error: type[UnitNameError]) -> None:
    with pytest.raises(error):
        parse_unit_name(text)


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("张小三", "张*三"), ("欧阳小三", "欧**三"), ("张", "张"), ("", "")]
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [(CREDIT_CODE, "N244**********000A"), ("11010519491231002X", "1101**********002X"), ("1234", "****")],
)
def test_identities_are_masked(number: str, masked: str) -> None:
    assert mask_identity(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("+8613800000000", "138****0000"), ("13800000000", "138****0000"), ("110", "***")],
)
def test_phones_are_masked(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_identity_of_either_kind_is_read() -> None:
    person, unit = factories.identity(3), factories.credit_code(3)
    assert [parse_identity(f" {one.lower()} ", today=TODAY) for one in (person, unit)] == [person, unit]
    assert [is_credit_code(one) for one in (person, unit, CREDIT_CODE)] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ResidentIdEmpty),
        ("110105194912310021", ResidentIdMistyped),
        ("1101051949123100", ResidentIdLength),
        ("9" * 10_000, ResidentIdLength),
        (factories.credit_code(3)[:-1] + "5", CreditCodeMistyped),
        (factories.credit_code(3)[:-1], CreditCodeLength),
        ("😀", CreditCodeCharacters),
    ],
)
def test_identity_of_neither_kind_has_the_error_of_what_it_reads_as(
    text: str, error: type[InputError]
) -> None:
    with pytest.raises(error):
        parse_identity(text, today=TODAY)


@given(st.integers(0, 999_999), st.integers(0, 17), st.sampled_from("0123456789"))
def test_slip_in_a_persons_number_never_makes_a_unit(number: int, place: int, digit: str) -> None:
    """With a valid birth date: one wrong digit is reported, not taken for a credit code."""
    right = factories.identity(number % 20_000)
    typed = right[:place] + digit + right[place + 1 :]
    assume(typed != right and place not in range(6, 14))
    with pytest.raises(ResidentIdError):
        parse_identity(typed, today=TODAY)


@pytest.mark.parametrize("region", ["440900", "100000", "110119"])
@given(st.integers(0, 999_999_999))
def test_credit_code_of_digits_alone_is_read(region: str, number: int) -> None:
    """Of a city, whose region ends in 00, any; of a district in 19 unless it contains a birth date."""
    body = f"91{region}{number:09d}"
    code = body + uscc.calc_check_digit(body)
    try:
        found = parse_identity(code, today=TODAY)
    except ResidentIdError:  # it contains a birth date by chance, and is validated as a person's
        assert region == "110119"
        assert 1 <= int(code[10:12]) <= 12
    else:
        assert found == code
    assert is_credit_code(code) or code[17] == resident_id(code[:17])[17]


def test_credit_code_that_reads_as_a_day_long_ago_is_a_unit() -> None:
    code = "914409001001010140"  # the year 0010, and the wrong check character for a person
    assert parse_identity(code, today=TODAY) == parse_credit_code(code) == code
    assert is_credit_code(code)


def test_valid_person_is_no_unit() -> None:
    assert not any(is_credit_code(factories.identity(number)) for number in range(500))


@pytest.mark.parametrize(
    "label", ["身份证号:", "身份证号码\uff1a", "居民身份证 ", "公民身份号码", "统一社会信用代码:"]
)
def test_label_before_an_identity_is_dropped(label: str) -> None:
    assert parse_identity(f" {label}{NOBODY}", today=TODAY) == NOBODY
    assert parse_identity(f"{label}\n{CREDIT_CODE}", today=TODAY) == CREDIT_CODE


@pytest.mark.parametrize("label", ["手机:", "手机号\uff1a", "联系电话 ", "Tel: ", "电话"])
def test_label_before_a_phone_is_dropped(label: str) -> None:
    assert parse_phone(f"{label}138 0000 0000") == "+8613800000000"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("姓名\uff1a张三", "张三"),
        ("车主姓名: 欧阳小三", "欧阳小三"),
        ("姓名 张三", "张三"),
        ("Name: Zhang San", "Zhang San"),
        ("葛\U000e0100城", "葛城"),  # the variant of a character, as its holder's keyboard types it
        ("A" * 39, "A" * 39),
    ],
)
def test_name_is_read_in_the_forms_that_people_type(text: str, name: str) -> None:
    assert parse_name(text) == name


@pytest.mark.parametrize("text", ["A" * 40, "王" * 31, "王" + "A" * 30])
def test_name_is_bounded(text: str) -> None:
    with pytest.raises(PersonNameLength):
        parse_name(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("单位名称\uff1a茂名某某公司", "茂名某某公司"),
        ("北京“某某”文化有限公司", "北京“某某”文化有限公司"),
        ("某某——茂名分公司", "某某——茂名分公司"),
        ("某某\uff08茂名\uff09有限公司", "某某(茂名)有限公司"),
        ("单位花园物业公司", "单位花园物业公司"),
    ],
)
def test_unit_name_is_read_in_the_forms_that_people_type(text: str, name: str) -> None:
    assert parse_unit_name(text) == name
