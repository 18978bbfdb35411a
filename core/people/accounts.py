"""Accounts: consent, registration, user types (docs/domain.md, section 2)."""

from dataclasses import replace

from core import audit
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors.accounts import IdentityTaken, NotRegistered, PhoneTaken
from core.errors.base import Refusal
from core.errors.counter import IdentityIsTheirs
from core.errors.desk import NobodyFound
from core.errors.preselection import StepOutOfOrder
from core.errors.store import StoreConstraintError
from core.people.account import CONSENT_VERSION, Account, RegistrationField, UserType
from core.people.probes import ensure_may_ask
from core.ports import Row, Tx
from core.security.vault import Vault
from core.values.identity import is_credit_code

__all__ = ["CONSENT_VERSION", "Account", "Accounts", "RegistrationField", "UserType", "at_once"]


class Accounts:
    """Consent and registration; every method runs within the caller's transaction."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def consent(self, tx: Tx, chat_id: int) -> Account:
        """Record the consent of a chat, before any data are requested; create the account if needed."""
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
        """Return the account of a chat; None before consent."""
        row = tx.one("accounts.of_chat", chat_id=chat_id)
        return self._account(row) if row else None

    def require(self, tx: Tx, chat_id: int) -> Account:
        """Return the account of a chat.

        Raises:
            NotRegistered: there is none.
        """
        account = self.find(tx, chat_id)
        if account is None:
            raise NotRegistered
        return account

    def by_id(self, tx: Tx, account_id: int) -> Account:
        """Return an account by its id.

        Raises:
            NotRegistered: there is none.
        """
        row = tx.one("accounts.by_id", account_id=account_id)
        if row is None:
            raise NotRegistered
        return self._account(row)

    def by_identity(self, tx: Tx, identity_hash: bytes) -> Account | None:
        """Return the account that holds an identity: registered with it, or assigned it at a counter."""
        row = tx.one("accounts.registered_identity", hash=identity_hash)
        return self.by_id(tx, row["account_id"]) if row else None

    def by_phone(self, tx: Tx, phone: str) -> Account | None:
        """Return the account registered with a phone number in E.164 form."""
        row = tx.one("accounts.registered_phone", hash=self.phone_hash(phone))
        return self.by_id(tx, row["account_id"]) if row else None

    def identity_hash(self, identity: str) -> bytes:
        """Return the lookup hash of an identity number in canonical form."""
        return self._vault.lookup("identity", identity)

    def set_office(self, tx: Tx, account: Account, office: str) -> None:
        """Set the office where the vehicle will be registered.

        Raises:
            StepOutOfOrder: registration has ended.
        """
        changed = tx.run(
            "accounts.set_office", account_id=account.account_id, office=office, now=to_millis(tx.now)
        )
        if not changed:
            raise StepOutOfOrder

    def choose_kind(self, tx: Tx, account: Account, *, unit: bool) -> None:
        """Choose registration as a unit or as a person; discards data entered for the other kind.

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
        """Set the owner's name, already parsed by ``core.values.names``."""
        tx.run(
            "accounts.set_name",
            account_id=account.account_id,
            sealed=self._vault.seal(name),
            now=to_millis(tx.now),
        )
        if account.is_registered and name != account.name:
            audit.record(tx, account.actor, AuditAction.CHANGED_NAME, account.subject, office=account.office)

    def set_identity(self, tx: Tx, account: Account, identity: str) -> None:
        """Set the identity number, in canonical form.

        Raises:
            IdentityTaken: it is registered by another chat account.
            ProbedTooOften: the chat has typed too many values of others, and has to wait.
            StepOutOfOrder: registration has ended; from then on only admins change the identity.
        """
        ensure_may_ask(tx, account.chat_id)
        digest = self._vault.lookup("identity", identity)
        holder = tx.one("accounts.registered_identity", hash=digest)
        if holder is not None and holder["account_id"] != account.account_id:
            raise IdentityTaken(digest.hex())
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
        """Remove an identity that belongs to another person, and with it the registration.

        Returns:
            Whether they had it; False if a concurrent transaction has removed it.
        """
        lost = tx.run(
            "accounts.lose_identity",
            account_id=account.account_id,
            hash=account.identity_hash,
            now=to_millis(tx.now),
        )
        return bool(lost)

    def receive_identity(self, tx: Tx, account: Account, identity: str) -> Account:
        """Set an identity checked at the counter; completes a registration that lacked only that.

        It replaces the identity that ``account`` has, and no other: so what the admin was shown is lost,
        and nothing else. A registration whose telephone is another owner's by now stays open.

        Raises:
            IdentityTaken: another account got it concurrently.
            IdentityIsTheirs: this account got it concurrently.
            HandledMeanwhile: this account got another one concurrently.
            NobodyFound: the owner has deleted the account in the meantime.
        """
        try:
            received = tx.run(
                "accounts.receive_identity",
                account_id=account.account_id,
                sealed=self._vault.seal(identity),
                hash=self.identity_hash(identity),
                had=int(account.identity_hash is not None),
                shown=account.identity_hash or b"",
                now=to_millis(tx.now),
            )
        except StoreConstraintError:
            raise IdentityTaken from None
        if not received:
            raise self._not_received(tx, account, identity)
        fresh = self._fit_type(tx, self.by_id(tx, account.account_id), identity)
        if fresh.is_registered or fresh.missing or self.by_phone(tx, fresh.phone) is not None:
            return fresh
        return self.register(tx, fresh)

    def _not_received(self, tx: Tx, account: Account, identity: str) -> Refusal:
        if tx.one("accounts.is_deleted", account_id=account.account_id):
            return NobodyFound()
        if self.by_id(tx, account.account_id).identity_hash == self.identity_hash(identity):
            return IdentityIsTheirs()
        return audit.handled(tx, account.subject, AuditAction.RECEIVED_IDENTITY)

    def _fit_type(self, tx: Tx, account: Account, identity: str) -> Account:
        """Set the user type to match the identity: a unit if it is a credit code, else a person."""
        if is_credit_code(identity) == account.is_unit:
            return account
        wanted = UserType.UNIT if is_credit_code(identity) else UserType.NEW_OWNER
        tx.run(
            "accounts.set_user_type",
            account_id=account.account_id,
            user_type=wanted,
            seen=account.user_type,
            now=to_millis(tx.now),
        )
        return replace(account, user_type=wanted)

    def register(self, tx: Tx, account: Account) -> Account:
        """Complete the registration; all data must be present.

        Raises:
            IdentityTaken: another account has registered the identity in the meantime.
            PhoneTaken: another account has registered the phone number in the meantime.
            StepOutOfOrder: data are missing, or the registration is already complete.
        """
        fresh = self.by_id(tx, account.account_id)
        if fresh.is_registered or fresh.missing:
            raise StepOutOfOrder
        if not at_once(tx, "accounts.register", account):
            taken = tx.one("accounts.registered_phone", hash=self.phone_hash(fresh.phone))
            raise PhoneTaken if taken else IdentityTaken
        audit.record(tx, fresh.actor, AuditAction.REGISTERED_ACCOUNT, fresh.subject, office=fresh.office)
        return self.by_id(tx, account.account_id)

    def phone_hash(self, phone: str) -> bytes:
        """Return the lookup hash of a phone number in E.164 form."""
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
            phone_lost_at=moment_or_none(row["phone_lost_at"]),
        )


def at_once(tx: Tx, query: str, account: Account) -> int:
    """Run an update guarded by unique indexes, and translate a violation.

    The statement's own checks see only committed data, so two concurrent transactions can both pass them;
    the unique index rejects the second. Its name tells whether phone or identity was taken.
    """
    try:
        return tx.run(query, account_id=account.account_id, now=to_millis(tx.now))
    except StoreConstraintError as error:
        raise PhoneTaken if "phone" in error.constraint else IdentityTaken from None
