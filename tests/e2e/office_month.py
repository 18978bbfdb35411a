"""Plays an office day by day: its desk through the messenger, its owners through the services.

What each admin does is counted as it is done, and each owner's fate is noted, for the sums at the end.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from core.audit import AuditAction
from core.clock import CHINA
from core.ports import Tx
from core.preselection import Preselection, PreselectionState
from core.preselection.model import from_row
from core.values.plates import PlateKind
from sandbox import PersonSpec
from tests import factories
from tests.core.tools import reserved
from tests.person import Person, Shown
from tests.world import CHIEF, PEOPLE, World

MONDAY, WINDOW, REVIEWER = 3001, 3002, 3003
"""The chats of two clerks and of a reviewer."""
ROLES = {MONDAY: "clerk", WINDOW: "clerk", REVIEWER: "reviewer"}
FIRST_OWNER = 5000
TICKS = (time(9, 1), time(12), time(17, 1), time(21, 30))
"""When the periodic jobs run: after the reminders of a morning, and after deadline and grace."""
_STATS = re.compile(
    r"期初待办理 ([\d,]+) \+ 选定 ([\d,]+) \+ 撤回恢复 ([\d,]+)\s+"
    r"– 确认上牌 ([\d,]+) – 过期 ([\d,]+) – 作废 ([\d,]+) – 取消 ([\d,]+)\s+= 期末待办理 ([\d,]+)",
)


def people(owners: int) -> tuple[PersonSpec, ...]:
    """Return the people of the world: the chief, the desk, and owners who have written to the bot."""
    desk = [
        PersonSpec(chat_id=chat, first_name=role, phone=f"+8613700{chat:06d}", role="admin", started=True)
        for chat, role in ROLES.items()
    ]
    numbered = [
        PersonSpec(
            chat_id=FIRST_OWNER + number,
            first_name=f"车主{number}",
            phone=factories.phone(number),
            started=True,
        )
        for number in range(1, owners + 1)
    ]
    return (*PEOPLE, *desk, *numbered)


def serial_of(number: int) -> str:
    return f"A{number:04d}"


def plate_of(number: int) -> str:
    """Return an owner's number as it is typed."""
    return f"粤K{serial_of(number)}"


def tail_of(number: int) -> str:
    return factories.vin(number)[-6:]


def living_of(tx: Tx, serial: str) -> Preselection:
    """Return the reservation, or the registration, of a number."""
    row = tx.one("preselection.live_of_plate", office="粤K", kind=PlateKind.SMALL, serial=serial)
    assert row is not None
    return from_row(row)


class Month:
    """An office that is played.

    Attributes:
        fates: the state that each owner's number is in, by the owner's number.
        acts: what admins have done, by action of the audit log.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.chief = world.person(CHIEF)
        self.clerks = (world.person(MONDAY), world.person(WINDOW))
        self.reviewer = world.person(REVIEWER)
        self.fates: dict[int, PreselectionState] = {}
        self.acts: Counter[AuditAction] = Counter()

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    async def open(self) -> None:
        """Give the roles; from now on only the test moves the clock."""
        await self.world.stop_jobs()
        for chat, role in ROLES.items():
            await self.chief.say(f"/admins add {chat} {role} 粤K")
            await self.chief.press("确认添加")
            await self.chief.see(f"已添加 {chat}", fresh=True)
            self.acts[AuditAction.ADDED_ADMIN] += 1
        await self.tick()

    async def tick(self) -> None:
        """Run the jobs that owners' deadlines depend on."""
        jobs = self.world.service.jobs
        await jobs.tell()
        await jobs.ends()
        await jobs.tell()

    async def to(self, day: date, at: time) -> None:
        """Move the clock on to a time, with the jobs of all days on the way."""
        then = datetime.combine(day, at, CHINA)
        while (moment := min((one for one in self._ticks() if one > self.now), default=then)) < then:
            self._set(moment)
            await self.tick()
        self._set(then)

    def _ticks(self) -> Iterable[datetime]:
        today = self.now.astimezone(CHINA).date()
        for ahead in range(3):
            for at in TICKS:
                yield datetime.combine(today + timedelta(days=ahead), at, CHINA)

    def _set(self, moment: datetime) -> None:
        self.world.forward(seconds=(moment - self.now).total_seconds())

    # --- owners -----------------------------------------------------------------------------------

    async def owners_reserve(self, numbers: Iterable[int]) -> None:
        """Let owners register and take their numbers, at once."""
        chosen = list(numbers)

        def all_of_them(tx: Tx) -> None:
            for number in chosen:
                reserved(tx, self.world.core, number, serial_of(number))

        await self.world.store.run(all_of_them)
        self.fates |= dict.fromkeys(chosen, PreselectionState.RESERVED)

    async def deadline(self, number: int) -> datetime:
        found = await self.world.store.run(living_of, serial_of(number))
        assert found.deadline is not None
        return found.deadline

    # --- the desk ---------------------------------------------------------------------------------

    async def does(self, admin: Person, command: str, button: str, *said: str) -> Shown:
        """Type a command, confirm it, and see what came of it."""
        await admin.say(command)
        await admin.press(button)
        return await admin.see(*said)

    async def confirms(self, admin: Person, number: int) -> None:
        await self.does(
            admin,
            f"/confirm {plate_of(number)} {tail_of(number)}",
            "确认已上牌",
            "已确认上牌",
            serial_of(number),
        )
        self._did(AuditAction.REGISTERED, number, PreselectionState.REGISTERED)

    async def voids(self, admin: Person, number: int) -> None:
        await self.does(admin, f"/void {plate_of(number)} 资料不符", "确认作废", "已作废", serial_of(number))
        self._did(AuditAction.VOIDED, number, PreselectionState.VOID)

    async def revokes(self, number: int) -> None:
        await self.does(
            self.chief, f"/revoke {plate_of(number)} 本人申请", "确认撤销", "预选已取消", serial_of(number)
        )
        self._did(AuditAction.REVOKED, number, PreselectionState.CANCELLED)

    async def undoes(self, number: int) -> None:
        """Let the chief take back the last thing that was done to a number."""
        await self.does(
            self.chief, f"/undo {plate_of(number)} 点错了", "确认撤回", "恢复预选", serial_of(number)
        )
        self._did(AuditAction.UNDID, number, PreselectionState.RESERVED)

    def _did(self, action: AuditAction, number: int, fate: PreselectionState) -> None:
        self.acts[action] += 1
        self.fates[number] = fate

    def expires(self, numbers: Iterable[int]) -> None:
        """Note that the numbers of some owners have expired."""
        self.fates |= dict.fromkeys(numbers, PreselectionState.EXPIRED)

    async def printed_figures(self) -> dict[str, int]:
        """Return the figures of the last ninety days as /stats prints them."""
        await self.chief.say("/stats 粤K")
        await self.chief.press("90 天")
        shown = await self.chief.see("近 90 天")
        found = _STATS.search(shown.words)
        assert found is not None, shown.words
        names = ("waited", "selected", "given_back", "registered", "expired", "void", "cancelled", "reserved")
        return {
            name: int(figure.replace(",", "")) for name, figure in zip(names, found.groups(), strict=True)
        }
