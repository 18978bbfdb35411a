"""Where pictures are drawn: heavy ones on a thread, light ones on the event loop once they are brief."""

import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from bot.pictures import batch
from bot.pictures.batch import BRIEF, BatchPicture
from bot.pictures.worker import render_on_thread

BATCH = BatchPicture(office="粤K", kind="small", serials=("A0001",), title="本批")


def work(seconds: float) -> bytes:
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass
    return threading.current_thread().name.encode()


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(BatchPicture, "last_cpu_seconds", BRIEF)
    return lambda draw: monkeypatch.setattr(batch, "batch_picture", lambda *_args, **_words: draw())


async def test_heavy_pictures_are_drawn_beside_the_loop() -> None:
    @dataclass(frozen=True)
    class Sketch:
        key: str = ""

        def render(self) -> bytes:
            return work(0)

    for _ in range(3):
        assert (await render_on_thread(Sketch())).startswith(b"drawing")


@pytest.mark.parametrize(
    ("takes", "is_light"),
    [((), False), ((10 * BRIEF,), False), ((10 * BRIEF, 0), True), ((10 * BRIEF, 0, 10 * BRIEF), False)],
)
def test_batch_is_light_once_the_last_was_brief(
    drawing: Any,
    takes: tuple[float, ...],
    is_light: bool,  # noqa: FBT001 - a case
) -> None:
    for seconds in takes:
        drawing(partial(work, seconds))
        BATCH.render()
    assert BATCH.is_light == is_light


def test_waiting_does_not_count_as_drawing(drawing: Any) -> None:
    drawing(lambda: time.sleep(10 * BRIEF))  # as for the interpreter, or for a processor
    BATCH.render()
    assert BATCH.is_light


def test_rehearsal_is_never_light_and_tells_nothing(drawing: Any) -> None:
    drawing(lambda: work(0))
    rehearsed = BatchPicture(office="粤K", kind="small", serials=("A0001",), title="本批", rehearsal=True)
    rehearsed.render()
    assert not rehearsed.is_light
    assert not BATCH.is_light
