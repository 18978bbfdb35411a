"""The stored form of an update: JSON, encrypted."""

import json
from typing import Any, Protocol

from bot.inbox.errors import UnreadableUpdateError
from bot.inbox.model import RawUpdate

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Cipher(Protocol):
    """Encrypts the bodies of updates, which contain what people typed."""

    def encrypt(self, data: bytes, /) -> bytes:
        """Return data so that only ``decrypt`` can read it."""
        ...

    def decrypt(self, data: bytes, /) -> bytes:
        """Return what was encrypted; raise when it cannot be decrypted."""
        ...


def encrypted(cipher: Cipher, raw: RawUpdate) -> bytes:
    return cipher.encrypt(_ENCODER.encode(raw).encode("utf-8", "surrogatepass"))


def decrypted(cipher: Cipher, body: bytes) -> dict[str, Any]:
    """Return the update as Telegram sent it.

    Raises:
        UnreadableUpdateError: the body cannot be decrypted, or is not a JSON object.
    """
    try:
        raw = json.loads(cipher.decrypt(body).decode("utf-8", "surrogatepass"))
    except Exception as error:
        raise UnreadableUpdateError from error
    if not isinstance(raw, dict):
        raise UnreadableUpdateError
    return raw
