"""The render thread, on which pictures are rendered outside the event loop.

There is only one, because more threads would mostly contend for the GIL and slow down the event loop. For
pictures that are asked for often it waits for a process (``bot.pictures.render_process``).
"""

import asyncio
import atexit
from concurrent.futures import ThreadPoolExecutor

from bot.pictures.picture import Picture
from bot.pictures.render_process import RenderProcess

_RENDER_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
_PROCESS = RenderProcess()
atexit.register(_PROCESS.close)


async def render_on_thread(picture: Picture) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_RENDER_THREAD, _rendered, picture)


def _rendered(picture: Picture) -> bytes:
    is_frequent = getattr(picture, "is_frequent", False)
    return (_PROCESS.render(picture) if is_frequent else None) or picture.render()
