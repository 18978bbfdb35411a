"""Races for one thing: exactly one wins. The controls show what happens without the guard."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock, to_millis
from core.errors.accounts import IdentityTaken, PhoneTaken
from core.errors.base import Refusal
from core.errors.counter import PlateNotReserved
from core.errors.desk import HandledMeanwhile
from core.errors.preselection import StepOutOfOrder, VinBeingSelected, VinPreselected
from core.errors.selection import HoldEnded, WishesRefused, WishWithheld
from core.errors.store import StoreConstraintError
from core.errors.verification import CodeLocked
from core.people.accounts import Account, UserType
from core.people.blacklist import Ban, Cause, NewBan, running, set_ban, version_of
from core.people.verification import MAX_WRONG_TRIES, CheckResult, CodePurpose
from core.pool.releases import withhold
from core.ports import Row, Tx
from core.preselection import Preselection, PreselectionState, get
from core.preselection.composed_selection import ComposeResult, Unavailable
from core.preselection.counter import IdentityMove
from core.preselection.granting import Grant, grant_chances, granted_of
from core.preselection.quotas import remaining_quota
from core.values.masks import parse_mask
from core.values.plates import Plate, PlateKind
from tests import factories
from tests.core.interceptor import POOL_LOCK, Interceptor, meeting
from tests.core.sql import sql
from tests.core.tools import agreed, code_for, half_registered, registered, release, reserved, verified

OWNERS = 200
PLATE = Plate(office="粤K", kind=PlateKind.SMALL, serial="A1234")


def parties(engine: str, number: int = 2) -> int:
    """Return how many can meet inside a transaction: SQLite's writers run one at a time."""
    return number if engine == "postgres" else 1


async def together(*calls: Any) -> list[Any]:
    """Run calls concurrently; return their results or refusals."""
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, (Refusal, StoreConstraintError)):
            raise outcome
    return outcomes


async def test_one_of_200_wins_number(core: Core) -> None:
    await core.store.run(release, core, "A####")
    owners = [await core.store.run(verified, core, number) for number in range(OWNERS)]
    place = core.offices["粤K"]

    def tries(tx: Tx, number: int) -> ComposeResult:
        account, begun = owners[number]
        return core.selection.compose(tx, account, begun, place, ["A1234"], received_at=tx.now)

    tried = await asyncio.gather(*(core.store.run(tries, number) for number in range(OWNERS)))
    assert [result.taken for result in tried].count("A1234") == 1
    lost = [result for result in tried if result.taken is None]
    assert len(lost) == OWNERS - 1
    assert {result.quota.wishes for result in lost} == {19}
    assert {result.reasons for result in lost} == {(("A1234", Unavailable.PRESELECTED),)}
    used = await core.store.read(sql, "SELECT compose_used FROM vehicle ORDER BY compose_used")
    assert [row["compose_used"] for row in used] == [0] + [1] * (OWNERS - 1)


async def test_one_vehicle_cannot_overspend(core: Core) -> None:
    """Thirty concurrent wishes of one owner with a quota of twenty: none exceeds it."""
    await core.store.run(release, core, "A####")
    await core.store.run(reserved, core, 0, "A1234")
    account, begun = await core.store.run(verified, core, 1)
    place = core.offices["粤K"]

    def hasty(tx: Tx) -> ComposeResult:
        sql(tx, f"UPDATE vehicle SET composed_at = NULL WHERE vin = '{factories.vin(1)}'")  # noqa: S608 - ours
        return core.selection.compose(tx, account, begun, place, ["A1234"], received_at=tx.now)

    outcomes = await together(*(core.store.run(hasty) for _ in range(30)))
    assert sum(isinstance(outcome, ComposeResult) for outcome in outcomes) == 20
    assert (await core.store.read(remaining_quota, place, factories.vin(1))).wishes == 0


async def _unguarded(core: Core, accounts: list[tuple[Account, int]], at: Barrier) -> list[Any]:
    """Let two owners try for one number with a check followed by a separate write."""

    def take(tx: Tx, values: dict[str, Any]) -> Row | None:
        free = not sql(tx, "SELECT 1 FROM plate WHERE serial = 'A1234'")
        at.wait(10)
        if free:
            names = "office, kind, serial, state, preselection_id, segment_id, position, since"
            row = f"'粤K', 'small', 'A1234', 'reserved', {values['preselection_id']}, 1, 1234, 0"
            mine = "preselection_id = excluded.preselection_id"
            conflict = f"ON CONFLICT (office, kind, serial) DO UPDATE SET {mine}"
            sql(tx, f"INSERT INTO plate ({names}) VALUES ({row}) {conflict}")  # noqa: S608 - ours
        return {"serial": "A1234"} if free else None

    def tries(tx: Tx, account: Account, begun: int) -> ComposeResult:
        between = Interceptor(tx, instead={"pool.reserve": take}, without=POOL_LOCK)
        return core.selection.compose(
            between, account, begun, core.offices["粤K"], ["A1234"], received_at=tx.now
        )

    return await together(*(core.store.run(tries, *account) for account in accounts))


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_unguarded_take_has_two_winners(core: Core) -> None:
    await core.store.run(release, core, "A####")
    owners = [await core.store.run(verified, core, number) for number in range(2)]
    await core.store.run(sql, "DROP INDEX preselection_one_holder")
    outcomes = await _unguarded(core, owners, Barrier(2))
    assert [outcome.taken for outcome in outcomes] == ["A1234", "A1234"]
    kept = await core.store.read(sql, "SELECT DISTINCT preselection_id FROM plate WHERE serial = 'A1234'")
    assert len(kept) == 1  # and the other's reservation is lost, though it was confirmed to them


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_index_is_second_line_of_defence(core: Core) -> None:
    await core.store.run(release, core, "A####")
    owners = [await core.store.run(verified, core, number) for number in range(2)]
    outcomes = await _unguarded(core, owners, Barrier(2))
    assert Counter(type(outcome) for outcome in outcomes) == {ComposeResult: 1, StoreConstraintError: 1}


async def test_control_looking_in_another_transaction_loses(core: Core) -> None:
    """On either engine: what was free in one transaction need not be free in the next."""
    await core.store.run(release, core, "A####")
    owners = [await core.store.run(verified, core, number) for number in range(2)]
    look = "SELECT count(*) AS taken FROM plate WHERE serial = 'A1234'"

    async def careless(begun: int, met: asyncio.Barrier) -> bool:
        free = bool((await core.store.read(sql, look))[0]["taken"] == 0)
        await met.wait()
        values = f"'粤K', 'small', 'A1234', 1, 1234, 'reserved', {begun}, 0"
        mine = "ON CONFLICT (office, kind, serial) DO UPDATE SET preselection_id = excluded.preselection_id"
        names = "office, kind, serial, segment_id, position, state, preselection_id, since"
        await core.store.run(sql, f"INSERT INTO plate ({names}) VALUES ({values}) {mine}")  # noqa: S608 - ours
        return free

    met = asyncio.Barrier(2)
    assert await asyncio.gather(*(careless(begun, met) for _, begun in owners)) == [True, True]
    assert (await core.store.read(sql, look))[0]["taken"] == 1


async def test_one_of_two_starts_for_vehicle(core: Core, engine: str) -> None:
    accounts = [await core.store.run(registered, core, number) for number in range(2)]
    begun = [await core.store.run(agreed, core, account, 7) for account in accounts]
    codes = [await core.store.run(code_for, core, *pair) for pair in zip(accounts, begun, strict=True)]
    meet = meeting("preselection.lease", parties(engine))

    def verify(tx: Tx, number: int) -> CheckResult:
        return core.preselections.verify(
            Interceptor(tx, before=meet),
            accounts[number],
            begun[number],
            codes[number],
            office=core.offices["粤K"],
            received_at=tx.now,
        )

    outcomes = await together(*(core.store.run(verify, number) for number in range(2)))
    assert Counter(type(outcome) for outcome in outcomes) == {CheckResult: 1, VinBeingSelected: 1}
    loser = next(number for number in range(2) if isinstance(outcomes[number], VinBeingSelected))
    code = await core.store.run(core.verification.state, accounts[loser], CodePurpose.PRESELECTION)
    assert code is not None
    assert code.tries_left == MAX_WRONG_TRIES  # a correct code that came too late costs nothing


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_vehicle_given_meanwhile_is_not_started_for(core: Core) -> None:
    """Another's selection succeeds between the check of the vehicle and the lease on it."""
    await core.store.run(release, core, "A####")
    first = await core.store.run(verified, core, 0)
    account = await core.store.run(registered, core, 1)
    await core.store.run(sql, f"UPDATE preselection SET vin = '{factories.vin(9)}'")  # noqa: S608 - ours
    begun = await core.store.run(agreed, core, account, 0)
    await core.store.run(sql, f"UPDATE preselection SET vin = '{factories.vin(0)}'")  # noqa: S608 - ours
    code = await core.store.run(code_for, core, account, begun)
    looked, given = Event(), Event()

    def meanwhile(query: str) -> None:
        if query == "preselection.live_of_vin" and not looked.is_set():
            looked.set()
            given.wait(10)

    def verify(tx: Tx) -> CheckResult:
        place = core.offices["粤K"]
        between = Interceptor(tx, after=meanwhile)
        return core.preselections.verify(between, account, begun, code, office=place, received_at=tx.now)

    def compose(tx: Tx) -> None:
        core.selection.compose(tx, *first, core.offices["粤K"], ["A1234"], received_at=tx.now)

    async def win() -> None:
        await asyncio.to_thread(looked.wait, 10)
        await core.store.run(compose)
        given.set()

    outcomes = await together(core.store.run(verify), win())
    assert isinstance(outcomes[0], VinPreselected)


async def test_one_of_two_claims_succeeds(core: Core, engine: str) -> None:
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    place = core.offices["粤K"]

    def shortlists(tx: Tx, nonce: str) -> str:
        drawn = core.selection.draw(tx, begun, place, nonce=nonce, received_at=tx.now, without_four=False)
        core.selection.pick(tx, begun, place, drawn.batch.serials[0], received_at=tx.now)
        return drawn.batch.serials[0]

    kept = [await core.store.run(shortlists, nonce) for nonce in ("first", "second")]
    meet = meeting("preselection.lock", parties(engine))

    def claim(tx: Tx, serial: str) -> str | None:
        between = Interceptor(tx, before=meet)
        return core.selection.claim(between, account, begun, place, serial, received_at=tx.now).serial

    outcomes = await together(*(core.store.run(claim, serial) for serial in kept))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == sorted([StepOutOfOrder.__name__, "str"])
    taken = await core.store.read(sql, "SELECT serial FROM plate WHERE state = 'reserved'")
    assert [row["serial"] for row in taken] == [outcome for outcome in outcomes if isinstance(outcome, str)]


async def test_hold_goes_to_claim_or_to_other(core: Core, clock: FixedClock, engine: str) -> None:
    """A claim pressed in time and handled late races with another's wish: one of them wins."""
    await core.store.run(release, core, "A####")
    mine, other = [await core.store.run(verified, core, number) for number in range(2)]
    place = core.offices["粤K"]

    def shortlists(tx: Tx) -> str:
        drawn = core.selection.draw(tx, mine[1], place, nonce="n", received_at=tx.now, without_four=False)
        core.selection.pick(tx, mine[1], place, drawn.batch.serials[0], received_at=tx.now)
        return drawn.batch.serials[0]

    serial = await core.store.run(shortlists)
    pressed = clock.now() + timedelta(seconds=184)
    clock.advance(timedelta(seconds=186))
    meet = meeting("preselection.lock", parties(engine))

    def claim(tx: Tx) -> str | None:
        return core.selection.claim(
            Interceptor(tx, before=meet), *mine, place, serial, received_at=pressed
        ).serial

    def compose(tx: Tx) -> str | None:
        return core.selection.compose(
            Interceptor(tx, before=meet), *other, place, [serial], received_at=tx.now
        ).taken

    outcomes = await together(core.store.run(claim), core.store.run(compose))
    assert Counter(outcome == serial for outcome in outcomes) == {True: 1, False: 1}
    assert outcomes[0] == serial or isinstance(outcomes[0], HoldEnded)


async def claim_beside_draw(core: Core, clock: FixedClock, *without: str) -> tuple[str, set[str]]:
    """Claim a number while another owner draws everything that a pool of ten has; return both's."""
    await core.store.run(release, core, "A123#")
    mine, other = [await core.store.run(verified, core, number) for number in range(2)]
    place, halfway = core.offices["粤K"], Event()

    def shortlists(tx: Tx) -> str:
        drawn = core.selection.draw(tx, mine[1], place, nonce="n", received_at=tx.now, without_four=False)
        core.selection.pick(tx, mine[1], place, drawn.batch.serials[0], received_at=tx.now)
        return drawn.batch.serials[0]

    def lingers(query: str) -> None:
        if query == "pool.claim_held" and not halfway.is_set():
            halfway.set()
            Event().wait(0.5)  # the other's statement waits for this transaction meanwhile

    def claim(tx: Tx, serial: str) -> None:
        between = Interceptor(tx, after=lingers, without=frozenset(without))
        core.selection.claim(between, *mine, place, serial, received_at=tx.now)

    def draw(tx: Tx) -> set[str]:
        drawn = core.selection.draw(tx, other[1], place, nonce="o", received_at=tx.now, without_four=False)
        return set(drawn.batch.serials)

    async def draws_then() -> set[str]:
        await asyncio.to_thread(halfway.wait, 10)
        return await core.store.run(draw)

    serial = await core.store.run(shortlists)
    clock.advance(timedelta(seconds=100))
    await core.store.run(sql, "DELETE FROM hold WHERE state = 'batch'")
    _, drawn = await asyncio.gather(core.store.run(claim, serial), draws_then())
    return serial, drawn


async def test_claimed_number_is_not_drawn_meanwhile(core: Core, clock: FixedClock) -> None:
    """A claim moves a number between two tables, and no draw sees it in neither."""
    serial, drawn = await claim_beside_draw(core, clock)
    assert (serial in drawn, len(drawn)) == (False, 9)


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_claim_without_lock_is_drawn(core: Core, clock: FixedClock) -> None:
    serial, drawn = await claim_beside_draw(core, clock, *POOL_LOCK)
    assert (serial in drawn, len(drawn)) == (True, 10)


async def try_beside_revival(
    core: Core, clock: FixedClock, linger_at: str, *, guarded: bool = True
) -> tuple[bool, bool]:
    """Wish for a number whose hold has expired while a late press revives the hold.

    Returns:
        Whether the hold lives again, and whether the number was taken.
    """
    await core.store.run(release, core, "A####")
    mine, other = [await core.store.run(verified, core, number) for number in range(2)]
    place, halfway, linger = core.offices["粤K"], Event(), Event()

    def shortlists(tx: Tx) -> str:
        drawn = core.selection.draw(tx, mine[1], place, nonce="n", received_at=tx.now, without_four=False)
        core.selection.pick(tx, mine[1], place, drawn.batch.serials[0], received_at=tx.now)
        return drawn.batch.serials[0]

    def lingers(query: str) -> None:
        if query == linger_at and not halfway.is_set():
            halfway.set()
            linger.wait(0.5)

    def revive(tx: Tx) -> bool:
        at, until = to_millis(pressed), to_millis(tx.now + timedelta(seconds=185))
        between = Interceptor(tx, after=lingers)
        return bool(between.all("pool.restart_shortlist", preselection_id=mine[1], at=at, until=until))

    def look_and_take(tx: Tx, values: dict[str, Any]) -> Row | None:
        now = values["now"]
        held = sql(tx, f"SELECT 1 FROM hold WHERE serial = '{serial}' AND held_until >= {now}")  # noqa: S608 - ours
        lingers("look")
        names = "office, kind, serial, segment_id, position, state, preselection_id, since"
        owner, position = values["preselection_id"], int(serial[1:])
        row = f"'粤K', 'small', '{serial}', 1, {position}, 'reserved', {owner}, {now}"
        return None if held else sql(tx, f"INSERT INTO plate ({names}) VALUES ({row}) RETURNING serial")[0]  # noqa: S608 - ours

    def compose(tx: Tx) -> bool:
        between = Interceptor(tx, after=lingers)
        if not guarded:
            without = POOL_LOCK | {"pool.give_way"}
            between = Interceptor(tx, instead={"pool.reserve": look_and_take}, without=without)
        return core.selection.compose(between, *other, place, [serial], received_at=tx.now).taken == serial

    async def afterwards(step: Callable[[Tx], bool]) -> bool:
        await asyncio.to_thread(halfway.wait, 10)
        return await core.store.run(step)

    serial = await core.store.run(shortlists)
    pressed = clock.now() + timedelta(seconds=184)
    clock.advance(timedelta(seconds=186))
    if linger_at == "pool.restart_shortlist":
        revived, taken = await asyncio.gather(core.store.run(revive), afterwards(compose))
    else:
        taken, revived = await asyncio.gather(core.store.run(compose), afterwards(revive))
    return revived, taken


async def test_revived_hold_is_not_taken(core: Core, clock: FixedClock) -> None:
    assert await try_beside_revival(core, clock, "pool.restart_shortlist") == (True, False)


async def test_hold_that_gave_way_is_not_revived(core: Core, clock: FixedClock) -> None:
    assert await try_beside_revival(core, clock, "pool.give_way") == (False, True)


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_looked_at_hold_is_revived(core: Core, clock: FixedClock) -> None:
    """Checking whether the hold has expired, instead of deleting it, gives the number to both."""
    assert await try_beside_revival(core, clock, "look", guarded=False) == (True, True)


async def test_wrong_codes_at_once_are_five(core: Core) -> None:
    account = await core.store.run(registered, core, 0)
    begun = await core.store.run(agreed, core, account, 0)
    code = await core.store.run(code_for, core, account, begun)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    def verify(tx: Tx) -> CheckResult:
        place = core.offices["粤K"]
        return core.preselections.verify(tx, account, begun, wrong, office=place, received_at=tx.now)

    outcomes = await together(*(core.store.run(verify) for _ in range(12)))
    answers = [outcome for outcome in outcomes if isinstance(outcome, CheckResult)]
    assert sorted(answer.tries_left for answer in answers) == [0, 1, 2, 3, 4]
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, CheckResult)] == [CodeLocked] * 7
    rows = await core.store.read(sql, "SELECT wrong_tries, state FROM sms_code")
    assert rows == [{"wrong_tries": 5, "state": "locked"}]


async def test_one_of_two_confirmations_counts(core: Core, engine: str) -> None:
    await core.store.run(release, core, "A####")
    _, begun = await core.store.run(reserved, core, 0, PLATE.serial)
    meet = meeting("preselection.live_of_plate", parties(engine))

    def confirm(tx: Tx, actor: str) -> object:
        last_six = factories.vin(0)[-6:]
        return core.counter.register(Interceptor(tx, before=meet), PLATE, last_six, actor=actor)

    outcomes = await together(*(core.store.run(confirm, f"chat:{clerk}") for clerk in (1, 2)))
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Refusal)] == [PlateNotReserved]
    journal = await core.store.read(sql, "SELECT action FROM audit WHERE action = 'registered'")
    assert len(journal) == 1
    assert (await core.store.read(get, begun)).state == PreselectionState.REGISTERED


@pytest.mark.parametrize(
    ("identities", "phones", "wanted"),
    [((4, 4), (4, 5), IdentityTaken), ((4, 5), (4, 4), PhoneTaken)],
)
async def test_one_of_two_registrations_ends(
    core: Core, engine: str, identities: tuple[int, int], phones: tuple[int, int], wanted: type[Refusal]
) -> None:
    def prepare(tx: Tx, number: int) -> Account:
        account = half_registered(tx, core, 4 + number, identity=identities[number])
        core.telephones.offer(tx, account, factories.phone(phones[number]))
        core.telephones.prove(tx, account)
        return account

    accounts = [await core.store.run(prepare, number) for number in range(2)]
    meet, first_is_in = meeting("accounts.register", parties(engine)), Event()

    def lingers(query: str) -> None:
        if query == "accounts.register" and not first_is_in.is_set():
            first_is_in.wait(0.3)  # the other's statement waits for this transaction meanwhile

    def register(tx: Tx, account: Account) -> bool:
        return core.accounts.register(Interceptor(tx, before=meet, after=lingers), account).is_registered

    outcomes = await together(*(core.store.run(register, account) for account in accounts))
    assert sorted(map(str, map(type, outcomes))) == sorted([str(wanted), str(bool)])


async def test_one_of_two_phone_changes_counts(core: Core, engine: str) -> None:
    def prepare(tx: Tx, number: int) -> Account:
        account = registered(tx, core, number)
        core.telephones.offer(tx, account, factories.phone(77))
        return account

    accounts = [await core.store.run(prepare, number) for number in range(2)]
    meet = meeting("accounts.prove_phone", parties(engine))

    def prove(tx: Tx, account: Account) -> bool:
        core.telephones.prove(Interceptor(tx, before=meet), account)
        return True

    outcomes = await together(*(core.store.run(prove, account) for account in accounts))
    assert Counter(type(outcome) for outcome in outcomes) == {bool: 1, PhoneTaken: 1}


async def test_one_of_two_codes_takes_a_phone_over(core: Core, engine: str) -> None:
    """Both have a code on the telephone of a third: one has it afterwards, and only the third has lost it."""
    former = await core.store.run(registered, core, 7)

    def prepare(tx: Tx, number: int) -> Account:
        account = registered(tx, core, number)
        core.telephones.offer(tx, account, factories.phone(7))
        return account

    accounts = [await core.store.run(prepare, number) for number in range(2)]
    meet = meeting("accounts.lose_phone", parties(engine))

    def prove(tx: Tx, account: Account) -> bool:
        core.telephones.prove(Interceptor(tx, before=meet), account, by_code=True)
        return True

    outcomes = await together(*(core.store.run(prove, account) for account in accounts))
    assert True in outcomes
    holder = await core.store.read(core.accounts.by_phone, factories.phone(7))
    assert holder is not None
    assert holder.account_id != former.account_id


async def test_draws_beside_tries_end_all_right(core: Core) -> None:
    """Thirty owners draw and wish concurrently in a pool of forty: all get answers, none gets another's."""
    for pattern in ("A100#", "A101#", "A102#", "A103#"):
        await core.store.run(release, core, pattern)
    owners = [await core.store.run(verified, core, number) for number in range(30)]
    place = core.offices["粤K"]

    def draw(tx: Tx, begun: int) -> set[str]:
        drawn = core.selection.draw(
            tx, begun, place, nonce=f"n{begun}", received_at=tx.now, without_four=False
        )
        return set(drawn.batch.serials)

    def compose(tx: Tx, account: Account, begun: int) -> set[str]:
        wishes = [f"A10{(begun * 7 + step * 11) % 40:02d}" for step in range(5)]
        return {core.selection.compose(tx, account, begun, place, wishes, received_at=tx.now).taken or ""} - {
            ""
        }

    calls = [
        core.store.run(draw, begun) if number % 3 == 0 else core.store.run(compose, account, begun)
        for number, (account, begun) in enumerate(owners)
    ]
    given = [serial for serials in await asyncio.gather(*calls) for serial in serials]
    assert len(given) == len(set(given)) == 40


async def test_one_of_two_moves_of_an_identity_counts(core: Core, engine: str) -> None:
    """Two admins move one identity to two chats concurrently: one chat gets it, one admin an error."""
    outcomes = await _move_at_once(core, engine, guarded=True)
    assert Counter(type(outcome) for outcome in outcomes) == {Account: 1, HandledMeanwhile: 1}
    assert await _owners_of_identity(core) == 1
    told = await core.store.read(sql, "SELECT chat_id FROM notice WHERE purpose LIKE 'identity:%'")
    assert len(told) == 2  # the previous holder, and the new one


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_unguarded_moves_both_count(core: Core, engine: str) -> None:
    await core.store.run(sql, "DROP INDEX account_identity")
    outcomes = await _move_at_once(core, engine, guarded=False)
    assert Counter(type(outcome) for outcome in outcomes) == {Account: 2}
    assert await _owners_of_identity(core) == 2


async def _owners_of_identity(core: Core) -> int:
    rows = await core.store.read(sql, "SELECT identity_hash FROM account WHERE identity_seen_at IS NOT NULL")
    return len(rows)


async def _move_at_once(core: Core, engine: str, *, guarded: bool) -> list[Any]:
    holder = await core.store.run(registered, core, 0)
    accounts = [await core.store.run(core.accounts.consent, 7000 + number) for number in range(2)]
    meet = meeting("accounts.lose_identity", parties(engine))

    def move(tx: Tx, number: int) -> Account | None:
        between = Interceptor(tx, before=meet)
        if not guarded:
            between.run = _always(between.run, "accounts.lose_identity")  # type: ignore[method-assign]
        wanted = IdentityMove(
            identity=factories.identity(0),
            account=accounts[number],
            holder=holder.account_id,
            reason="已核对",
            actor=f"chat:{number}",
        )
        return core.counter.move_identity(between, wanted)

    return await together(*(core.store.run(move, number) for number in range(2)))


def _always(run: Callable[..., int], always: str) -> Callable[..., int]:
    """Return a wrapper that reports a changed row, even if another transaction was first."""

    def unguarded(query: str, /, **values: object) -> int:
        changed = run(query, **values)
        return 1 if query == always else changed

    return unguarded


async def _give_at_once(core: Core, engine: str) -> list[Any]:
    """Let two admins assign one new identity to two chats."""
    accounts = [await core.store.run(core.accounts.consent, 7000 + number) for number in range(2)]
    meet = meeting("accounts.receive_identity", parties(engine))

    def move(tx: Tx, number: int) -> Account | None:
        wanted = IdentityMove(
            identity=factories.identity(0),
            account=accounts[number],
            holder=None,
            reason="已核对",
            actor=f"chat:{number}",
        )
        return core.counter.move_identity(Interceptor(tx, before=meet), wanted)

    return await together(*(core.store.run(move, number) for number in range(2)))


async def test_identity_nobody_had_goes_to_one_of_two(core: Core, engine: str) -> None:
    outcomes = await _give_at_once(core, engine)
    assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, HandledMeanwhile: 1}
    assert await _owners_of_identity(core) == 1
    told = await core.store.read(sql, "SELECT chat_id FROM notice WHERE purpose LIKE 'identity:%'")
    assert len(told) == 1


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_without_index_both_are_given(core: Core, engine: str) -> None:
    await core.store.run(sql, "DROP INDEX account_identity")
    assert await _give_at_once(core, engine) == [None, None]
    assert await _owners_of_identity(core) == 2


@pytest.mark.parametrize("seen", ["", "1"])
async def test_one_of_two_admins_bars_or_changes(core: Core, engine: str, seen: str) -> None:
    """Two admins ban one identity concurrently, or set two ends: one wins, the other gets an error."""
    digest = core.accounts.identity_hash(factories.identity(0))
    meet = meeting("blacklist.lock" if seen else "blacklist.add_new", parties(engine))

    def sentence(tx: Tx, days: int) -> NewBan:
        return NewBan(
            identity_hash=digest,
            office="粤K",
            reason="冒用",
            cause=Cause.ADMIN,
            until=tx.now + timedelta(days=days),
            actor=f"chat:{days}",
        )

    version = ""
    if seen:
        version = version_of(await core.store.run(lambda tx: set_ban(tx, sentence(tx, 9), "")))

    def bars(tx: Tx, days: int) -> Ban:
        return set_ban(Interceptor(tx, before=meet), sentence(tx, days), version)

    outcomes = await together(*(core.store.run(bars, days) for days in (20, 30)))
    assert Counter(type(outcome) for outcome in outcomes) == {Ban: 1, HandledMeanwhile: 1}
    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, HandledMeanwhile)]
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, Ban)]
    assert await core.store.run(running, digest) == won
    assert lost.action == "banned"
    assert lost.by in {"chat:20", "chat:30"}


async def test_one_of_two_grants_counts(core: Core, engine: str) -> None:
    meet = meeting("vehicles.add", parties(engine))

    def grants(tx: Tx, number: int) -> bool:
        grant = Grant(
            vin=factories.vin(0), batches=1, wishes=0, expected=(0, 0), reason="补偿", actor=f"chat:{number}"
        )
        grant_chances(Interceptor(tx, before=meet), core.accounts, grant)
        return True

    outcomes = await together(*(core.store.run(grants, number) for number in range(2)))
    assert Counter(type(outcome) for outcome in outcomes) == {bool: 1, HandledMeanwhile: 1}
    assert await core.store.read(granted_of, factories.vin(0)) == (1, 0)


async def test_one_of_two_user_types_counts(core: Core, engine: str) -> None:
    account = await core.store.run(registered, core, 0)
    meet = meeting("accounts.set_user_type", parties(engine))

    def sets(tx: Tx, wanted: UserType) -> bool:
        return core.counter.set_user_type(Interceptor(tx, before=meet), account, wanted, f"chat:{wanted}")

    kinds = (UserType.COUNTER, UserType.OWNER_DRIVER)
    outcomes = await together(*(core.store.run(sets, wanted) for wanted in kinds))
    assert Counter(type(outcome) for outcome in outcomes) == {bool: 1, HandledMeanwhile: 1}


async def compose_beside_withholding(core: Core, *without: str) -> Any:
    """Wish for a number that is withheld after the wish was validated; return the result."""
    await core.store.run(release, core, "A####")
    account, begun = await core.store.run(verified, core, 0)
    place, judged, done = core.offices["粤K"], Event(), Event()

    def waits(query: str) -> None:
        if query == "pool.open_pool" and not judged.is_set():
            judged.set()
            done.wait(0.5)

    def compose(tx: Tx) -> ComposeResult:
        between = Interceptor(tx, before=waits, without=frozenset(without))
        return core.selection.compose(between, account, begun, place, ["A1234"], received_at=tx.now)

    def withhold_it(tx: Tx) -> None:
        withhold(tx, place, parse_mask(PlateKind.SMALL, "A12##"), "chat:1")

    async def withholds() -> None:
        await asyncio.to_thread(judged.wait, 10)
        await core.store.run(withhold_it)
        done.set()

    outcomes = await asyncio.gather(core.store.run(compose), withholds(), return_exceptions=True)
    return outcomes[0]


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_number_withheld_meanwhile_is_not_taken(core: Core) -> None:
    refused = await compose_beside_withholding(core)
    assert isinstance(refused, WishesRefused)
    assert [(wish, type(why)) for wish, why in refused.refused] == [("A1234", WishWithheld)]
    assert (await core.store.read(remaining_quota, core.offices["粤K"], factories.vin(0))).wishes == 20


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_wish_that_is_judged_once_takes_what_is_withheld(core: Core) -> None:
    tried = await compose_beside_withholding(core, "pool.withheld")
    assert tried.taken == "A1234"


async def _choose_beside_drop(core: Core, *, guarded: bool) -> Preselection:
    """Let an owner switch to another kind while an admin drops their preselection."""
    account, begun = await core.store.run(verified, core, 0)
    looked, dropped = Event(), Event()

    def meanwhile(query: str) -> None:
        if query == "preselection.unfinished" and not looked.is_set():
            looked.set()
            dropped.wait(10)

    def as_read(_tx: Tx, _values: dict[str, Any]) -> Row | None:
        return read

    def choose(tx: Tx) -> Preselection:
        between = Interceptor(tx, after=meanwhile, instead={} if guarded else {"preselection.lock": as_read})
        if not guarded:
            between.run = _always(between.run, "preselection.rechoose")  # type: ignore[method-assign]
        return core.preselections.choose(between, account, core.offices["粤K"], PlateKind.SMALL_NEV)

    async def drop() -> None:
        await asyncio.to_thread(looked.wait, 10)
        await core.store.run(core.preselections.abandon, account, begun)
        dropped.set()

    (read,) = await core.store.read(sql, "SELECT * FROM preselection")
    chosen, _ = await asyncio.gather(core.store.run(choose), drop())
    return chosen


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_choice_beside_a_drop_begins_anew(core: Core) -> None:
    chosen = await _choose_beside_drop(core, guarded=True)
    assert (chosen.state, chosen.kind) == (PreselectionState.DRAFT, PlateKind.SMALL_NEV)
    states = await core.store.read(sql, "SELECT state FROM preselection ORDER BY preselection_id")
    assert [row["state"] for row in states] == ["cancelled", "draft"]


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_control_unlocked_choice_goes_on_with_what_was_dropped(core: Core) -> None:
    chosen = await _choose_beside_drop(core, guarded=False)
    assert (chosen.state, chosen.kind) == (PreselectionState.CANCELLED, PlateKind.SMALL)
