"""Who sees an owner's data in full: those who must compare them with papers, or telephone.

Everywhere else persons are masked. Each look is an entry of the audit log with its reason, written in the
transaction that shows the data; the entry holds no personal data. The rights are checked in it as well, so an
old card shows nothing to somebody whose role was taken away.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core import audit
from core.appeals.reviews import Card, Reviews
from core.audit import AuditAction, SubjectKind
from core.errors.base import Refusal
from core.errors.counter import PlateNotReserved
from core.errors.desk import NothingKnown, NothingToCall, OwnerNamed
from core.notifications.queue import is_unreachable
from core.people.accounts import Account, Accounts
from core.people.admins import Admin, Permission
from core.ports import Tx
from core.preselection import Preselection, PreselectionState, get
from core.reporting.case_file import CaseFile, parse_key
from core.reporting.case_files import CaseFiles

SHOWN_FOR = timedelta(minutes=2)
"""How long the data stay on the page."""
_SHORTEST_NAME = 2


class DisclosedPart(StrEnum):
    """What is shown."""

    PERSON = "person"  # name, identity and telephone
    PHONE = "phone"


class DisclosureReason(StrEnum):
    """The reasons that are offered; another one may be typed. The values are stored in the audit log."""

    COUNTER = "counter"  # papers are compared at the counter
    APPEAL = "appeal"  # the documents of an appeal are compared
    CALL = "call"  # the owner is called


_ACTIONS = {
    DisclosedPart.PERSON: AuditAction.SAW_PERSON,
    DisclosedPart.PHONE: AuditAction.SAW_PHONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSide:
    """Who holds the vehicle that an appeal is about, or is selecting for it."""

    account: Account
    preselection: Preselection


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosable:
    """An owner whom an admin may see, and what that concerns."""

    account: Account
    subject: str
    office: str | None
    other: OtherSide | None = None  # of an appeal, if the admin reviews at the office of that preselection


class Disclosures:
    """Shows an owner's data in full."""

    def __init__(self, accounts: Accounts, case_files: CaseFiles, reviews: Reviews) -> None:
        self._accounts = accounts
        self._case_files = case_files
        self._reviews = reviews

    def find(self, tx: Tx, admin: Admin, subject: str, part: DisclosedPart) -> Disclosable:
        """Return the owner whom an admin may see on account of a preselection, an appeal or an account.

        The person: of a reserved number, for those who confirm at its office; of an appeal, for those who may
        decide it. The telephone: for those who confirm at the office concerned, if the bot does not reach the
        owner or a notification has failed.

        Raises:
            NotPermitted, NotYourOffice: their roles do not allow it.
            PlateNotReserved, AppealDecided, AppealOfOneself, NothingToCall: there is nothing to compare, or
                nobody to be called.
            NothingKnown: there is no such subject.
        """
        kind, _, number = subject.partition(":")
        if not number.isdecimal():
            raise NothingKnown
        if part == DisclosedPart.PHONE:
            return self._to_call(tx, admin, subject)
        if kind == SubjectKind.APPEAL:
            return self._of_appeal(tx, admin, int(number))
        if kind == SubjectKind.PRESELECTION:
            return self._of_reservation(tx, admin, int(number))
        raise NothingKnown

    def may_see(self, tx: Tx, admin: Admin, subject: str, part: DisclosedPart) -> bool:
        """Return whether an admin may see it now."""
        try:
            self.find(tx, admin, subject, part)
        except Refusal:
            return False
        return True

    def disclose(
        self, tx: Tx, admin: Admin, subject: str, part: DisclosedPart, why: str, actor: str
    ) -> Disclosable:
        """Return the owner as ``find`` does, and record that and why they were shown, the other side apart.

        Args:
            tx: the transaction.
            admin: who looks.
            subject: on account of what.
            part: what is shown.
            why: a ``DisclosureReason``, or a typed reason without personal numbers.
            actor: the admin, as an actor.

        Raises:
            OwnerNamed: the reason holds the name of the owner, or of the other side.
        """
        found = self.find(tx, admin, subject, part)
        other = found.other
        for account in (found.account, *([other.account] if other else [])):
            if len(account.name) >= _SHORTEST_NAME and account.name in why:
                raise OwnerNamed
        audit.record(tx, actor, _ACTIONS[part], found.subject, office=found.office, why=why)
        if other is not None:
            seen = other.preselection
            audit.record(tx, actor, _ACTIONS[part], seen.subject, office=seen.office, why=why)
        return found

    def _of_reservation(self, tx: Tx, admin: Admin, number: int) -> Disclosable:
        admin.require(Permission.CONFIRM)
        reserved = get(tx, number)
        admin.require(Permission.CONFIRM, reserved.office)
        if reserved.state != PreselectionState.RESERVED:
            raise PlateNotReserved
        account = self._accounts.by_id(tx, reserved.account_id)
        return Disclosable(account=account, subject=reserved.subject, office=reserved.office)

    def _of_appeal(self, tx: Tx, admin: Admin, number: int) -> Disclosable:
        admin.require(Permission.APPEALS)
        card = self._reviews.card(tx, number)
        admin.require(Permission.APPEALS, card.appeal.office)
        self._reviews.validate_reviewer(tx, card, admin.chat_id)
        return Disclosable(
            account=card.owner,
            subject=card.appeal.subject,
            office=card.appeal.office,
            other=_other_side(admin, card),
        )

    def _to_call(self, tx: Tx, admin: Admin, subject: str) -> Disclosable:
        admin.require(Permission.CONFIRM)
        case_file = self._case_files.open(tx, parse_key(subject))
        account, office = case_file.account, case_file.office
        if account is None or office is None:
            raise NothingKnown
        admin.require(Permission.CONFIRM, office)
        if not is_to_be_called(tx, case_file):
            raise NothingToCall
        return Disclosable(account=account, subject=subject, office=office)


def _other_side(admin: Admin, card: Card) -> OtherSide | None:
    """Return who is in the way of an appeal, if the admin reviews at the office of their preselection."""
    preselection = card.obstacles.holder or card.obstacles.selecting
    if card.suspicion is not None or card.holder is None or preselection is None:
        return None
    if not admin.may(Permission.APPEALS, preselection.office):
        return None
    return OtherSide(account=card.holder, preselection=preselection)


def is_to_be_called(tx: Tx, case_file: CaseFile) -> bool:
    """Return whether the bot does not reach the owner of a case file, or a notification has failed."""
    account = case_file.account
    if account is None or not (account.phone or account.new_phone):
        return False
    return bool(case_file.failed_of_person) or is_unreachable(tx, account.chat_id)


def subject_of(case_file: CaseFile) -> str:
    """Return the subject under which the owner of a case file is looked at; empty if there is none."""
    if case_file.focus is not None:
        return case_file.focus.subject
    return case_file.account.subject if case_file.account else ""
