"""The thread on which pictures are drawn, outside the event loop.

There is one, because more would mostly wait for the interpreter in turn, and everybody else with them. For
the same reason the presenter draws a light picture (``is_light``) on the event loop.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.pictures.picture import Picture

_RENDER_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")


async def render_on_thread(picture: Picture) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_RENDER_THREAD, picture.render)
