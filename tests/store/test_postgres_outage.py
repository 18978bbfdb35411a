"""PostgreSQL is gone for a while: functions wait or are told, and nothing is lost or done twice."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest

from core.db import open_postgres
from core.errors.store import StoreUnavailable
from core.ports import Tx
from tests.engines import postgres_schema, postgres_url
from tests.store.sample import MIGRATIONS, QUERIES, add, get, up

pytestmark = pytest.mark.postgres
CALLERS = 20


class Proxy:
    """Passes connections on to the server, until it is cut."""

    def __init__(self) -> None:
        self.is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Refuse all connections, and end those that there are."""
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        place = urlsplit(postgres_url())
        inside, outside = await asyncio.open_connection(place.hostname, place.port or 5432)
        self._writers |= {writer, outside}
        with suppress(OSError):
            await asyncio.gather(self._pass(reader, outside), self._pass(inside, writer))
        self._writers -= {writer, outside}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


@asynccontextmanager
async def proxied() -> AsyncIterator[tuple[Proxy, str]]:
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    place = urlsplit(postgres_url())
    user = place.netloc.rpartition("@")[0]
    try:
        yield proxy, place._replace(netloc=f"{user}@127.0.0.1:{port}").geturl()
    finally:
        server.close()
        proxy.cut()


async def test_database_gone_for_seconds(caplog: pytest.LogCaptureFixture) -> None:
    """Everybody tries until answered, as the inbox does; nothing is lost, and the log stays short."""
    caplog.set_level(logging.INFO)
    told: list[str] = []

    with postgres_schema() as schema:
        async with proxied() as (proxy, url):
            store = await open_postgres(
                url, schema=schema, migrations=MIGRATIONS, queries=QUERIES, pool_size=4, connect_timeout=2
            )
            for number in range(CALLERS):
                await store.run(add, f"{number:02}")

            async def until_answered(number: int) -> None:
                while True:
                    try:
                        await store.run(up, f"{number:02}")
                    except StoreUnavailable as error:
                        told.append(str(error))
                        await asyncio.sleep(0.5)
                    else:
                        return

            proxy.cut()
            caplog.clear()
            waiting = [asyncio.ensure_future(until_answered(number)) for number in range(CALLERS)]
            await asyncio.sleep(5)
            assert not any(one.done() for one in waiting)
            proxy.is_cut = False
            async with asyncio.timeout(60):
                await asyncio.gather(*waiting)
            values = [await store.read(get, f"{number:02}") for number in range(CALLERS)]
            await store.close()
    assert [row["value"] for row in values if row] == [1] * CALLERS
    assert told
    assert len(caplog.records) < 10 * CALLERS


async def test_more_callers_than_connections_wait() -> None:
    """An exhausted pool of connections is a wait, not an error."""
    with postgres_schema() as schema:
        store = await open_postgres(
            postgres_url(),
            schema=schema,
            migrations=MIGRATIONS,
            queries=QUERIES,
            pool_size=1,
            connect_timeout=1,
        )
        await store.run(add, "a")
        await asyncio.gather(store.run(slow_up), *(store.run(up, "a") for _ in range(50)))
        row = await store.read(get, "a")
        await store.close()
    assert row is not None
    assert row["value"] == 51


def slow_up(tx: Tx) -> None:
    """Keep the connection for longer than a connection is waited for."""
    up(tx, "a")
    time.sleep(1.5)
