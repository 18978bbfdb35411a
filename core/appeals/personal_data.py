"""Appeals as a source of personal data: export and deletion (docs/domain.md, section 12)."""

from collections.abc import Callable

from core.appeals.model import AppealState
from core.appeals.submission import Appeals
from core.clock import from_millis, to_millis
from core.personal_data import DataSubject, PersonalDataSource, Record
from core.ports import Tx


def personal_data_source(appeals: Appeals) -> PersonalDataSource:
    """Return the source for ``core.personal_data``; photo files are deleted by the next sweep."""
    return PersonalDataSource(name="appeals", read=_reader(appeals), forget=_forget)


def _reader(appeals: Appeals) -> Callable[[Tx, DataSubject], list[Record]]:
    def read(tx: Tx, data_subject: DataSubject) -> list[Record]:
        if data_subject.account is None:
            return []
        draft = appeals.find_draft(tx, data_subject.account)
        all_of_them = [*([draft] if draft else []), *appeals.of_account(tx, data_subject.account)]
        return [
            {
                "number": appeal.appeal_id,
                "office": appeal.office,
                "state": appeal.state.value,
                "vin": appeal.vin,
                "reason": appeal.reason,
                "photos": [slot.value for slot in appeal.photos],
                "photo_consent": appeal.consent_version,
                "submitted_at": appeal.submitted_at,
                "ended_at": appeal.ended_at,
                "answer": appeal.answer,
                "journal": [
                    {"at": from_millis(row["at"]), "action": row["action"]}
                    for row in tx.all("audit.of_subject", subject=appeal.subject)
                ],
            }
            for appeal in all_of_them
        ]

    return read


def _forget(tx: Tx, data_subject: DataSubject) -> None:
    """Withdraw pending appeals; submitted ones keep id, vehicle and state, for the records."""
    if data_subject.account is None:
        return
    mine = {"account_id": data_subject.account.account_id}
    now = to_millis(tx.now)
    tx.run("appeals.forget_all_photos", **mine)
    tx.run("appeals.drop_all_drafts", **mine, now=now)
    tx.run("appeals.empty_all", **mine, withdrawn=AppealState.WITHDRAWN, nobody=b"", now=now)
    tx.run("appeals.end_rights", **mine)
