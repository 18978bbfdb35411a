"""Progress bars, on a terminal only."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Never

from tqdm import tqdm

from core.backup.manifest import Part

_UNITS = {Part.DATABASE: " pages", Part.PHOTOS: " photos", Part.DIGESTS: " files"}


def advance(bar: "tqdm[Never]", done: int, total: int) -> None:
    """Show how far some work is."""
    bar.total = total
    bar.update(done - bar.n)


class Bars(AbstractContextManager["Bars"]):
    """One bar for each part of a backup; closed at the end of the block."""

    def __init__(self) -> None:
        self._bars: dict[Part, tqdm[Never]] = {}

    def __call__(self, part: Part, done: int, total: int) -> None:
        """Show how far a part is."""
        if part not in self._bars:
            self._bars[part] = tqdm(total=total, desc=part.value, unit=_UNITS[part], disable=None)
        advance(self._bars[part], done, total)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for bar in self._bars.values():
            bar.close()
