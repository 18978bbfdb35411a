"""An HTTP answer that does not come at once."""

import asyncio
import json
from collections.abc import AsyncIterator

from aiohttp import web


def json_in_parts(answer: object, status: int = 200) -> web.Response:
    """Return an answer whose body comes in two parts, as in several packets."""
    return web.Response(
        body=_parts(json.dumps(answer).encode()), status=status, content_type="application/json"
    )


async def _parts(body: bytes) -> AsyncIterator[bytes]:
    middle = len(body) // 2
    yield body[:middle]
    await asyncio.sleep(0.05)
    yield body[middle:]
