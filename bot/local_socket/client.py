"""The command line's end of the local socket: hands a command to the service that has the database open."""

import asyncio
import contextlib
import errno
import socket
from pathlib import Path

from bot.local_socket.errors import (
    ConnectionLost,
    NotHandedOver,
    ServiceRefused,
    ServiceRefusedInput,
)
from bot.local_socket.protocol import (
    LONGEST_LINE,
    Request,
    Requester,
    decode,
    encode,
    short_name,
    socket_path,
)
from core.errors.store import StoreInUse
from core.settings import Settings

_REASONS = {
    errno.ENOENT: "there is no socket (an older version, or a command such as migrate or restore)",
    errno.ECONNREFUSED: "nobody answers there (the service has just begun or ended: try again)",
    errno.EACCES: "it belongs to another user: run this command as the user whom the service runs as",
}


async def hand_over(settings: Settings, request: Request, requester: Requester, in_use: StoreInUse) -> str:
    """Let the running service carry out a command; return what to print.

    Args:
        settings: name the database, beside which the socket is.
        request: the command.
        requester: is asked what the service asks.
        in_use: says who has the database open.

    Raises:
        NotHandedOver: that process takes no commands.
        ConnectionLost: it ended meanwhile.
        ServiceRefused, ServiceRefusedInput: it has not carried the command out.
    """
    path = socket_path(settings)
    if path is None:
        raise in_use
    try:
        connected = await asyncio.to_thread(_connect, path)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise NotHandedOver(in_use, f"{path}: {reason}") from None
    reader, writer = await asyncio.open_unix_connection(sock=connected, limit=LONGEST_LINE)
    try:
        head = {"command": request.command, "words": list(request.words), "size": len(request.content)}
        with contextlib.suppress(ConnectionError):  # it may have refused already, and said why
            writer.write(encode(head) + request.content)
            await writer.drain()
        return await _outcome(reader, writer, requester)
    except (OSError, ValueError):
        raise ConnectionLost from None
    finally:
        writer.close()


async def _outcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requester: Requester) -> str:
    while line := await reader.readline():
        match decode(line):
            case {"progress": [int(done), int(total)]}:
                await requester.show_progress(done, total)
            case {"summary": str(summary), "ask": str(question)}:
                writer.write(encode({"answer": await requester.confirm(summary, question)}))
            case {"done": str(said)}:
                return said
            case {"error": str(said), "is_input": bool(is_input)}:
                raise (ServiceRefusedInput if is_input else ServiceRefused)(said)
    raise ConnectionLost


def _connect(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    try:
        with short_name(path) as name:
            made.connect(name)
    except OSError:
        made.close()
        raise
    made.setblocking(False)  # noqa: FBT003 - as it is called
    return made
