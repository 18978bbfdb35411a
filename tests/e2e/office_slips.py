"""The slips of a desk, each made and put right over the messenger; what was done is counted on the way."""

from datetime import date, time

from core.audit import AuditAction
from core.ports import Tx
from core.preselection import PreselectionState
from core.values.workdays import WorkingCalendar
from tests import factories
from tests.core.appealing import appealed
from tests.core.sql import sql
from tests.core.tools import registered
from tests.e2e.appealing import decides
from tests.e2e.office_month import FIRST_OWNER, Month, living_of, plate_of, serial_of, tail_of
from tests.person import Person

CALENDAR = WorkingCalendar()


def is_gone(person: Person, label: str) -> bool:
    return not any(label in button for shown in person.history for button in shown.buttons)


async def mistypes_with_a_question_open(month: Month) -> None:
    """The question of another car goes with the mistyped command; its button confirms nothing."""
    clerk, _ = month.clerks
    await clerk.say(f"/confirm {plate_of(1)} {tail_of(1)}")
    await clerk.see("窗口确认", serial_of(1))
    await clerk.say(f"/comfirm {plate_of(2)} {tail_of(2)}")
    await clerk.see("没有这个命令", "/confirm", fresh=True)
    await clerk.settled()
    assert is_gone(clerk, "确认已上牌")
    await month.confirms(clerk, 2)
    assert (await month.world.store.run(living_of, serial_of(1))).state == PreselectionState.RESERVED


async def confirms_the_wrong_number(month: Month) -> None:
    clerk, _ = month.clerks
    await month.confirms(clerk, 3)
    await month.undoes(3)
    await month.confirms(clerk, 4)


async def voids_the_wrong_person(month: Month) -> None:
    await month.voids(month.chief, 5)
    month.acts[AuditAction.BANNED] += 1
    assert await month.world.store.read(barred) == 1
    await month.undoes(5)
    month.acts[AuditAction.LIFTED_BAN] += 1
    assert await month.world.store.read(barred) == 0
    await month.voids(month.chief, 6)
    month.acts[AuditAction.BANNED] += 1


async def releases_the_wrong_mask_and_date(month: Month) -> None:
    chief = month.chief
    await month.does(chief, "/release 粤K small D#### from 2026-03-20T09:00", "确认投放", "已投放 D####")
    await month.does(chief, "/undo 粤K small D#### 号段写错了", "确认撤回", "已取消")
    await month.does(chief, "/release 粤K small B#### from 2026-03-10T09:00", "确认投放", "已投放 B####")
    await month.does(chief, "/undo 粤K small B#### 改到 2026-03-24 09:00 日期写错了", "确认改期", "已改期")
    month.acts[AuditAction.RELEASED] += 2
    month.acts[AuditAction.CANCELLED_RELEASE] += 1
    month.acts[AuditAction.REDATED_RELEASE] += 1


async def closes_the_wrong_day(month: Month, day: date) -> None:
    """Reopened, the day moves no deadline back."""
    living = [number for number, fate in month.fates.items() if fate == PreselectionState.RESERVED]
    before = {number: await month.deadline(number) for number in living}
    await month.does(month.chief, f"/closed 粤K {day} 停电", "确认不办公", "窗口不办公", "顺延")
    closed = {number: await month.deadline(number) for number in living}
    assert any(closed[number] > before[number] for number in living)
    await month.does(month.chief, f"/undo 粤K {day} 写错了日期", "确认撤回", "已")
    reopened = {number: await month.deadline(number) for number in living}
    assert reopened == closed
    assert all(closed[number] >= before[number] for number in living)
    moved = sum(closed[number] != before[number] for number in living)
    month.acts[AuditAction.CLOSED_DAY] += 1
    month.acts[AuditAction.REOPENED_DAY] += 1
    month.acts[AuditAction.MOVED_DEADLINE] += moved


async def serves_the_queue_after_the_deadline(month: Month, number: int) -> None:
    """Whoever waited at the counter at 16:59 is confirmed at 17:01, and not barred."""
    deadline = await month.deadline(number)
    await month.to(deadline.date(), time(16, 59))
    await month.to(deadline.date(), time(17, 1))
    await month.tick()
    await month.confirms(month.clerks[0], number)


async def approves_the_wrong_appeal(month: Month, owners: int) -> None:
    store, core = month.world.store, month.world.core
    rival = await store.run(registered, core, owners + 1)
    appeal = await store.run(appealed, core, rival, 7)
    await decides(month.reviewer, f"/approve {appeal}")
    await month.reviewer.press("确认通过")
    await month.reviewer.see(f"申诉 {appeal} 审核通过")
    await month.does(month.chief, f"/undo 申诉 {appeal} 看错了照片", "确认撤回", "重新待审核")
    assert (await store.run(living_of, serial_of(7))).state == PreselectionState.RESERVED
    await decides(month.reviewer, f"/reject {appeal} 照片看不清")
    await month.reviewer.press("确认不通过")
    await month.reviewer.see(f"申诉 {appeal} 审核不通过")
    month.acts[AuditAction.APPROVED_APPEAL] += 1
    month.acts[AuditAction.REVOKED] += 1  # of the former holder
    month.acts[AuditAction.UNDID] += 2  # of the appeal, and of that
    month.acts[AuditAction.REJECTED_APPEAL] += 1


async def bans_with_the_wrong_cause(month: Month) -> None:
    """Both causes are kept; lifting the wrong one leaves the other with its own end."""
    chief, chat = month.chief, FIRST_OWNER + 8
    await month.does(chief, f"/ban {chat} until 2026-12-31 倒卖号牌", "列入黑名单", "已列入黑名单")
    await month.does(chief, f"/ban {chat} until 2028-01-01 套牌", "列入黑名单", "黑名单")
    assert await month.world.store.read(causes_of_running) == ["倒卖号牌", "套牌"]
    await chief.say(f"/unban {chat} 认错了人")
    await chief.see("2. 人工", "套牌", fresh=True)
    await chief.press("解除第 2 项")
    await chief.see("已解除")
    month.acts[AuditAction.BANNED] += 2  # once for each cause
    month.acts[AuditAction.CHANGED_BAN] += 1


async def grants_the_wrong_chances(month: Month) -> None:
    """Granted is granted; asking again adds nothing unless it is confirmed again, and the card shows it."""
    chief, vin = month.chief, factories.vin(9)
    await month.does(chief, f"/grant {vin} random=10 系统故障", "确认增加", "已增加选号机会")
    await chief.say(f"/grant {vin} random=1 系统故障")
    await chief.see("随机选号 +1")
    await chief.press("不做更改")
    await chief.say(f"/find {vin}")
    await chief.see("查询结果", "10")
    month.acts[AuditAction.GRANTED_CHANCES] += 1
    (row,) = await month.world.store.read(
        sql, "SELECT SUM(random_granted) AS granted FROM vehicle WHERE random_granted > 0"
    )
    assert row["granted"] == 10


async def moves_an_identity_to_the_wrong_chat(month: Month, owners: int) -> None:
    clerk, core = month.clerks[1], month.world.core
    mine, stranger = FIRST_OWNER + 10, FIRST_OWNER + owners + 2

    def consents(tx: Tx) -> None:
        account = core.accounts.consent(tx, stranger)
        core.accounts.set_office(tx, account, "粤K")

    await month.world.store.run(consents)
    for chat in (stranger, mine):
        said = f"/identity {factories.identity(10)} {chat} 已核对原件"
        await month.does(clerk, said, "已核对证件,转移身份", "身份已转移")
    month.acts[AuditAction.RECEIVED_IDENTITY] += 2
    month.acts[AuditAction.LOST_IDENTITY] += 2
    holder = await month.world.store.read(
        lambda tx: core.accounts.by_identity(tx, core.accounts.identity_hash(factories.identity(10)))
    )
    assert holder is not None
    assert holder.chat_id == mine


async def extends_with_a_reason(month: Month, number: int) -> None:
    clerk, before = month.clerks[0], await month.deadline(number)
    await clerk.say(f"/find {plate_of(number)}")
    await clerk.press("📅 延期")
    await clerk.say("3 住院,有证明")
    await clerk.press("确认延期")
    await clerk.see("延长到", fresh=True)
    after = await month.deadline(number)
    assert after.date() == CALENDAR.add_workdays(before.date(), 3)
    month.acts[AuditAction.MOVED_DEADLINE] += 1


def barred(tx: Tx) -> int:
    return len(sql(tx, "SELECT 1 FROM ban WHERE lifted_at IS NULL"))


def causes_of_running(tx: Tx) -> list[str]:
    rows = sql(
        tx,
        "SELECT c.reason FROM ban_cause c JOIN ban b ON b.ban_id = c.ban_id "
        "WHERE b.lifted_at IS NULL AND b.cause = 'admin' ORDER BY c.cause_id",
    )
    return [row["reason"] for row in rows]
