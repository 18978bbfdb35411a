"""Where pictures are rendered: heavy ones in a thread, light ones inline once they prove fast."""

import threading
import time
from dataclasses import dataclass

from bot.pictures.worker import render


@dataclass(frozen=True)
class Sketch:
    """A picture that reports the thread on which it was rendered."""

    seconds: float = 0.0
    is_light: bool = False
    key: str = ""

    def render(self) -> bytes:
        begun = time.thread_time()
        while time.thread_time() - begun < self.seconds:
            pass
        return threading.current_thread().name.encode()


class LightSketch(Sketch):
    """Another type, without measurements yet."""


async def test_heavy_pictures_are_drawn_beside_the_loop() -> None:
    for _ in range(3):
        assert (await render(Sketch())).startswith(b"drawing")


async def test_light_pictures_are_drawn_on_the_spot_once_they_are_brief() -> None:
    here = threading.current_thread().name.encode()
    assert (await render(LightSketch(seconds=0.01, is_light=True))).startswith(b"drawing")  # not measured
    assert (await render(LightSketch(is_light=True))).startswith(b"drawing")  # the last one was slow
    places = [await render(LightSketch(is_light=True)) for _ in range(20)]
    assert here in places
    while await render(LightSketch(seconds=0.01, is_light=True)) != here:
        await render(LightSketch(is_light=True))
    assert (await render(LightSketch(is_light=True))).startswith(b"drawing")


async def test_waiting_does_not_count_as_drawing() -> None:
    @dataclass(frozen=True)
    class Waiting(Sketch):
        def render(self) -> bytes:
            time.sleep(0.01)  # as if waiting for the interpreter or for a processor
            return super().render()

    here = threading.current_thread().name.encode()
    assert (await render(Waiting(is_light=True))).startswith(b"drawing")  # no measurement yet
    places = [await render(Waiting(is_light=True)) for _ in range(20)]
    assert here in places
