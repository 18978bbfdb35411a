"""Texts follow the settings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from telegram.constants import MessageLimit

from bot.dialog.view import View
from bot.i18n.formatting import plain
from bot.i18n.language import Language, speaking
from bot.owner import pool
from bot.pictures.batch import NUMBERS
from bot.pictures.receipt import ReceiptPicture
from bot.rehearsal.watermark import marked
from bot.texts import notifications as notices
from bot.texts import rehearsal
from bot.texts.desk import commands
from bot.texts.owner import bulletin, home, preselect, receipt
from core.clock import CHINA
from core.people.admins import Permission
from core.pool.bulletin import Bulletin, PublishedCount, PublishedSeed, PublishedSegment, WithheldMask
from core.pool.releases import Compose
from core.preselection import Preselection, PreselectionState, Way
from core.preselection.quotas import Quota
from core.public_journal.chain import Head
from core.values.offices import LARGEST_BATCH, Office
from core.values.plates import PlateKind
from core.values.reasons import LONGEST_REASON
from core.values.vehicles import CertificateKind
from tests import factories, receipts
from tests.core.tools import settings

AT = datetime(2026, 3, 17, 17, 0, tzinfo=CHINA)


def _office(ban_years: int) -> Office:
    return settings(ban_years=ban_years).offices[0]


def _reserved() -> Preselection:
    return Preselection(
        preselection_id=1,
        account_id=1,
        office="粤K",
        kind=PlateKind.SMALL,
        state=PreselectionState.RESERVED,
        vin=factories.VIN,
        certificate_kind=CertificateKind.DOMESTIC,
        certificate=factories.CERTIFICATE,
        verified_at=AT,
        reserved_at=AT,
        serial="A1234",
        way=Way.RANDOM,
        deadline=AT,
        ended_at=None,
        reason=None,
    )


SAID = {
    "notice": lambda office: preselect.notice(office, PlateKind.SMALL),
    "terms": lambda office: preselect.terms(office, Quota(batches=5, wishes=20)),
    "receipt": lambda office: receipt.warning(office).chinese,
    "too late": lambda office: receipt.late(_reserved(), office),
    "reminder": lambda office: notices.reminder(_reserved(), office, 1),
}


@pytest.mark.parametrize("page", SAID)
def test_ban_is_spoken_of_where_there_is_one(page: str) -> None:
    assert "3 年内不能" in SAID[page](_office(3))


@pytest.mark.parametrize("page", SAID)
def test_office_that_bars_nobody_threatens_nobody(page: str) -> None:
    said = SAID[page](_office(0))
    assert "号码收回" in said
    assert "年内" not in said
    assert ",。" not in said


@pytest.mark.parametrize("page", [receipt.page, receipt.papers, receipt.late])
@pytest.mark.parametrize("language", Language)
def test_longest_caption_of_a_receipt_can_be_sent(
    language: Language, page: Callable[[Preselection, Office], str]
) -> None:
    office = settings(name="某" * 60, address="某" * 120).offices[0]
    with speaking(language):
        picture = ReceiptPicture(number="1", receipt=receipts.receipt("small", "A1234"))
        real = View(text=page(_reserved(), office), picture=picture)
        rehearsed = marked(real, rehearsal.really(_reserved(), AT))
    for view in (real, rehearsed):
        assert len(plain(view.text)) <= MessageLimit.CAPTION_LENGTH


@pytest.mark.parametrize("language", Language)
def test_fullest_page_of_the_bulletin_can_be_sent(language: Language) -> None:
    later = AT + timedelta(days=400)
    count = PublishedCount(about=7_000_000)
    line = PublishedSegment(
        pattern="@@####",
        size=7_059_999,
        opens_at=AT,
        compose_from=later,
        compose=Compose.DATE,
        left=count,
        drawn=count,
        composed=count,
        withheld=count,
    )
    ended = WithheldMask(
        pattern="@@####",
        size=7_059_999,
        since=AT,
        reason="因" * LONGEST_REASON,
        role="reviewer:粤K",
        ended_at=later,
        ended_reason="果" * LONGEST_REASON,
        ended_role="reviewer:粤K",
        second_role="reviewer:粤K",
        compose_from=later,
    )
    secret = "a" * 64
    full = Bulletin(
        at=AT,
        lines=(line,) * 7,
        withheld=(replace(ended, ended_at=None),) * 3,
        ended=(ended,) * 3,
        left=PublishedCount(about=7_000_000),
        counted_at=AT,
        digest=secret,
        last_seed=PublishedSeed(day=AT.date(), digest=secret, secret=secret),
        head=Head(seq=1_234_567, hash=secret),
    )
    with speaking(language):
        pages = pool._pages(_office(0), PlateKind.SMALL_NEV, full)
        captions = [plain(bulletin.caption(_office(0), PlateKind.SMALL_NEV, full, page)) for page in pages]
    assert max(len(caption) for caption in captions) <= MessageLimit.CAPTION_LENGTH
    assert [one for page in pages for one in page] == [*full.lines, *full.withheld, *full.ended]


@pytest.mark.parametrize("language", Language)
def test_help_with_all_commands_of_the_desk_can_be_sent(language: Language) -> None:
    with speaking(language):
        said = plain(home.help_text() + commands.help_text(frozenset(Permission)))
    assert len(said) <= MessageLimit.MAX_TEXT_LENGTH


def test_largest_batch_can_be_numbered_in_its_picture() -> None:
    assert len(NUMBERS) == LARGEST_BATCH
