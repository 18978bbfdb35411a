"""The texts of every picture fit their space, in each language."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image, ImageChops

from bot.desk.reports import segments, stats, work_queue
from bot.i18n.bilingual import Bilingual, bilingual
from bot.i18n.language import Language, _, speaking
from bot.owner import receipt as owner_receipt
from bot.pictures import batch, chart_canvas, receipt
from bot.pictures.evidence import Exhibit, evidence_picture
from bot.pictures.font import glyph, missing_glyphs
from bot.pictures.segments import segments_picture
from bot.pictures.statistics import stats_picture
from bot.pictures.text_layout import text_width, wrapped
from bot.pictures.work_queue import dashboard_picture
from bot.texts.owner import appeal, selecting
from bot.texts.owner import receipt as texts
from core.appeals import Slot
from core.pool.batches import Batch
from core.preselection import Preselection, PreselectionState, Way
from core.preselection.quotas import Quota
from core.public_journal.chain import Head
from core.reporting.statistics import Fill
from core.reporting.tasks import TaskKind
from core.reporting.turnover import Stats
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind
from tests.core.tools import settings
from tests.factories import CERTIFICATE, VIN
from tools import make_report_pictures

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
    state=PreselectionState.RESERVED,
    vin=VIN,
    certificate_kind=CertificateKind.DOMESTIC,
    certificate=CERTIFICATE,
    verified_at=AT,
    reserved_at=AT,
    serial="A1234",
    way=Way.RANDOM,
    deadline=AT,
    ended_at=None,
    reason=None,
)


ENTRY = Head(seq=9_999_999, hash="f" * 64)


def receipt_of(kind: PlateKind) -> receipt.Receipt:
    serial = {PlateKind.SMALL: "A1234", PlateKind.SMALL_NEV: "D12345", PlateKind.LARGE_NEV: "12345F"}[kind]
    return owner_receipt.receipt_of(replace(RESERVED, kind=kind, serial=serial), OFFICE, "陈大东", ENTRY)


def _lines(words: Bilingual, size: int, measure: float) -> int:
    return len(wrapped(words.chinese, size, int(measure)))


@KINDS
def test_details_of_a_receipt_take_one_line_each(kind: PlateKind) -> None:
    """Beside the QR code."""
    narrow = receipt.MEASURE - 252 - receipt.LABEL_WIDTH
    found = receipt_of(kind)
    assert [
        field.label
        for field in found.fields
        if _lines(field.label, receipt.LABEL_SIZE, receipt.LABEL_WIDTH - 10) > 1
    ] == []
    narrow_fields = [field for field in found.fields if not field.is_wide]
    assert [f.value for f in narrow_fields if _lines(f.value, receipt.TEXT_SIZE, narrow) > 1] == []


@KINDS
def test_receipt_says_everything_in_two_languages_at_most_once(kind: PlateKind) -> None:
    found = receipt_of(kind)
    assert (found.title.chinese, found.title.english) == ("预选号凭证", "Preselection receipt")
    assert all(field.label.english for field in found.fields)
    assert "陈*东" in {field.value.chinese for field in found.fields}
    assert "陈大东" not in repr(found)
    assert VIN not in repr(found)


MANY_BATCHES = Quota(batches=12, wishes=0, batches_used=88)


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
        titles = (selecting.batch_title(OFFICE.code, drawn, MANY_BATCHES), selecting.BATCH_OVER())
    measure = batch.WIDTH - 2 * batch.MARGIN
    assert [len(wrapped(title, batch.TITLE_SIZE, measure)) for title in titles] == [1, 1]


def test_control_longer_words_take_two_lines() -> None:
    assert len(wrapped("Preselection receipt " * 4, batch.TITLE_SIZE, batch.WIDTH)) == 2


@KINDS
def test_receipt_has_a_glyph_for_every_character(kind: PlateKind) -> None:
    found = receipt_of(kind)
    said = [found.title, found.date_label, found.date, found.place_label, *found.place_lines, *found.papers]
    said += [words for field in found.fields for words in (field.label, field.value)]
    assert missing_glyphs("".join(words.chinese + words.english for words in said)) == set()
    card = bilingual(texts.SHARE_TITLE)
    assert missing_glyphs(card.chinese + card.english) == set()


# --- the desk's reports ---------------------------------------------------------------------


def _busiest() -> Fill:
    """Return the segment with the most text: scheduled for next year, three withheld masks."""
    kept = tuple(parse_mask(PlateKind.SMALL, f"D{digit}{digit}{digit}#") for digit in (8, 6, 9))
    return replace(
        make_report_pictures.fill(7, PlateKind.SMALL, "D####", 0, days=99, compose=120),
        withheld=kept,
        withheld_size=30,
    )


def _many_appeals() -> Stats:
    found = make_report_pictures.some_stats()
    return replace(found, appeals=replace(found.appeals, waiting=12))


REPORTS: dict[str, Callable[[], bytes]] = {
    "segments": lambda: segments_picture(
        segments.picture(
            make_report_pictures.OFFICE,
            make_report_pictures.AT,
            [*make_report_pictures.some_fills(), _busiest()],
        )
    ),
    "no segments": lambda: segments_picture(
        segments.picture(make_report_pictures.OFFICE, make_report_pictures.AT, [])
    ),
    "stats": lambda: stats_picture(stats.picture(_many_appeals(), make_report_pictures.OFFICE)),
    "stats of all": lambda: stats_picture(stats.picture(make_report_pictures.some_stats(), None)),
    "desk": lambda: dashboard_picture(
        work_queue.picture(replace(make_report_pictures.some_desk(), task_kinds=tuple(TaskKind)))
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a chart."""

    words: str
    shown: str
    left: float
    top: float
    width: int
    low: float  # bottom of its descenders
    sheet: int  # width of the chart
    size: int


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """Return a list of all lines that are drawn on charts from now on."""
    found: list[Line] = []
    real = chart_canvas.ChartCanvas.text

    def text(
        self: chart_canvas.ChartCanvas, left: float, top: float, words: str, size: int, **more: Any
    ) -> None:
        within = more.get("within")
        shown, fitting = (words, size) if within is None else chart_canvas.fitted(words, size, within)
        width = math.ceil(text_width(shown, fitting))
        left_edge = left - {"left": 0, "centre": width / 2, "right": width}[more.get("align", "left")]
        if shown.strip():
            low = top + _bottom(shown, fitting)
            found.append(Line(words, shown, left_edge, top, width, low, self.width, fitting))
        real(self, left, top, words, size, **more)

    monkeypatch.setattr(chart_canvas.ChartCanvas, "text", text)
    return found


def _bottom(words: str, size: int) -> int:
    """Return the bottom of a line's ink, in px from its upper edge."""
    boxes = [glyph(char, size).mask.getbbox() for char in words]
    return max((box[3] for box in boxes if box), default=0)


def _hides(upper: Line, lower: Line) -> bool:
    """Return whether a line that is drawn later overlaps the ink of an earlier one."""
    beside = upper.left + upper.width <= lower.left or lower.left + lower.width <= upper.left
    return not beside and upper.top < lower.top < upper.low


@LANGUAGES
@pytest.mark.parametrize("name", REPORTS)
def test_words_of_a_report_are_whole_and_on_the_sheet(
    name: str, language: Language, lines: list[Line]
) -> None:
    with speaking(language):
        REPORTS[name]()
    assert lines
    assert [line.words for line in lines if line.shown != line.words] == []
    assert [line.words for line in lines if line.left < 0 or line.left + line.width > line.sheet] == []


@LANGUAGES
@pytest.mark.parametrize("name", REPORTS)
def test_no_line_of_a_report_hides_another(name: str, language: Language, lines: list[Line]) -> None:
    with speaking(language):
        REPORTS[name]()
    hidden = [
        (upper.words, lower.words)
        for index, upper in enumerate(lines)
        for lower in lines[index + 1 :]
        if _hides(upper, lower)
    ]
    assert hidden == []


@LANGUAGES
@pytest.mark.parametrize(
    ("name", "labels"), [("stats", 40), ("segments", 6), ("desk", 14)], ids=["stats", "segments", "desk"]
)
def test_labels_of_a_chart_can_be_read_on_a_telephone(
    name: str, labels: int, language: Language, lines: list[Line]
) -> None:
    """The last lines of each report are the legend and the axes of its charts."""
    with speaking(language):
        REPORTS[name]()
    shown = [line.size * chart_canvas.SHOWN_WIDTH / line.sheet for line in lines[-labels:]]
    assert len(shown) == labels
    assert min(shown) >= 11


def test_control_what_is_cut_or_hidden_is_found(lines: list[Line]) -> None:
    sheet = chart_canvas.ChartCanvas(200, 200)
    sheet.text(10, 10, "a line that is far too long", 24, within=100)
    sheet.text(10, 14, "gy", 24)
    assert lines[0].shown != lines[0].words
    assert _hides(lines[0], lines[1])


# --- the photos of an appeal ----------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("slot", Slot)
def test_label_and_mark_over_a_narrow_photo_stay_apart(language: Language, slot: Slot) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (480, 640)).save(photo, "JPEG")
    with speaking(language):
        label, mark = (
            appeal.LABELS[slot](),
            _("仅供审核申诉 {number} 使用").format(number=NUMBER_OF_A_BUSY_OFFICE),
        )
    drawn = evidence_picture([Exhibit(label=label, jpeg=photo.getvalue())], mark=mark, missing="")
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    band = picture.crop((0, 0, picture.width, 50))
    red, _green, blue = band.split()
    inked = ImageChops.lighter(red, blue).point(lambda value: 255 * (value < 120)).getbbox()  # black text
    marked = ImageChops.subtract(red, blue).point(lambda value: 255 * (value > 100)).getbbox()  # red text
    assert inked is not None
    assert marked is not None
    assert marked[0] - inked[2] >= 20
