"""The sources of the services' personal data: what blocks their deletion, and how they are deleted."""

from collections.abc import Callable

from core.clock import to_millis
from core.errors.accounts import DeletionBlocker
from core.people import blacklist
from core.personal_data import records
from core.personal_data.model import DataSubject, PersonalDataSource
from core.ports import Tx
from core.preselection import PreselectionState


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
        tx.run("personal_data.empty_ban_causes", identity_hash=data_subject.identity_hash)


def _forget_requests(tx: Tx, data_subject: DataSubject) -> None:
    if data_subject.account is not None:
        tx.run("chief_requests.forget", account_id=data_subject.account.account_id, now=to_millis(tx.now))


def _forget_of_account(query: str) -> Callable[[Tx, DataSubject], None]:
    def forget(tx: Tx, data_subject: DataSubject) -> None:
        if data_subject.account is not None:
            tx.run(query, account_id=data_subject.account.account_id)

    return forget


def _forget_of_chat(query: str) -> Callable[[Tx, DataSubject], None]:
    def forget(tx: Tx, data_subject: DataSubject) -> None:
        tx.run(query, chat_id=data_subject.chat_id)

    return forget


SOURCES = (
    PersonalDataSource(name="account", read=records.read_account),
    PersonalDataSource(name="consents", read=records.read_consents),
    PersonalDataSource(
        name="preselections",
        read=records.read_preselections,
        blocks_deletion=_reserved,
        forget=_empty_preselections,
    ),
    PersonalDataSource(
        name="draws", read=records.read_of_account("personal_data.draws", records.draw_record)
    ),
    PersonalDataSource(name="wishes", read=records.read_wishes),
    PersonalDataSource(
        name="codes",
        read=records.read_of_account("personal_data.codes", records.code_record),
        forget=_forget_of_account("personal_data.forget_codes"),
    ),
    PersonalDataSource(
        name="sms_receipts",
        read=records.read_of_account("sms_receipts.of_account", records.receipt_record),
        forget=_forget_of_account("sms_receipts.forget"),
    ),
    PersonalDataSource(name="bans", read=records.read_bans, blocks_deletion=_banned, forget=_empty_bans),
    PersonalDataSource(
        name="notices",
        read=records.read_notifications,
        forget=_forget_of_chat("personal_data.forget_notices"),
    ),
    PersonalDataSource(
        name="subscriptions",
        read=records.read_subscriptions,
        forget=_forget_of_chat("personal_data.forget_subscriptions"),
    ),
    PersonalDataSource(
        name="awaited_offices",
        read=records.read_awaited_offices,
        forget=_forget_of_chat("personal_data.forget_awaited_offices"),
    ),
    PersonalDataSource(
        name="wished_numbers", read=records.read_wished, forget=_forget_of_account("wished.forget")
    ),
    PersonalDataSource(
        name="check_subscription",
        read=records.read_check_subscription,
        forget=_forget_of_chat("checks.unsubscribe"),
    ),
    PersonalDataSource(
        name="mutes", read=records.read_mutes, forget=_forget_of_chat("personal_data.forget_mutes")
    ),
    PersonalDataSource(
        name="reminders",
        read=records.read_reminders,
        forget=_forget_of_account("personal_data.forget_reminder_wish"),
    ),
    PersonalDataSource(name="reach", read=records.read_reach, forget=_forget_of_chat("notices.reachable")),
    PersonalDataSource(
        name="conversation",
        read=records.read_conversation,
        forget=_forget_of_chat("personal_data.forget_dialog"),
    ),
    PersonalDataSource(name="probes", read=records.read_probes),
    # The times stay for some weeks, under the account's number; the hashes of identity and telephone do not.
    PersonalDataSource(
        name="presses",
        read=records.read_of_account("suspicion.presses_of_account", records.press_record),
        forget=_forget_of_account("suspicion.forget_hashes"),
    ),
    PersonalDataSource(name="suspicions", read=records.read_suspicions),
    PersonalDataSource(
        name="notes",
        read=records.read_of_account("personal_data.notes", records.note_record),
        forget=_forget_of_account("notes.forget"),
    ),
    PersonalDataSource(
        name="requests",
        read=records.read_of_account("personal_data.requests", records.request_record),
        forget=_forget_requests,
    ),
    PersonalDataSource(
        name="roles", read=records.read_roles
    ),  # not deleted: the office must know who was at its desk
    PersonalDataSource(
        name="summary", read=records.read_summary, forget=_forget_of_chat("work_queue.turn_summary_on")
    ),
    PersonalDataSource(
        name="journal", read=records.read_audit_log
    ),  # append-only; refers to owners by account number
)
"""The personal data of the services, in the order of the exported file."""
