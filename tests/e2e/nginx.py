"""Debian's nginx with the configuration of deploy/, on free ports and in a folder of its own."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.several_workers import free_port
from tests.world import eventually

CONFIGURATION = Path(__file__).parents[2] / "deploy/nginx.conf"
BINARY = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
needs_nginx = pytest.mark.skipif(BINARY is None, reason="no nginx; .ci/run installs Debian's")


def adapted(folder: Path, upstream: Sequence[int], *, port: int, tls: bool) -> str:
    """Return the configuration of deploy/ for a test: other ports, paths and upstream, else the same text.

    Args:
        folder: for everything that it writes, and for ``tls/``.
        upstream: the ports of the workers on this host; one that is given twice is one that they share.
        port: on which it listens instead of 443.
        tls: whether it keeps its TLS.
    """
    text = CONFIGURATION.read_text(encoding="utf-8")
    servers = "\n".join(f"server 127.0.0.1:{one} max_fails=0;" for one in upstream)
    text, replaced = re.subn(r"(?:^ *server [\d.]+:8443 .*\n)+", servers + "\n", text, flags=re.MULTILINE)
    assert replaced == 1
    for former, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port}{' ssl' if tls else ''};"),
        ("listen 127.0.0.1:8080;", f"listen 127.0.0.1:{free_port()};"),
        ("/run/nginx.pid", f"{folder}/nginx.pid"),
        ("/var/cache/nginx", str(folder)),
        ("/etc/nginx/tls", f"{folder}/tls"),
    ):
        assert former in text
        text = text.replace(former, new)
    return text if tls else re.sub(r"^ *ssl_.*\n", "", text, flags=re.MULTILINE)


async def call_nginx(*words: str) -> asyncio.subprocess.Process:
    assert BINARY is not None
    return await asyncio.create_subprocess_exec(
        BINARY, *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )


@asynccontextmanager
async def nginx(folder: Path, upstream: Sequence[int], port: int) -> AsyncIterator[None]:
    """Run nginx without TLS in front of ports of this host."""
    folder.mkdir()  # noqa: ASYNC240 - a test may wait
    path = folder / "nginx.conf"
    path.write_text(adapted(folder, upstream, port=port, tls=False), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        assert BINARY is not None
        process = await asyncio.create_subprocess_exec(
            BINARY, "-p", str(folder), "-c", str(path), "-g", "daemon off;", stderr=log
        )
    try:
        await eventually((folder / "nginx.pid").exists, within=20)
        yield
    finally:
        process.terminate()
        await process.wait()
