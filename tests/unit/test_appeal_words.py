"""Texts about appeals fit below a photo, whatever their contents."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from bot.i18n.language import Language, speaking
from bot.texts.desk import appeals as appeals_desk
from bot.texts.desk import suspicion as suspicion_desk
from bot.texts.owner import appeal
from core.appeals import LONGEST_REASON, Appeal, AppealState, Slot
from core.appeals.obstacles import Obstacles
from core.appeals.reviews import AppealOutcome, Card
from core.people.accounts import Account, UserType
from core.people.blacklist import Ban, Cause
from core.preselection import Preselection, PreselectionState, Way
from core.registry.lookup import RegistryVehicle
from core.reporting import notes
from core.reporting.notes import Note
from core.security.vault import Vault
from core.suspicion import Suspicion, SuspicionKind, SuspicionState
from core.suspicion.presses import MAX_EVENTS
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.core.tools import settings
from tests.world import KEYS

AT = datetime(2026, 12, 31, 12, tzinfo=UTC)
CAPTION, MESSAGE = 1024, 4096
VAULT = Vault(list(KEYS["keys"]), str(KEYS["lookup_key"]))


def units(html: str) -> int:
    """Return the length as the messenger counts it: UTF-16 code units without markup."""
    return len(unescape(re.sub(r"<[^>]+>", "", html)).encode("utf-16-le")) // 2


def _account(number: int) -> Account:
    return Account(
        account_id=number,
        chat_id=number,
        user_type=UserType.UNIT,
        consent_version=1,
        office="粤K",
        registered_at=AT,
        vault=VAULT,
        name_sealed=VAULT.seal("测" * 100),
        identity_sealed=VAULT.seal(factories.identity(number)),
        identity_hash=b"x",
        identity_seen_at=None,
        phone_sealed=VAULT.seal(factories.phone(number)),
        new_phone_sealed=None,
    )


def _appeal(state: AppealState = AppealState.PENDING) -> Appeal:
    return Appeal(
        appeal_id=10**12,
        account_id=1,
        office="粤K",
        state=state,
        renews=None,
        suspicion_id=None,
        consent_version=1,
        vin=factories.VIN,
        reason_sealed=VAULT.seal("😀" * LONGEST_REASON),
        identity_hash=b"x",
        submitted_at=AT,
        ended_at=None,
        decided_by=None,
        answer="<" * 200,
        outcome=None,
        photos={},
        vault=VAULT,
    )


def _holder(state: PreselectionState = PreselectionState.RESERVED) -> Preselection:
    return Preselection(
        preselection_id=1,
        account_id=2,
        office="粤K",
        kind=PlateKind.LARGE_NEV,
        state=state,
        vin=factories.VIN,
        certificate_kind=CertificateKind.IMPORT,
        certificate="C" * 20,
        verified_at=AT,
        reserved_at=AT,
        serial="12345D",
        way=Way.RANDOM,
        deadline=AT,
        ended_at=None,
        reason=None,
    )


def _notes() -> list[Note]:
    """Return notes of the greatest length."""
    return [
        Note(
            note_id=number,
            subject="appeal:1",
            account_id=1,
            office="粤K",
            body="长" * notes.LONGEST,
            at=datetime(2026, 3, 10, tzinfo=UTC),
            by="chat:1",
        )
        for number in range(5)
    ]


def _card() -> Card:
    known = RegistryVehicle(
        vin=factories.VIN, certificate="D" * 20, kind=PlateKind.LARGE_NEV, registered=True
    )
    return Card(
        appeal=_appeal(),
        owner=_account(1),
        ban=Ban(
            ban_id=1, identity_hash=b"x", office="粤K", reason="r", cause=Cause.ADMIN, since=AT, until=AT
        ),
        obstacles=Obstacles(
            own=None,
            holder=_holder(),
            selecting=None,
            awarded_by=10**12,
            registry=known,
            unanswered_since=None,
            registered=True,
            batches_used=999,
            wishes_used=999,
        ),
        holder=_account(2),
        others=99,
        suspicion=None,
    )


@pytest.mark.parametrize("language", Language)
def test_fullest_card_fits_under_its_photos(language: Language) -> None:
    with speaking(language):
        assert units(appeals_desk.card(_card(), _notes())) <= CAPTION


@pytest.mark.parametrize("language", Language)
def test_fullest_card_without_the_registry_fits_under_its_photos(language: Language) -> None:
    unknown = replace(_card().obstacles, registry=None, registered=False, unanswered_since=AT)
    with speaking(language):
        shown = appeals_desk.card(replace(_card(), obstacles=unknown), _notes())
    assert units(shown) <= CAPTION


MOMENT = 1_800_000_000_000
FREED = {
    "plate": "粤K·A12345",
    "what": "withholding",
    "freed_at": MOMENT,
    "taken_at": MOMENT + 10_000,
    "preselection": 10**12,
}
FAVOUR = {
    "entry": 10**12,
    "action": "granted_chances",
    "at": MOMENT,
    "preselection": 10**12,
    "account": 10**12,
    "plate": "粤K·A12345",
    "reserved_at": MOMENT,
}
EVIDENCE: dict[SuspicionKind, dict[str, object]] = {
    SuspicionKind.PACE: {"presses": 1001, "milliseconds": 3_600_000, "times": 999, "at": MOMENT},
    SuspicionKind.REACTION: {
        "presses": 999,
        "quick": 999,
        "fastest": 4999,
        "milliseconds": 5000,
        "at": MOMENT,
    },
    SuspicionKind.SHARED: {
        "what": "identity",
        "accounts": [10**7] * MAX_EVENTS,
        "count": 999,
        "days": 365,
        "at": MOMENT,
    },
    SuspicionKind.TOGETHER: {
        "accounts": [10**7] * MAX_EVENTS,
        "count": 49,
        "moments": [MOMENT] * MAX_EVENTS,
        "times": 999,
        "seconds": 60,
    },
    SuspicionKind.FREED: {"events": [FREED] * MAX_EVENTS},
    SuspicionKind.INSIDER: {"events": [FAVOUR] * MAX_EVENTS, "count": 99, "hours": 720},
}


def _suspicion(kind: SuspicionKind) -> Suspicion:
    return Suspicion(
        suspicion_id=10**12,
        kind=kind,
        subject="account:1000000000000",
        office="粤K",
        state=SuspicionState.ASKED,
        weight=1,
        evidence=EVIDENCE[kind],
        raised_at=AT,
        updated_at=AT,
        asked_by="chat:1000000000000",
        asked_at=AT,
        decided_by=None,
        decided_at=None,
        reason=None,
    )


@pytest.mark.parametrize("kind", SuspicionKind)
@pytest.mark.parametrize("language", Language)
def test_fullest_answer_fits_under_its_photos(language: Language, kind: SuspicionKind) -> None:
    with speaking(language):
        assert units(appeals_desk.card(replace(_card(), suspicion=_suspicion(kind)), _notes())) <= CAPTION


@pytest.mark.parametrize("kind", SuspicionKind)
@pytest.mark.parametrize("language", Language)
def test_fullest_suspicion_fits_a_message(language: Language, kind: SuspicionKind) -> None:
    with speaking(language):
        found, rules = _suspicion(kind), settings().suspicion
        page = suspicion_desk.page(found, rules, "窗口" * 40, [_appeal()] * 9, AT)
    assert units(page) <= MESSAGE


@pytest.mark.parametrize("language", Language)
def test_fullest_review_fits_under_its_photos(language: Language) -> None:
    with speaking(language):
        review = appeal.review(_appeal(AppealState.DRAFT), _account(1), settings().offices[0])
        note = appeal.photo_taken(Slot.INVOICE)
    assert units(f"{note}\n\n{review}") <= CAPTION


def test_question_names_each_thing_that_is_set_aside() -> None:
    card = _card()
    said = appeals_desk.approve_question(card, bar=True)
    for words in (
        "粤K·12345D",
        "预选人列入黑名单",
        "「已上牌」",
        f"申诉 {10**12} 的认定",
        "随机 999 次、自编 999 个",
    ):
        assert words in said
    on_the_road = replace(card.obstacles, holder=_holder(PreselectionState.REGISTERED))
    said = appeals_desk.approve_question(replace(card, obstacles=on_the_road), bar=True)
    assert "号牌不变" in said
    assert "黑名单" not in said


def test_answer_is_escaped() -> None:
    rejected = replace(_appeal(AppealState.REJECTED), answer="<b>&")
    assert "&lt;b&gt;&amp;" in appeal.decided(rejected, None)
    assert "&lt;b&gt;&amp;" in appeal.page(rejected, None)


@pytest.mark.parametrize("was", ["reserved", "registered", "selecting"])
def test_former_holder_reads_what_became_of_it(was: str) -> None:
    said = appeal.superseded("粤K·A1234", {"was": was, "tail": "000009"}, settings().offices[0])
    assert "000009" in said
    assert "如有异议" in said


def test_outcome_says_all_that_was_done() -> None:
    outcome = AppealOutcome(
        plate="粤K·A1", banned_until=AT, selecting=True, registry=True, earlier=3, batches=1, wishes=2
    )
    said = appeals_desk.approved(_appeal(AppealState.APPROVED), outcome)
    for words in (
        "粤K·A1 的预选已撤销",
        "列入黑名单到",
        "选号已中止",
        "「已上牌」",
        "取代申诉 3",
        "随机 1 次、自编 2 个",
    ):
        assert words in said
