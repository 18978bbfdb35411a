"""``check``, the database: its schema, its keys, whether it can be written; nothing is changed.

On SQLite it works beside the running service, on a connection that only reads.
"""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.cli.described import counted, described, missing_offices, no_chief
from bot.cli.report import Report
from bot.cli.rotate_keys import count_keys
from bot.cli.terminal import Terminal
from bot.clock_watch import comparison
from bot.local_socket.client import hand_over
from bot.local_socket.errors import ConnectionLost, NotHandedOver, ServiceRefused
from bot.local_socket.operations import PING
from bot.local_socket.protocol import Request, socket_path
from core import appeals, installation
from core.availability import holidays
from core.backup.taking import OLDEST_SCHEMA
from core.clock import CHINA, SystemClock
from core.db import exists, open_store
from core.db.schema import known_schema, try_writing, version_of
from core.db.sqlite import readable_by_others
from core.errors.base import SettingsError, XuanhaoError
from core.errors.installation import DatabaseMissing
from core.errors.keys import KeysDoNotFit
from core.errors.store import (
    DatabaseNewer,
    DatabaseOlder,
    MigrationEdited,
    MigrationError,
    StoreError,
    StoreInUse,
)
from core.people.admins import Admins
from core.ports import Store, Tx, now_of
from core.security.canary import DatabaseKeys
from core.security.vault import Vault
from core.settings import Settings

MIB = 1024 * 1024
LEAST_SPACE = 64 * MIB
"""With less than this the database may soon refuse every write."""
LITTLE_SPACE = 1024 * MIB
_ANSWERS_WITHIN = 10.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInDatabase:
    """What the other checks need of the database."""

    vault: Vault
    photos: frozenset[str]  # the keys of those that it names
    database_id: str | None
    webhooks: frozenset[str]  # URLs that this installation has set
    entered_years: frozenset[int]  # whose holidays a chief has entered


async def check_database(settings: Settings, report: Report) -> FoundInDatabase | None:
    """Check the database; return what is found there, or None if it is not known."""
    path = settings.database.sqlite_path
    if path is not None and not exists(path):
        report.bad("database", DatabaseMissing(str(path.absolute())))
        return None
    try:
        keys = settings.keys()
    except SettingsError as error:
        report.bad("keys", error)
        return None
    vault = Vault(keys.keys, keys.lookup_key)
    opened = await _opened(settings, report)
    if opened is None:
        return None
    store, holder = opened
    try:
        return await _check_opened(store, holder, vault, settings, report)
    except StoreError as error:
        report.bad("database", error)
        return None
    finally:
        await store.close()


async def _check_opened(
    store: Store, holder: StoreInUse | None, vault: Vault, settings: Settings, report: Report
) -> FoundInDatabase:
    """Check an open database; of an older schema, what can be checked before its migration."""
    schema = await store.read(version_of)
    is_older = schema < known_schema()
    if is_older:
        report.bad("schema", DatabaseOlder(found=schema, known=known_schema()))
    elif schema > known_schema():
        report.ok("schema", f"{schema}, newer by one than this program, which works with it")
        report.warn("a newer program has migrated the database: install it here as well")
    else:
        report.ok("schema", f"{known_schema()}, up to date")
    database_keys = DatabaseKeys(vault, settings.key_source())
    await _check_keys(store, database_keys, settings, report, is_older=is_older)
    await _check_writing(store, settings, holder, report)
    agree, clocks = await comparison(settings, SystemClock().now(), await store.read(now_of))
    (report.note if agree else report.warn)(clocks)
    for line in await store.read(missing_offices, settings):
        report.warn(line)
    if not is_older:
        for line in no_chief(await store.read(Admins(settings.telegram.admins).chiefs)):
            report.warn(line)
    found = None if is_older else await store.read(installation.get)
    if found is not None:
        _check_bot(found, settings, report)
    elif not is_older:
        report.warn("the database has no id yet; `xuanhao migrate` or `xuanhao run` gives it one")
    named = await store.read(appeals.photo_keys) if schema >= OLDEST_SCHEMA else frozenset[str]()
    own = None if is_older else await store.read(installation.webhook_of)
    return FoundInDatabase(
        vault=vault,
        photos=named,
        database_id=found.database_id if found else None,
        webhooks=frozenset({own} if own else ()),
        entered_years=frozenset() if is_older else await store.read(_entered_years),
    )


async def _opened(settings: Settings, report: Report) -> tuple[Store, StoreInUse | None] | None:
    """Open the database, for reading only if another process has it open."""
    url = settings.database.url
    try:
        try:
            return await open_store(url, migrate=False, create=False, inspecting=True), None
        except StoreInUse as in_use:
            beside = await open_store(url, migrate=False, create=False, inspecting=True, read_only=True)
            return beside, in_use
    except (DatabaseNewer, MigrationEdited, MigrationError) as error:
        report.bad("schema", error)
    except XuanhaoError as error:
        report.bad("database", error)
    return None


async def _check_keys(
    store: Store, keys: DatabaseKeys, settings: Settings, report: Report, *, is_older: bool
) -> None:
    try:
        await store.read(keys.require_fit_before_migration if is_older else keys.require_fit)
    except KeysDoNotFit as error:
        for line in str(error).splitlines()[:-1]:
            report.bad("keys", line, is_setting=True)
        return
    newest, *older = keys.vault.fingerprints
    if is_older or not older:
        report.ok("keys", f"the database opens with {newest}")
        return
    counts = await count_keys(store, keys.vault, settings.photo_directory())
    report.ok("keys", f"{_values(counts[newest])} {newest}, the newest")
    is_rotating = await store.read(keys.is_rotating)
    if is_rotating:
        report.warn("`xuanhao rotate-keys` has begun and not ended: repeat it, and keep all keys until then")
    for key in older:
        if counts[key]:
            report.note(f"{_values(counts[key])} {key}; `xuanhao rotate-keys` encrypts with {newest}")
        elif is_rotating or not await store.read(keys.opens_with_newest):
            report.note(f"no value needs {key}: after `xuanhao rotate-keys` it can be taken out")
        else:
            report.note(f"no value needs {key}: it can be taken out")
    if counts[None]:
        report.warn(f"{counted(counts[None], 'value')} that none of the keys opens")


def _values(count: int) -> str:
    return f"{counted(count, 'value')} {'needs' if count == 1 else 'need'}"


async def _check_writing(store: Store, settings: Settings, in_use: StoreInUse | None, report: Report) -> None:
    path = settings.database.sqlite_path
    place = described(settings)
    if in_use is not None:
        by = f"process {in_use.pid}" if in_use.pid else "another process"
        report.ok("database", f"{place}; {by} has it open: the service is running")
        await _check_answer(settings, in_use, report)
    else:
        try:
            await try_writing(store)
        except StoreError as error:
            report.bad("database", f"{place} cannot be written: {error}")
        else:
            report.ok("database", f"{place}, writable")
    if path is not None:
        if readable_by_others(path):  # the files beside it have its mode
            report.warn(f"{path}: other users can read it; `xuanhao run` sets its mode to 0600")
        _check_space(path, report)


async def _check_answer(settings: Settings, in_use: StoreInUse, report: Report) -> None:
    """Ask the process that has the database open for an answer."""
    request = Request(command=PING)
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN):
            await hand_over(settings, request, Terminal(is_confirmed=False), in_use)
    except NotHandedOver as error:
        report.note(str(error).splitlines()[-1])
    except (TimeoutError, ConnectionLost, ServiceRefused):
        report.bad("service", f"it does not answer within {_ANSWERS_WITHIN:.0f} seconds")
    else:
        report.ok("service", f"it answers at {socket_path(settings)}")


def _check_space(path: Path, report: Report) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < LEAST_SPACE:
        report.bad("disk", f"only {free // MIB:,} MiB are free at {path.absolute().parent}")
    elif free < LITTLE_SPACE:
        report.warn(f"only {free // MIB:,} MiB are free at {path.absolute().parent}")


def _check_bot(found: installation.Installation, settings: Settings, report: Report) -> None:
    token = settings.telegram.token.get_secret_value()
    try:
        installation.ensure_bot(found, installation.bot_id_of(token))
    except SettingsError as error:
        report.bad("bot", error)


def check_calendar(settings: Settings, report: Report, entered: frozenset[int]) -> None:
    """Warn of years whose holidays are not known yet."""
    year, calendar = SystemClock().now().astimezone(CHINA).year, settings.working_calendar()
    for unknown in sorted({year, year + 1} - entered):
        if not calendar.has_schedule(unknown):
            report.warn(f"no holiday schedule for {unknown}; enter it with /holidays when it is published")


def _entered_years(tx: Tx) -> frozenset[int]:
    return frozenset(one.year for one in holidays.years(tx))
