"""The keys in a backup, encrypted under a passphrase: scrypt derives the key of a Fernet token."""

import base64
import json
import secrets
from binascii import Error as NotBase64

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.backup.manifest import KEYS_NAME
from core.errors.backup import BackupDamaged, PassphraseTooShort, PassphraseWrong
from core.settings.keys import Keys

SHORTEST = 12
"""Minimum characters of a passphrase."""
_COST, _BLOCK, _LANES = 2**16, 8, 1  # 64 MB and a quarter of a second
_MOST_COST = 2**20  # a manipulated file must not take all memory
_SALT = 16


def ensure_passphrase(passphrase: str) -> None:
    """Reject a passphrase that can be guessed.

    Raises:
        PassphraseTooShort: it has fewer than 12 characters.
    """
    if len(passphrase) < SHORTEST:
        raise PassphraseTooShort


def seal_keys(keys: Keys, passphrase: str) -> bytes:
    """Encrypt the keys; ``ensure_passphrase`` has accepted the passphrase."""
    salt = secrets.token_bytes(_SALT)
    plain = json.dumps({"keys": keys.keys, "lookup_key": keys.lookup_key}).encode()
    token = Fernet(_derived(passphrase, salt, _COST)).encrypt(plain)
    head = {"kdf": "scrypt", "cost": _COST, "salt": base64.b64encode(salt).decode()}
    return json.dumps({**head, "token": token.decode()}).encode()


def open_keys(sealed: bytes, passphrase: str) -> Keys:
    """Decrypt the keys.

    Raises:
        PassphraseWrong: the passphrase is another one.
        BackupDamaged: the file has another form.
    """
    try:
        found = json.loads(sealed)
        salt, cost, token = base64.b64decode(found["salt"]), int(found["cost"]), found["token"].encode()
        derived = _derived(passphrase, salt, min(cost, _MOST_COST))
    except (ValueError, KeyError, TypeError, AttributeError, NotBase64, UnsupportedAlgorithm):
        raise BackupDamaged(KEYS_NAME, "has another form") from None
    try:
        plain = json.loads(Fernet(derived).decrypt(token))
    except InvalidToken:
        raise PassphraseWrong from None
    return Keys(keys=tuple(plain["keys"]), lookup_key=plain["lookup_key"])


def _derived(passphrase: str, salt: bytes, cost: int) -> bytes:
    kdf = Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_LANES)
    return base64.urlsafe_b64encode(kdf.derive(passphrase.encode()))
