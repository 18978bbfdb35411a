"""The keys of personal data: those of the settings, or a file of them beside the database."""

import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, SecretStr, model_validator

from core.errors import KeyFileUnusable, SettingsError
from core.settings.tables import SettingsTable
from core.settings.toml import read_toml
from core.settings.values import fernet_key, listed, long_enough

KEY_FILE = "keys.toml"
"""The name of the file that ``ensure_keys`` writes beside the database."""
_KEY_FILE_TEXT = """\
# Written by xuanhao once, because [security] of the settings names no keys. Whoever has this file can
# read the personal data in the database beside it; without it nobody can. Back it up, apart from it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of personal data in clear, as the vault takes them; not shown in a repr."""

    keys: tuple[str, ...] = field(repr=False)
    lookup_key: str = field(repr=False)


class SecuritySettings(SettingsTable):
    """``[security]``: the keys of personal data; both or neither.

    Attributes:
        keys: Fernet keys, newest first: the first seals, all open.
        lookup_key: of the hashes by which identities are found; it never changes.
    """

    keys: Annotated[
        tuple[Annotated[SecretStr, AfterValidator(fernet_key)], ...], BeforeValidator(listed)
    ] = ()
    lookup_key: Annotated[SecretStr, AfterValidator(long_enough)] | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> "SecuritySettings":
        if bool(self.keys) != (self.lookup_key is not None):
            raise ValueError("keys and lookup_key are given together, or neither is")
        return self

    def ready(self) -> Keys:
        """Return the keys in clear.

        Raises:
            ValueError: none are given.
        """
        if self.lookup_key is None:
            raise ValueError("no keys are given")
        return Keys(
            keys=tuple(key.get_secret_value() for key in self.keys),
            lookup_key=self.lookup_key.get_secret_value(),
        )


def ensure_keys(directory: Path) -> Keys:
    """Return the keys kept in a directory; the first call makes them, in a file of mode 0600.

    Two processes that begin at once get the same keys.

    Raises:
        KeyFileUnusable: others may read the file, it is damaged, or it cannot be written.
    """
    path = directory / KEY_FILE
    try:
        if not path.exists():
            directory.mkdir(parents=True, exist_ok=True)
            _write_keys(path)
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileUnusable(path, "others may read it; chmod 600 it first")
    except OSError as error:
        raise KeyFileUnusable(path, f"cannot be written or read: {error.strerror}") from None
    return _read_keys(path)


def _write_keys(path: Path) -> None:
    sealing, hashing = Fernet.generate_key().decode(), secrets.token_urlsafe(32)
    text = f'{_KEY_FILE_TEXT}keys = ["{sealing}"]\nlookup_key = "{hashing}"\n'
    # Written elsewhere (mode 0600 from the start) and then linked: whole or not there, and first come stays.
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
    except (ValueError, SettingsError):
        damaged = KeyFileUnusable(path, "holds no keys that can be used; put the file back from a backup")
    # Outside of the except clause, so that the error does not carry the keys along.
    raise damaged
