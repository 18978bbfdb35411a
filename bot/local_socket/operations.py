"""The commands that the command line carries out itself, or hands to the running service: the same code."""

import contextlib
from collections.abc import Awaitable, Callable

from bot.desk.releases import read_release, to_release
from bot.errors.commands import Usage
from bot.errors.tables import TableError
from bot.local_socket.errors import BadRows
from bot.local_socket.protocol import Request, Requester
from bot.texts import command_line as texts
from bot.texts.desk import releases as release_texts
from bot.vehicle_import.isolated import read_vehicles_isolated
from core.audit import COMMAND_LINE
from core.bootstrap import Core
from core.errors.base import XuanhaoError
from core.errors.offices import OfficeUnknown
from core.people.admins import EVERYWHERE, Role, RoleAssignment
from core.pool import releases
from core.pool import segments as pool_segments
from core.pool.releases import Opening, Release
from core.ports import Tx
from core.registry import imports
from core.registry.imports import A_PIECE, BY_COMMAND_LINE, ImportRequest
from core.registry.vehicle_file import VehicleFile
from core.values.text import compact

RELEASE, IMPORT, ADMIN_LINK, PING = "release", "import", "admin-link", "ping"
_MOST_NAMED = 10

Operation = Callable[[Core, Request, Requester], Awaitable[str]]


async def _release(core: Core, request: Request, requester: Requester) -> str:
    wanted = read_release(list(request.words))
    office = core.offices.get(wanted.office)
    if office is None and not wanted.office and len(core.offices) == 1:
        (office,) = core.offices.values()
    if office is None:
        raise OfficeUnknown
    release = to_release(wanted, office, COMMAND_LINE)
    opening = await core.store.read(_validated, release)
    if not await requester.confirm(release_texts.question_plain(release, opening), texts.RELEASE_IT):
        return texts.NOT_RELEASED
    segment = await core.store.run(core.pools.release, release)
    count = await core.store.read(pool_segments.count, office, wanted.kind)
    return release_texts.released_plain(segment, count)


def _validated(tx: Tx, release: Release) -> Opening:
    releases.validate_release(tx, release)
    return releases.opening(tx, release)


async def _import(core: Core, request: Request, requester: Requester) -> str:
    """Load a file as a whole or not at all.

    Raises:
        BadRows: the first invalid rows, with their numbers and errors.
    """
    (name,) = request.words
    read = await _read(name, request.content)
    import_id = await _load(core, name, read, requester)
    is_over = False
    try:
        found = await core.store.read(imports.differences, import_id)
        await core.store.run(imports.ready, import_id, found)
        if not await requester.confirm(texts.import_summary(name, found), texts.IMPORT_THEM):
            return texts.NOT_IMPORTED
        await core.store.run(imports.confirm, import_id, COMMAND_LINE)
        is_over = True
    finally:
        if not is_over:
            with contextlib.suppress(XuanhaoError):
                await core.store.run(imports.drop, import_id, COMMAND_LINE)
    return texts.imported(len(read.vehicles), is_strict=core.settings.registry.mode == "strict")


async def _read(name: str, content: bytes) -> VehicleFile:
    """Parse a file in a process of its own: it may be made to exhaust the memory."""
    try:
        read = await read_vehicles_isolated(content)
    except TableError as error:
        raise BadRows(f"{name}: {error}") from None
    if read.wrong:
        lines = [f"{name}:{row.number}: {row.error}" for row in read.wrong[:_MOST_NAMED]]
        more = len(read.wrong) - len(lines)
        raise BadRows("\n".join(lines + ([f"{name}: and {more} more"] if more else [])))
    return read


async def _load(core: Core, name: str, read: VehicleFile, requester: Requester) -> int:
    """Load in batches, after dropping what an earlier interrupted call left; return the import's id."""
    run = core.store.run
    left = await core.store.read(imports.under_way, BY_COMMAND_LINE)
    if left is not None:
        await run(imports.drop, left.import_id, COMMAND_LINE)
    request = ImportRequest(
        chat_id=BY_COMMAND_LINE,
        file_id="",
        file_name=name.rpartition("/")[2],
        digest=read.digest,
        total=len(read.vehicles),
        actor=COMMAND_LINE,
    )
    begun = await run(imports.begin, request)
    for start in range(0, begun.total, A_PIECE):
        piece = read.vehicles[start : start + A_PIECE]
        await run(imports.put, begun.import_id, piece, loaded=start + len(piece))
        await requester.show_progress(start + len(piece), begun.total)
    return begun.import_id


async def _admin_link(core: Core, request: Request, _requester: Requester) -> str:
    """Make a one-time link, and return its token."""
    typed, place = request.words
    if typed not in set(Role):
        raise Usage(ADMIN_LINK)
    code = compact(place) if place else EVERYWHERE
    if code and code not in core.offices:
        raise OfficeUnknown
    assignment = RoleAssignment(role=Role(typed), office=code)
    token: str = await core.store.run(core.invitations.make, assignment, COMMAND_LINE)
    return token


async def _ping(core: Core, _request: Request, _requester: Requester) -> str:
    """Read a row: the process runs, and so does its database."""
    await core.store.read(core.admins.chiefs)
    return PING


OPERATIONS: dict[str, Operation] = {
    RELEASE: _release,
    IMPORT: _import,
    ADMIN_LINK: _admin_link,
    PING: _ping,
}
"""Each raises XuanhaoError if it is not carried out, and returns what to print."""
