"""Accounts: consent, registration, user types (docs/domain.md, section 2)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core import audit
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors import (
    IdentityIsTheirs,
    IdentityTaken,
    NobodyFound,
    NotRegistered,
    PhoneTaken,
    StepOutOfOrder,
    StoreConstraintError,
)
from core.ports import Row, Tx
from core.security.vault import Vault
from core.values.identity import is_credit_code

CONSENT_VERSION = 2
"""Counts up when what owners consent to changes; an older consent is then asked for anew."""


class UserType(StrEnum):
    """What an account may do away from its office of registration (docs/domain.md, section 2)."""

    NEW_OWNER = "new_owner"
    OWNER_DRIVER = "owner_driver"
    COUNTER = "counter"
    UNIT = "unit"

    @property
    def selects_elsewhere(self) -> bool:
        """Whether this user may select at another office than that of registration."""
        return self in {UserType.OWNER_DRIVER, UserType.COUNTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An owner as the service knows them.

    Personal fields stay sealed until they are asked for: most steps never look at them.
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
    identity_seen_at: datetime | None  # when its document was seen at a counter, if it was
    phone_sealed: bytes | None = field(repr=False)
    new_phone_sealed: bytes | None = field(repr=False)

    @property
    def is_registered(self) -> bool:
        """Whether registration is complete."""
        return self.registered_at is not None

    @property
    def own_identity_hash(self) -> bytes | None:
        """Return the hash of an identity that is theirs: registered, or seen at a counter.

        None of one that they have only typed, for it may be anybody's.
        """
        return self.identity_hash if self.is_registered or self.identity_seen_at else None

    def selects_at(self, office: str) -> bool:
        """Whether this user may select at an office, by its code (docs/domain.md, section 2)."""
        return office == self.office or self.user_type.selects_elsewhere

    @property
    def actor(self) -> str:
        """Return how the audit log calls the owner: by a number that says nothing of an emptied account."""
        return self.subject

    @property
    def subject(self) -> str:
        return audit.account_subject(self.account_id)

    @property
    def consents(self) -> bool:
        """Whether the owner has consented to what is asked for today."""
        return self.consent_version >= CONSENT_VERSION

    @property
    def name(self) -> str:
        """Return the owner's name, empty before it is known."""
        return self._opened(self.name_sealed)

    @property
    def identity(self) -> str:
        """Return the resident ID or unified social credit code, empty before it is known."""
        return self._opened(self.identity_sealed)

    @property
    def phone(self) -> str:
        """Return the telephone that is proved to be the owner's, in E.164 form, or nothing."""
        return self._opened(self.phone_sealed)

    @property
    def new_phone(self) -> str:
        """Return a telephone that is still to be proved, or nothing."""
        return self._opened(self.new_phone_sealed)

    @property
    def is_unit(self) -> bool:
        """Whether this is an organisation, known by its credit code."""
        return self.user_type == UserType.UNIT

    def _opened(self, sealed: bytes | None) -> str:
        return "" if sealed is None else self.vault.open(sealed)


class Accounts:
    """Consent and registration; every method is one step of a transaction."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def consent(self, tx: Tx, chat_id: int) -> Account:
        """Note the consent of a chat, before the first datum is asked for."""
        now = to_millis(tx.now)
        tx.one("accounts.add", chat_id=chat_id, consent_version=CONSENT_VERSION, now=now)
        account = self.require(tx, chat_id)
        audit.record(
            tx,
            account.actor,
            AuditAction.CONSENTED,
            account.subject,
            office=account.office,
            version=CONSENT_VERSION,
        )
        return account

    def find(self, tx: Tx, chat_id: int) -> Account | None:
        """Return the account of a chat, if it has consented."""
        row = tx.one("accounts.of_chat", chat_id=chat_id)
        return self._account(row) if row else None

    def require(self, tx: Tx, chat_id: int) -> Account:
        """Return the account of a chat.

        Raises:
            NotRegistered: the chat has none.
        """
        account = self.find(tx, chat_id)
        if account is None:
            raise NotRegistered
        return account

    def require_registered(self, tx: Tx, chat_id: int) -> Account:
        """Return the account of a chat whose registration is complete.

        Raises:
            NotRegistered: it is not, or there is none.
        """
        account = self.require(tx, chat_id)
        if not account.is_registered:
            raise NotRegistered
        return account

    def by_id(self, tx: Tx, account_id: int) -> Account:
        """Return an account by its number.

        Raises:
            NotRegistered: there is none.
        """
        row = tx.one("accounts.by_id", account_id=account_id)
        if row is None:
            raise NotRegistered
        return self._account(row)

    def by_identity(self, tx: Tx, identity_hash: bytes) -> Account | None:
        """Return the account whose an identity is: registered with it, or given it at a counter."""
        row = tx.one("accounts.registered_identity", hash=identity_hash)
        return self.by_id(tx, row["account_id"]) if row else None

    def by_phone(self, tx: Tx, phone: str) -> Account | None:
        """Return the account that is registered with a telephone, in E.164 form."""
        row = tx.one("accounts.registered_phone", hash=self._phone_hash(phone))
        return self.by_id(tx, row["account_id"]) if row else None

    def identity_hash(self, identity: str) -> bytes:
        """Return the keyed hash under which an identity number, in canonical form, is found."""
        return self._vault.lookup("identity", identity)

    def set_office(self, tx: Tx, account: Account, office: str) -> None:
        """Note the office where the vehicle will be registered.

        Raises:
            StepOutOfOrder: registration has ended.
        """
        changed = tx.run(
            "accounts.set_office", account_id=account.account_id, office=office, now=to_millis(tx.now)
        )
        if not changed:
            raise StepOutOfOrder

    def choose_kind(self, tx: Tx, account: Account, *, unit: bool) -> None:
        """Register as a unit, or as a person; what was entered of the other kind is forgotten.

        Raises:
            StepOutOfOrder: registration has ended.
        """
        if account.is_registered:
            raise StepOutOfOrder
        if unit == account.is_unit:
            return
        wanted = UserType.UNIT if unit else UserType.NEW_OWNER
        changed = tx.run(
            "accounts.choose_kind",
            account_id=account.account_id,
            user_type=wanted,
            now=to_millis(tx.now),
        )
        if not changed:
            raise StepOutOfOrder

    def set_name(self, tx: Tx, account: Account, name: str) -> None:
        """Note the owner's name, as ``core.values.identity`` has judged it."""
        tx.run(
            "accounts.set_name",
            account_id=account.account_id,
            sealed=self._vault.seal(name),
            now=to_millis(tx.now),
        )

    def set_identity(self, tx: Tx, account: Account, identity: str) -> None:
        """Note the identity number, in its canonical form.

        Raises:
            IdentityTaken: another chat account is registered with it.
            StepOutOfOrder: registration has ended; an admin changes an identity.
        """
        digest = self._vault.lookup("identity", identity)
        holder = tx.one("accounts.registered_identity", hash=digest)
        if holder is not None and holder["account_id"] != account.account_id:
            raise IdentityTaken
        changed = tx.run(
            "accounts.set_identity",
            account_id=account.account_id,
            sealed=self._vault.seal(identity),
            hash=digest,
            now=to_millis(tx.now),
        )
        if not changed:
            raise StepOutOfOrder

    def lose_identity(self, tx: Tx, account: Account) -> bool:
        """Take away an identity that belongs to somebody else, and with it the registration.

        Returns:
            Whether they had it; False when somebody else has just taken it from them.
        """
        lost = tx.run(
            "accounts.lose_identity",
            account_id=account.account_id,
            hash=account.identity_hash,
            now=to_millis(tx.now),
        )
        return bool(lost)

    def receive_identity(self, tx: Tx, account: Account, identity: str) -> Account:
        """Note an identity that was seen at the counter; a registration that lacked only it ends.

        Raises:
            IdentityTaken: somebody else was registered with it, or given it, at this very moment.
            IdentityIsTheirs: somebody else gave it to them at this very moment.
            NobodyFound: the account's owner has deleted it meanwhile.
        """
        try:
            received = tx.run(
                "accounts.receive_identity",
                account_id=account.account_id,
                sealed=self._vault.seal(identity),
                hash=self.identity_hash(identity),
                now=to_millis(tx.now),
            )
        except StoreConstraintError:
            raise IdentityTaken from None
        if not received:
            raise self._not_received(tx, account)
        self._fit_type(tx, account, identity)
        fresh = self.by_id(tx, account.account_id)
        whole = fresh.office and fresh.name_sealed and fresh.phone_sealed
        return self.register(tx, fresh) if whole and not fresh.is_registered else fresh

    def _not_received(self, tx: Tx, account: Account) -> NobodyFound | IdentityIsTheirs:
        deleted = tx.one("accounts.is_deleted", account_id=account.account_id)
        return NobodyFound() if deleted else IdentityIsTheirs()

    def _fit_type(self, tx: Tx, account: Account, identity: str) -> None:
        """Make a unit of whoever has a credit code, and a person of whoever has none any more."""
        if is_credit_code(identity) == account.is_unit:
            return
        wanted = UserType.UNIT if is_credit_code(identity) else UserType.NEW_OWNER
        tx.run(
            "accounts.set_user_type",
            account_id=account.account_id,
            user_type=wanted,
            seen=account.user_type,
            now=to_millis(tx.now),
        )

    def offer_phone(self, tx: Tx, account: Account, phone: str) -> None:
        """Note a telephone number, in E.164 form, that is still to be proved.

        Raises:
            PhoneTaken: another chat account is registered with it.
        """
        digest = self._phone_hash(phone)
        self._ensure_phone_not_taken(tx, account, digest)
        tx.run(
            "accounts.offer_phone",
            account_id=account.account_id,
            sealed=self._vault.seal(phone),
            hash=digest,
            now=to_millis(tx.now),
        )

    def prove_phone(self, tx: Tx, account: Account) -> None:
        """The telephone that was offered is the owner's: it takes the place of any before.

        Raises:
            PhoneTaken: another chat account was registered with it meanwhile.
            StepOutOfOrder: none was offered.
        """
        fresh = self.by_id(tx, account.account_id)
        if not fresh.new_phone:
            raise StepOutOfOrder
        self._ensure_phone_not_taken(tx, account, self._phone_hash(fresh.new_phone))
        _at_once(tx, "accounts.prove_phone", account)
        if fresh.is_registered:
            audit.record(tx, fresh.actor, AuditAction.CHANGED_PHONE, fresh.subject, office=fresh.office)

    def _ensure_phone_not_taken(self, tx: Tx, account: Account, digest: bytes) -> None:
        holder = tx.one("accounts.registered_phone", hash=digest)
        if holder is not None and holder["account_id"] != account.account_id:
            raise PhoneTaken

    def register(self, tx: Tx, account: Account) -> Account:
        """End the registration; everything must be there.

        Raises:
            IdentityTaken: somebody else registered the identity meanwhile.
            PhoneTaken: somebody else registered the telephone meanwhile.
            StepOutOfOrder: something is missing, or it has ended already.
        """
        fresh = self.by_id(tx, account.account_id)
        if fresh.is_registered or not (
            fresh.office and fresh.name_sealed and fresh.identity_sealed and fresh.phone_sealed
        ):
            raise StepOutOfOrder
        if not _at_once(tx, "accounts.register", account):
            taken = tx.one("accounts.registered_phone", hash=self._phone_hash(fresh.phone))
            raise PhoneTaken if taken else IdentityTaken
        audit.record(tx, fresh.actor, AuditAction.REGISTERED_ACCOUNT, fresh.subject, office=fresh.office)
        return self.by_id(tx, account.account_id)

    def _phone_hash(self, phone: str) -> bytes:
        return self._vault.lookup("phone", phone)

    def _account(self, row: Row) -> Account:
        return Account(
            account_id=row["account_id"],
            chat_id=row["chat_id"],
            user_type=UserType(row["user_type"]),
            consent_version=row["consent_version"],
            office=row["office"],
            registered_at=moment_or_none(row["registered_at"]),
            vault=self._vault,
            name_sealed=row["name_sealed"],
            identity_sealed=row["identity_sealed"],
            identity_hash=None if row["identity_hash"] is None else bytes(row["identity_hash"]),
            identity_seen_at=moment_or_none(row["identity_seen_at"]),
            phone_sealed=row["phone_sealed"],
            new_phone_sealed=row["new_phone_sealed"],
        )


def _at_once(tx: Tx, query: str, account: Account) -> int:
    """Run a change that a unique index refuses when somebody else makes the same one at this moment.

    What the statement itself looks at is what had been committed before it, so of two at once both
    see nobody; the index tells the second, and this says which of the two it was.
    """
    try:
        return tx.run(query, account_id=account.account_id, now=to_millis(tx.now))
    except StoreConstraintError as error:
        raise PhoneTaken if "phone" in error.constraint else IdentityTaken from None
