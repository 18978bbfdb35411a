"""Builds appeals in a given state through the real services, without a messenger."""

from itertools import count

from core.appeals import Appeal, Photo, Slot
from core.appeals.reviews import AppealOutcome
from core.bootstrap import Core
from core.people.accounts import Account
from core.ports import Tx
from tests import factories

REVIEWER = 9001
REASON = "车辆识别代号被他人冒用"
_keys = count(1)


def photo(fingerprint: bytes | None = None) -> Photo:
    """Return a unique photo, or one with the given fingerprint."""
    number = next(_keys)
    return Photo(key=f"{number:032x}", fingerprint=fingerprint or b"print %d" % number)


def drafts(tx: Tx, core: Core, account: Account, vehicle: int) -> Appeal:
    """Fill in a complete appeal, not yet submitted."""
    appeals = core.appeals
    appeals.begin(tx, account, factories.vin(vehicle))
    appeals.consent(tx, account)
    appeals.enter_reason(tx, account, REASON)
    for slot in Slot:
        appeals.attach(tx, account, slot, photo())
    return appeals.draft(tx, account)


def appealed(tx: Tx, core: Core, account: Account, vehicle: int) -> int:
    """Submit an appeal; return its number."""
    drafts(tx, core, account, vehicle)
    return core.appeals.submit(tx, account).appeal_id


def opened(tx: Tx, core: Core, appeal_id: int, *reviewers: int) -> None:
    """Let reviewers see the photos, without which nobody decides."""
    for reviewer in reviewers:
        core.reviews.record_viewing(tx, appeal_id, reviewer)


def approves(
    tx: Tx, core: Core, appeal_id: int, reviewer: int = REVIEWER, *, bar: bool = False
) -> AppealOutcome:
    """Read the card and approve."""
    seen = core.reviews.card(tx, appeal_id).obstacles.digest
    core.reviews.record_viewing(tx, appeal_id, reviewer)
    return core.reviews.approve(tx, appeal_id, reviewer, expected=seen, bar=bar)


def rejects(tx: Tx, core: Core, appeal_id: int, answer: str = "照片看不清") -> Appeal:
    core.reviews.record_viewing(tx, appeal_id, REVIEWER)
    return core.reviews.reject(tx, appeal_id, answer, REVIEWER)
