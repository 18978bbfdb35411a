"""``demo``: sandbox and bot in one process, with sample offices, segments and vehicles.

The bot reaches the sandbox over HTTP by ``telegram.base_url``, like any Bot API server. Only the clock is
shared, so that the page can advance it.
"""

import contextlib
import errno
import tempfile
from pathlib import Path

from bot import app
from bot.demo.data import ADMIN, HINTS, OVER_HTTP, OWNERS, SEGMENTS, SETTINGS, STRICT, VEHICLES
from bot.wiring.options import UNHURRIED, Options
from core.bootstrap import Core, Ports, bootstrap
from core.errors.base import OperationError
from core.pool import releases
from core.pool import segments as pool_segments
from core.ports import Tx
from core.registry import imports
from core.settings import load_settings
from core.values.masks import parse_mask
from sandbox import Sandbox
from sandbox.clock import ShiftedClock
from sandbox.registry import SandboxVehicle


class PortTaken(OperationError):
    """The page's port cannot be listened on."""

    def __init__(self, port: int, error: OSError) -> None:
        taken = error.errno == errno.EADDRINUSE
        reason = "another process listens there" if taken else error.strerror or type(error).__name__
        super().__init__(f"port {port} cannot be used ({reason}): make demo PORT=…, or demo --port …")


class DataFolderRefused(OperationError):
    """The folder for the demo's data cannot be written."""

    def __init__(self, folder: Path, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        super().__init__(f"{folder} cannot be written ({reason}): make demo DATA=…, or demo --data …")


async def demo(data: Path, port: int, *, asks_registry: bool) -> None:
    """Start sandbox and bot, print the page's address and things to try, and run until cancelled.

    Args:
        data: the folder.
        port: of the page.
        asks_registry: whether the bot asks the sandbox's registry over HTTP about vehicles.

    Raises:
        DataFolderRefused: the folder cannot be written.
        PortTaken: the page's port cannot be listened on.
    """
    _ensure_writable(data)
    clock = ShiftedClock()
    sandbox = Sandbox(clock, data_dir=data / "sandbox", people=(*OWNERS, ADMIN), hints=HINTS)
    sandbox.registry.add(
        *(
            SandboxVehicle(vin=one.vin, certificate=one.certificate, kind=one.kind, state=one.state)
            for one in VEHICLES
        )
    )
    try:
        await sandbox.start(port=port)
    except OSError as error:
        for folder in (data / "sandbox" / "files", data / "sandbox", data):
            with contextlib.suppress(OSError):  # an earlier demo has left something there
                folder.rmdir()
        raise PortTaken(port, error) from None
    try:
        settings = load_settings(_write_settings(sandbox, data, asks_registry=asks_registry), environ={})
        await (await bootstrap(settings, Ports(clock=clock), create=True)).close()
        async with app.service(settings, Ports(clock=clock), Options(limits=UNHURRIED)) as service:
            await service.core.store.run(_fill, service.core)
            _greet(sandbox.url)
            if asks_registry:
                print(f"  registry · {sandbox.registry_url}\n", flush=True)  # noqa: T201 - the command line prints
            await service.run()
    finally:
        await sandbox.stop()


def _ensure_writable(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise DataFolderRefused(data, error) from None


def _write_settings(sandbox: Sandbox, data: Path, *, asks_registry: bool) -> Path:
    path = data / "config.toml"
    text = SETTINGS.format(
        token=sandbox.token,
        base_url=sandbox.base_url,
        admin=ADMIN.chat_id,
        database="xuanhao.db",  # beside the settings file
        sms_url=sandbox.sms_url,
    )
    if asks_registry:
        asked = OVER_HTTP.format(url=sandbox.registry_url, token=sandbox.registry.token)
        text = text.replace(STRICT, asked)
    path.write_text(text, encoding="utf-8")
    return path


def _fill(tx: Tx, core: Core) -> None:
    """Insert the demo's vehicles and segments. Idempotent: a second start changes nothing."""
    imports.load(tx, VEHICLES)
    for code, kind, pattern in SEGMENTS:
        office = core.offices[code]
        if not any(segment.mask.pattern == pattern for segment in pool_segments.segments(tx, office, kind)):
            mask = parse_mask(kind, pattern, nev_letters=office.nev_letters)
            core.pools.release(tx, releases.Release(office=office, mask=mask, actor="demo", compose_now=True))


def _greet(url: str) -> None:
    print(f"\n  选号 demo · {url}\n")  # noqa: T201 - the command line prints
    for number, hint in enumerate(HINTS, 1):
        print(f"  {number}. {hint}")  # noqa: T201 - the same
    ending = "Ctrl-C ends it; a second start finds everything again; make demo-reset clears it."
    print(f"\n  {ending}\n", flush=True)  # noqa: T201 - the same
