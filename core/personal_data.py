"""One's own data: reading all of it out, and deleting it (docs/domain.md, section 12).

What is held of a person is a list of *holdings*: each says how it is read out, what forbids to delete it
yet, and how it goes. Whatever else comes to hold something of people adds its source to those that
``core.bootstrap`` builds ``PersonalData`` with.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core import audit
from core.audit import AuditAction
from core.clock import moment_or_none, to_millis
from core.errors import DeletionBlocked, DeletionBlocker
from core.notifications import queue as notification_queue
from core.people import blacklist
from core.people.accounts import Account, Accounts
from core.ports import Row, Tx
from core.preselection import Preselection, Preselections, PreselectionState, from_row, unfinished

Record = Mapping[str, object]
"""One thing that is held, by the names of its fields; moments are datetimes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """Whose data are meant."""

    chat_id: int
    account: Account | None  # None before consent
    identity_hash: bytes | None = field(default=None, repr=False)  # of an identity that is really theirs
    preselections: tuple[Preselection, ...] = field(default=(), repr=False)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return how the audit log calls them and what is theirs."""
        own = (self.account.subject,) if self.account else ()
        return (*own, *(preselection.subject for preselection in self.preselections))


def _nothing(_tx: Tx, _data_subject: DataSubject) -> None:
    """Nothing goes, or nothing blocks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataSource:
    """A kind of thing that is held of people.

    Attributes:
        name: what it is called in the exported file.
        read: returns all of it that is held of a person.
        blocks_deletion: returns why nothing of the person can be deleted yet, if so.
        forget: deletes it, in the transaction in which the account goes.
    """

    name: str
    read: Callable[[Tx, DataSubject], Sequence[Record]]
    blocks_deletion: Callable[[Tx, DataSubject], DeletionBlocker | None] = _nothing
    forget: Callable[[Tx, DataSubject], None] = _nothing


Everything = Mapping[str, Sequence[Record]]
"""All that is held of a person, by the names of the sources."""


class PersonalData:
    """Reads out and deletes what is held of people.

    Args:
        accounts: who they are.
        preselections: ends what they have begun.
        sources: what is held of them.
    """

    def __init__(
        self, accounts: Accounts, preselections: Preselections, sources: Sequence[PersonalDataSource] = ()
    ) -> None:
        self._accounts = accounts
        self._preselections = preselections
        self._sources = (*SOURCES, *sources)

    def read(self, tx: Tx, chat_id: int) -> Everything:
        """Return everything that is held of a person: for a snapshot, beside the writers."""
        data_subject = self._person(tx, chat_id)
        return {source.name: source.read(tx, data_subject) for source in self._sources}

    def deletion_blockers(self, tx: Tx, chat_id: int) -> tuple[DeletionBlocker, ...]:
        """Return why a person's data cannot be deleted yet; empty when they can."""
        data_subject = self._person(tx, chat_id)
        found = (source.blocks_deletion(tx, data_subject) for source in self._sources)
        return tuple(blocker for blocker in found if blocker is not None)

    def delete(self, tx: Tx, chat_id: int) -> None:
        """Delete what is held of a person; afterwards nobody is known under this chat.

        Raises:
            DeletionHindered: something must be over first; nothing has changed.
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
        """Empty the account, unless a reservation or a ban has come since it was looked for."""
        if not tx.run("personal_data.empty_account", account_id=account.account_id, now=to_millis(tx.now)):
            raise DeletionBlocked(self.deletion_blockers(tx, account.chat_id))
        audit.record(tx, account.actor, AuditAction.DELETED_OWN_DATA, account.subject)


# --- what is held ---------------------------------------------------------------------------


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
    """Return a reader of what refers to the account."""

    def read(tx: Tx, data_subject: DataSubject) -> list[Record]:
        if data_subject.account is None:
            return []
        return [made(row) for row in tx.all(query, account_id=data_subject.account.account_id)]

    return read


def _draw(row: Row) -> Record:
    return {
        "preselection": row["preselection_id"],
        "office": row["office"],
        "kind": row["kind"],
        "n": row["n"],
        "at": moment_or_none(row["drawn_at"]),
        "without_four": bool(row["without_four"]),
        "numbers": json.loads(row["numbers"]),
        "nonce": row["nonce"],
    }


def _code(row: Row) -> Record:
    """Return when a code was asked for and what became of it; the code itself is not kept."""
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


def _mutes(tx: Tx, data_subject: DataSubject) -> list[Record]:
    rows = tx.all("personal_data.mutes", chat_id=data_subject.chat_id)
    return [{"office": row["office"], "since": moment_or_none(row["since"])} for row in rows]


def _reminders(tx: Tx, data_subject: DataSubject) -> list[Record]:
    count = (
        notification_queue.reminders_wanted(tx, data_subject.account.account_id)
        if data_subject.account
        else None
    )
    return [] if count is None else [{"count": count}]


def _conversation(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("dialog.get", chat_id=data_subject.chat_id)
    return [{"screen": row["screen"], "at": moment_or_none(row["updated_at"])}] if row else []


def _reach(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("notices.is_unreachable", chat_id=data_subject.chat_id)
    return [{"since": moment_or_none(row["since"]), "reason": row["reason"]}] if row else []


def _roles(tx: Tx, data_subject: DataSubject) -> list[Record]:
    rows = tx.all("admins.of_chat", chat_id=data_subject.chat_id)
    return [{"role": row["role"], "office": row["office"]} for row in rows]


def _summary(tx: Tx, data_subject: DataSubject) -> list[Record]:
    row = tx.one("work_queue.summary_is_off", chat_id=data_subject.chat_id)
    return [{"wanted": False}] if row else []


def _audit_log(tx: Tx, data_subject: DataSubject) -> list[Record]:
    """Return the lines of the audit log about a person; of others in it only that they were at the desk."""
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


# --- what forbids to delete it, and how it goes ---------------------------------------------


def _reserved(_tx: Tx, data_subject: DataSubject) -> DeletionBlocker | None:
    """A number that waits to be confirmed needs its owner: reminders, and the ban if it expires."""
    for preselection in data_subject.preselections:
        if preselection.state == PreselectionState.RESERVED:
            return DeletionBlocker(
                why="reserved", until=preselection.deadline, what=str(preselection.plate or "")
            )
    return None


def _banned(tx: Tx, data_subject: DataSubject) -> DeletionBlocker | None:
    """While a ban runs, its owner must be able to see it and to be told of its end."""
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
    """Return what deletes whatever refers to the account."""

    def forget(tx: Tx, data_subject: DataSubject) -> None:
        if data_subject.account is not None:
            tx.run(query, account_id=data_subject.account.account_id)

    return forget


def _forget_of_chat(query: str) -> Callable[[Tx, DataSubject], None]:
    """Return what deletes whatever refers to the chat."""

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
    PersonalDataSource(name="mutes", read=_mutes, forget=_forget_of_chat("personal_data.forget_mutes")),
    PersonalDataSource(
        name="reminders", read=_reminders, forget=_forget_of_account("personal_data.forget_reminder_wish")
    ),
    PersonalDataSource(name="reach", read=_reach, forget=_forget_of_chat("notices.reachable")),
    PersonalDataSource(
        name="conversation", read=_conversation, forget=_forget_of_chat("personal_data.forget_dialog")
    ),
    PersonalDataSource(name="roles", read=_roles),  # the office's, who must know who was at its desk
    PersonalDataSource(name="summary", read=_summary, forget=_forget_of_chat("work_queue.turn_summary_on")),
    PersonalDataSource(
        name="journal", read=_audit_log
    ),  # it only grows, and calls owners by their account's number
)
"""What the services hold of people, in the order in which it is read out."""
