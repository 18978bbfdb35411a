"""What a command says of the deployment that it works on: paths, versions and modes."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from core.backup.manifest import Manifest
from core.db import shown_url
from core.db.schema import known_schema
from core.ports import Tx
from core.settings import Settings
from core.settings.reading import ignored_variables
from core.version import program_version

NO_ID = "without an id"
"""In place of the id of a database that an older version made."""


def counted(count: int, what: str) -> str:
    """Return a number with its noun, as "1 photo" or "2,000 photos"."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def rows_of(manifest: Manifest) -> str:
    """Return how many rows of each subject a backup has, as "accounts 3, preselections 1"."""
    return ", ".join(f"{subject.replace('_', ' ')} {count:,}" for subject, count in manifest.counts.items())


def described(settings: Settings) -> str:
    """Return where the database is: an absolute path, or a URL without its password."""
    path = settings.database.sqlite_path
    return shown_url(settings.database.url) if path is None else str(path.absolute())


def first_line(settings: Settings, config: Path) -> str:
    """Return the first line of the log: version, files, schema, offices and process."""
    offices = ", ".join(office.code for office in settings.offices)
    origin = f"settings {config.absolute()}" if config.exists() else "settings of the environment"
    return (
        f"xuanhao {program_version()}, schema {known_schema()}, process {os.getpid()}: "
        f"{origin}, database {described(settings)}, "
        f"photos {settings.photo_directory()}, offices {offices}"
    )


def warnings_of(config: Path) -> list[str]:
    """Return a warning if other users can read the settings file, and for variables that are ignored."""
    ignored = ignored_variables(os.environ)
    try:
        mode = stat.S_IMODE(config.stat().st_mode)
    except OSError:
        return ignored
    if mode & 0o077:
        return [
            *ignored,
            f"{config.absolute()}: other users can read it (mode {mode:04o}); run chmod 600 on it",
        ]
    return ignored


def no_chief(chiefs: Sequence[int]) -> list[str]:
    """Return a warning if there is no chief of all offices."""
    if chiefs:
        return []
    return ["there is no chief, so nobody can release or confirm numbers: `xuanhao admin-link` makes one"]


def folder_warnings(settings: Settings) -> list[str]:
    """Return a warning for each data folder that other users can read; ``init`` makes them private."""
    path = settings.database.sqlite_path
    folders = {*([] if path is None else [path.absolute().parent]), settings.photo_directory().absolute()}
    warnings = []
    for folder in sorted(folders):
        try:
            mode = stat.S_IMODE(folder.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            warnings.append(f"{folder}: other users can enter it (mode {mode:04o}); run chmod 700 on it")
    return warnings


def missing_offices(tx: Tx, settings: Settings) -> list[str]:
    """Return a warning for each office that the database has and the settings lack."""
    served = {office.code for office in settings.offices}
    return [
        f"[[offices]]: {row['office']} is in the database, but not in the settings; it has "
        f"{counted(row['reserved'], 'open reservation')}, which only its own desk can confirm: put its table "
        "back until they have ended"
        for row in tx.all("backup.offices")
        if row["office"] not in served
    ]
