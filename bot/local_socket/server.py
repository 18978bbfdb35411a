"""The service's end of the local socket: takes commands of the command line, with its own validation."""

import asyncio
import errno
import logging
import os
import socket
from pathlib import Path

from bot.local_socket.errors import ImportRunning, MalformedRequest
from bot.local_socket.operations import IMPORT, OPERATIONS
from bot.local_socket.protocol import (
    LONGEST_LINE,
    MOST_BYTES,
    Request,
    decode,
    encode,
    short_name,
    socket_path,
)
from bot.texts.command_line import error_text
from core.bootstrap import Core
from core.errors.base import InputError, SettingsError, XuanhaoError

_LOGGER = logging.getLogger(__name__)
_REQUEST_WITHIN = 60.0
"""Seconds for a request and its file."""
_PROBE_WITHIN = 1.0  # seconds
_ANSWER_WITHIN = 600.0
"""Seconds for the answer to a question."""


class _PeerGoneError(Exception):
    """The command line has ended, or answers nothing that can be read."""


class _Peer:
    """The command line, as the requester of a command; each method may raise ``_PeerGoneError``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def request(self) -> Request:
        """Receive the request.

        Raises:
            MalformedRequest: it is none.
        """
        try:
            async with asyncio.timeout(_REQUEST_WITHIN):
                head = decode(await self._reader.readline())
                command, words, size = head["command"], head["words"], head["size"]
                is_known = command in OPERATIONS and isinstance(words, list)
                if not is_known or not all(isinstance(word, str) for word in words):
                    raise MalformedRequest("this version of the service does not know the command")
                if not isinstance(size, int) or not 0 <= size <= MOST_BYTES:
                    raise MalformedRequest(f"the file is larger than {MOST_BYTES:,} bytes")
                content = await self._reader.readexactly(size)
        except (ValueError, KeyError, TypeError, TimeoutError, asyncio.IncompleteReadError):
            raise MalformedRequest from None
        except OSError as error:
            raise _PeerGoneError(type(error).__name__) from None
        return Request(command=command, words=tuple(words), content=content)

    async def confirm(self, summary: str, question: str) -> bool:
        await self.send({"summary": summary, "ask": question})
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                return decode(await self._reader.readline()).get("answer") is True
        except (OSError, ValueError) as error:
            raise _PeerGoneError(type(error).__name__) from None

    async def show_progress(self, done: int, total: int) -> None:
        await self.send({"progress": [done, total]})

    async def send(self, message: dict[str, object]) -> None:
        try:
            self._writer.write(encode(message))
            await self._writer.drain()
        except OSError as error:
            raise _PeerGoneError(type(error).__name__) from None


class LocalSocket:
    """Listens beside an SQLite database while the service runs; does nothing on PostgreSQL.

    Args:
        core: the services.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._path = socket_path(core.settings)
        self._server: asyncio.Server | None = None
        self._at_work: set[asyncio.Task[object]] = set()
        self._is_importing = False

    async def start(self) -> None:
        """Listen; what prevents it is logged, as the service works without it."""
        if self._path is None:
            return
        try:
            listening = _listen(self._path)  # not in a thread: the umask is that of the whole process
        except OSError as error:
            reason = "release, import and admin-link have to wait until the service is stopped"
            _LOGGER.warning("%s: %s; %s", self._path, error.strerror or error, reason)
            return
        # Only what is kept can be closed, should the start be cancelled.
        self._server = await asyncio.start_unix_server(
            self._serve, sock=listening, limit=LONGEST_LINE, start_serving=False
        )
        await self._server.start_serving()

    async def stop(self) -> None:
        """Break off what is being carried out, and remove the socket."""
        if self._server is None or self._path is None:
            return
        self._server.close()
        self._server = None
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        peer = _Peer(reader, writer)
        try:
            await peer.send(await self._answer(peer))
        except _PeerGoneError as error:
            _LOGGER.info("the command line has gone: %s", error)
        finally:
            writer.close()

    async def _answer(self, peer: _Peer) -> dict[str, object]:
        """Carry out one request; return the last message.

        Raises:
            _PeerGoneError: the command line has gone, or does not answer.
        """
        command = ""
        try:
            request = await peer.request()
            command = request.command
            return {"done": await self._carried_out(request, peer)}
        except XuanhaoError as error:
            is_input = isinstance(error, (InputError, SettingsError))
            return {"error": error_text(error, command), "is_input": is_input}
        except _PeerGoneError:
            raise
        except Exception as error:
            _LOGGER.exception("a command of the command line has failed: %s", command)
            return {"error": f"the service failed ({type(error).__name__}); see its log", "is_input": False}

    async def _carried_out(self, request: Request, peer: _Peer) -> str:
        work = OPERATIONS[request.command]
        if request.command != IMPORT:
            return await work(self._core, request, peer)
        if self._is_importing:  # a second one would drop the first as if it had been left behind
            raise ImportRunning
        self._is_importing = True
        try:
            return await work(self._core, request, peer)
        finally:
            self._is_importing = False


def _listen(path: Path) -> socket.socket:
    """Return a socket that listens at a path, for its owner only.

    Called by the process that holds the lock of the database, so a socket that does not answer is left over.

    Raises:
        OSError: another process answers there, the path is no socket, or it cannot be made.
    """
    with short_name(path) as name:
        if path.is_symlink() or path.exists():
            _remove_stale(path, name)
        made = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            made.bind(name)
            made.listen()
        except OSError:
            made.close()
            raise
        finally:
            os.umask(before)
    made.setblocking(False)  # noqa: FBT003 - as it is called
    return made


def _remove_stale(path: Path, name: str) -> None:
    if not path.is_socket():
        raise OSError(errno.EEXIST, "there is a file of this name that is no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PROBE_WITHIN)
        if probe.connect_ex(name) != errno.ECONNREFUSED:
            raise OSError(errno.EADDRINUSE, "another process answers there")
    path.unlink()
