"""The pictures of the desk's screens, as part of a view; rendered only when they are sent."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.pictures.evidence import Exhibit, evidence_picture
from bot.pictures.segments import Segments, segments_picture
from bot.pictures.statistics import StatisticsSheet, stats_picture
from bot.pictures.work_queue import Dashboard, dashboard_picture
from bot.texts.owner import appeal as texts
from core.appeals import Appeal, Slot
from core.errors.base import OperationError
from core.ports import PhotoStore

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPicture:
    """A report for admins."""

    report: Segments | StatisticsSheet | Dashboard

    @property
    def key(self) -> str:
        """The cache key, a hash of the whole content."""
        return f"report:{hashlib.sha256(repr(self.report).encode()).hexdigest()[:32]}"

    def render(self) -> bytes:
        match self.report:
            case Segments():
                return segments_picture(self.report)
            case StatisticsSheet():
                return stats_picture(self.report)
            case Dashboard():
                return dashboard_picture(self.report)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePicture:
    """The photos of an appeal, loaded from the photo store when the picture is rendered."""

    store: PhotoStore = field(repr=False)
    keys: Mapping[Slot, str | None] = field(repr=False)  # of the slots to show; None: no photo
    labels: Mapping[Slot, str]
    mark: str
    missing: str

    @property
    def key(self) -> str:
        shown = ",".join(f"{slot}={key}" for slot, key in self.keys.items())
        return f"evidence:{self.mark}:{shown}"

    def render(self) -> bytes:
        exhibits = [
            Exhibit(label=self.labels[slot], jpeg=self._fetched(key)) for slot, key in self.keys.items()
        ]
        return evidence_picture(exhibits, mark=self.mark, missing=self.missing)

    def _fetched(self, key: str | None) -> bytes | None:
        """Return a photo; None, shown as missing, if it cannot be loaded."""
        if key is None:
            return None
        try:
            return self.store.get(key)
        except OperationError:
            _LOGGER.exception("a photo of an appeal cannot be shown")
            return None


def evidence(store: PhotoStore, appeal: Appeal, slots: tuple[Slot, ...] = tuple(Slot)) -> EvidencePicture:
    """Return the picture of an appeal's photos in the given slots."""
    return EvidencePicture(
        store=store,
        keys={slot: appeal.photos.get(slot) for slot in slots},
        labels={slot: texts.LABELS[slot]() for slot in slots},
        mark=texts.mark(appeal),
        missing=texts.MISSING(),
    )
