"""Encryption, keyed lookup hashes and signatures.

Personal fields are encrypted with ``security.keys`` (with rotation: the newest encrypts, all decrypt)
and looked up by hashes keyed with ``security.lookup_key``, which must never change, or bans would be
lost.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from core.errors.store import SealBroken

_BASE_32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""Maps each byte to the base 32 digit of its five lower bits."""


_SIGNATURE = 32
"""The length of the HMAC at the end of a Fernet token, which covers all bytes before it."""


TOKEN = re.compile(r"gAAAA[A-Za-z0-9_-]{90,}={0,2}")
"""A Fernet token, also within other text."""


def fingerprint_of(key: str) -> str:
    """Return the first eight hex digits of the SHA-256 of a key's text."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SealMark:
    """Recognises what one key has encrypted."""

    fingerprint: str
    signing: bytes = field(repr=False)

    @classmethod
    def of(cls, key: str) -> Self:
        return cls(fingerprint=fingerprint_of(key), signing=base64.urlsafe_b64decode(key)[:16])

    def fits(self, raw: bytes) -> bool:
        signature = hmac.digest(self.signing, raw[:-_SIGNATURE], hashlib.sha256)
        return hmac.compare_digest(signature, raw[-_SIGNATURE:])


def _decoded(token: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(token)
    except ValueError:
        return b""


class Vault:
    """Encrypts and decrypts personal data, and computes lookup hashes and signatures.

    Args:
        keys: Fernet keys, newest first.
        lookup_key: the key of the hashes, a string of at least 16 characters.
    """

    def __init__(self, keys: Sequence[str], lookup_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._marks = tuple(_SealMark.of(key) for key in keys)
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

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What the keys are called where they must not be shown, newest first."""
        return tuple(mark.fingerprint for mark in self._marks)

    def key_of(self, sealed: bytes) -> str | None:
        """Return the fingerprint of the key that a value needs; None if it is none of the configured ones.

        Checks the signature without decrypting.
        """
        raw = _decoded(bytes(sealed))
        return next((mark.fingerprint for mark in self._marks if mark.fits(raw)), None)

    def is_newest(self, sealed: bytes) -> bool:
        """Return whether a value is encrypted with the newest key."""
        return self._marks[0].fits(_decoded(bytes(sealed)))

    def reseal(self, sealed: bytes) -> bytes:
        """Encrypt with the newest key what any of the keys decrypts; keep the time of encryption.

        Raises:
            SealBroken: none of the keys decrypts it.
        """
        try:
            return self._fernet.rotate(bytes(sealed))
        except InvalidToken:
            raise SealBroken from None

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
