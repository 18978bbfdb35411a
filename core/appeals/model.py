"""What an appeal is: its states, its photos, its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core import audit
from core.errors import AppealReasonLength, StepOutOfOrder
from core.security.vault import Vault
from core.values.text import tidy

PHOTO_CONSENT = 1
"""Counts up when what owners consent to for their photos changes; a draft is then asked anew."""
SHORTEST_REASON, LONGEST_REASON = 5, 200


class AppealState(StrEnum):
    """Where an appeal stands."""

    DRAFT = "draft"
    PENDING = "pending"  # 待审核
    APPROVED = "approved"  # 审核通过
    REJECTED = "rejected"  # 审核不通过
    WITHDRAWN = "withdrawn"  # 已撤回
    DROPPED = "dropped"


TRANSITIONS: dict[AppealState, frozenset[AppealState]] = {
    AppealState.DRAFT: frozenset({AppealState.PENDING, AppealState.DROPPED}),
    AppealState.PENDING: frozenset({AppealState.APPROVED, AppealState.REJECTED, AppealState.WITHDRAWN}),
    AppealState.APPROVED: frozenset(),
    AppealState.REJECTED: frozenset(),
    AppealState.WITHDRAWN: frozenset(),
    AppealState.DROPPED: frozenset(),
}
RENEWABLE = frozenset({AppealState.REJECTED, AppealState.WITHDRAWN})


class Superseded(StrEnum):
    """What an approval takes from somebody else, as the notice to them has it."""

    SELECTING = "selecting"
    RESERVED = "reserved"
    REGISTERED = "registered"


class Slot(StrEnum):
    """Which photo it is."""

    IDENTITY = "identity"  # of the identity document
    INVOICE = "invoice"  # of the purchase invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that has been judged and put away."""

    key: str = field(repr=False)  # under which ``PhotoStore`` has it
    fingerprint: bytes = field(repr=False)  # by which copies of it are known


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """One appeal as it stands. Its reason stays sealed until it is asked for."""

    appeal_id: int
    account_id: int
    office: str  # of the owner's registration, which decides
    state: AppealState
    renews: int | None
    consent_version: int | None
    vin: str | None = field(repr=False)
    reason_sealed: bytes | None = field(repr=False)
    identity_hash: bytes | None = field(repr=False)  # the owner's when it was submitted
    submitted_at: datetime | None
    ended_at: datetime | None
    decided_by: str | None
    answer: str | None  # why it was rejected
    outcome: str | None  # what an approval has set aside: JSON, read by ``core.appeals.reviews``
    photos: Mapping[Slot, str] = field(repr=False)  # under which keys ``PhotoStore`` has them
    vault: Vault = field(repr=False, compare=False)

    @property
    def subject(self) -> str:
        return audit.appeal_subject(self.appeal_id)

    @property
    def reason(self) -> str:
        """Return why the owner appeals, empty before it is said and after it is forgotten."""
        return "" if self.reason_sealed is None else self.vault.open(self.reason_sealed)

    @property
    def required_vin(self) -> str:
        """Return the VIN of an appeal that must have one.

        Raises:
            StepOutOfOrder: it has none yet.
        """
        if self.vin is None:
            raise StepOutOfOrder
        return self.vin

    @property
    def has_consent(self) -> bool:
        """Whether what becomes of the photos has been agreed to as it is said now."""
        return self.consent_version == PHOTO_CONSENT

    @property
    def missing_photo(self) -> Slot | None:
        """Return which photo it still lacks, in the order in which they are asked for."""
        return next((slot for slot in Slot if slot not in self.photos), None)

    @property
    def is_complete(self) -> bool:
        """Whether it can be submitted."""
        filled = self.vin is not None and self.reason_sealed is not None
        return self.has_consent and filled and self.missing_photo is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One of the queue."""

    appeal_id: int
    account_id: int
    office: str
    vin: str
    submitted_at: datetime


def validate_reason(typed: str) -> str:
    """Return a reason in one line.

    Raises:
        AppealReasonLength: it has less than 5 or more than 200 characters.
    """
    reason = " ".join(tidy(typed).split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise AppealReasonLength(shortest=SHORTEST_REASON, longest=LONGEST_REASON, found=len(reason))
    return reason
