"""The rehearsal (模拟选号): the same services on an in-memory database (docs/domain.md, section 4).

``prepare`` builds them with the program's own ``bootstrap``, from settings in which every office is always
open, the registry checks the form only, and nothing is sent to anyone. Each rehearsal has its own
database, stored compressed in the row of its conversation between two steps. All users rehearse as the
same fictitious owner, so that it contains no real name, number or chat.

    an invented owner ── chooses office and kind ──▶ segments are released, some numbers are others'
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.bootstrap import Core, Ports, bootstrap
from core.clock import FixedClock, to_millis
from core.db import MIGRATIONS, MemoryDatabase, MemoryStore
from core.db.dialect import SQLITE
from core.db.migrate import load_migrations
from core.people.accounts import Account, UserType
from core.pool.releases import Release
from core.pool.segments import Segment, segments
from core.ports import Tx
from core.preselection import Preselection, Preselections
from core.preselection.kind_opening import KindOpening
from core.registry.lookup import OpenRegistry
from core.security.vault import Vault
from core.settings import Settings
from core.values.hours import ServiceHours
from core.values.masks import parse_mask
from core.values.offices import Office
from core.values.plates import PlateKind

IDLE = timedelta(minutes=30)
"""A rehearsal without a step for this long is over."""
CHAT = 1
"""The chat id of the user within a rehearsal."""
ACTOR = "rehearsal"

_OTHERS = 2  # the chat id of the fictitious owner of taken numbers
_NAME, _IDENTITY, _PHONE = "模拟车主", "11010519491231002X", "+8613800000000"
_ALWAYS = ServiceHours.parse("00:00-24:00")
_TAKEN = ["0001", "1111", "1234", "2222", "3333", "5555", "5678", "6666", "7777", "8887", "8888", "9999"]
_FREE = "2357"
_COMPRESSION = 1  # six times as fast as the default, and a tenth larger
_MARK = 4  # bytes
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Sample numbers of a rehearsal's pool."""

    taken: tuple[str, ...]
    free: str


class Rehearsal:
    """The services and the initial database of rehearsals.

    Attributes:
        core: the services, shared by all rehearsals; only the transactions differ.
        real_offices: the offices as configured, with their real hours.
    """

    def __init__(self, core: Core, real_offices: Mapping[str, Office], seeded: bytes) -> None:
        self.core = core
        self.real_offices = real_offices
        self._mark = mark_of(core.vault)
        self._seeded = self._pack(seeded)

    @property
    def seeded(self) -> bytes:
        """The packed initial database."""
        return self._seeded

    def is_current(self, packed: bytes) -> bool:
        """Return whether a packed database has the schema of this program, and its newest key."""
        return packed[:_MARK] == self._mark

    @contextmanager
    def opened(self, packed: bytes) -> Iterator[tuple[MemoryDatabase, FixedClock]]:
        """Yield a rehearsal's database and its clock, which the caller must set."""
        clock = FixedClock(_BEFORE_ALL)
        with MemoryDatabase(clock, image=zlib.decompress(packed[_MARK:])) as database:
            yield database, clock

    def packed(self, database: MemoryDatabase) -> bytes:
        """Return a database in the form stored between two steps."""
        return self._pack(database.serialize())

    def _pack(self, image: bytes) -> bytes:
        return self._mark + zlib.compress(image, _COMPRESSION)


async def prepare(core: Core) -> Rehearsal:
    """Build the services for rehearsals, separate from the real ones, and the initial database."""
    store = MemoryStore(MemoryDatabase(core.clock))
    try:
        built = await bootstrap(
            _settings(core.settings), Ports(clock=core.clock, store=store, vehicle_registry=OpenRegistry())
        )
        await store.run(_seed, built)
        seeded = store.database.serialize()
    finally:
        await store.close()
    return Rehearsal(replace(built, preselections=_SeededPreselections(built)), core.offices, seeded)


def examples(office: Office, kind: PlateKind) -> Examples:
    """Return some taken numbers of a rehearsal's pool, and one that is initially free."""
    pattern = _patterns(office, kind)[0]
    return Examples(taken=(_serial(pattern, "8888"), _serial(pattern, "6666")), free=_serial(pattern, _FREE))


def _settings(real: Settings) -> Settings:
    return real.model_copy(
        update={
            "offices": tuple(replace(office, hours=_ALWAYS) for office in real.offices),
            "telegram": real.telegram.model_copy(update={"admins": ()}),
            "sms": real.sms.model_copy(update={"provider": ()}),
            "registry": real.registry.model_copy(update={"open_living_numbers": 1000}),
        }
    )


def _seed(tx: Tx, core: Core) -> None:
    owner = core.accounts.consent(tx, CHAT)
    core.accounts.consent(tx, _OTHERS)
    core.accounts.set_office(tx, owner, next(iter(core.offices)))
    core.accounts.set_name(tx, owner, _NAME)
    core.accounts.set_identity(tx, owner, _IDENTITY)
    core.telephones.offer(tx, owner, _PHONE)
    core.telephones.prove(tx, owner)


def register_owner(tx: Tx, core: Core, office: str | None) -> None:
    """Register the fictitious owner, who lacks nothing else, at the office if served, else at the first."""
    owner = core.accounts.require(tx, CHAT)
    if office is not None and office in core.offices:
        core.accounts.set_office(tx, owner, office)
    core.accounts.register(tx, owner)
    core.counter.set_user_type(tx, owner, UserType.COUNTER, ACTOR)  # selects at any office


class _SeededPreselections(Preselections):
    """Fills the pool of an office and kind when it is chosen, as filling all would take megabytes."""

    def __init__(self, core: Core) -> None:
        super().__init__(OpenRegistry(), core.verification)
        self._core = core

    def opening(self, tx: Tx, office: Office, kind: PlateKind) -> KindOpening:
        """Return that the kind is open: its pool is filled when it is chosen."""
        del tx, office, kind
        return KindOpening(is_open=True)

    def choose(self, tx: Tx, account: Account, office: Office, kind: PlateKind) -> Preselection:
        """Begin at an office with a plate kind; fill its pool the first time."""
        chosen = super().choose(tx, account, office, kind)
        if not segments(tx, office, kind):
            others = self._core.accounts.require(tx, _OTHERS)
            for pattern in _patterns(office, kind):
                mask = parse_mask(kind, pattern, nev_letters=office.nev_letters)
                released = Release(office=office, mask=mask, actor=ACTOR, compose_now=True)
                segment = self._core.pools.release(tx, released)
                for number, digits in enumerate(_TAKEN):
                    holder = _Holder(account=others, office=office, segment=segment)
                    holder.take(tx, _serial(pattern, digits), for_good=bool(number % 2))
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """A fictitious owner who takes numbers of a segment."""

    account: Account
    office: Office
    segment: Segment

    def take(self, tx: Tx, serial: str, *, for_good: bool) -> None:
        """Reserve a number; with ``for_good``, also register it."""
        segment, mask = self.segment, self.segment.mask
        plate = {"office": self.office.code, "kind": mask.kind, "serial": serial}
        position, now = mask.rank(serial), to_millis(tx.now)
        row = tx.one(
            "rehearsal.add_holder",
            account_id=self.account.account_id,
            vin=f"HOLDER{segment.segment_id:05}{position:06}",  # no VIN has an O, so it cannot be entered
            deadline=to_millis(tx.now + timedelta(days=30)),
            now=now,
            **plate,
        )
        owned = {"preselection_id": row["preselection_id"] if row else 0, **plate}
        tx.one("pool.reserve", segment_id=segment.segment_id, position=position, now=now, **owned)
        if for_good:
            tx.run("pool.register", now=now, **owned)


def _patterns(office: Office, kind: PlateKind) -> tuple[str, ...]:
    """Return the masks to release for a kind, small enough to list within a transaction."""
    letter = office.nev_letters[0]
    match kind:
        case PlateKind.SMALL:
            return ("A####", "1####")
        case PlateKind.SMALL_NEV:
            return (f"{letter}0####", f"{letter}8####")
        case PlateKind.LARGE_NEV:
            return (f"0####{letter}", f"8####{letter}")


def _serial(pattern: str, digits: str) -> str:
    head, _, tail = pattern.partition("####")
    return head + digits + tail


def mark_of(vault: Vault, kind: str = "") -> bytes:
    """Return a mark that identifies the schema of this version of the program, the newest key, and a kind.

    What a rehearsal contains is encrypted too, and no rotation of keys reaches it: a new key ends it.
    """
    texts = "".join(migration.text for migration in load_migrations(MIGRATIONS, SQLITE))
    return hashlib.sha256((texts + vault.fingerprints[0] + kind).encode()).digest()[:_MARK]
