"""The page of a draw that was recomputed, and the captions of the files, in both languages."""

from datetime import date, datetime

import pytest

from bot.i18n.formatting import plain, units
from bot.i18n.language import Language, speaking
from bot.public_journal.checks import RecomputedDraw
from bot.texts.owner import checking, journal_files
from core.clock import CHINA
from core.public_journal.chain import Head
from core.public_journal.export import Heads
from core.reporting.own_draws import OwnDraw
from core.values.plates import PlateKind

CAPTION, TEXT = 1024, 4096  # the messenger's limits
AT = datetime(2026, 3, 10, 10, 3, tzinfo=CHINA)
HEAD = Head(seq=12_345, hash="ab" * 32)


def _draw(*numbers: str) -> OwnDraw:
    return OwnDraw(
        office="粤K",
        kind=PlateKind.SMALL,
        n=1234,
        at=AT,
        place=2 if numbers else 0,
        vin="LSVAA4182E2184847",
        numbers=numbers,
        nonce="cd" * 32,
        without_four=True,
        day=date(2026, 3, 10),
        digest="ef" * 32,
        secret="01" * 32,
        published_at=AT,
        entry=HEAD,
    )


def _found(numbers: tuple[str, ...], passed_over: dict[str, int]) -> RecomputedDraw:
    return RecomputedDraw(
        looked_at=sum(passed_over.values()) + len(numbers),
        passed_over=passed_over,
        named={
            reason: tuple(f"A{number:04}" for number in range(min(count, 20)))
            for reason, count in passed_over.items()
        },
        seq=HEAD.seq,
        hash=HEAD.hash,
        head="23" * 32,
        numbers=numbers,
    )


def test_candidates_are_grouped_by_reason_and_explained() -> None:
    passed = {"withheld": 9_900, "held": 399, "has a 4": 1}
    page = checking.consistent(_draw("A1111"), _found(("A1111",), passed), HEAD)
    assert "依次检查了 10,301 个候选号码" in page
    assert page.count("• ") == len(passed)
    assert f"暂不投放{chr(0xFF1A)}9,900 个" in page
    assert "总数可能超过号池中的号码数" in page
    assert "第1,234次抽号" in page
    usual = checking.consistent(_draw("A1111"), _found(("A1111",), {"held": 2}), HEAD)
    assert "总数可能超过号池中的号码数" not in usual
    assert "粤K·A0000、粤K·A0001" in usual


@pytest.mark.parametrize("language", list(Language))
def test_pages_and_captions_fit_a_message(language: Language) -> None:
    reasons = ("held", "taken", "resting", "waiting", "withheld", "has a 4", "repeated")
    numbers = tuple(f"A{number:04}" for number in range(20))
    heads = Heads(office="粤K", at=AT, by_kind={kind.value: HEAD for kind in PlateKind}, is_cut=True)
    with speaking(language):
        page = checking.consistent(_draw(*numbers), _found(numbers, dict.fromkeys(reasons, 9_999)), HEAD)
        name = "xuanhao-journal-粤K-2026-03-10.jsonl.gz"
        caption = journal_files.journal_caption(heads, name, "xuanhao_verify.py")
        program = journal_files.checker_caption("ab" * 32)
    assert units(plain(page)) <= TEXT
    assert units(plain(caption)) <= CAPTION
    assert units(plain(program)) <= CAPTION
    assert f"gunzip {name}" in plain(caption)
    assert "--head" in caption


def test_label_of_a_batch_in_english_has_a_space() -> None:
    with speaking(Language.ENGLISH):
        assert checking.verify_this_label(_draw("A1111"), with_vehicle=False) == (
            "Verify this batch: Batch 2 · 10 Mar 10:03"
        )
        assert checking.verify_this_label(_draw(), with_vehicle=False) == (
            "Verify this batch: Empty batch · 10 Mar 10:03"
        )
