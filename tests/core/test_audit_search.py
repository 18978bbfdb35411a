"""Search of the audit log by any term, limited to an admin's offices."""

import ast
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

import core as core_package
from bot.i18n.language import Language, speaking
from bot.texts.desk.audit import action as actions_text
from bot.texts.desk.audit_names import SUBJECTS, WORDED
from bot.texts.desk.audit_terms import meant
from core.audit import AuditAction, SubjectKind
from core.availability import maintenance
from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.desk import NotInAuditLog
from core.people.admins import Role, RoleAssignment
from core.people.scope import Scope
from core.pool.releases import withhold
from core.reporting import audit_search
from core.reporting.audit_search import AuditEntry, AuditPage, AuditQuery
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.tools import NOON, build, release, reserved
from tests.engines import open_test_store
from tests.world import office

EVERYWHERE = Scope(offices=("粤K", "粤A"), everywhere=True)
TODAY = date(2026, 3, 10)


@pytest.fixture
async def core(engine: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Core]:
    """Two owners of 粤K with a number each, the second of them banned."""
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock, {"offices": [office("粤K"), office("粤A")]})
        await store.run(release, core, "A10##")
        await store.run(reserved, core, 1, "A1001")
        await store.run(reserved, core, 2, "A1002")
        clock.advance(timedelta(days=1))
        plate = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1002")
        await store.run(core.counter.void, plate, "wrong", "chat:1001")
        yield core


async def page(
    core: Core, written: str, scope: Scope = EVERYWHERE, *, skip: int = 0, most: int = 100
) -> AuditPage:
    query = await core.store.read(core.audit_search.parse_query, written, today=TODAY)
    newest = await core.store.read(audit_search.newest)
    return await core.store.read(
        core.audit_search.page,
        AuditQuery.from_json(query.to_json()),
        scope,
        newest=newest,
        skip=skip,
        limit=most,
    )


async def found(core: Core, written: str, scope: Scope = EVERYWHERE) -> list[tuple[str, str]]:
    """Return action and subject of the entries found, newest first."""
    return [(entry.action, entry.subject) for entry in (await page(core, written, scope)).entries]


SELECTION = ["reserved", "verified", "confirmed_data", "agreed_to_notice", "began"]


@pytest.mark.parametrize(
    "written",
    ["粤KA1002", "粤k·a1002", factories.vin(2), "preselection:2", "2", "粤K-00000002"],
)
async def test_number_and_vehicle_lead_to_the_whole_history(core: Core, written: str) -> None:
    entries = await found(core, written)
    assert [action for action, _ in entries] == ["banned", "voided", *SELECTION]
    assert {subject for _, subject in entries} == {"preselection:2", "ban:1"}


@pytest.mark.parametrize(
    "written", ["5002", "chat:5002", factories.identity(2), factories.phone(2), factories.phone(2)[3:]]
)
async def test_person_is_found_by_chat_identity_and_telephone(core: Core, written: str) -> None:
    actions = [action for action, _ in await found(core, written)]
    assert actions == ["banned", "voided", *SELECTION, "registered_account", "consented"]


@pytest.mark.parametrize("written", [factories.identity(2), factories.phone(2), "13912345678"])
async def test_personal_numbers_are_kept_nowhere(core: Core, written: str) -> None:
    query = await core.store.read(core.audit_search.parse_query, written, today=TODAY)
    assert written.removeprefix("+86") not in str(query.to_json())
    assert query.words[0] in {audit_search.IDENTITY, audit_search.PHONE}


async def test_admin_is_found_by_what_they_did_and_became(core: Core) -> None:
    assignment = RoleAssignment(role=Role.CLERK, office="粤K")
    await core.store.run(core.admins.add, 3001, assignment, "chat:1001")
    assert await found(core, "3001") == [("added_admin", "admin:3001")]
    assert await found(core, "chat:2") == []  # but 2 is a preselection
    assert ("added_admin", "admin:3001") in await found(core, "1001")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("segment:1", [("released", "segment:1")]),
        ("a10##", [("released", "segment:1")]),
        ("A####", []),
        ("voided", [("voided", "preselection:2")]),
        ("Voided 粤K", [("voided", "preselection:2")]),
        ("voided 粤A", []),
        ("2026-03-11", [("banned", "ban:1"), ("voided", "preselection:2")]),
        ("2026-03-12", []),
        ("粤KA1002 2026-03-11", [("banned", "ban:1"), ("voided", "preselection:2")]),
        ("1001 banned", [("banned", "ban:1")]),
        ("system", [("committed_seed", f"seed:{seed}") for seed in range(8, 0, -1)]),
        ("粤KA1009", []),
        (factories.vin(77), []),
        ("ban:1", [("banned", "ban:1")]),
        ("cli", []),
    ],
)
async def test_words_find_what_all_of_them_fit(
    core: Core, written: str, expected: list[tuple[str, str]]
) -> None:
    assert await found(core, written) == expected


async def test_month_and_office_find_everything(core: Core) -> None:
    assert len(await found(core, "2026-03")) == 25
    assert len(await found(core, "粤K 2026-03")) == len(await found(core, "粤K")) == 25 - 2
    assert await found(core, "粤A") == []


async def test_mask_that_is_withheld_is_found_without_others(core: Core) -> None:
    place = core.offices["粤K"]
    for mask in ("A100#", "A101#"):
        await core.store.run(withhold, place, parse_mask(PlateKind.SMALL, mask), "chat:1")
    (entry,) = (await page(core, "A100#")).entries
    assert (entry.action, entry.details["mask"]) == ("withheld", "A100#")


@pytest.mark.parametrize("written", ["pool:粤K:small", "Pool:粤k:Small"])
async def test_pool_is_found_by_its_subject(core: Core, written: str) -> None:
    mask = parse_mask(PlateKind.SMALL, "A100#")
    await core.store.run(withhold, core.offices["粤K"], mask, "chat:1")
    assert await found(core, written) == [("withheld", "pool:粤K:small")]


@pytest.mark.parametrize(
    "written",
    [
        *(
            "x",
            "粤",
            "king",
            "A12",
            "粤K粤K",
            "2026-13",
            "2026-02-30",
            "0",
            "-5",
            "1e9",
            "%",
            "preselection:",
        ),
        *(factories.vin(1)[:-1] + "Q", "110105195001010019", "粤K 粤A", "voided banned", "粤KA1001 粤KA1002"),
        *("a b c d e f g", "9" * 400, "", "   ", "segment:99999999999999999999", "9999-12", "9999-12-31"),
    ],
)
async def test_what_is_nothing_of_ours_is_said_to_be(core: Core, written: str) -> None:
    with pytest.raises(NotInAuditLog):
        await found(core, written)


@pytest.mark.parametrize(
    "written", ["粤KA1002", "5002", "voided", "2026-03", "system", factories.identity(2)]
)
async def test_entries_of_other_offices_are_not_shown(core: Core, written: str) -> None:
    assert await found(core, written, Scope(offices=("粤A",))) == []
    own = await page(core, written, Scope(offices=("粤K",)))
    assert {entry.office for entry in own.entries} == {"粤K"}


async def test_pages_neither_repeat_nor_leave_out(core: Core) -> None:
    query = await core.store.read(core.audit_search.parse_query, "粤K", today=TODAY)
    newest = await core.store.read(audit_search.newest)
    whole = [entry.entry_id for entry in (await page(core, "粤K")).entries]
    await core.store.run(reserved, core, 3, "A1003")  # entries added meanwhile shift nothing
    turned: list[int] = []
    more = True
    while more:
        part = await core.store.read(
            core.audit_search.page, query, EVERYWHERE, newest=newest, skip=len(turned), limit=5
        )
        turned += (entry.entry_id for entry in part.entries)
        more = part.more
    assert turned == whole == sorted(whole, reverse=True)


async def test_entry_names_the_number_that_a_preselection_came_to(core: Core) -> None:
    began = (await page(core, "began")).entries
    assert [entry.plate for entry in began] == ["粤KA1002", "粤KA1001"]


# --- the actions ----------------------------------------------------------------------------

STORED_ACTIONS = """
    abandoned accepted_invitation acted_alone added_admin agreed_to_notice agreed_to_request
    approved_appeal asked_chief asked_for_invoice banned began began_appeal began_broadcast
    began_maintenance cancelled_release changed_ban changed_holidays changed_hours changed_name
    changed_office changed_phone closed_day closed_request committed_seed composed_in_vain confirmed_clock
    confirmed_data confirmed_suspicion consented consented_to_photos deleted_own_data
    dismissed_suspicion doubted_clock dropped_appeal dropped_draft dropped_import ended_broadcast
    ended_maintenance expired exported_list granted_chances handled imported_vehicles invited_admin
    kept_batch lifted_ban looked_up lost_identity lost_phone lost_vehicle messaged_owner
    moved_deadline named_admin raised_suspicion received_identity rechose redated_release
    refused_request refused_unwithholding registered registered_account rejected_appeal released
    removed_admin reopened_day requested_unwithholding reserved restored returned_batch revoked
    revoked_invitation saw_person saw_phone saw_photos set_user_type stopped_broadcast
    submitted_appeal undid undid_import unwithheld verified voided withdrew_appeal withdrew_note
    withdrew_request withdrew_unwithholding withheld wrote_note
"""
STORED_KINDS = """
    account admin appeal ban broadcast expiry import notice office plate pool preselection request
    restoration seed segment suspicion unwithhold update vehicle
"""


def _recorded(source: str) -> Iterator[str]:
    """Yield the actions that a source file names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "AuditAction":
            yield AuditAction[node.attr]


def test_names_of_actions_and_subjects_are_as_stored() -> None:
    assert sorted(AuditAction) == STORED_ACTIONS.split()
    assert sorted(SubjectKind) == STORED_KINDS.split()


def test_every_action_and_subject_is_worded() -> None:
    assert set(WORDED) == set(AuditAction)
    assert set(SUBJECTS) == set(SubjectKind) - {SubjectKind.POOL, SubjectKind.PLATE}


@pytest.mark.parametrize("language", list(Language))
def test_every_printed_word_of_an_action_finds_it(language: Language) -> None:
    """Also a part of one, such as 维护; what the fields stand for is another kind of term."""
    for action in AuditAction:
        with speaking(language):
            printed = actions_text(entry_of(action)).replace("—", " ")
        for word in re.split(r"[\s:,()「」/+→\uff0c\uff1a\uff08\uff09\u3001\u201c\u201d]+", printed):
            if word.isalpha():
                assert action in meant(word, TODAY).split("|"), (action, word)


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("通知 3", "notice:3"),
        ("管理员 3001", "chat:3001"),
        ("管理员3001", "chat:3001"),
        ("聊天号 3001", "chat:3001"),
        ("车主 5002", "chat:5002"),
        ("车主(账号 4)", "account:4"),
        ("账号 4", "account:4"),
        ("预选 7 的过期", "expiry:7"),
        ("预选 7", "preselection:7"),
        ("黑名单 2", "ban:2"),
        ("群发 6", "broadcast:6"),
        ("导入 1", "import:1"),
        ("恢复投放申请 5", "unwithhold:5"),
        ("号池 粤K 小型汽车", "pool:粤K:small"),
        ("全部发牌机关", "office:all"),
        ("维护", "began_maintenance|ended_maintenance"),
        ("系统维护", "began_maintenance|ended_maintenance"),
        ("群发", "began_broadcast|ended_broadcast|stopped_broadcast"),
        ("授予角色", "added_admin"),
        ("撤销车辆导入", "undid_import"),
        ("处理了待办事项", "handled"),
        ("撤销", "removed_admin|reopened_day|revoked_invitation|undid_import"),
    ],
)
def test_what_is_printed_is_understood(written: str, term: str) -> None:
    assert meant(written, TODAY) == term


def test_telephone_number_is_not_taken_for_an_id() -> None:
    for written in ("账号 13800138000", "管理员 13800138000"):
        assert meant(written, TODAY).endswith(" 13800138000")


def entry_of(action: AuditAction) -> AuditEntry:
    return AuditEntry(
        entry_id=1, at=NOON, actor="system", action=action, office=None, subject="office:all", details={}
    )


async def test_several_terms_find_entries_of_all_of_them(core: Core) -> None:
    await core.store.run(maintenance.begin, "", "升级", "demo")
    await core.store.run(maintenance.end, "", "demo")
    both = [("ended_maintenance", "office:all"), ("began_maintenance", "office:all")]
    for written in ("demo", "began_maintenance|ended_maintenance", "office:all"):
        assert await found(core, written) == both
        # maintenance of all offices concerns each of them
        assert await found(core, written, Scope(offices=("粤A",))) == both
    assert await found(core, "began_maintenance|ended_maintenance ended_maintenance|voided") == both[:1]


def test_every_action_is_recorded_somewhere() -> None:
    folder = Path(str(core_package.__file__)).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    assert {action for source in sources for action in _recorded(source)} == set(AuditAction)


def test_control_action_that_is_recorded_is_seen() -> None:
    source = "def f(tx): record(tx, x, AuditAction.VOIDED if y else AuditAction.BANNED)\n"
    assert set(_recorded(source)) == {"voided", "banned"}


async def test_clock_of_the_tests_is_where_it_is_believed_to_be() -> None:
    assert NOON.date() == TODAY
