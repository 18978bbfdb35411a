"""Validators of single settings; a ValueError becomes one line of the report."""

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, SecretStr

LOOKUP_KEY_CHARACTERS = 16


def listed(value: object) -> object:
    """Accept a single value as a list of one, and a comma-separated string as a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [value] if isinstance(value, int) else value


def distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Reject a list with duplicates."""
    if len(set(values)) != len(values):
        raise ValueError("has a duplicate entry")
    return values


def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Reject an empty list."""
    if not values:
        raise ValueError("should have at least one entry")
    return values


def long_enough(value: SecretStr) -> SecretStr:
    """Check the minimum length of the lookup key."""
    if len(value.get_secret_value()) < LOOKUP_KEY_CHARACTERS:
        raise ValueError(f"should have at least {LOOKUP_KEY_CHARACTERS} characters")
    return value


def secret(value: SecretStr) -> SecretStr:
    """Reject an empty secret, and one with blanks, as copied from a web page."""
    text = value.get_secret_value()
    if not text or re.search(r"\s", text):
        raise ValueError("should be a secret without blanks")
    return value


def bot_token(value: SecretStr) -> SecretStr:
    """Check the form of a bot's token."""
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
        raise ValueError("should be the token of the bot: digits, a colon and characters, as 123456:ABC")
    return value


def fernet_key(value: SecretStr) -> SecretStr:
    """Check that a key is a Fernet key."""
    try:
        Fernet(value.get_secret_value())
    except ValueError:
        raise ValueError("is no Fernet key (44 characters, from Fernet.generate_key())") from None
    return value


def http_url(value: str) -> str:
    """Check that an address is an HTTP URL."""
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"\s", value):
        raise ValueError("should be an address that begins with http:// or https://")
    return value


def bot_url(value: str) -> str:
    """Check the URL of a Bot API, and strip a trailing slash."""
    plain = http_url(value).rstrip("/")
    if not plain.endswith("/bot"):
        raise ValueError("should end in /bot, as https://api.telegram.org/bot does")
    return plain


_POSTGRES = re.compile(r"(?:postgresql|postgres)://(?P<where>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_ENCODE = "in a user name or password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25"


def database_url(value: str) -> str:
    """Check that a database URL has a supported scheme and can be taken apart; complete ``postgres://``.

    No message repeats a part of it, which may be a password.
    """
    postgres = _POSTGRES.fullmatch(value)
    if postgres is not None:
        return _postgres_url(postgres["where"], postgres["rest"])
    if value.startswith("sqlite:///") and value.removeprefix("sqlite:///").strip("/") not in ("", ":memory:"):
        return value
    raise ValueError("should be sqlite:///path/to/file.db or postgresql://user@host/name")


def _postgres_url(where: str, rest: str) -> str:
    user, _, hosts = where.rpartition("@")
    if "@" in user or user.count(":") > 1:
        raise ValueError(f"has an @ or : too many; {_ENCODE}")
    if "@" in rest.partition("?")[0]:
        raise ValueError(f"has an @ behind a /, ? or #; {_ENCODE}")
    if re.search(r"%(?![0-9A-Fa-f]{2})", where + rest):
        raise ValueError(f"has a % without two hex digits behind it; {_ENCODE}")
    ports = [host.rpartition("]")[2].partition(":")[2] for host in hosts.split(",")]
    if not all(re.fullmatch(r"\d{0,5}", port) for port in ports):
        raise ValueError(f"has a port that is no number; {_ENCODE}")
    if not hosts and "?" not in rest:
        raise ValueError("names no host: postgresql://user@host/name")
    return f"postgresql://{where}{rest}"


HttpUrl = Annotated[str, AfterValidator(http_url)]
Days = Annotated[tuple[date, ...], BeforeValidator(listed), AfterValidator(distinct)]
