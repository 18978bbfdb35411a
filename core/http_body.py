"""Reading the body of an HTTP answer up to a limit, whatever library has received it."""

from asyncio import IncompleteReadError
from typing import Protocol


class Body(Protocol):
    """A body that is still arriving."""

    async def readexactly(self, n: int, /) -> bytes:
        """Return ``n`` bytes; raises ``IncompleteReadError`` with what there was if the body is shorter."""
        ...


async def read_at_most(body: Body, most: int) -> bytes:
    """Return a whole body, or its first ``most`` bytes; ``read`` would return what has arrived so far."""
    try:
        return await body.readexactly(most)
    except IncompleteReadError as ended:
        return ended.partial
