"""Reading the records of the services' personal data, as they are exported."""

import json
from collections.abc import Callable

from core import audit, suspicion
from core.audit import AuditAction
from core.clock import moment_or_none
from core.notifications import reminders, wished
from core.personal_data.model import DataSubject, Record
from core.ports import Row, Tx


def read_account(tx: Tx, data_subject: DataSubject) -> list[Record]:
    account = data_subject.account
    row = tx.one("accounts.of_chat", chat_id=data_subject.chat_id)
    if account is None or row is None:
        return [{"chat": data_subject.chat_id}]
    return [
        {
            "chat": data_subject.chat_id,
            "account": account.account_id,
            "user_type": account.user_type.value,
            "office": account.office,
            "name": account.name,
            "identity": account.identity,
            "phone": account.phone,
            "phone_to_be_proved": account.new_phone,
            "phone_proved_at": moment_or_none(row["phone_proved_at"]),
            "registered_at": account.registered_at,
            "created_at": moment_or_none(row["created_at"]),
        }
    ]


def read_consents(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {"version": record["details"]["version"], "at": record["at"]}
        for record in read_audit_log(tx, data_subject)
        if record["action"] == AuditAction.CONSENTED and isinstance(record["details"], dict)
    ]


def read_preselections(_tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {
            "number": preselection.preselection_id,
            "office": preselection.office,
            "kind": preselection.kind.value,
            "state": preselection.state.value,
            "vin": preselection.vin,
            "certificate_kind": preselection.certificate_kind.value
            if preselection.certificate_kind
            else None,
            "certificate": preselection.certificate,
            "plate": str(preselection.plate) if preselection.plate else None,
            "way": preselection.way.value if preselection.way else None,
            "verified_at": preselection.verified_at,
            "reserved_at": preselection.reserved_at,
            "deadline": preselection.deadline,
            "ended_at": preselection.ended_at,
            "reason": preselection.reason,
        }
        for preselection in data_subject.preselections
    ]


def read_of_account(query: str, made: Callable[[Row], Record]) -> Callable[[Tx, DataSubject], list[Record]]:
    """Return a reader of rows that reference the account."""

    def read(tx: Tx, data_subject: DataSubject) -> list[Record]:
        if data_subject.account is None:
            return []
        return [made(row) for row in tx.all(query, account_id=data_subject.account.account_id)]

    return read


def draw_record(row: Row) -> Record:
    """Return a draw with what verifies it: its seed is only there once it is published.

    Its numbers only if they were shown, since an unshown batch may be refunded.
    """
    return {
        "preselection": row["preselection_id"],
        "office": row["office"],
        "kind": row["kind"],
        "n": row["n"],
        "at": moment_or_none(row["drawn_at"]),
        "without_four": bool(row["without_four"]),
        "numbers": json.loads(row["numbers"]) if row["sent_at"] is not None else None,
        "nonce": row["nonce"],
        "day": row["day"],
        "seed_digest": row["digest"],
        "seed": row["secret_published"],
    }


def code_record(row: Row) -> Record:
    """Return the times and the state of a code; the code itself is not stored."""
    return {
        "purpose": row["purpose"],
        "state": row["state"],
        "wrong_tries": row["wrong_tries"],
        "at": moment_or_none(row["created_at"]),
        "expires_at": moment_or_none(row["expires_at"]),
    }


def receipt_record(row: Row) -> Record:
    """Return what a vendor has said about an SMS."""
    return {
        "provider": row["provider"],
        "state": row["state"],
        "reason": row["reason"],
        "at": moment_or_none(row["created_at"]),
    }


def read_wishes(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {"preselection": record["subject"], "at": record["at"], "wishes": record["details"]}
        for record in read_audit_log(tx, data_subject)
        if record["action"] == AuditAction.COMPOSED_IN_VAIN
    ]


def read_notifications(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {
            "purpose": row["purpose"],
            "subject": row["subject"],
            "details": json.loads(row["details"]),
            "due_at": moment_or_none(row["due_at"]),
            "state": row["state"],
            "ended_at": moment_or_none(row["ended_at"]),
        }
        for row in tx.all("personal_data.notices", chat_id=data_subject.chat_id)
    ]


def ban_rows(tx: Tx, data_subject: DataSubject) -> list[Row]:
    digest = data_subject.identity_hash  # who has only typed it learns nothing of its bans
    return tx.all("personal_data.bans", identity_hash=digest) if digest is not None else []


def read_bans(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {
            "office": row["office"],
            "reason": row["reason"],
            "cause": row["cause"],
            "since": moment_or_none(row["since"]),
            "until": moment_or_none(row["until"]),
            "lifted_at": moment_or_none(row["lifted_at"]),
            "lift_reason": row["lift_reason"],
        }
        for row in ban_rows(tx, data_subject)
    ]


def read_subscriptions(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {
            "office": row["office"],
            "kind": row["kind"],
            "topic": row["topic"],
            "since": moment_or_none(row["since"]),
        }
        for row in tx.all("personal_data.subscriptions", chat_id=data_subject.chat_id)
    ]


def read_awaited_offices(tx: Tx, data_subject: DataSubject) -> list[Record]:
    rows = tx.all("personal_data.awaited_offices", chat_id=data_subject.chat_id)
    return [{"office": row["office"], "since": moment_or_none(row["since"])} for row in rows]


def read_wished(tx: Tx, data_subject: DataSubject) -> list[Record]:
    if data_subject.account is None:
        return []
    return [
        {"office": one.office, "kind": one.kind.value, "plate": one.pattern, "since": one.since}
        for one in wished.of_account(tx, data_subject.account.account_id)
    ]


def read_check_subscription(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("checks.subscription", chat_id=data_subject.chat_id)
    return [{"since": moment_or_none(row["since"])}] if row else []


def read_mutes(tx: Tx, data_subject: DataSubject) -> list[Record]:
    rows = tx.all("personal_data.mutes", chat_id=data_subject.chat_id)
    return [{"office": row["office"], "since": moment_or_none(row["since"])} for row in rows]


def read_reminders(tx: Tx, data_subject: DataSubject) -> list[Record]:
    count = reminders.reminders_wanted(tx, data_subject.account.account_id) if data_subject.account else None
    return [] if count is None else [{"count": count}]


def read_conversation(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("dialog.get", chat_id=data_subject.chat_id)
    return [{"screen": row["screen"], "at": moment_or_none(row["updated_at"])}] if row else []


def read_reach(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("notices.is_unreachable", chat_id=data_subject.chat_id)
    return [{"since": moment_or_none(row["since"]), "reason": row["reason"]}] if row else []


def read_probes(tx: Tx, data_subject: DataSubject) -> list[Record]:
    """Return when they typed values of others; kept for a day even after deletion, which would end a wait."""
    rows = tx.all("probes.of_chat", chat_id=data_subject.chat_id)
    return [{"at": moment_or_none(row["at"])} for row in rows]


def press_record(row: Row) -> Record:
    return {"way": row["way"], "office": row["office"], "at": moment_or_none(row["at"])}


def read_suspicions(tx: Tx, data_subject: DataSubject) -> list[Record]:
    """Return the suspicions about the account, which stay: they name it by its number only."""
    if data_subject.account is None:
        return []
    return [
        {
            "number": found.suspicion_id,
            "cause": found.kind.value,
            "office": found.office,
            "state": found.state.value,
            "details": dict(found.evidence),
            "at": found.raised_at,
            "asked_at": found.asked_at,
            "ended_at": found.decided_at,
            "reason": found.reason,
        }
        for found in suspicion.of_subject(tx, data_subject.account.subject)
    ]


def note_record(row: Row) -> Record:
    """Return a note of the desk on one's case; who wrote it is the desk's affair."""
    return {
        "at": moment_or_none(row["written_at"]),
        "subject": row["subject"],
        "office": row["office"],
        "note": row["body"],
    }


def request_record(row: Row) -> Record:
    """Return a request of the desk about one's identity to another chief."""
    return {
        "at": moment_or_none(row["requested_at"]),
        "act": row["act"],
        "office": row["office"],
        "state": row["state"],
    }


def read_roles(tx: Tx, data_subject: DataSubject) -> list[Record]:
    """Return the roles of a person at the desk, those that have ended by themselves included."""
    rows = tx.all("admins.stored_of_chat", chat_id=data_subject.chat_id)
    return [
        {"role": row["role"], "office": row["office"], "until": moment_or_none(row["until"])} for row in rows
    ]


def read_summary(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("work_queue.summary_is_off", chat_id=data_subject.chat_id)
    return [{"wanted": False}] if row else []


def read_audit_log(tx: Tx, data_subject: DataSubject) -> list[Record]:
    """Return the audit log entries about a person; other actors appear only as "desk"."""
    own = {audit.chat_actor(data_subject.chat_id), data_subject.account.actor if data_subject.account else ""}
    bans = [audit.ban_subject(row["ban_id"]) for row in ban_rows(tx, data_subject)]
    rows = [
        row
        for subject in (*data_subject.subjects, *bans)
        for row in tx.all("audit.of_subject", subject=subject)
    ]
    return [
        {
            "at": moment_or_none(row["at"]),
            "by": "self" if row["actor"] in own else _who(row["actor"]),
            "action": row["action"],
            "subject": row["subject"],
            "office": row["office"],
            "details": json.loads(row["details"]),
        }
        for row in sorted(rows, key=lambda row: row["entry_id"])
    ]


def _who(actor: str) -> str:
    return actor if actor == audit.SYSTEM else "desk"
