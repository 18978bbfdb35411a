"""Where pictures are drawn: on one thread, beside the conversations.

More threads would mostly wait for the interpreter in turn, and everybody else
with them.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.dialog.model import Picture

_EASEL = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")


async def drawn(picture: Picture) -> bytes:
    """Return a picture's file."""
    return await asyncio.get_running_loop().run_in_executor(_EASEL, picture.draw)
