"""An account: its fields, decrypted on access, and the types of users (docs/domain.md, section 2)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core import audit
from core.security.vault import Vault

CONSENT_VERSION = 3
"""Version of the consent text; owners with an older version are asked again."""


class UserType(StrEnum):
    """The type of an account; it determines where the owner may select (docs/domain.md, section 2)."""

    NEW_OWNER = "new_owner"
    OWNER_DRIVER = "owner_driver"
    COUNTER = "counter"
    UNIT = "unit"

    @property
    def selects_elsewhere(self) -> bool:
        """Whether this user may select at offices other than that of registration."""
        return self in {UserType.OWNER_DRIVER, UserType.COUNTER}


class RegistrationField(StrEnum):
    """What a registration consists of, in the order in which it is asked for."""

    OFFICE = "office"
    NAME = "name"
    IDENTITY = "identity"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An owner's account.

    Personal fields are decrypted on access only, as most steps do not need them.
    """

    account_id: int
    chat_id: int
    user_type: UserType
    consent_version: int
    office: str | None  # "粤K": where the vehicle will be registered
    registered_at: datetime | None
    vault: Vault = field(repr=False, compare=False)
    name_sealed: bytes | None = field(repr=False)
    identity_sealed: bytes | None = field(repr=False)
    identity_hash: bytes | None = field(repr=False)
    identity_seen_at: datetime | None  # when the identity document was checked at a counter, if ever
    phone_sealed: bytes | None = field(repr=False)
    new_phone_sealed: bytes | None = field(repr=False)
    phone_lost_at: datetime | None = None  # when another account has proved the telephone to be its own

    @property
    def is_registered(self) -> bool:
        """Whether registration is complete."""
        return self.registered_at is not None

    @property
    def missing(self) -> list[RegistrationField]:
        """What the registration still lacks."""
        present = {
            RegistrationField.OFFICE: self.office is not None,
            RegistrationField.NAME: self.name_sealed is not None,
            RegistrationField.IDENTITY: self.identity_sealed is not None,
            RegistrationField.PHONE: self.has_phone,
        }
        return [field for field, is_there in present.items() if not is_there]

    @property
    def own_identity_hash(self) -> bytes | None:
        """The hash of the identity if it is proven: registered, or checked at a counter.

        None for an identity that was only typed, as it may be another person's.
        """
        return self.identity_hash if self.is_registered or self.identity_seen_at else None

    def selects_at(self, office: str) -> bool:
        """Return whether this user may select at an office (docs/domain.md, section 2)."""
        return office == self.office or self.user_type.selects_elsewhere

    @property
    def actor(self) -> str:
        """The owner as an actor in the audit log: an account id, anonymous after deletion."""
        return self.subject

    @property
    def subject(self) -> str:
        return audit.account_subject(self.account_id)

    @property
    def consents(self) -> bool:
        """Whether the owner has consented to the current version."""
        return self.consent_version >= CONSENT_VERSION

    @property
    def name(self) -> str:
        """The owner's name; empty if unknown."""
        return self._opened(self.name_sealed)

    @property
    def identity(self) -> str:
        """The resident identity number or unified social credit code; empty if unknown."""
        return self._opened(self.identity_sealed)

    @property
    def phone(self) -> str:
        """The verified phone number in E.164 form; empty if there is none, or it was lost."""
        return self._opened(self.phone_sealed) if self.has_phone else ""

    @property
    def has_phone(self) -> bool:
        """Whether there is a verified phone number that is still theirs."""
        return self.phone_sealed is not None and self.phone_lost_at is None

    @property
    def new_phone(self) -> str:
        """A phone number still to be verified, in E.164 form; empty if there is none."""
        return self._opened(self.new_phone_sealed)

    @property
    def is_unit(self) -> bool:
        """Whether this is an organisation, identified by its credit code."""
        return self.user_type == UserType.UNIT

    def _opened(self, sealed: bytes | None) -> str:
        return "" if sealed is None else self.vault.open(sealed)
