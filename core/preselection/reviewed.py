"""What an owner was shown for confirmation before a correction, so that a change can be marked.

Name, identity and telephone are in it, so it is encrypted. It is kept from the first correction until the
data are confirmed or the draft is dropped.
"""

import json
from dataclasses import asdict, dataclass

from core.people.accounts import Account
from core.ports import Tx
from core.preselection.model import Preselection
from core.security.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReviewedData:
    """The data of step 2 as they were shown; empty where there were none."""

    office: str
    kind: str
    vin: str
    certificate_kind: str
    certificate: str
    name: str
    identity: str
    phone: str


def data_of(preselection: Preselection, account: Account) -> ReviewedData:
    """Return the data of step 2 as they are."""
    return ReviewedData(
        office=preselection.office,
        kind=preselection.kind,
        vin=preselection.vin or "",
        certificate_kind=preselection.certificate_kind or "",
        certificate=preselection.certificate or "",
        name=account.name,
        identity=account.identity,
        phone=account.phone,
    )


def keep_reviewed(tx: Tx, vault: Vault, preselection: Preselection, account: Account) -> None:
    """Keep what the owner has been shown, before something of it is corrected."""
    shown = json.dumps(asdict(data_of(preselection, account)), ensure_ascii=False)
    tx.run(
        "preselection.set_reviewed",
        preselection_id=preselection.preselection_id,
        reviewed=vault.seal(shown),
    )


def reviewed_before(tx: Tx, vault: Vault, preselection: Preselection) -> ReviewedData | None:
    """Return what the owner was shown before the last correction; None if nothing was corrected."""
    row = tx.one("preselection.reviewed", preselection_id=preselection.preselection_id)
    if row is None or row["reviewed_sealed"] is None:
        return None
    return ReviewedData(**json.loads(vault.open(row["reviewed_sealed"])))
