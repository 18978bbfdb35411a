"""Keys: what is sealed, what is looked up by a hash, what is signed.

Personal fields are sealed with ``security.keys`` (rotated: the newest seals, all open); they are
found again by hashes under ``security.lookup_key``, which never changes, or bans would be lost.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from core.errors import SealBroken

_BASE_32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""A sign for each value of a byte: by its five lower bits."""


class Vault:
    """Seals and opens personal data, and makes the hashes by which they are found.

    Args:
        keys: Fernet keys, newest first.
        lookup_key: the key of the hashes; any string of 16 characters or more.
    """

    def __init__(self, keys: Sequence[str], lookup_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._lookup_key = lookup_key.encode()
        # A copy of a keyed hash costs half of a fresh one, and does not let go of the interpreter.
        self._signer = hmac.new(self._lookup_key, digestmod=hashlib.sha256)
        self._sign = lru_cache(maxsize=4096)(self._signed)

    def encrypt(self, plain: bytes) -> bytes:
        """Return ``plain`` sealed under the newest key."""
        return self._fernet.encrypt(plain)

    def decrypt(self, sealed: bytes) -> bytes:
        """Open what any of the keys has sealed.

        Raises:
            SealBroken: none of the keys opens it.
        """
        try:
            return self._fernet.decrypt(bytes(sealed))
        except InvalidToken:
            raise SealBroken from None

    def seal(self, text: str) -> bytes:
        """Return a text sealed."""
        return self.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return the text that was sealed."""
        return self.decrypt(sealed).decode()

    def lookup(self, subject: str, value: str) -> bytes:
        """Return the hash by which ``value`` is found among things of one subject.

        The subject keeps a telephone number and an identity of the same digits apart.
        """
        return hmac.digest(self._lookup_key, f"{subject}\0{value}".encode(), hashlib.sha256)

    def sign(self, purpose: str, value: str, *, length: int) -> str:
        """Return a short tag over ``value``, in lower-case base 32, ``length`` characters long."""
        return self._sign(purpose, value)[:length]

    def _signed(self, purpose: str, value: str) -> str:
        mac = self._signer.copy()
        mac.update(f"sign\0{purpose}\0{value}".encode())
        return mac.digest().translate(_BASE_32).decode()
