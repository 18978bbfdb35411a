"""Guessing identities, telephones and vehicles is slowed down (docs/domain.md, section 2)."""

from datetime import timedelta

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.accounts import IdentityTaken
from core.errors.base import XuanhaoError
from core.errors.preselection import VinPreselected
from core.errors.probes import ProbedTooOften
from core.people.accounts import Account
from core.people.probes import FREE_PROBES
from core.ports import Tx
from core.values.plates import PlateKind
from tests import factories
from tests.core.sql import sql
from tests.core.tools import registered, release, reserved

MOMENT = timedelta(milliseconds=1)


class Stranger:
    """Somebody in a chat who types what is not theirs, as the bot handles it."""

    def __init__(self, core: Core, account: Account) -> None:
        self.core, self.account = core, account

    async def types(self, identity: str) -> XuanhaoError | None:
        return await self._does(lambda tx: self.core.accounts.set_identity(tx, self.account, identity))

    async def types_phone(self, phone: str) -> XuanhaoError | None:
        return await self._does(lambda tx: self.core.telephones.offer(tx, self.account, phone))

    async def _does(self, step: object) -> XuanhaoError | None:
        try:
            await self.core.store.run(step)  # type: ignore[arg-type]
        except XuanhaoError as error:
            await self.core.store.run(self.core.probes.note, self.account.chat_id, error)
            return error
        return None


@pytest.fixture
async def stranger(core: Core) -> Stranger:
    for number in range(12):
        await core.store.run(registered, core, number)
    return Stranger(core, await core.store.run(core.accounts.consent, 7000))


async def test_fifth_identity_of_others_makes_the_next_one_wait(
    stranger: Stranger, clock: FixedClock
) -> None:
    for number in range(FREE_PROBES):
        assert type(await stranger.types(factories.identity(number))) is IdentityTaken
    waits = []
    for number in range(FREE_PROBES, 9):
        error = await stranger.types(factories.identity(number))
        assert isinstance(error, ProbedTooOften)
        waits.append(error.seconds)
        clock.advance(timedelta(seconds=error.seconds) - MOMENT)
        assert type(await stranger.types(factories.identity(number))) is ProbedTooOften
        clock.advance(MOMENT)
        assert type(await stranger.types(factories.identity(number))) is IdentityTaken
    assert waits == [60, 120, 240, 480]


async def test_a_waiting_chat_learns_nothing_of_any_value(stranger: Stranger) -> None:
    for number in range(FREE_PROBES):
        await stranger.types(factories.identity(number))
    assert type(await stranger.types(factories.identity(50))) is ProbedTooOften  # nobody's
    assert type(await stranger.types_phone(factories.phone(0))) is ProbedTooOften


async def test_one_value_typed_again_and_again_counts_once(stranger: Stranger) -> None:
    for _ in range(20):
        assert type(await stranger.types(factories.identity(0))) is IdentityTaken
    assert await stranger.types(factories.identity(50)) is None


async def test_values_of_all_kinds_count_together(core: Core, stranger: Stranger) -> None:
    for number in range(3):
        await core.store.run(core.probes.note_value, stranger.account.chat_id, factories.vin(number))
    for number in range(2):
        await stranger.types(factories.identity(number))
    assert type(await stranger.types_phone(factories.phone(5))) is ProbedTooOften


async def test_typed_phone_tells_nothing_about_its_holder(core: Core, stranger: Stranger) -> None:
    for number in range(FREE_PROBES + 2):
        assert await stranger.types_phone(factories.phone(number)) is None
    assert await core.store.read(sql, "SELECT * FROM probe") == []


async def test_ones_own_mistyped_values_never_wait(stranger: Stranger) -> None:
    """Forty identities that nobody has."""
    for number in range(40):
        assert await stranger.types(factories.identity(20 + number)) is None


async def test_what_is_an_hour_old_does_not_count(stranger: Stranger, clock: FixedClock) -> None:
    for number in range(FREE_PROBES):
        await stranger.types(factories.identity(number))
    clock.advance(timedelta(hours=1) + MOMENT)
    assert type(await stranger.types(factories.identity(0))) is IdentityTaken


async def test_other_chats_do_not_wait(core: Core, stranger: Stranger) -> None:
    for number in range(FREE_PROBES):
        await stranger.types(factories.identity(number))
    other = Stranger(core, await core.store.run(core.accounts.consent, 7001))
    assert await other.types(factories.identity(50)) is None


async def test_deleting_ones_data_does_not_end_the_wait(core: Core, stranger: Stranger) -> None:
    for number in range(FREE_PROBES):
        await stranger.types(factories.identity(number))
    await core.store.run(core.personal_data.delete, 7000)
    again = Stranger(core, await core.store.run(core.accounts.consent, 7000))
    assert type(await again.types(factories.identity(6))) is ProbedTooOften


async def test_vehicles_of_others_count(core: Core) -> None:
    await core.store.run(release, core, "A####")
    for number in range(FREE_PROBES):
        await core.store.run(reserved, core, number, f"A000{number}")
    account = await core.store.run(registered, core, 20)

    def begins(tx: Tx) -> int:
        begun = core.preselections.choose(tx, account, core.offices["粤K"], PlateKind.SMALL)
        core.preselections.agree(tx, account, begun.preselection_id)
        return begun.preselection_id

    begun = await core.store.run(begins)
    prober = Stranger(core, account)

    async def types_vin(number: int) -> XuanhaoError | None:
        def step(tx: Tx) -> None:
            core.preselections.enter_vin(tx, begun, factories.vin(number))

        return await prober._does(step)

    for number in range(FREE_PROBES):
        assert type(await types_vin(number)) is VinPreselected
    assert type(await types_vin(20)) is ProbedTooOften


async def test_recorded_values_are_keyed_hashes_for_a_day(
    core: Core, stranger: Stranger, clock: FixedClock
) -> None:
    await stranger.types(factories.identity(0))
    (row,) = await core.store.read(sql, "SELECT * FROM probe")
    assert len(bytes(row["value_hash"])) == 32
    assert row["chat_id"] == 7000
    clock.advance(timedelta(days=1, seconds=1))
    await core.store.run(core.cleanup.purge_codes)
    assert await core.store.read(sql, "SELECT * FROM probe") == []


async def test_contact_of_ones_own_is_never_delayed_nor_counted(core: Core, stranger: Stranger) -> None:
    async def shares(number: int) -> XuanhaoError | None:
        phone = factories.phone(number)
        return await stranger._does(
            lambda tx: core.telephones.offer(tx, stranger.account, phone, shared=True)
        )

    for number in range(FREE_PROBES + 2):
        assert await shares(number) is None
    assert await core.store.read(sql, "SELECT * FROM probe") == []
    for number in range(FREE_PROBES):
        await stranger.types(factories.identity(number))
    assert type(await stranger.types_phone(factories.phone(50))) is ProbedTooOften
    assert await shares(50) is None


async def test_vehicle_of_ones_own_does_not_count(core: Core) -> None:
    await core.store.run(release, core, "A####")
    account, _ = await core.store.run(reserved, core, 0, "A0000")

    def begins(tx: Tx) -> int:
        begun = core.preselections.choose(tx, account, core.offices["粤K"], PlateKind.SMALL)
        core.preselections.agree(tx, account, begun.preselection_id)
        return begun.preselection_id

    begun = await core.store.run(begins)
    prober = Stranger(core, account)
    refused = await prober._does(lambda tx: core.preselections.enter_vin(tx, begun, factories.vin(0)))
    assert type(refused) is VinPreselected
    assert refused.vin == factories.vin(0)
    assert await core.store.read(sql, "SELECT * FROM probe") == []
