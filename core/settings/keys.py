"""The keys for personal data: from the settings, or from a key file next to the database."""

import os
import pwd
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, SecretStr, model_validator

from core.errors.base import SettingsError
from core.errors.settings import KeyFileUnreadable, KeyFileUnusable, SettingsFileUnreadable
from core.settings.tables import SettingsTable
from core.settings.toml import read_toml
from core.settings.values import fernet_key, listed, long_enough

KEY_FILE = "keys.toml"
"""The name of the file that ``ensure_keys`` writes next to the database."""
_KEY_FILE_TEXT = """\
# Written by xuanhao once, because [security] of the settings names no keys. Anyone with this
# file can read the personal data in the database next to it; without it nobody can. Back it up separately.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys for personal data in plain text, for the vault; hidden from the repr."""

    keys: tuple[str, ...] = field(repr=False)
    lookup_key: str = field(repr=False)


class SecuritySettings(SettingsTable):
    """``[security]``: the keys for personal data; both or neither.

    Attributes:
        keys: Fernet keys, newest first: the first encrypts, all decrypt.
        lookup_key: the key of the lookup hashes of identities; it must never change.
    """

    keys: Annotated[
        tuple[Annotated[SecretStr, AfterValidator(fernet_key)], ...], BeforeValidator(listed)
    ] = ()
    lookup_key: Annotated[SecretStr, AfterValidator(long_enough)] | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> "SecuritySettings":
        if bool(self.keys) != (self.lookup_key is not None):
            raise ValueError("set both keys and lookup_key, or neither")
        return self

    def ready(self) -> Keys:
        """Return the keys in plain text.

        Raises:
            ValueError: no keys are configured.
        """
        if self.lookup_key is None:
            raise ValueError("no keys are given")
        return Keys(
            keys=tuple(key.get_secret_value() for key in self.keys),
            lookup_key=self.lookup_key.get_secret_value(),
        )


def ensure_keys(directory: Path) -> Keys:
    """Return the keys from the key file in a directory; create it, with mode 0600, if it is missing.

    Processes that start concurrently get the same keys.

    Raises:
        KeyFileUnreadable: this user may not read or write it.
        KeyFileUnusable: the file is readable by others, or damaged.
    """
    path = directory / KEY_FILE
    try:
        if not path.exists():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_keys(path)
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileUnusable(path, "other users can read it; run chmod 600 on it")
    except PermissionError as error:
        raise KeyFileUnreadable(path, error.strerror or type(error).__name__, _user()) from None
    except OSError as error:
        raise KeyFileUnusable(path, f"cannot be written or read: {error.strerror}") from None
    return _read_keys(path)


def _write_keys(path: Path) -> None:
    sealing, hashing = Fernet.generate_key().decode(), secrets.token_urlsafe(32)
    text = f'{_KEY_FILE_TEXT}keys = ["{sealing}"]\nlookup_key = "{hashing}"\n'
    # Write a temporary file (mode 0600 from the start), then link it: atomic, and the first writer wins.
    with NamedTemporaryFile("w", dir=path.parent, prefix=KEY_FILE, encoding="utf-8") as draft:
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            path.hardlink_to(draft.name)
        except FileExistsError:
            return


def _read_keys(path: Path) -> Keys:
    try:
        return SecuritySettings(**read_toml(path)).ready()
    except SettingsFileUnreadable as error:
        reason = error.reason
    except (ValueError, SettingsError):
        reason = ""
    # Raised outside the except clauses, so that the error does not reference the keys.
    if reason:
        raise KeyFileUnreadable(path, reason, _user())
    raise KeyFileUnusable(path, "is damaged: it contains no usable keys; restore the file from a backup")


def _user() -> str:
    """Return the name of the user whom the process runs as, or the number if it has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
