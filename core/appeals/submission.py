"""The owner's side of appeals: filling in, handing in, taking back; what waits, and what is forgotten."""

from collections.abc import Iterable
from datetime import timedelta

from core import audit
from core.appeals.model import (
    PHOTO_CONSENT,
    RENEWABLE,
    Appeal,
    AppealState,
    Photo,
    Queued,
    Slot,
    validate_reason,
)
from core.appeals.obstacles import validate_vehicle
from core.audit import AuditAction
from core.clock import from_millis, moment_or_none, to_millis
from core.errors import (
    AppealDecided,
    AppealIncomplete,
    AppealsWaitEnough,
    AppealUnfinished,
    AppealUnknown,
    AppealWaits,
    NotRegistered,
    StepOutOfOrder,
    StoreConstraintError,
)
from core.people.accounts import Account
from core.people.blacklist import ensure_not_banned
from core.ports import Row, Tx
from core.registry.lookup import VehicleRegistry
from core.security.vault import Vault

DRAFTS_LIVE = timedelta(days=7)
MAX_WAITING = 3
"""How many appeals of one owner may wait at a time, each about another vehicle."""


def queue(tx: Tx, offices: Iterable[str] | None) -> list[Queued]:
    """Return what waits at some offices, or at all that ever were, oldest first."""
    codes = None if offices is None else frozenset(offices)
    return [
        Queued(
            appeal_id=row["appeal_id"],
            account_id=row["account_id"],
            office=row["office"],
            vin=row["vin"],
            submitted_at=from_millis(row["submitted_at"]),
        )
        for row in tx.all("appeals.queue")
        if codes is None or row["office"] in codes
    ]


def awarded_to(tx: Tx, account: Account) -> list[str]:
    """Return the VINs that an appeal has found to be an owner's and that have no number yet."""
    return [row["vin"] for row in tx.all("appeals.awarded_to", account_id=account.account_id)]


class Appeals:
    """What owners do with appeals; every method is one step of a transaction.

    Args:
        vault: seals what they write.
        vehicle_registry: what is known of vehicles.
        kept_for: how long photos and reason are kept after the end.
    """

    def __init__(self, vault: Vault, vehicle_registry: VehicleRegistry, kept_for: timedelta) -> None:
        self._vault = vault
        self._vehicle_registry = vehicle_registry
        self._kept_for = kept_for

    # --- looking ----------------------------------------------------------------------------

    def get(self, tx: Tx, appeal_id: int, *, lock: bool = False) -> Appeal:
        """Return an appeal, locked when it is to be changed.

        Raises:
            AppealUnknown: there is none of this number.
        """
        row = tx.one("appeals.lock" if lock else "appeals.by_id", appeal_id=appeal_id)
        if row is None:
            raise AppealUnknown
        return self._appeal(tx, row)

    def own(self, tx: Tx, account: Account, appeal_id: int, *, lock: bool = False) -> Appeal:
        """Return an appeal of an owner.

        Raises:
            AppealUnknown: there is none of this number, or it is not theirs.
        """
        appeal = self.get(tx, appeal_id, lock=lock)
        if appeal.account_id != account.account_id or appeal.state == AppealState.DROPPED:
            raise AppealUnknown
        return appeal

    def of_account(self, tx: Tx, account: Account) -> list[Appeal]:
        """Return what an owner has submitted, newest first."""
        rows = tx.all("appeals.of_account", account_id=account.account_id)
        return [self._appeal(tx, row) for row in rows]

    def find_draft(self, tx: Tx, account: Account) -> Appeal | None:
        row = tx.one("appeals.draft_of", account_id=account.account_id)
        return self._appeal(tx, row) if row else None

    def draft(self, tx: Tx, account: Account) -> Appeal:
        """Return what an owner has begun and not submitted.

        Raises:
            StepOutOfOrder: nothing.
        """
        found = self.find_draft(tx, account)
        if found is None:
            raise StepOutOfOrder
        return found

    # --- filling in -------------------------------------------------------------------------

    def begin(self, tx: Tx, account: Account, vin: str = "") -> Appeal:
        """Begin a draft, or go on with the present one; about a vehicle, where one is meant.

        A draft about another vehicle loses what belonged to that: its reason and its invoice.

        Raises:
            NotRegistered: who appeals registers first.
            Blacklisted: an appeal lifts no ban; the counter may.
            AppealAboutOwnNumber, AppealNotNeeded, AppealWaits, VehicleUnknown: as ``enter_vin``.
        """
        if not account.is_registered:
            raise NotRegistered
        ensure_not_banned(tx, account.identity_hash)
        if self.find_draft(tx, account) is None:
            self._add(tx, account, None)
        draft = self.draft(tx, account)
        if vin and draft.vin != vin:
            if draft.vin is not None:
                tx.run("appeals.set_reason", appeal_id=draft.appeal_id, sealed=None, now=to_millis(tx.now))
                tx.run("appeals.forget_photo", appeal_id=draft.appeal_id, slot=Slot.INVOICE)
            self.enter_vin(tx, account, vin)
        return self.draft(tx, account)

    def consent(self, tx: Tx, account: Account) -> None:
        """Note that the owner agrees to what becomes of the photos."""
        draft = self.draft(tx, account)
        tx.run("appeals.consent", appeal_id=draft.appeal_id, version=PHOTO_CONSENT, now=to_millis(tx.now))
        audit.record(
            tx,
            account.actor,
            AuditAction.CONSENTED_TO_PHOTOS,
            draft.subject,
            office=draft.office,
            version=PHOTO_CONSENT,
        )

    def enter_vin(self, tx: Tx, account: Account, vin: str) -> None:
        """Note the vehicle, its VIN judged by form already.

        Raises:
            AppealAboutOwnNumber: its number is the owner's own.
            AppealNotNeeded: nothing stands in the way of a selection.
            AppealWaits: an appeal of theirs about it waits.
            VehicleUnknown: the registry knows all vehicles, but not this one.
        """
        draft = self.draft(tx, account)
        self.validate(tx, account, vin)
        tx.run("appeals.set_vin", appeal_id=draft.appeal_id, vin=vin, now=to_millis(tx.now))

    def enter_reason(self, tx: Tx, account: Account, typed: str) -> None:
        """Note why the owner appeals.

        Raises:
            AppealReasonLength: in less than 5 or more than 200 characters.
        """
        draft = self.draft(tx, account)
        reason = validate_reason(typed)
        tx.run(
            "appeals.set_reason",
            appeal_id=draft.appeal_id,
            sealed=self._vault.seal(reason),
            now=to_millis(tx.now),
        )

    def to_differ_from(self, tx: Tx, account: Account, slot: Slot) -> list[bytes]:
        """Return the fingerprints of the owner's photos of which a new one may be no copy.

        Those are the other photo of this appeal, what has served as the other kind in one before, and
        the invoices of other vehicles; the identity document may be the same in every appeal. Who asks
        holds the new one against them outside of the transaction, for that takes its time; one owner's
        photos come one after the other.
        """
        draft = self.draft(tx, account)
        return [
            self._vault.decrypt(row["fingerprint_sealed"])
            for row in tx.all("appeals.photos_of_account", account_id=account.account_id)
            if row["slot"] != slot or (slot == Slot.INVOICE and row["vin"] != draft.vin)
        ]

    def attach(self, tx: Tx, account: Account, slot: Slot, photo: Photo) -> None:
        """Note a photo that has been judged and put away, in place of the one before.

        Raises:
            StepOutOfOrder: there is no draft, or what becomes of photos has not been agreed to.
        """
        draft = self.draft(tx, account)
        if not draft.has_consent:
            raise StepOutOfOrder
        now = to_millis(tx.now)
        tx.run(
            "appeals.put_photo",
            appeal_id=draft.appeal_id,
            slot=slot,
            photo_key=photo.key,
            sealed=self._vault.encrypt(photo.fingerprint),
            now=now,
        )
        tx.run("appeals.touch", appeal_id=draft.appeal_id, now=now)

    def exchange_photos(self, tx: Tx, account: Account) -> None:
        """Let the two photos of the draft change places: they were sent in the wrong order.

        Sent again in the right one, each would be refused as a copy of the other.

        Raises:
            StepOutOfOrder: there is no draft.
            AppealIncomplete: there are not two photos.
        """
        draft = self.draft(tx, account)
        if not tx.run("appeals.exchange_photos", appeal_id=draft.appeal_id):
            raise AppealIncomplete
        tx.run("appeals.touch", appeal_id=draft.appeal_id, now=to_millis(tx.now))

    # --- what becomes of it -----------------------------------------------------------------

    def submit(self, tx: Tx, account: Account) -> Appeal:
        """Hand the draft in (提交申诉): it waits from now on.

        Raises:
            Blacklisted: an appeal lifts no ban.
            AppealIncomplete: something is missing, or the consent is one to older words.
            AppealAboutOwnNumber, AppealNotNeeded, AppealWaits, VehicleUnknown: as ``enter_vin``.
            AppealsWaitEnough: three of theirs wait.
        """
        draft = self.draft(tx, account)
        ensure_not_banned(tx, account.identity_hash)
        if not draft.is_complete or not account.is_registered:
            raise AppealIncomplete
        self.validate(tx, account, draft.required_vin)
        if not self._submitted(tx, account, draft):
            raise AppealsWaitEnough(MAX_WAITING)
        audit.record(
            tx,
            account.actor,
            AuditAction.SUBMITTED_APPEAL,
            draft.subject,
            office=draft.office,
            vin=draft.vin,
            renews=draft.renews,
        )
        return self.get(tx, draft.appeal_id)

    def withdraw(self, tx: Tx, account: Account, appeal_id: int) -> None:
        """Take an appeal back that waits.

        Raises:
            AppealUnknown: it is not theirs.
            AppealDecided: it has ended meanwhile.
        """
        appeal = self.own(tx, account, appeal_id)
        if not tx.run("appeals.withdraw", appeal_id=appeal_id, now=to_millis(tx.now)):
            raise AppealDecided(appeal.decided_by or account.actor, appeal.state)
        audit.record(tx, account.actor, AuditAction.WITHDREW_APPEAL, appeal.subject, office=appeal.office)

    def renew(self, tx: Tx, account: Account, appeal_id: int) -> Appeal:
        """Begin anew with the data of an appeal that was rejected or withdrawn.

        Raises:
            AppealUnknown: it is not theirs.
            StepOutOfOrder: it is neither.
            AppealUnfinished: there is a draft already.
            Blacklisted: an appeal lifts no ban.
        """
        ended = self.own(tx, account, appeal_id, lock=True)  # against the purge, which forgets its photos
        if ended.state not in RENEWABLE:
            raise StepOutOfOrder
        ensure_not_banned(tx, account.identity_hash)
        if self.find_draft(tx, account) is not None:
            raise AppealUnfinished
        renewed_id = self._add(tx, account, appeal_id)
        tx.run("appeals.copy_data", source=appeal_id, target=renewed_id)
        tx.run("appeals.copy_photos", source=appeal_id, target=renewed_id)
        return self.get(tx, renewed_id)

    def drop(self, tx: Tx, account: Account) -> None:
        """Give the draft up."""
        self._drop(tx, self.draft(tx, account).appeal_id, account.actor)

    # --- forgetting -------------------------------------------------------------------------

    def purge(self, tx: Tx, limit: int = 100) -> int:
        """Give up drafts that nobody has touched for a week, and forget what is kept no longer.

        Returns:
            How many appeals were changed; the photos' files go with the next sweep.
        """
        drafts = tx.all("appeals.old_drafts", before=to_millis(tx.now - DRAFTS_LIVE), most=limit)
        for row in drafts:
            self._drop(tx, row["appeal_id"], audit.SYSTEM)
        ended = tx.all("appeals.to_forget", before=to_millis(tx.now - self._kept_for), most=limit)
        for row in ended:
            tx.run("appeals.forget_photos", appeal_id=row["appeal_id"])
            tx.run("appeals.forget_reason", appeal_id=row["appeal_id"])
        return len(drafts) + len(ended)

    def validate(self, tx: Tx, account: Account, vin: str) -> None:
        """Refuse an appeal that could change nothing.

        Raises:
            AppealAboutOwnNumber, AppealNotNeeded, AppealWaits, VehicleUnknown: as ``enter_vin``.
        """
        if tx.one("appeals.waiting_of", vin=vin, account_id=account.account_id):
            raise AppealWaits
        validate_vehicle(tx, self._vehicle_registry, vin, account.account_id)

    def _add(self, tx: Tx, account: Account, renews: int | None) -> int:
        row = tx.one(
            "appeals.add",
            account_id=account.account_id,
            office=account.office,
            renews=renews,
            now=to_millis(tx.now),
        )
        if row is None:
            raise StepOutOfOrder
        appeal_id: int = row["appeal_id"]
        subject = audit.appeal_subject(appeal_id)
        audit.record(tx, account.actor, AuditAction.BEGAN_APPEAL, subject, office=account.office)
        return appeal_id

    def _submitted(self, tx: Tx, account: Account, draft: Appeal) -> bool:
        try:
            return bool(
                tx.run(
                    "appeals.submit",
                    appeal_id=draft.appeal_id,
                    office=account.office,
                    identity_hash=account.identity_hash,
                    consent_version=PHOTO_CONSENT,
                    most=MAX_WAITING,
                    now=to_millis(tx.now),
                )
            )
        except StoreConstraintError:  # appeal_one_waiting: submitted twice at once
            raise AppealWaits from None

    def _drop(self, tx: Tx, appeal_id: int, actor: str) -> None:
        appeal = self.get(tx, appeal_id)
        if tx.run("appeals.drop", appeal_id=appeal_id, now=to_millis(tx.now)):
            tx.run("appeals.forget_photos", appeal_id=appeal_id)
            audit.record(tx, actor, AuditAction.DROPPED_APPEAL, appeal.subject, office=appeal.office)

    def _appeal(self, tx: Tx, row: Row) -> Appeal:
        photos = {
            Slot(photo["slot"]): photo["photo_key"]
            for photo in tx.all("appeals.photos", appeal_id=row["appeal_id"])
        }
        return Appeal(
            appeal_id=row["appeal_id"],
            account_id=row["account_id"],
            office=row["office"],
            state=AppealState(row["state"]),
            renews=row["renews"],
            consent_version=row["consent_version"],
            vin=row["vin"],
            reason_sealed=row["reason_sealed"],
            identity_hash=None if row["identity_hash"] is None else bytes(row["identity_hash"]),
            submitted_at=moment_or_none(row["submitted_at"]),
            ended_at=moment_or_none(row["ended_at"]),
            decided_by=row["decided_by"],
            answer=row["answer"],
            outcome=row["outcome"],
            photos=photos,
            vault=self._vault,
        )


def photo_keys(tx: Tx) -> frozenset[str]:
    """Return under which keys photos lie that some appeal has: what a sweep must leave."""
    return frozenset(row["photo_key"] for row in tx.all("appeals.photo_keys"))
