"""Exporting and deleting the personal data of an owner (docs/domain.md, section 12).

The data are a list of *sources*: each says how its data are read, what blocks their deletion, and how they
are deleted. Code that stores other personal data adds a source to those that ``core.bootstrap`` builds
``PersonalData`` with. The conversation is the exception: its table (``dialog``) belongs to ``bot``, but is
read and deleted here with the others, since all tables are one schema (see ``core.db``).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core import audit, suspicion
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors.accounts import DeletionBlocked, DeletionBlocker
from core.notifications import reminders, wished
from core.people import blacklist
from core.people.accounts import Account, Accounts
from core.ports import Row, Tx
from core.preselection import Preselection, Preselections, PreselectionState, from_row, unfinished

Record = Mapping[str, object]
"""One stored record by field name; moments are datetimes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """The person whose data are read or deleted."""

    chat_id: int
    account: Account | None  # None before consent
    identity_hash: bytes | None = field(default=None, repr=False)  # only if the identity is their own
    preselections: tuple[Preselection, ...] = field(default=(), repr=False)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return their subjects in the audit log: the account and its preselections."""
        own = (self.account.subject,) if self.account else ()
        return (*own, *(preselection.subject for preselection in self.preselections))


def _nothing(_tx: Tx, _data_subject: DataSubject) -> None:
    """Do nothing: nothing to delete, or nothing that blocks deletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataSource:
    """A kind of personal data.

    Attributes:
        name: its name in the exported file.
        read: returns all records of a person.
        blocks_deletion: returns what blocks the deletion of all data of the person, if anything.
        forget: deletes them, in the transaction that empties the account.
    """

    name: str
    read: Callable[[Tx, DataSubject], Sequence[Record]]
    blocks_deletion: Callable[[Tx, DataSubject], DeletionBlocker | None] = _nothing
    forget: Callable[[Tx, DataSubject], None] = _nothing


Everything = Mapping[str, Sequence[Record]]
"""All data of a person, by the names of the sources."""


class PersonalData:
    """Exports and deletes personal data.

    Args:
        accounts: the accounts of the data subjects.
        preselections: cancels an unfinished preselection before deletion.
        sources: further sources, in addition to ``SOURCES``.
    """

    def __init__(
        self, accounts: Accounts, preselections: Preselections, sources: Sequence[PersonalDataSource] = ()
    ) -> None:
        self._accounts = accounts
        self._preselections = preselections
        self._sources = (*SOURCES, *sources)

    def read(self, tx: Tx, chat_id: int) -> Everything:
        """Return all data of a person. Slow: call it on a snapshot, outside the write transactions."""
        data_subject = self._person(tx, chat_id)
        return {source.name: source.read(tx, data_subject) for source in self._sources}

    def deletion_blockers(self, tx: Tx, chat_id: int) -> tuple[DeletionBlocker, ...]:
        """Return what blocks the deletion of a person's data; empty if nothing does."""
        data_subject = self._person(tx, chat_id)
        found = (source.blocks_deletion(tx, data_subject) for source in self._sources)
        return tuple(blocker for blocker in found if blocker is not None)

    def delete(self, tx: Tx, chat_id: int) -> None:
        """Delete the data of a person; the chat is unknown afterwards.

        Raises:
            DeletionBlocked: a reservation or a ban must end first; nothing has changed.
        """
        blockers = self.deletion_blockers(tx, chat_id)
        if blockers:
            raise DeletionBlocked(blockers)
        data_subject = self._person(tx, chat_id)
        if data_subject.account is not None:
            self._drop_draft(tx, data_subject.account)
            self._empty(tx, data_subject.account)
        for source in self._sources:
            source.forget(tx, data_subject)

    def _person(self, tx: Tx, chat_id: int) -> DataSubject:
        account = self._accounts.find(tx, chat_id)
        if account is None:
            return DataSubject(chat_id=chat_id, account=None)
        rows = tx.all("personal_data.preselections", account_id=account.account_id)
        return DataSubject(
            chat_id=chat_id,
            account=account,
            identity_hash=account.own_identity_hash,
            preselections=tuple(from_row(row) for row in rows),
        )

    def _drop_draft(self, tx: Tx, account: Account) -> None:
        current = unfinished(tx, account)
        if current is not None:
            self._preselections.abandon(tx, account, current.preselection_id)

    def _empty(self, tx: Tx, account: Account) -> None:
        """Empty the account, unless a reservation or a ban has been added concurrently."""
        if not tx.run("personal_data.empty_account", account_id=account.account_id, now=to_millis(tx.now)):
            raise DeletionBlocked(self.deletion_blockers(tx, account.chat_id))
        audit.record(tx, account.actor, AuditAction.DELETED_OWN_DATA, account.subject)


# --- reading --------------------------------------------------------------------------------


def _account(tx: Tx, data_subject: DataSubject) -> list[Record]:
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


def _consents(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {"version": record["details"]["version"], "at": record["at"]}
        for record in _audit_log(tx, data_subject)
        if record["action"] == AuditAction.CONSENTED and isinstance(record["details"], dict)
    ]


def _preselections(_tx: Tx, data_subject: DataSubject) -> list[Record]:
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


def _of_account(query: str, made: Callable[[Row], Record]) -> Callable[[Tx, DataSubject], list[Record]]:
    """Return a reader of rows that reference the account."""

    def read(tx: Tx, data_subject: DataSubject) -> list[Record]:
        if data_subject.account is None:
            return []
        return [made(row) for row in tx.all(query, account_id=data_subject.account.account_id)]

    return read


def _draw(row: Row) -> Record:
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


def _code(row: Row) -> Record:
    """Return the times and the state of a code; the code itself is not stored."""
    return {
        "purpose": row["purpose"],
        "state": row["state"],
        "wrong_tries": row["wrong_tries"],
        "at": moment_or_none(row["created_at"]),
        "expires_at": moment_or_none(row["expires_at"]),
    }


def _wishes(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {"preselection": record["subject"], "at": record["at"], "wishes": record["details"]}
        for record in _audit_log(tx, data_subject)
        if record["action"] == AuditAction.COMPOSED_IN_VAIN
    ]


def _notifications(tx: Tx, data_subject: DataSubject) -> list[Record]:
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


def _ban_rows(tx: Tx, data_subject: DataSubject) -> list[Row]:
    digest = data_subject.identity_hash  # who has only typed it learns nothing of its bans
    return tx.all("personal_data.bans", identity_hash=digest) if digest is not None else []


def _bans(tx: Tx, data_subject: DataSubject) -> list[Record]:
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
        for row in _ban_rows(tx, data_subject)
    ]


def _subscriptions(tx: Tx, data_subject: DataSubject) -> list[Record]:
    return [
        {
            "office": row["office"],
            "kind": row["kind"],
            "topic": row["topic"],
            "since": moment_or_none(row["since"]),
        }
        for row in tx.all("personal_data.subscriptions", chat_id=data_subject.chat_id)
    ]


def _wished(tx: Tx, data_subject: DataSubject) -> list[Record]:
    if data_subject.account is None:
        return []
    return [
        {"office": one.office, "kind": one.kind.value, "plate": one.pattern, "since": one.since}
        for one in wished.of_account(tx, data_subject.account.account_id)
    ]


def _check_subscription(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("checks.subscription", chat_id=data_subject.chat_id)
    return [{"since": moment_or_none(row["since"])}] if row else []


def _mutes(tx: Tx, data_subject: DataSubject) -> list[Record]:
    rows = tx.all("personal_data.mutes", chat_id=data_subject.chat_id)
    return [{"office": row["office"], "since": moment_or_none(row["since"])} for row in rows]


def _reminders(tx: Tx, data_subject: DataSubject) -> list[Record]:
    count = reminders.reminders_wanted(tx, data_subject.account.account_id) if data_subject.account else None
    return [] if count is None else [{"count": count}]


def _conversation(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("dialog.get", chat_id=data_subject.chat_id)
    return [{"screen": row["screen"], "at": moment_or_none(row["updated_at"])}] if row else []


def _reach(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("notices.is_unreachable", chat_id=data_subject.chat_id)
    return [{"since": moment_or_none(row["since"]), "reason": row["reason"]}] if row else []


def _probes(tx: Tx, data_subject: DataSubject) -> list[Record]:
    """Return when they typed values of others; kept for a day even after deletion, which would end a wait."""
    rows = tx.all("probes.of_chat", chat_id=data_subject.chat_id)
    return [{"at": moment_or_none(row["at"])} for row in rows]


def _press(row: Row) -> Record:
    return {"way": row["way"], "office": row["office"], "at": moment_or_none(row["at"])}


def _suspicions(tx: Tx, data_subject: DataSubject) -> list[Record]:
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


def _roles(tx: Tx, data_subject: DataSubject) -> list[Record]:
    rows = tx.all("admins.of_chat", chat_id=data_subject.chat_id)
    return [{"role": row["role"], "office": row["office"]} for row in rows]


def _summary(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("work_queue.summary_is_off", chat_id=data_subject.chat_id)
    return [{"wanted": False}] if row else []


def _audit_log(tx: Tx, data_subject: DataSubject) -> list[Record]:
    """Return the audit log entries about a person; other actors appear only as "desk"."""
    own = {audit.chat_actor(data_subject.chat_id), data_subject.account.actor if data_subject.account else ""}
    bans = [audit.ban_subject(row["ban_id"]) for row in _ban_rows(tx, data_subject)]
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


# --- what blocks deletion, and how it is done ------------------------------------------------


def _reserved(_tx: Tx, data_subject: DataSubject) -> DeletionBlocker | None:
    """A reserved number needs its owner, for reminders and for the ban if it expires."""
    for preselection in data_subject.preselections:
        if preselection.state == PreselectionState.RESERVED:
            return DeletionBlocker(
                why="reserved", until=preselection.deadline, what=str(preselection.plate or "")
            )
    return None


def _banned(tx: Tx, data_subject: DataSubject) -> DeletionBlocker | None:
    """The owner of a running ban must be able to see it and be notified of its end."""
    ban = blacklist.running(tx, data_subject.identity_hash)
    return DeletionBlocker(why="banned", until=ban.until) if ban else None


def _empty_preselections(tx: Tx, data_subject: DataSubject) -> None:
    if data_subject.account is not None:
        tx.run("personal_data.empty_ended", account_id=data_subject.account.account_id)
        tx.run("personal_data.empty_cancelled", account_id=data_subject.account.account_id)


def _empty_bans(tx: Tx, data_subject: DataSubject) -> None:
    if data_subject.identity_hash is not None:
        tx.run("personal_data.empty_bans", identity_hash=data_subject.identity_hash)


def _forget_of_account(query: str) -> Callable[[Tx, DataSubject], None]:
    """Return a function that runs a query on the account."""

    def forget(tx: Tx, data_subject: DataSubject) -> None:
        if data_subject.account is not None:
            tx.run(query, account_id=data_subject.account.account_id)

    return forget


def _forget_of_chat(query: str) -> Callable[[Tx, DataSubject], None]:
    """Return a function that runs a query on the chat."""

    def forget(tx: Tx, data_subject: DataSubject) -> None:
        tx.run(query, chat_id=data_subject.chat_id)

    return forget


SOURCES = (
    PersonalDataSource(name="account", read=_account),
    PersonalDataSource(name="consents", read=_consents),
    PersonalDataSource(
        name="preselections", read=_preselections, blocks_deletion=_reserved, forget=_empty_preselections
    ),
    PersonalDataSource(name="draws", read=_of_account("personal_data.draws", _draw)),
    PersonalDataSource(name="wishes", read=_wishes),
    PersonalDataSource(
        name="codes",
        read=_of_account("personal_data.codes", _code),
        forget=_forget_of_account("personal_data.forget_codes"),
    ),
    PersonalDataSource(name="bans", read=_bans, blocks_deletion=_banned, forget=_empty_bans),
    PersonalDataSource(
        name="notices", read=_notifications, forget=_forget_of_chat("personal_data.forget_notices")
    ),
    PersonalDataSource(
        name="subscriptions",
        read=_subscriptions,
        forget=_forget_of_chat("personal_data.forget_subscriptions"),
    ),
    PersonalDataSource(name="wished_numbers", read=_wished, forget=_forget_of_account("wished.forget")),
    PersonalDataSource(
        name="check_subscription",
        read=_check_subscription,
        forget=_forget_of_chat("checks.unsubscribe"),
    ),
    PersonalDataSource(name="mutes", read=_mutes, forget=_forget_of_chat("personal_data.forget_mutes")),
    PersonalDataSource(
        name="reminders", read=_reminders, forget=_forget_of_account("personal_data.forget_reminder_wish")
    ),
    PersonalDataSource(name="reach", read=_reach, forget=_forget_of_chat("notices.reachable")),
    PersonalDataSource(
        name="conversation", read=_conversation, forget=_forget_of_chat("personal_data.forget_dialog")
    ),
    PersonalDataSource(name="probes", read=_probes),
    # The times stay for some weeks, under the account's number; the hashes of identity and telephone do not.
    PersonalDataSource(
        name="presses",
        read=_of_account("suspicion.presses_of_account", _press),
        forget=_forget_of_account("suspicion.forget_hashes"),
    ),
    PersonalDataSource(name="suspicions", read=_suspicions),
    PersonalDataSource(name="roles", read=_roles),  # not deleted: the office must know who was at its desk
    PersonalDataSource(name="summary", read=_summary, forget=_forget_of_chat("work_queue.turn_summary_on")),
    PersonalDataSource(name="journal", read=_audit_log),  # append-only; refers to owners by account number
)
"""The personal data of the services, in the order of the exported file."""
