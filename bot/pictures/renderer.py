"""The program of the render process: pictures come by standard input, their files go to standard output.

It ends with the program, whose end closes its input, and by itself after a while without a picture.
"""

import gc
import os
import pickle
import select
import signal
import struct
from collections.abc import Iterator
from typing import IO

import bot.pictures.batch  # noqa: F401 - what is rendered is loaded before the process is ready
from bot.pictures.picture import Picture

READY = b"R"
"""The first byte, once the process can render."""
HEAD = struct.Struct(">I")
"""Before each picture and each file: its number of bytes; 0 in place of a file that cannot be rendered."""

_IDLE = 600.0
"""Seconds without a picture after which the process ends; the next picture starts another one."""


class ReadablePipe:
    """Waits for something to read from a pipe, or for its end."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._poll = select.poll()  # unlike select(), it knows descriptors above 1,023
        self._poll.register(pipe, select.POLLIN)

    def wait(self, seconds: float) -> bool:
        """Return whether it came in time."""
        return bool(self._poll.poll(seconds * 1000))


def _pictures(source: IO[bytes]) -> Iterator[Picture]:
    readable = ReadablePipe(source)
    while readable.wait(_IDLE):
        head = source.read(HEAD.size)  # nothing is left in the buffer: the program waits for each file
        if len(head) < HEAD.size:
            return
        yield pickle.loads(source.read(HEAD.unpack(head)[0]))  # noqa: S301 - written by the program itself


def _file_of(picture: Picture) -> bytes:
    try:
        return picture.render()
    except Exception:  # noqa: BLE001 - the program renders it again itself, and meets the error there
        return b""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches every process of the group
    gc.freeze()
    with os.fdopen(0, "rb") as source, os.fdopen(1, "wb") as target:
        target.write(READY)
        target.flush()
        for picture in _pictures(source):
            file = _file_of(picture)
            target.write(HEAD.pack(len(file)) + file)
            target.flush()


if __name__ == "__main__":
    main()
