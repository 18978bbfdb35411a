"""The render thread, on which pictures are rendered outside the event loop.

There is only one, because more threads would mostly contend for the GIL and slow down the event loop. For
the same reason the presenter renders light pictures (``is_light``) on the event loop.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.pictures.picture import Picture

_RENDER_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")


async def render_on_thread(picture: Picture) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_RENDER_THREAD, picture.render)
