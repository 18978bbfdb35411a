"""Masks: their serials, the order of these, and intersections."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors.plates import (
    MaskCharacters,
    MaskDigitWanted,
    MaskEmpty,
    MaskError,
    MaskLength,
    MaskLookalike,
    MaskNevLetter,
    MaskNotIssued,
    MaskTooManyLetters,
)
from core.values.masks import SMALL_MASKS, Mask, parse_mask
from core.values.plates import DIGITS, LETTERS, NEV_LETTERS, PlateKind, is_serial
from tests.factories import masks_of

SMALL_NEV_MASKS = masks_of(PlateKind.SMALL_NEV)
LARGE_NEV_MASKS = masks_of(PlateKind.LARGE_NEV)
ALL_MASKS = SMALL_MASKS + SMALL_NEV_MASKS + LARGE_NEV_MASKS


@st.composite
def custom_masks(draw: st.DrawFn, kind: PlateKind) -> Mask:
    """A mask of the kind with some fixed characters; 00000 alone is invalid."""
    pattern = draw(st.sampled_from(masks_of(kind))).pattern
    chars = []
    for index, char in enumerate(pattern):
        letters = NEV_LETTERS if index == kind.nev_position else LETTERS
        chars.append(draw(st.sampled_from(char + (DIGITS if char == "#" else letters))))
    text = "".join(chars)
    return Mask(kind=kind, pattern="#####" if text == "00000" else text)


def any_mask() -> st.SearchStrategy[Mask]:
    return st.one_of(st.sampled_from(ALL_MASKS), *(custom_masks(kind) for kind in PlateKind))


def refused(kind: PlateKind, text: str) -> MaskError:
    with pytest.raises(MaskError) as caught:
        parse_mask(kind, text)
    return caught.value


def test_small_masks_stand_in_order_of_use() -> None:
    named = ["#####", "@####", "@@###", "#@###", "##@##", "###@#", "####@", "@###@", "###@@", "@#@##"]
    others = ["@##@#", "#@@##", "#@#@#", "#@##@", "##@@#", "##@#@"]
    assert named + others == [mask.pattern for mask in SMALL_MASKS]


def test_small_masks_hold_every_serial() -> None:
    assert sum(mask.size for mask in SMALL_MASKS) == 7_060_000 - 1


def test_new_energy_masks_hold_every_serial() -> None:
    assert [mask.size for mask in SMALL_NEV_MASKS] == [10 * 10**5, 10 * 24 * 10**4]
    assert [mask.size for mask in LARGE_NEV_MASKS] == [10 * 10**5]


def test_masks_of_a_kind_are_disjoint() -> None:
    for kind in PlateKind:
        assert [pair for pair in combinations(masks_of(kind), 2) if pair[0].intersection(pair[1])] == []


@pytest.mark.parametrize("mask", ALL_MASKS, ids=str)
@given(data=st.data())
def test_rank_undoes_unrank(mask: Mask, data: st.DataObject) -> None:
    rank = data.draw(st.integers(0, mask.size - 1))
    assert rank == mask.rank(mask.unrank(rank))


@pytest.mark.parametrize("mask", ALL_MASKS, ids=str)
@given(data=st.data())
def test_unrank_undoes_rank(mask: Mask, data: st.DataObject) -> None:
    letters = st.sampled_from(NEV_LETTERS if mask.kind.nev_position is not None else LETTERS)
    chars = {"#": st.sampled_from(DIGITS), "@": letters}
    serial = "".join(data.draw(chars[char]) for char in mask.pattern)
    if serial != "00000":
        assert serial == mask.unrank(mask.rank(serial))


@given(mask=any_mask(), data=st.data())
def test_ranks_ascend_as_texts_do(mask: Mask, data: st.DataObject) -> None:
    ranks = sorted(data.draw(st.sets(st.integers(0, mask.size - 1), max_size=5)))
    serials = [mask.unrank(rank) for rank in ranks]
    assert sorted(set(serials)) == serials


@given(mask=any_mask(), data=st.data())
def test_custom_ranks_go_both_ways(mask: Mask, data: st.DataObject) -> None:
    rank = data.draw(st.integers(0, mask.size - 1))
    assert rank == mask.rank(mask.unrank(rank))


@given(mask=any_mask(), data=st.data())
def test_unranked_serials_are_valid(mask: Mask, data: st.DataObject) -> None:
    serial = mask.unrank(data.draw(st.integers(0, mask.size - 1)))
    assert mask.matches(serial)
    assert is_serial(mask.kind, serial)


@given(data=st.data(), kind=st.sampled_from(PlateKind))
def test_serial_lies_in_one_mask(data: st.DataObject, kind: PlateKind) -> None:
    mask = data.draw(custom_masks(kind))
    serial = mask.unrank(data.draw(st.integers(0, mask.size - 1)))
    assert [True for shape in masks_of(kind) if shape.matches(serial)] == [True]


@pytest.mark.parametrize(
    ("pattern", "alphabets"),
    [
        ("A88##", ["A", "8", "8", DIGITS, DIGITS]),
        ("@1#2@", [LETTERS, "1", DIGITS, "2", LETTERS]),
        ("00##0", ["0", "0", DIGITS, DIGITS, "0"]),
    ],
)
def test_mask_holds_exactly_its_product(pattern: str, alphabets: list[str]) -> None:
    mask = Mask(kind=PlateKind.SMALL, pattern=pattern)
    expected = [serial for serial in map("".join, product(*alphabets)) if serial != "00000"]
    assert [mask.unrank(rank) for rank in range(mask.size)] == expected


def test_five_noughts_have_no_rank() -> None:
    digits = SMALL_MASKS[0]
    assert digits.size == 99_999
    assert digits.unrank(0) == "00001"
    assert not digits.matches("00000")


@pytest.mark.parametrize("rank", [-1, 99_999])
def test_rank_outside_has_no_serial(rank: int) -> None:
    with pytest.raises(IndexError):
        SMALL_MASKS[0].unrank(rank)


@pytest.mark.parametrize("serial", ["00000", "A1234", "1234", "123456", "", "１２３４５"])
def test_serial_outside_has_no_rank(serial: str) -> None:
    assert not SMALL_MASKS[0].matches(serial)
    with pytest.raises(ValueError, match="outside"):
        SMALL_MASKS[0].rank(serial)


@given(data=st.data(), kind=st.sampled_from(PlateKind))
def test_intersection_is_what_both_match(data: st.DataObject, kind: PlateKind) -> None:
    one, two = data.draw(custom_masks(kind)), data.draw(custom_masks(kind))
    common = one.intersection(two)
    assert common == two.intersection(one)
    serial = one.unrank(data.draw(st.integers(0, one.size - 1)))
    assert two.matches(serial) == (common is not None and common.matches(serial))


@pytest.mark.parametrize(
    ("one", "two", "common"),
    [
        ("A####", "@888#", "A888#"),
        ("#####", "@####", None),
        ("A####", "B####", None),
        ("000##", "###00", None),
        ("0000#", "####0", None),
        ("12###", "##3##", "123##"),
    ],
)
def test_overlap_is_named(one: str, two: str, common: str | None) -> None:
    both = parse_mask(PlateKind.SMALL, one).intersection(parse_mask(PlateKind.SMALL, two))
    assert common == (both and both.pattern)


def test_masks_of_two_kinds_share_nothing() -> None:
    assert SMALL_NEV_MASKS[0].intersection(LARGE_NEV_MASKS[0]) is None


def test_new_energy_letters_narrow_the_overlap() -> None:
    one = Mask(kind=PlateKind.SMALL_NEV, pattern="@1####", nev_letters="DAB")
    two = Mask(kind=PlateKind.SMALL_NEV, pattern="@#####", nev_letters="BZ")
    assert Mask(kind=PlateKind.SMALL_NEV, pattern="@1####", nev_letters="B") == one.intersection(two)


@pytest.mark.parametrize("pattern", ["@#####", "D#####"])
def test_letters_of_one_side_share_nothing(pattern: str) -> None:
    one = Mask(kind=PlateKind.SMALL_NEV, pattern=pattern, nev_letters="D")
    assert one.intersection(Mask(kind=PlateKind.SMALL_NEV, pattern="@#####", nev_letters="F")) is None


def test_fixed_letter_of_one_side_is_not_shared() -> None:
    one = Mask(kind=PlateKind.SMALL_NEV, pattern="D#####", nev_letters="DA")
    assert one.intersection(Mask(kind=PlateKind.SMALL_NEV, pattern="@#####", nev_letters="AF")) is None


def test_order_of_letters_is_no_matter() -> None:
    one = Mask(kind=PlateKind.SMALL_NEV, pattern="@#####", nev_letters="DAB")
    assert one == Mask(kind=PlateKind.SMALL_NEV, pattern="@#####", nev_letters="ABD")


def test_new_energy_letters_are_letters() -> None:
    with pytest.raises(ValueError, match="letters"):
        Mask(kind=PlateKind.SMALL_NEV, pattern="@#####", nev_letters="D1")


@pytest.mark.parametrize(
    ("kind", "text", "pattern"),
    [
        (PlateKind.SMALL, "a888#", "A888#"),
        (PlateKind.SMALL, "Ａ８８８＃", "A888#"),
        (PlateKind.SMALL, " @ # @ # # \u200b", "@#@##"),
        (PlateKind.SMALL_NEV, "d1####", "D1####"),
        (PlateKind.SMALL_NEV, "＠＠####", "@@####"),
        (PlateKind.LARGE_NEV, "8888#f", "8888#F"),
    ],
)
def test_typed_mask_is_normalised(kind: PlateKind, text: str, pattern: str) -> None:
    assert pattern == parse_mask(kind, text).pattern


@pytest.mark.parametrize(
    ("kind", "text", "error", "fields"),
    [
        (PlateKind.SMALL, "", MaskEmpty, {}),
        (PlateKind.SMALL, "\x00\u202e ", MaskEmpty, {}),
        (PlateKind.SMALL, "A88?🚗", MaskCharacters, {"positions": (4, 5), "characters": "?🚗"}),
        (PlateKind.SMALL, "####", MaskLength, {"wanted": 5, "found": 4}),
        (PlateKind.SMALL, "#" * 10_000, MaskLength, {"wanted": 5, "found": 10_000}),
        (PlateKind.LARGE_NEV, "#####", MaskLength, {"wanted": 6, "found": 5}),
        (PlateKind.SMALL, "O##I#", MaskLookalike, {"positions": (1, 4)}),
        (PlateKind.SMALL, "@A@##", MaskTooManyLetters, {"found": 3}),
        (PlateKind.SMALL, "00000", MaskNotIssued, {}),
        (PlateKind.SMALL_NEV, "######", MaskNevLetter, {"position": 1, "allowed": "ABCDEFGHJK"}),
        (PlateKind.SMALL_NEV, "Z#####", MaskNevLetter, {"position": 1, "allowed": "ABCDEFGHJK"}),
        (PlateKind.LARGE_NEV, "######", MaskNevLetter, {"position": 6, "allowed": "ABCDEFGHJK"}),
        (PlateKind.SMALL_NEV, "@#@###", MaskDigitWanted, {"positions": (3,)}),
        (PlateKind.LARGE_NEV, "A####@", MaskDigitWanted, {"positions": (1,)}),
    ],
)
def test_wrong_mask_has_its_error(
    kind: PlateKind, text: str, error: type[MaskError], fields: dict[str, object]
) -> None:
    caught = refused(kind, text)
    assert error is type(caught)
    assert fields == vars(caught)


@given(text=st.text(max_size=80), kind=st.sampled_from(PlateKind))
def test_any_text_is_mask_or_refused(text: str, kind: PlateKind) -> None:
    try:
        mask = parse_mask(kind, text)
    except MaskError:
        return
    assert mask.size >= 1
