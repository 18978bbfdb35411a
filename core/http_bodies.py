"""Reading the body of an HTTP answer; the client is ``aiohttp``, which ``core`` does not name here."""

from typing import Protocol


class Body(Protocol):
    """A body that comes in, such as ``aiohttp.StreamReader``."""

    async def read(self, n: int = -1) -> bytes:
        """Return what has come in, at most ``n`` bytes, waiting for the first; nothing at the end."""
        ...


async def read_at_most(body: Body, most: int) -> bytes:
    """Return a body, or its first ``most`` bytes, however many packets it comes in."""
    parts: list[bytes] = []
    while most and (part := await body.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
