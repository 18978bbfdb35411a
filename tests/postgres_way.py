"""A way to the PostgreSQL server of the tests that can be closed, as if the server were gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from psycopg.conninfo import conninfo_to_dict

from tests.engines import postgres_url


@asynccontextmanager
async def way_to_the_server(url: str = "") -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """Yield another URL of a database, and what lets its server vanish."""
    url = url or postgres_url()
    parts, writers = conninfo_to_dict(url), list[asyncio.StreamWriter]()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while some := await reader.read(65536):
                writer.write(some)
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(str(parts["host"]), int(parts.get("port") or 5432))
        writers.extend((writer, back))
        await asyncio.gather(carry(reader, back), carry(there, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)

    def vanish() -> None:
        server.close()
        for writer in writers:
            writer.transport.abort()

    port = server.sockets[0].getsockname()[1]
    try:
        yield f"postgresql://{parts['user']}@127.0.0.1:{port}/{parts['dbname']}", vanish
    finally:
        vanish()
