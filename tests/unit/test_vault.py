"""The vault: which key a value needs, and encrypting anew with the newest one."""

import hashlib

import pytest
from cryptography.fernet import Fernet

from core.errors.store import SealBroken
from core.security.vault import Vault

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
LOOKUP = "a lookup key of this test"


def test_the_key_of_a_value_is_named_by_its_fingerprint() -> None:
    both = Vault([NEW, OLD], LOOKUP)
    assert both.fingerprints == tuple(hashlib.sha256(key.encode()).hexdigest()[:8] for key in (NEW, OLD))
    assert both.key_of(Vault([OLD], LOOKUP).seal("some text")) == both.fingerprints[1]
    assert both.key_of(both.seal("some text")) == both.fingerprints[0]


@pytest.mark.parametrize("sealed", [b"", b"gAAAA", b"not sealed at all", b"\xff\xfe", b"a" * 200])
def test_what_is_no_sealed_value_needs_none_of_the_keys(sealed: bytes) -> None:
    assert Vault([NEW, OLD], LOOKUP).key_of(sealed) is None
    assert not Vault([NEW, OLD], LOOKUP).is_newest(sealed)


def test_a_changed_value_needs_none_of_the_keys() -> None:
    vault = Vault([NEW], LOOKUP)
    sealed = bytearray(vault.seal("some text"))
    sealed[40] ^= 1
    assert vault.key_of(bytes(sealed)) is None


def test_resealing_needs_the_newest_key_alone_afterwards() -> None:
    sealed = Vault([OLD], LOOKUP).seal("some text")
    anew = Vault([NEW, OLD], LOOKUP).reseal(sealed)
    assert Vault([NEW], LOOKUP).open(anew) == "some text"
    assert Vault([NEW], LOOKUP).is_newest(anew)
    with pytest.raises(SealBroken):
        Vault([OLD], LOOKUP).open(anew)
    assert Fernet(NEW).extract_timestamp(anew) == Fernet(OLD).extract_timestamp(sealed)


def test_resealing_what_no_key_opens_is_refused() -> None:
    with pytest.raises(SealBroken):
        Vault([NEW, OLD], LOOKUP).reseal(Vault([OTHER], LOOKUP).seal("some text"))


def test_keys_are_not_shown() -> None:
    vault = Vault([NEW], LOOKUP)
    assert NEW not in repr(vault._marks)
    assert "signing" not in repr(vault._marks)
