"""The model of a case file: everything about a person, a vehicle or a number, for the counter (/find).

Keys contain no personal data: ``account:12``, ``preselection:7``, ``vehicle:LSV…``,
``plate:粤K:small:12345``, and ``identity:`` with the lookup hash of an identity that is only known from its
ban. ``core.reporting.case_files`` finds and reads them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.appeals import AppealEntry
from core.errors.desk import NothingKnown
from core.notifications.desk_messages import SentMessage
from core.people.accounts import Account
from core.people.admins import Admin, Permission
from core.people.blacklist import Ban
from core.pool.bulletin import WithheldMask
from core.pool.number_status import PlateStatus
from core.preselection import Preselection
from core.preselection.contradictions import ContradictedReservation
from core.preselection.quotas import Quota
from core.reporting.audit_search import AuditEntry
from core.reporting.notes import Note


class CaseFileTopic(StrEnum):
    """The kind of a key."""

    ACCOUNT = "account"
    IDENTITY = "identity"
    PRESELECTION = "preselection"
    PLATE = "plate"
    VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileKey:
    """The key of a case file; ``str()`` gives the stored form."""

    topic: CaseFileTopic
    value: str

    def __str__(self) -> str:
        return f"{self.topic}:{self.value}"


def parse_key(text: str) -> CaseFileKey:
    """Parse the stored form of a key.

    Raises:
        NothingKnown: the text is not a key.
    """
    topic, _, value = text.partition(":")
    if topic not in set(CaseFileTopic) or not value:
        raise NothingKnown
    return CaseFileKey(topic=CaseFileTopic(topic), value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRecord:
    """The data about a vehicle."""

    vin: str
    batches_used: int
    batches_granted: int
    wishes_used: int
    wishes_granted: int
    quota: Quota | None  # the remaining quota at an office; None if no office is known
    failed_wishes: int
    registry: str | None  # its state in the embedded registry: new or registered
    selecting_until: datetime | None  # the end of the current exclusive lease on it


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotification:
    """A notification waiting to be sent."""

    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAward:
    """A vehicle that an appeal has awarded to an owner."""

    appeal_id: int
    account_id: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """The data found under one key; fields that do not apply are empty."""

    key: CaseFileKey
    number: PlateStatus | None = None
    withholdings: tuple[WithheldMask, ...] = ()  # of the number, running and ended, in their order
    listed: tuple[Preselection, ...] = ()  # several matches to choose from, newest first
    account: Account | None = None
    identity_hash: bytes | None = field(default=None, repr=False)
    ban: Ban | None = None
    focus: Preselection | None = None  # the displayed one
    contradiction: ContradictedReservation | None = None  # what the registry says against the displayed one
    preselections: tuple[Preselection, ...] = ()  # all of the account's, newest first
    vehicle: VehicleRecord | None = None
    due: tuple[DueNotification, ...] = ()
    failed: int = 0  # notifications that could not be sent
    failed_of_person: int = 0  # the same, also about the person's other preselections
    audit_entries: tuple[AuditEntry, ...] = ()  # the newest entries about all of it, newest first
    appeals: tuple[AppealEntry, ...] = ()  # of the person, or about the vehicle, newest first
    award: VehicleAward | None = None  # of the vehicle, by an appeal
    notes: tuple[Note, ...] = ()  # on the person, newest first
    messages: tuple[SentMessage, ...] = ()  # of the desk to the person, newest first

    @property
    def office(self) -> str | None:
        """The office that serves the person: of the displayed preselection, else of the account."""
        if self.focus is not None:
            return self.focus.office
        return self.account.office if self.account else None

    def is_known_to(self, admin: Admin) -> bool:
        """Whether an admin may see the person: they must serve an office concerned."""
        offices = self.offices
        return not offices or any(admin.may(Permission.FIND, code) for code in offices)

    @property
    def offices(self) -> frozenset[str]:
        """The offices concerned: admins of any of them may see whom the case file is about.

        Empty for a person without an office and without a ban.
        """
        home = {self.account.office} if self.account and self.account.office else set()
        barred = {self.ban.office} if self.ban else set()
        return frozenset(
            home | barred | {preselection.office for preselection in (*self.preselections, *self.listed)}
        )
