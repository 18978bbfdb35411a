"""The passphrase for the keys in a backup: from a file or the environment, never from the arguments."""

import argparse
import os
from pathlib import Path

from core.errors.settings import SettingsFileUnreadable

VARIABLE = "XUANHAO_BACKUP_PASSPHRASE"


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """Add ``--passphrase-file``."""
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help=f"file with the passphrase for the keys in its first line (else {VARIABLE})",
    )


def passphrase_of(given: argparse.Namespace) -> str | None:
    """Return the passphrase; None if there is none.

    Raises:
        SettingsFileUnreadable: the file cannot be read, or its first line is empty.
    """
    path: Path | None = given.passphrase_file
    if path is None:
        return os.environ.get(VARIABLE) or None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise SettingsFileUnreadable(path, reason or "it is not UTF-8") from None
    if not lines or not lines[0].strip():
        raise SettingsFileUnreadable(path, "its first line is empty")
    return lines[0].strip()
