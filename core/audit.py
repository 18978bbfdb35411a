"""The audit log: who changed what, and when. It is append-only.

An entry has an actor (``system``, ``cli``, ``chat:1001``, ``account:3``), an ``AuditAction`` and a subject
(``preselection:7``). All three are stored as text, so their formats must not change.
"""

import json
from enum import StrEnum

from core.clock import to_millis
from core.errors.desk import HandledMeanwhile
from core.ports import Tx

SYSTEM = "system"
"""The actor of automatic changes."""
COMMAND_LINE = "cli"
"""The actor of changes made on the command line."""
CHAT = "chat"
"""The prefix of actors identified by a chat."""


class AuditAction(StrEnum):
    """What was done; the values are stored in the database."""

    ABANDONED = "abandoned"
    ACCEPTED_INVITATION = "accepted_invitation"
    ACTED_ALONE = "acted_alone"  # without a second chief, as the office has none
    ADDED_ADMIN = "added_admin"
    AGREED_TO_NOTICE = "agreed_to_notice"
    AGREED_TO_REQUEST = "agreed_to_request"  # of another chief; whose is in the details
    APPROVED_APPEAL = "approved_appeal"
    ASKED_CHIEF = "asked_chief"  # another chief, to agree to a grave act
    ASKED_FOR_INVOICE = "asked_for_invoice"
    BANNED = "banned"
    BEGAN = "began"
    BEGAN_APPEAL = "began_appeal"
    BEGAN_BROADCAST = "began_broadcast"
    BEGAN_MAINTENANCE = "began_maintenance"
    CHANGED_BAN = "changed_ban"
    CHANGED_NAME = "changed_name"
    CHANGED_OFFICE = "changed_office"
    CHANGED_PHONE = "changed_phone"
    CANCELLED_RELEASE = "cancelled_release"
    CHANGED_HOLIDAYS = "changed_holidays"
    CHANGED_HOURS = "changed_hours"
    CLOSED_DAY = "closed_day"
    CLOSED_REQUEST = "closed_request"
    COMMITTED_SEED = "committed_seed"
    COMPOSED_IN_VAIN = "composed_in_vain"
    CONFIRMED_CLOCK = "confirmed_clock"
    CONFIRMED_DATA = "confirmed_data"
    CONFIRMED_SUSPICION = "confirmed_suspicion"
    CONSENTED = "consented"
    CONSENTED_TO_PHOTOS = "consented_to_photos"
    DELETED_OWN_DATA = "deleted_own_data"
    DISMISSED_SUSPICION = "dismissed_suspicion"
    DOUBTED_CLOCK = "doubted_clock"
    DROPPED_APPEAL = "dropped_appeal"
    DROPPED_DRAFT = "dropped_draft"
    DROPPED_IMPORT = "dropped_import"
    ENDED_BROADCAST = "ended_broadcast"
    ENDED_MAINTENANCE = "ended_maintenance"
    EXPIRED = "expired"
    EXPORTED_LIST = "exported_list"
    GRANTED_CHANCES = "granted_chances"
    HANDLED = "handled"
    IMPORTED_VEHICLES = "imported_vehicles"
    INVITED_ADMIN = "invited_admin"
    KEPT_BATCH = "kept_batch"  # undelivered, but not refunded: the vehicle has had its refunds
    LIFTED_BAN = "lifted_ban"
    LOOKED_UP = "looked_up"
    LOST_IDENTITY = "lost_identity"
    LOST_PHONE = "lost_phone"
    LOST_VEHICLE = "lost_vehicle"
    MESSAGED_OWNER = "messaged_owner"
    MOVED_DEADLINE = "moved_deadline"
    NAMED_ADMIN = "named_admin"
    RAISED_SUSPICION = "raised_suspicion"
    RECEIVED_IDENTITY = "received_identity"
    RECHOSE = "rechose"
    REFUSED_REQUEST = "refused_request"
    REFUSED_UNWITHHOLDING = "refused_unwithholding"
    REGISTERED = "registered"
    REGISTERED_ACCOUNT = "registered_account"
    REJECTED_APPEAL = "rejected_appeal"
    RELEASED = "released"
    REMOVED_ADMIN = "removed_admin"
    REQUESTED_UNWITHHOLDING = "requested_unwithholding"
    REDATED_RELEASE = "redated_release"
    REOPENED_DAY = "reopened_day"
    RESERVED = "reserved"
    RESTORED = "restored"
    RETURNED_BATCH = "returned_batch"
    REVOKED = "revoked"
    REVOKED_INVITATION = "revoked_invitation"
    SAW_PERSON = "saw_person"  # name, identity and telephone in full
    SAW_PHONE = "saw_phone"
    SAW_PHOTOS = "saw_photos"
    SET_USER_TYPE = "set_user_type"
    STOPPED_BROADCAST = "stopped_broadcast"
    SUBMITTED_APPEAL = "submitted_appeal"
    UNDID = "undid"  # took back a confirmation, a void, a revocation or an approval; which is in the details
    UNDID_IMPORT = "undid_import"
    UNWITHHELD = "unwithheld"
    VERIFIED = "verified"
    VOIDED = "voided"
    WITHDREW_APPEAL = "withdrew_appeal"
    WITHDREW_NOTE = "withdrew_note"
    WITHDREW_REQUEST = "withdrew_request"
    WITHDREW_UNWITHHOLDING = "withdrew_unwithholding"
    WITHHELD = "withheld"
    WROTE_NOTE = "wrote_note"  # its text is in the table, and goes with the owner's data


def record(
    tx: Tx, actor: str, action: AuditAction, subject: str, *, office: str | None = None, **details: object
) -> None:
    """Write an entry to the audit log, in the transaction that makes the change.

    Args:
        tx: the transaction.
        actor: who did it.
        action: what was done.
        subject: what it was done to, as formatted by one of the functions below.
        office: the code of the office concerned; None if there is no single one.
        details: further JSON values; no personal data.
    """
    tx.run(
        "audit.add",
        now=to_millis(tx.now),
        actor=actor,
        action=action.value,
        office=office,
        subject=subject,
        details=json.dumps(details, ensure_ascii=False, sort_keys=True),
    )


def handled(tx: Tx, subject: str, action: AuditAction | None = None) -> HandledMeanwhile:
    """Return a HandledMeanwhile error with actor and action of the newest entry about a subject.

    Args:
        tx: the transaction.
        subject: what the conflict is about.
        action: consider only entries with this action; None for any.
    """
    row = (
        tx.one("audit.last_done", subject=subject, action=action.value)
        if action
        else tx.one("audit.newest_of", subject=subject, most=1)
    )
    return HandledMeanwhile(by=row["actor"], action=row["action"]) if row else HandledMeanwhile()


def mask_handled(tx: Tx, subject: str, action: AuditAction, mask: str) -> HandledMeanwhile:
    """Return a HandledMeanwhile error with the actor of the newest such action on a mask of a pool."""
    like = f'%"mask": {json.dumps(mask)}%'
    row = tx.one("audit.last_of_mask", subject=subject, action=action.value, like=like)
    return HandledMeanwhile(by=row["actor"], action=action.value) if row else HandledMeanwhile()


# --- actors and subjects --------------------------------------------------------------------


class SubjectKind(StrEnum):
    """The prefixes of subjects of entries and notifications; the values are stored in the database."""

    PRESELECTION = "preselection"
    ACCOUNT = "account"
    ADMIN = "admin"
    SEGMENT = "segment"
    POOL = "pool"
    PLATE = "plate"
    BAN = "ban"
    VEHICLE = "vehicle"
    OFFICE = "office"
    SEED = "seed"
    EXPIRY = "expiry"
    NOTICE = "notice"
    UPDATE = "update"
    APPEAL = "appeal"
    IMPORT = "import"
    BROADCAST = "broadcast"
    RESTORATION = "restoration"
    UNWITHHOLD = "unwithhold"
    REQUEST = "request"
    SUSPICION = "suspicion"


def preselection_subject(preselection_id: int) -> str:
    """Return the subject of a preselection and of its reservation: ``preselection:7``."""
    return f"{SubjectKind.PRESELECTION}:{preselection_id}"


def account_subject(account_id: int) -> str:
    """Return ``account:3``, which is also the account's name as an actor."""
    return f"{SubjectKind.ACCOUNT}:{account_id}"


def admin_subject(chat_id: int) -> str:
    """Return the subject of a chat's roles: ``admin:1001``."""
    return f"{SubjectKind.ADMIN}:{chat_id}"


def segment_subject(segment_id: int) -> str:
    """Return ``segment:3``."""
    return f"{SubjectKind.SEGMENT}:{segment_id}"


def pool_subject(office: str, kind: str) -> str:
    """Return ``pool:粤K:small``."""
    return f"{SubjectKind.POOL}:{office}:{kind}"


def plate_subject(office: str, kind: str, serial: str) -> str:
    """Return ``plate:粤K:small:A1234``."""
    return f"{SubjectKind.PLATE}:{office}:{kind}:{serial}"


def ban_subject(ban_id: int | str) -> str:
    """Return ``ban:5``."""
    return f"{SubjectKind.BAN}:{ban_id}"


def vehicle_subject(vin: str) -> str:
    """Return ``vehicle:`` and the VIN."""
    return f"{SubjectKind.VEHICLE}:{vin}"


def office_subject(code: str) -> str:
    """Return ``office:粤K``, or ``office:all`` for the empty code, which means all offices."""
    return f"{SubjectKind.OFFICE}:{code or 'all'}"


def seed_subject(seed_id: int) -> str:
    """Return ``seed:9``."""
    return f"{SubjectKind.SEED}:{seed_id}"


def notice_subject(notice_id: int) -> str:
    """Return ``notice:12``: a notification that could not be sent."""
    return f"{SubjectKind.NOTICE}:{notice_id}"


def expiry_subject(preselection_id: int) -> str:
    """Return ``expiry:7``: a reservation that expired although its owner could not be reminded."""
    return f"{SubjectKind.EXPIRY}:{preselection_id}"


def update_subject(update_id: int) -> str:
    """Return ``update:90``: an update that could not be handled."""
    return f"{SubjectKind.UPDATE}:{update_id}"


def appeal_subject(appeal_id: int) -> str:
    """Return ``appeal:4``."""
    return f"{SubjectKind.APPEAL}:{appeal_id}"


def import_subject(import_id: int) -> str:
    """Return ``import:2``."""
    return f"{SubjectKind.IMPORT}:{import_id}"


def broadcast_subject(broadcast_id: int) -> str:
    """Return ``broadcast:6``."""
    return f"{SubjectKind.BROADCAST}:{broadcast_id}"


def restoration_subject(restoration_id: int) -> str:
    """Return ``restoration:1``: the database was put back from a backup."""
    return f"{SubjectKind.RESTORATION}:{restoration_id}"


def unwithhold_subject(request_id: int) -> str:
    """Return ``unwithhold:5``: a request to end a withholding."""
    return f"{SubjectKind.UNWITHHOLD}:{request_id}"


def request_subject(request_id: int) -> str:
    """Return ``request:5``: a request to another chief."""
    return f"{SubjectKind.REQUEST}:{request_id}"


def suspicion_subject(suspicion_id: int) -> str:
    """Return ``suspicion:5``."""
    return f"{SubjectKind.SUSPICION}:{suspicion_id}"


def chat_actor(chat_id: int) -> str:
    """Return the actor of a chat, for admins and for owners without an account: ``chat:1001``."""
    return f"{CHAT}:{chat_id}"


def chat_of(actor: str) -> str:
    """Return the chat id, as text, of an actor identified by a chat."""
    return actor.removeprefix(f"{CHAT}:")
