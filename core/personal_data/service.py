"""Exporting and deleting the personal data of an owner (docs/domain.md, section 12)."""

from collections.abc import Sequence

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.accounts import DeletionBlocked, DeletionBlocker
from core.people.accounts import Account, Accounts
from core.personal_data.model import DataSubject, Everything, PersonalDataSource
from core.personal_data.sources import SOURCES
from core.ports import Tx
from core.preselection import Preselections, from_row, unfinished


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
        return self._blockers(tx, self._person(tx, chat_id))

    def delete(self, tx: Tx, chat_id: int) -> None:
        """Delete the data of a person; the chat is unknown afterwards.

        Raises:
            DeletionBlocked: a reservation or a ban must end first; nothing has changed.
        """
        data_subject = self._person(tx, chat_id)
        blockers = self._blockers(tx, data_subject)
        if blockers:
            raise DeletionBlocked(blockers)
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

    def _blockers(self, tx: Tx, data_subject: DataSubject) -> tuple[DeletionBlocker, ...]:
        found = (source.blocks_deletion(tx, data_subject) for source in self._sources)
        return tuple(blocker for blocker in found if blocker is not None)

    def _drop_draft(self, tx: Tx, account: Account) -> None:
        current = unfinished(tx, account)
        if current is not None:
            self._preselections.abandon(tx, account, current.preselection_id)

    def _empty(self, tx: Tx, account: Account) -> None:
        """Empty the account, unless a reservation or a ban has been added concurrently."""
        if not tx.run("personal_data.empty_account", account_id=account.account_id, now=to_millis(tx.now)):
            raise DeletionBlocked(self.deletion_blockers(tx, account.chat_id))
        audit.record(tx, account.actor, AuditAction.DELETED_OWN_DATA, account.subject)
