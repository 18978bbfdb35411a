"""A deployment on either engine: its settings, its services, and a photo of an appeal."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from core.bootstrap import Core, Ports, bootstrap, claim
from core.clock import FixedClock
from core.pool.releases import Release
from core.ports import Tx
from core.settings import Settings, load_settings
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from tests.core.tools import NOON, ForeseenBytes
from tests.engines import DATABASES, postgres_url, require_postgres
from tests.world import KEYS

SETTINGS = """
[telegram]
token = "{token}"
admins = [1001]
[database]
url = "{url}"
{security}
[[offices]]
code = "粤K"
name = "茂名车辆管理所"
address = "某市某路1号"
"""
SECURITY = f'[security]\nkeys = {list(KEYS["keys"])}\nlookup_key = "{KEYS["lookup_key"]}"\n'
TOKEN = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@contextmanager
def database_url(engine: str) -> Iterator[str]:
    """Yield the URL of an empty database: an archive restores a whole one, so a schema is not enough."""
    if engine == "sqlite":
        yield "sqlite:///data/plates.db"
        return
    require_postgres()
    name = DATABASES.take()
    try:
        parts = psycopg.conninfo.conninfo_to_dict(make_conninfo(postgres_url(), dbname=name))
        password = f":{parts['password']}" if parts.get("password") else ""
        host = f"{parts['host']}:{parts.get('port', 5432)}"
        yield f"postgresql://{parts.get('user', 'postgres')}{password}@{host}/{name}"
    finally:
        DATABASES.give_back(name)


def opens(tx: Tx, core: Core) -> None:
    """Release a segment that is open to self-composition at once."""
    mask = parse_mask(PlateKind.SMALL, "A####")
    core.pools.release(tx, Release(office=core.offices["粤K"], mask=mask, actor="test", compose_now=True))


class Deployment:
    """A folder with a settings file."""

    def __init__(self, folder: Path, url: str, *, token: str = TOKEN) -> None:
        folder.mkdir(parents=True)
        security = SECURITY if url.startswith("postgresql") else ""
        self.config = folder / "config.toml"
        text = SETTINGS.format(url=url, token=token, security=security)
        self.config.write_text(text, encoding="utf-8")

    @property
    def settings(self) -> Settings:
        return load_settings(self.config, {})

    @property
    def database(self) -> Path:
        """The database file, on SQLite."""
        path = self.settings.database.sqlite_path
        assert path is not None
        return path

    @property
    def photos(self) -> Path:
        return self.settings.photo_directory()

    @asynccontextmanager
    async def opened(self, clock: FixedClock | None = None, **options: Any) -> AsyncIterator[Core]:
        """Open the services; creates what is missing unless told otherwise."""
        ports = Ports(clock=clock or FixedClock(NOON), random_bytes=ForeseenBytes())
        core = await bootstrap(self.settings, ports, **{"create": True, **options})
        try:
            await claim(core)
            yield core
        finally:
            await core.close()
