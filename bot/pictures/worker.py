"""Where pictures are drawn: on one thread, beside the conversations, but for those that are light.

More threads would mostly wait for the interpreter in turn, and everybody else
with them. For the same reason a light picture (``is_light``) is drawn on the spot,
unless the last one took longer than handing it over does: the first ones of a program
cut the characters that the later ones are put together of.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from bot.pictures.picture import Picture

_RENDER_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
_BRIEF = 0.001
"""CPU seconds that a light picture may take on the event loop.

CPU time, because the wall clock says little about a picture while the machine is busy or other threads hold
the interpreter: on the drawing thread it is often exceeded, and a light picture would stay there.
"""

_last: dict[type, float] = {}
"""CPU seconds that the last light picture of a class took."""


async def render(picture: Picture) -> bytes:
    """Return a picture's file."""
    if not getattr(picture, "is_light", False):
        return await asyncio.get_running_loop().run_in_executor(_RENDER_THREAD, picture.render)
    if _last.get(type(picture), _BRIEF) < _BRIEF:
        return _timed(picture)
    return await asyncio.get_running_loop().run_in_executor(_RENDER_THREAD, _timed, picture)


def _timed(picture: Picture) -> bytes:
    begun = time.thread_time()
    file = picture.render()
    _last[type(picture)] = time.thread_time() - begun
    return file
