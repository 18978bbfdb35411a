"""Encryption, keyed lookup hashes and signatures.

Personal fields are encrypted with ``security.keys`` (with rotation: the newest encrypts, all decrypt)
and looked up by hashes keyed with ``security.lookup_key``, which must never change, or bans would be
lost.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from core.errors.store import SealBroken

_BASE_32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""Maps each byte to the base 32 digit of its five lower bits."""


class Vault:
    """Encrypts and decrypts personal data, and computes lookup hashes and signatures.

    Args:
        keys: Fernet keys, newest first.
        lookup_key: the key of the hashes, a string of at least 16 characters.
    """

    def __init__(self, keys: Sequence[str], lookup_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._lookup_key = lookup_key.encode()
        # Copying a keyed hash costs half as much as creating one, and does not release the GIL.
        self._signer = hmac.new(self._lookup_key, digestmod=hashlib.sha256)
        self._sign = lru_cache(maxsize=4096)(self._signed)

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt with the newest key."""
        return self._fernet.encrypt(plain)

    def decrypt(self, sealed: bytes) -> bytes:
        """Decrypt with any of the keys.

        Raises:
            SealBroken: none of the keys decrypts it.
        """
        try:
            return self._fernet.decrypt(bytes(sealed))
        except InvalidToken:
            raise SealBroken from None

    def seal(self, text: str) -> bytes:
        """Encrypt a text."""
        return self.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt a text.

        Raises:
            SealBroken: none of the keys decrypts it.
        """
        return self.decrypt(sealed).decode()

    def lookup(self, subject: str, value: str) -> bytes:
        """Return the lookup hash of ``value`` in the namespace ``subject``.

        The subject separates, for instance, a phone number from an identity number of the same digits.
        """
        return hmac.digest(self._lookup_key, f"{subject}\0{value}".encode(), hashlib.sha256)

    def sign(self, purpose: str, value: str, *, length: int) -> str:
        """Return a MAC of ``value``, truncated to ``length`` characters of lower-case base 32."""
        return self._sign(purpose, value)[:length]

    def _signed(self, purpose: str, value: str) -> str:
        mac = self._signer.copy()
        mac.update(f"sign\0{purpose}\0{value}".encode())
        return mac.digest().translate(_BASE_32).decode()
