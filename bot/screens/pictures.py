"""Pictures as screens name them: equal ones look the same, and are drawn only when they are sent."""

import hashlib
from dataclasses import dataclass, replace

from bot.pictures.batch import batch_picture
from bot.pictures.desk import Glance, desk_picture
from bot.pictures.receipt import Receipt, receipt_picture
from bot.pictures.segments import Segments, segments_picture
from bot.pictures.stats import Figures, stats_picture

_TOLD_APART = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPicture:
    """A batch of numbers, drawn as plates."""

    office: str
    kind: str
    serials: tuple[str, ...]
    title: str
    rehearsal: bool = False  # under its mark

    @property
    def key(self) -> str:
        """Return what tells it from other pictures."""
        return f"{_marked(rehearsal=self.rehearsal)}batch:{self.kind}:{self.title}:{','.join(self.serials)}"

    def draw(self) -> bytes:
        """Return a PNG."""
        return batch_picture(self.office, self.kind, self.serials, title=self.title, rehearsal=self.rehearsal)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPicture:
    """The receipt (预选号凭证)."""

    number: str  # of the receipt
    receipt: Receipt
    rehearsal: bool = False  # under its mark

    @property
    def key(self) -> str:
        """Return what tells it from other pictures."""
        # In another language it looks different.
        said = hashlib.sha256(repr(self.receipt).encode()).hexdigest()
        return f"{_marked(rehearsal=self.rehearsal)}receipt:{self.number}:{said[:_TOLD_APART]}"

    def draw(self) -> bytes:
        """Return a PNG."""
        return receipt_picture(replace(self.receipt, rehearsal=self.rehearsal))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPicture:
    """A report of the desk."""

    report: Segments | Figures | Glance

    @property
    def key(self) -> str:
        """Return what tells it from other pictures: all that it says."""
        return f"report:{hashlib.sha256(repr(self.report).encode()).hexdigest()[:32]}"

    def draw(self) -> bytes:
        """Return a PNG."""
        match self.report:
            case Segments():
                return segments_picture(self.report)
            case Figures():
                return stats_picture(self.report)
            case Glance():
                return desk_picture(self.report)


def _marked(*, rehearsal: bool) -> str:
    return "rehearsal:" if rehearsal else ""
