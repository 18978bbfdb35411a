"""The words of every picture fit where they stand, in each language."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.pictures import batch, receipt
from bot.pictures.canvas import plain_line
from bot.pictures.lettering import wrapped
from bot.pictures.typeface import missing_glyphs, text_width
from bot.texts import selecting
from bot.texts.language import Language, speaking
from bot.texts.pictures import SPECIMEN_MARK
from core.batches import Batch
from core.plates import PlateKind
from core.preselection import Preselection, State
from core.vehicles import CertificateKind
from tests.core.tools import settings
from tests.invented import CERTIFICATE, VIN

LANGUAGES = pytest.mark.parametrize("language", Language)
KINDS = pytest.mark.parametrize("kind", PlateKind)
AT = datetime(2026, 9, 23, 9, 0, tzinfo=UTC)
OFFICE = settings().offices[0]
NUMBER_OF_A_BUSY_OFFICE = 9_999_999
RESERVED = Preselection(
    preselection_id=1,
    account_id=1,
    office=OFFICE.code,
    kind=PlateKind.SMALL,
    state=State.RESERVED,
    vin=VIN,
    certificate_kind=CertificateKind.DOMESTIC,
    certificate=CERTIFICATE,
    verified_at=AT,
    reserved_at=AT,
    serial="A1234",
    way="random",
    deadline=AT,
    ended_at=None,
    reason=None,
)


def rows(kind: PlateKind) -> list[tuple[str, str]]:
    """Return what a receipt says."""
    return selecting.receipt_rows(replace(RESERVED, kind=kind), OFFICE)


@LANGUAGES
def test_labels_of_a_receipt_take_one_line(language: Language) -> None:
    with speaking(language):
        labels = [label for label, _ in rows(PlateKind.SMALL)]
    measure = receipt.LABEL_WIDTH - receipt.LABEL_GAP
    assert [one for one in labels if text_width(one, receipt.TEXT_SIZE) > measure] == []


@LANGUAGES
@KINDS
def test_short_values_of_a_receipt_take_one_line(language: Language, kind: PlateKind) -> None:
    with speaking(language):
        values = [value for _, value in rows(kind)][:-1]  # the papers take as many lines as they need
    measure = receipt.WIDTH - 2 * receipt.MARGIN - receipt.LABEL_WIDTH
    assert [one for one in values if len(wrapped(one, receipt.TEXT_SIZE, measure)) > 1] == []


@LANGUAGES
def test_title_of_a_receipt_fits_beside_the_stamp(language: Language) -> None:
    with speaking(language):
        title = selecting.RECEIPT_TITLE()
    stamp = plain_line(SPECIMEN_MARK, receipt.TITLE_SIZE)  # larger than the stamp, which stands aslant
    measure = receipt.WIDTH - 2 * receipt.MARGIN - stamp.width
    assert text_width(title, receipt.TITLE_SIZE) <= measure


@LANGUAGES
@KINDS
def test_title_of_a_batch_takes_one_line(language: Language, kind: PlateKind) -> None:
    drawn = Batch(
        office=OFFICE.code,
        kind=kind,
        n=NUMBER_OF_A_BUSY_OFFICE,
        serials=(),
        held_until=AT,
        preselection_id=1,
    )
    with speaking(language):
        titles = (selecting.batch_title(OFFICE.code, drawn), selecting.BATCH_OVER())
    measure = batch.WIDTH - 2 * batch.MARGIN
    assert [len(wrapped(one, batch.TITLE_SIZE, measure)) for one in titles] == [1, 1]


def test_control_longer_words_take_two_lines() -> None:
    assert len(wrapped("Preselection receipt " * 3, batch.TITLE_SIZE, batch.WIDTH)) == 2


@LANGUAGES
@KINDS
def test_receipt_has_a_glyph_for_every_character(language: Language, kind: PlateKind) -> None:
    with speaking(language):
        said = "".join(label + value for label, value in rows(kind)) + selecting.RECEIPT_TITLE()
    assert missing_glyphs(said) == set()
