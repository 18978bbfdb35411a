"""The owner's side of appeals: drafting, submitting, withdrawing; and purging."""

from datetime import timedelta

from core import audit
from core.appeals.alerts import tell_reviewers
from core.appeals.model import (
    PHOTO_CONSENT,
    RENEWABLE,
    Appeal,
    AppealState,
    Photo,
    Slot,
    validate_reason,
)
from core.appeals.obstacles import validate_vehicle
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors.accounts import NotRegistered
from core.errors.appeals import (
    AppealDecided,
    AppealIncomplete,
    AppealsWaitEnough,
    AppealUnfinished,
    AppealUnknown,
    AppealWaits,
)
from core.errors.preselection import StepOutOfOrder
from core.errors.store import StoreConstraintError
from core.people.accounts import Account
from core.people.admins import Admins
from core.people.blacklist import ensure_not_banned
from core.people.probes import Probes, ensure_may_ask
from core.ports import Row, Tx
from core.registry.lookup import VehicleRegistry
from core.security.vault import Vault
from core.suspicion import find_asked

DRAFTS_LIVE = timedelta(days=7)
MAX_WAITING = 3
"""Maximum pending appeals of one owner, each about a different vehicle."""
_PURGED_AT_ONCE = 100


class Appeals:
    """The owners' operations on appeals; every method runs within the caller's transaction.

    Args:
        vault: encrypts reasons and fingerprints.
        vehicle_registry: the registry of vehicles.
        kept_for: how long photos and reason are kept after an appeal has ended.
    """

    def __init__(
        self, vault: Vault, vehicle_registry: VehicleRegistry, kept_for: timedelta, admins: Admins
    ) -> None:
        self._vault = vault
        self._admins = admins
        self._vehicle_registry = vehicle_registry
        self._kept_for = kept_for
        self._probes = Probes(vault)

    # --- reading ----------------------------------------------------------------------------

    def get(self, tx: Tx, appeal_id: int, *, lock: bool = False) -> Appeal:
        """Return an appeal; with ``lock``, lock its row.

        Raises:
            AppealUnknown: the id is unknown.
        """
        row = tx.one("appeals.lock" if lock else "appeals.by_id", appeal_id=appeal_id)
        if row is None:
            raise AppealUnknown
        return self._appeal(tx, row)

    def own(self, tx: Tx, account: Account, appeal_id: int, *, lock: bool = False) -> Appeal:
        """Return an appeal of an owner.

        Raises:
            AppealUnknown: the id is unknown, or the appeal is not theirs.
        """
        appeal = self.get(tx, appeal_id, lock=lock)
        if appeal.account_id != account.account_id or appeal.state == AppealState.DROPPED:
            raise AppealUnknown
        return appeal

    def of_account(self, tx: Tx, account: Account) -> list[Appeal]:
        """Return an owner's submitted appeals, newest first."""
        rows = tx.all("appeals.of_account", account_id=account.account_id)
        return [self._appeal(tx, row) for row in rows]

    def answers(self, tx: Tx, suspicion_id: int) -> list[Appeal]:
        """Return the submitted appeals that answer a suspicion, newest first."""
        return [self._appeal(tx, row) for row in tx.all("appeals.answers", suspicion_id=suspicion_id)]

    def find_draft(self, tx: Tx, account: Account) -> Appeal | None:
        row = tx.one("appeals.draft_of", account_id=account.account_id)
        return self._appeal(tx, row) if row else None

    def draft(self, tx: Tx, account: Account) -> Appeal:
        """Return an owner's draft.

        Raises:
            StepOutOfOrder: there is none.
        """
        found = self.find_draft(tx, account)
        if found is None:
            raise StepOutOfOrder
        return found

    # --- drafting ---------------------------------------------------------------------------

    def begin(self, tx: Tx, account: Account, vin: str = "") -> Appeal:
        """Begin a draft or continue the existing one, optionally about a given vehicle.

        If the draft is about another vehicle, its reason and invoice are discarded.

        Raises:
            NotRegistered: the owner has not registered.
            Blacklisted: the owner is banned; only the counter lifts bans, appeals do not.
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
        """Record the owner's consent to the processing of the photos."""
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
        """Set the vehicle; its VIN is already parsed.

        Raises:
            AppealAboutOwnNumber: its number already belongs to the owner.
            AppealNotNeeded: nothing prevents a selection.
            AppealWaits: an appeal of theirs about it is already pending.
            VehicleUnknown: it is not in the registry, and the registry is complete.
            ProbedTooOften: the chat has typed too many values of others, and has to wait.
        """
        draft = self.draft(tx, account)
        ensure_may_ask(tx, account.chat_id)
        self.validate(tx, account, vin)
        if not find_asked(tx, account.account_id):
            self._probes.note_value(
                tx, account.chat_id, vin
            )  # being accepted tells that somebody else has it
        tx.run("appeals.set_vin", appeal_id=draft.appeal_id, vin=vin, now=to_millis(tx.now))

    def validate(self, tx: Tx, account: Account, vin: str) -> None:
        """Reject an appeal that would change nothing.

        While the owner's selection is suspended, an appeal is the answer to that, about any vehicle.

        Raises:
            AppealAboutOwnNumber, AppealNotNeeded, AppealWaits, VehicleUnknown: as ``enter_vin``.
        """
        asked = find_asked(tx, account.account_id)
        if asked:
            if tx.one("suspicion.pending_answer", suspicion_id=asked[0].suspicion_id):
                raise AppealWaits
            return
        if tx.one("appeals.waiting_of", vin=vin, account_id=account.account_id):
            raise AppealWaits
        validate_vehicle(tx, self._vehicle_registry, vin, account.account_id)

    def enter_reason(self, tx: Tx, account: Account, typed: str) -> None:
        """Set the reason of the appeal.

        Raises:
            AppealReasonLength: it has fewer than 5 or more than 200 characters.
            PersonalNumberInText: it contains an identity number or a telephone number.
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
        """Return the fingerprints of the owner's photos that a new one must differ from.

        These are the other photo of this appeal, photos used for the other slot in earlier appeals, and
        invoices of other vehicles; the identity document may be the same in every appeal. The caller
        compares outside the transaction, because that is slow; this is safe, as one owner's photos are
        processed one at a time.
        """
        draft = self.draft(tx, account)
        return [
            self._vault.decrypt(row["fingerprint_sealed"])
            for row in tx.all("appeals.photos_of_account", account_id=account.account_id)
            if row["slot"] != slot or (slot == Slot.INVOICE and row["vin"] != draft.vin)
        ]

    def attach(self, tx: Tx, account: Account, slot: Slot, photo: Photo) -> None:
        """Attach a validated and stored photo, replacing the previous one.

        Raises:
            StepOutOfOrder: there is no draft, or no consent to the processing of photos.
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
        """Swap the two photos of the draft, which were sent in the wrong order.

        Sending them again in the right order would fail, as each would be rejected as a copy of the other.

        Raises:
            StepOutOfOrder: there is no draft.
            AppealIncomplete: there are not two photos.
        """
        draft = self.draft(tx, account)
        if not tx.run("appeals.exchange_photos", appeal_id=draft.appeal_id):
            raise AppealIncomplete
        tx.run("appeals.touch", appeal_id=draft.appeal_id, now=to_millis(tx.now))

    # --- submitting and withdrawing ---------------------------------------------------------

    def submit(self, tx: Tx, account: Account) -> Appeal:
        """Submit the draft (提交申诉); it is pending from now on.

        Raises:
            Blacklisted: the owner is banned; appeals do not lift bans.
            AppealIncomplete: data are missing, or the consent is to an older version.
            AppealAboutOwnNumber, AppealNotNeeded, AppealWaits, VehicleUnknown: as ``enter_vin``.
            AppealsWaitEnough: the owner already has ``MAX_WAITING`` pending appeals.
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
        tell_reviewers(tx, self._admins, draft.office)
        return self.get(tx, draft.appeal_id)

    def withdraw(self, tx: Tx, account: Account, appeal_id: int) -> None:
        """Withdraw a pending appeal.

        Raises:
            AppealUnknown: it is not theirs.
            AppealDecided: it has ended in the meantime.
        """
        appeal = self.own(tx, account, appeal_id)
        if not tx.run("appeals.withdraw", appeal_id=appeal_id, now=to_millis(tx.now)):
            raise AppealDecided(appeal.decided_by or account.actor, appeal.state)
        audit.record(tx, account.actor, AuditAction.WITHDREW_APPEAL, appeal.subject, office=appeal.office)

    def renew(self, tx: Tx, account: Account, appeal_id: int) -> Appeal:
        """Begin a draft with the data of a rejected or withdrawn appeal.

        Raises:
            AppealUnknown: it is not theirs.
            StepOutOfOrder: it is neither.
            AppealUnfinished: there is a draft already.
            Blacklisted: the owner is banned; appeals do not lift bans.
        """
        ended = self.own(tx, account, appeal_id, lock=True)  # against a concurrent purge of its photos
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
        """Drop the draft."""
        self._drop(tx, self.draft(tx, account), account.actor)

    # --- purging ----------------------------------------------------------------------------

    def purge(self, tx: Tx) -> int:
        """Drop drafts untouched for a week, and delete photos and reasons past their retention period.

        Returns:
            The number of changed appeals; the photo files are deleted by the next sweep.
        """
        drafts = tx.all("appeals.old_drafts", before=to_millis(tx.now - DRAFTS_LIVE), most=_PURGED_AT_ONCE)
        for row in drafts:
            self._drop(tx, self.get(tx, row["appeal_id"]), audit.SYSTEM)
        ended = tx.all("appeals.to_forget", before=to_millis(tx.now - self._kept_for), most=_PURGED_AT_ONCE)
        for row in ended:
            tx.run("appeals.forget_photos", appeal_id=row["appeal_id"])
            tx.run("appeals.forget_reason", appeal_id=row["appeal_id"])
        return len(drafts) + len(ended)

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
        asked = find_asked(tx, account.account_id)
        try:
            return bool(
                tx.run(
                    "appeals.submit",
                    appeal_id=draft.appeal_id,
                    office=account.office,
                    identity_hash=account.identity_hash,
                    suspicion_id=asked[0].suspicion_id if asked else None,
                    consent_version=PHOTO_CONSENT,
                    most=MAX_WAITING,
                    now=to_millis(tx.now),
                )
            )
        except StoreConstraintError:  # appeal_one_waiting or appeal_one_answer: submitted twice at once
            raise AppealWaits from None

    def _drop(self, tx: Tx, appeal: Appeal, actor: str) -> None:
        if tx.run("appeals.drop", appeal_id=appeal.appeal_id, now=to_millis(tx.now)):
            tx.run("appeals.forget_photos", appeal_id=appeal.appeal_id)
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
            suspicion_id=row["suspicion_id"],
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
