"""The cases of a practice: invented owners at every stage, brought there by the services over some days.

Each case happens on a day of its own, so that the cards and the audit log of a practice have a past.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.appeals import Photo, Slot
from core.audit import chat_actor
from core.availability.closed_days import days_of
from core.bootstrap import Core
from core.clock import CHINA, FixedClock
from core.db import MemoryDatabase
from core.notifications import queue as notification_queue
from core.notifications.queue import NotificationPurpose, Plan
from core.people import blacklist
from core.people.accounts import Account
from core.people.admins import Role, RoleAssignment
from core.people.blacklist import Cause, NewBan
from core.pool.releases import Release, withhold
from core.ports import Tx
from core.preselection import Papers, get
from core.registry import imports
from core.registry.lookup import RegistryVehicle
from core.rehearsal import days
from core.values.masks import parse_mask
from core.values.offices import Office
from core.values.plates import Plate, PlateKind
from core.values.vehicles import CertificateKind, check_digit

COLLEAGUE = 2
"""The chat of an invented clerk."""
CONFIRMABLE, MISTAKEN, CLAIMED, TO_EXTEND = "A0101", "A0202", "A0303", "A0505"
"""The numbers of the tasks."""
APPELLANT = 4
"""The owner who appeals."""
REASON = "车辆识别代号被他人冒用(演练)"

_UNREACHABLE, _KNOWN, _PLAIN, _NEW, _LATE, _REVOKED, _DONE = (
    "A0606",
    "A0707",
    "A0808",
    "A0909",
    "A1010",
    "A1111",
    "A1212",
)
_BANNED = 13
_FIRST_CHAT = 100
_NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅"
_IDENTITIES = (
    "110105194912311110",
    "110105194912311217",
    "110105194912311313",
    "11010519491231141X",
    "110105194912311516",
    "110105194912311612",
    "110105194912311719",
    "110105194912311815",
    "110105194912311911",
    "110105194912312017",
    "110105194912312113",
    "11010519491231221X",
    "110105194912312316",
)
_CLERK = chat_actor(COLLEAGUE)
_ELEVEN = time(11)
_HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPerson:
    """An invented owner, as the invented papers show them."""

    name: str
    identity: str
    vin: str


def person(number: int) -> InventedPerson:
    """Return an invented owner and their vehicle, from 1 on."""
    return InventedPerson(name=f"演练{_NAMES[number - 1]}", identity=_IDENTITIES[number - 1], vin=vin(number))


def vin(number: int) -> str:
    """Return the VIN of an invented vehicle."""
    body = f"LSVTEST00RM{number * 101:06d}"
    return body[:8] + check_digit(body) + body[9:]


def plate(office: Office, serial: str) -> Plate:
    return Plate(office=office.code, kind=PlateKind.SMALL, serial=serial)


_Case = Callable[[Tx], None]


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime
    case: _Case


def play(database: MemoryDatabase, clock: FixedClock, core: Core, first: datetime) -> None:
    """Bring the invented owners to their stages, up to the first moment of a practice."""
    (office,) = core.offices.values()
    clock.set(first)
    calendar = database.read(days_of, office, core.calendar).calendar
    validity, today = office.validity_workdays, first.astimezone(CHINA).date()

    def ago(workdays: int) -> date:
        return calendar.add_workdays(today, -max(workdays, 0))

    cases = _Cases(core, office)
    moments = sorted(cases.moments(first, ago, validity), key=lambda moment: moment.at)
    clock.set(moments[0].at)
    for moment in moments:
        days.pass_until(database, clock, core, moment.at)
        database.run(moment.case)
    days.pass_until(database, clock, core, first)


class _Cases:
    """What has happened at the invented office.

    Args:
        core: the services.
        office: the office.
    """

    def __init__(self, core: Core, office: Office) -> None:
        self._core = core
        self._office = office

    def moments(self, first: datetime, ago: Callable[[int], date], validity: int) -> Iterable[_Moment]:
        """Return each case with the moment at which it happened.

        Args:
            first: the first moment of the practice.
            ago: returns the day some working days before.
            validity: the working days in which a number is to be registered.
        """
        early = first - _HALF_AN_HOUR

        def at(workdays: int, case: _Case) -> _Moment:
            day = ago(workdays)
            then = datetime.combine(day, _ELEVEN, CHINA)
            return _Moment(min(then, early), case)

        yield at(validity + 4, self._open)
        yield at(validity + 3, self._reserves(10, _LATE))
        yield at(validity, self._reserves(1, CONFIRMABLE))
        yield at(validity - 1, self._reserves(5, TO_EXTEND))
        yield at(validity - 2, self._reserves(6, _UNREACHABLE))
        for number, serial in ((2, MISTAKEN), (3, CLAIMED), (7, _KNOWN), (11, _REVOKED), (12, _DONE)):
            yield at(2, self._reserves(number, serial))
        yield at(1, self._reserves(8, _PLAIN))
        yield at(1, self._past_deeds)
        yield _Moment(early, self._reserves(9, _NEW))
        yield _Moment(early, self._this_morning)

    # --- what happens -----------------------------------------------------------------------------

    def _open(self, tx: Tx) -> None:
        """Open the pool and the registry, and let an owner register who will be barred."""
        core, office = self._core, self._office
        clerk = RoleAssignment(role=Role.CLERK, office=office.code)
        core.admins.add(tx, COLLEAGUE, clerk, _CLERK)
        mask = parse_mask(PlateKind.SMALL, "A####")
        core.pools.release(tx, Release(office=office, mask=mask, actor=_CLERK, compose_now=True))
        withhold(tx, office, parse_mask(PlateKind.SMALL, "A888#"), _CLERK, reason="机关备用号码(演练)")
        imports.load(tx, (_vehicle(number, registered=False) for number in range(1, 41)))
        self._registered(tx, _BANNED)

    def _past_deeds(self, tx: Tx) -> None:
        """What the colleague has done the day before, and the colleague's own slip."""
        core, office = self._core, self._office
        core.counter.register(tx, plate(office, _DONE), vin(12)[-6:], actor=_CLERK)
        core.counter.revoke(tx, plate(office, _REVOKED), "车主申请取消(演练)", _CLERK)
        banned = core.accounts.require(tx, _FIRST_CHAT + _BANNED)
        until = tx.now + timedelta(days=365)
        ban = NewBan(
            identity_hash=banned.identity_hash or b"",
            office=office.code,
            reason="倒卖号牌(演练)",
            cause=Cause.ADMIN,
            until=until,
            actor=_CLERK,
        )
        blacklist.set_ban(tx, ban, blacklist.version_of(None))
        later = datetime.combine((tx.now + timedelta(days=21)).astimezone(CHINA).date(), time(9), CHINA)
        mask = parse_mask(PlateKind.SMALL, "B####")
        core.pools.release(tx, Release(office=office, mask=mask, actor=_CLERK, opens_at=later))

    def _this_morning(self, tx: Tx) -> None:
        """The slip of a colleague, an appeal, a chat that is shut, a vehicle that has its plate already."""
        core, office = self._core, self._office
        core.counter.register(tx, plate(office, MISTAKEN), vin(2)[-6:], actor=_CLERK)
        imports.load(tx, (_vehicle(7, registered=True),))
        notification_queue.mark_unreachable(tx, _FIRST_CHAT + 6, notification_queue.BLOCKED[0])
        self._appeal(tx)
        self._failed_notification(tx, _FIRST_CHAT + 8)

    def _appeal(self, tx: Tx) -> None:
        appeals, owner = self._core.appeals, self._registered(tx, APPELLANT)
        appeals.begin(tx, owner, vin(3))
        appeals.consent(tx, owner)
        appeals.enter_reason(tx, owner, REASON)
        for slot in Slot:
            appeals.attach(tx, owner, slot, Photo(key=photo_key(slot), fingerprint=slot.value.encode()))
        appeals.submit(tx, owner)

    def _failed_notification(self, tx: Tx, chat_id: int) -> None:
        wanted = Plan(
            chat_id=chat_id,
            purpose=f"{NotificationPurpose.USER_TYPE}:{tx.now.timestamp():.0f}",
            subject=self._core.accounts.require(tx, chat_id).actor,
            due_at=tx.now,
        )
        notification_queue.plan(tx, wanted)
        for notification in notification_queue.lease(tx, "practice", 1000):
            if notification.chat_id == chat_id:
                notification_queue.mark_failed(tx, notification, "practice", "BadRequest")
            else:
                notification_queue.mark_sent(tx, notification, "practice")

    # --- owners -----------------------------------------------------------------------------------

    def _registered(self, tx: Tx, number: int) -> Account:
        core, invented, chat = self._core, person(number), _FIRST_CHAT + number
        account = core.accounts.consent(tx, chat)
        core.accounts.set_office(tx, account, self._office.code)
        core.accounts.set_name(tx, account, invented.name)
        core.accounts.set_identity(tx, account, invented.identity)
        core.telephones.offer(tx, account, f"+86138{number:08d}")
        core.telephones.prove(tx, account)
        return core.accounts.register(tx, core.accounts.require(tx, chat))

    def _reserves(self, number: int, serial: str) -> _Case:
        """Return a case in which an owner registers and takes a number."""

        def reserves(tx: Tx) -> None:
            core, office = self._core, self._office
            account = self._registered(tx, number)
            begun = core.preselections.choose(tx, account, office, PlateKind.SMALL).preselection_id
            core.preselections.agree(tx, account, begun)
            core.preselections.enter_vin(tx, begun, vin(number))
            papers = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=_certificate(number))
            core.preselections.enter_certificate(tx, begun, papers)
            core.preselections.confirm(tx, account, begun)
            binding = core.preselections.code_binding(account, get(tx, begun))
            sms = core.verification.outgoing(tx, core.verification.request(tx, binding))
            if sms is None:
                raise LookupError("a code that was just requested is gone")
            core.verification.mark_sent(tx, sms.code_id)
            core.preselections.verify(tx, account, begun, sms.code, office=office, received_at=tx.now)
            core.selection.compose(tx, account, begun, office, [serial], received_at=tx.now)

        return reserves


def photo_key(slot: Slot) -> str:
    """Return the key of an invented photo."""
    return f"practice-{slot.value}"


def _certificate(number: int) -> str:
    return f"TEST1{number:010d}"


def _vehicle(number: int, *, registered: bool) -> RegistryVehicle:
    return RegistryVehicle(
        vin=vin(number), certificate=_certificate(number), kind=PlateKind.SMALL, registered=registered
    )
