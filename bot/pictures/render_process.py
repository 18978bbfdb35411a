"""The render process, from the program's side.

Rendering a batch holds the interpreter for half a millisecond, during which no other step goes on. So batches
are rendered by a process of their own. The first picture starts it. What is asked for before it is ready, or
after it is gone, is rendered here.
"""

import logging
import pickle
import subprocess
import sys
import time
from contextlib import suppress
from typing import IO

from bot.pictures.picture import Picture
from bot.pictures.renderer import HEAD, READY, ReadablePipe

_LOGGER = logging.getLogger(__name__)

_SECONDS = 10.0  # for one picture; a process that takes longer is ended
_AGAIN = 60.0
"""Seconds that a process should live; after one that did not, none is started for as long."""


class RenderProcess:
    """A process that renders pictures, one at a time; used by one thread.

    Args:
        command: the program, see ``bot.pictures.renderer``.
    """

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", "bot.pictures.renderer")) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._readable: ReadablePipe
        self._is_ready = False
        self._not_before = self._started_at = 0.0

    def render(self, picture: Picture) -> bytes | None:
        """Return the file of a picture; None if the process is not ready, or has failed."""
        try:
            return self._rendered(picture) or None if self._ready() else None
        except (OSError, EOFError) as error:
            now = time.monotonic()
            if isinstance(error, TimeoutError) or now - self._started_at < _AGAIN:
                self._not_before = now + _AGAIN
                _LOGGER.warning(
                    "the render process failed, pictures are rendered here: %s", type(error).__name__
                )
            self.close()  # else it has ended after some minutes without a picture, or was ended
            return None

    def close(self) -> None:
        """End the process."""
        process, self._process, self._is_ready = self._process, None, False
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()

    def _ready(self) -> bool:
        """Start the process if there is none; return whether it can render."""
        if self._process is None:
            if time.monotonic() < self._not_before:
                return False
            self._started_at = time.monotonic()
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )
            self._readable = ReadablePipe(self._out)
        if not self._is_ready and self._readable.wait(0):
            if self._out.read(1) != READY:
                raise EOFError
            self._is_ready = True
        return self._is_ready

    def _rendered(self, picture: Picture) -> bytes:
        message = pickle.dumps(picture, pickle.HIGHEST_PROTOCOL)
        self._in.write(HEAD.pack(len(message)) + message)
        return self._read(HEAD.unpack(self._read(HEAD.size))[0])

    def _read(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            if not self._readable.wait(_SECONDS):
                raise TimeoutError
            piece = self._out.read(size - len(found))
            if not piece:
                raise EOFError
            found += piece
        return bytes(found)

    @property
    def _in(self) -> IO[bytes]:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018 - it is running
        return self._process.stdin

    @property
    def _out(self) -> IO[bytes]:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018 - it is running
        return self._process.stdout
