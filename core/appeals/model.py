"""The model of an appeal: its states, photos and reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core import audit
from core.errors.appeals import AppealReasonLength
from core.errors.preselection import StepOutOfOrder
from core.security.vault import Vault
from core.values.personal_numbers import ensure_no_personal_number
from core.values.text import one_line

PHOTO_CONSENT = 1
"""Version of the photo consent text; drafts with an older version ask for consent again."""
SHORTEST_REASON, LONGEST_REASON = 5, 200


class AppealState(StrEnum):
    """The state of an appeal."""

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
    """What an approval took from another owner, as in the notification to them."""

    SELECTING = "selecting"
    RESERVED = "reserved"
    REGISTERED = "registered"


class Slot(StrEnum):
    """The kind of a photo."""

    IDENTITY = "identity"  # of the identity document
    INVOICE = "invoice"  # of the purchase invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that has been validated and stored."""

    key: str = field(repr=False)  # its key in the ``PhotoStore``
    fingerprint: bytes = field(repr=False)  # perceptual hash, to detect copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal. Its reason is decrypted on access only."""

    appeal_id: int
    account_id: int
    office: str  # the owner's office of registration, which decides the appeal
    state: AppealState
    renews: int | None
    suspicion_id: int | None  # of which suspicion it is the answer, since it was submitted
    consent_version: int | None
    vin: str | None = field(repr=False)
    reason_sealed: bytes | None = field(repr=False)
    identity_hash: bytes | None = field(repr=False)  # the owner's at submission
    submitted_at: datetime | None
    ended_at: datetime | None
    decided_by: str | None
    answer: str | None  # why it was rejected
    outcome: str | None  # what an approval set aside: JSON, parsed by ``core.appeals.reviews``
    photos: Mapping[Slot, str] = field(repr=False)  # their keys in the ``PhotoStore``
    vault: Vault = field(repr=False, compare=False)

    @property
    def subject(self) -> str:
        return audit.appeal_subject(self.appeal_id)

    @property
    def reason(self) -> str:
        """The owner's reason; empty before it is entered and after it is purged."""
        return "" if self.reason_sealed is None else self.vault.open(self.reason_sealed)

    @property
    def required_vin(self) -> str:
        """The VIN of an appeal that must have one.

        Raises:
            StepOutOfOrder: it has none yet.
        """
        if self.vin is None:
            raise StepOutOfOrder
        return self.vin

    @property
    def has_consent(self) -> bool:
        """Whether the owner has consented to the current version of the photo consent."""
        return self.consent_version == PHOTO_CONSENT

    @property
    def missing_photo(self) -> Slot | None:
        """The first missing photo, in the order in which they are requested."""
        return next((slot for slot in Slot if slot not in self.photos), None)

    @property
    def is_complete(self) -> bool:
        """Whether it can be submitted."""
        filled = self.vin is not None and self.reason_sealed is not None
        return self.has_consent and filled and self.missing_photo is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """An entry of the queue of pending appeals."""

    appeal_id: int
    account_id: int
    office: str
    vin: str
    submitted_at: datetime


def validate_reason(typed: str) -> str:
    """Return a reason with whitespace collapsed to one line.

    Raises:
        AppealReasonLength: it has fewer than 5 or more than 200 characters.
        PersonalNumberInText: it contains an identity number or a telephone number.
        ControlCharacterInText: it contains a control character.
    """
    ensure_no_personal_number(typed)
    reason = one_line(typed)
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise AppealReasonLength(shortest=SHORTEST_REASON, longest=LONGEST_REASON, found=len(reason))
    return reason
