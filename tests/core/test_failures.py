"""A failure at any database call, from the consent to the claim, leaves no partial change."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.people.accounts import Account
from core.ports import Store, Tx
from core.preselection import Papers, PreselectionState, get
from core.preselection.random_selection import DrawResult
from core.values.plates import Plate, PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.core.sql import dump
from tests.core.tools import NOON, build, release, reserved
from tests.engines import ENGINES, open_test_store
from tests.store.faults import CallCounter, InjectedFaultError


class Switch:
    """Wraps every function of the store, optionally with a fault."""

    def __init__(self) -> None:
        self.counter: CallCounter | None = None

    def wrap(self, tx: Tx) -> Tx:
        return tx if self.counter is None else self.counter.wrap(tx)


class Journey:
    """An owner's path through every service, one step per transaction; results are kept for later steps."""

    TO_SELECTION = (
        *("consent", "office", "name", "identity", "offer_phone", "prove_phone", "register"),
        *("choose", "agree", "vin", "certificate", "confirm", "code", "send", "verify"),
    )
    RANDOM = (*TO_SELECTION, "draw", "sent", "pick", "unpick", "pick", "draw_again", "claim", "confirmed")
    COMPOSED = (*TO_SELECTION, "compose_in_vain", "wait", "compose", "confirmed")
    LEFT = (*TO_SELECTION, "draw", "pick", "lapse", "code", "verify", "correct", "abandon")

    def __init__(self, core: Core, clock: FixedClock, *, number: int = 1) -> None:
        self.core, self.clock, self.number = core, clock, number
        self.place = core.offices["粤K"]
        self.known: dict[str, Any] = {}

    def step(self, name: str, tx: Tx) -> object:
        """Run one step; it changes the database only."""
        do: dict[str, Callable[[], object]] = {
            "consent": lambda: self.core.accounts.consent(tx, 7000 + self.number),
            "office": lambda: self.core.accounts.set_office(tx, self.account, "粤K"),
            "name": lambda: self.core.accounts.set_name(tx, self.account, "测试车主"),
            "identity": lambda: self.core.accounts.set_identity(
                tx, self.account, factories.identity(self.number)
            ),
            "offer_phone": lambda: self.core.telephones.offer(tx, self.account, factories.phone(self.number)),
            "prove_phone": lambda: self.core.telephones.prove(tx, self.account),
            "register": lambda: self.core.accounts.register(tx, self.account),
            **self._phase_one(tx),
            **self._selecting(tx),
        }
        return do[name]()

    def _phase_one(self, tx: Tx) -> dict[str, Callable[[], object]]:
        flow = self.core.preselections
        papers = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=factories.CERTIFICATE)
        return {
            "choose": lambda: flow.choose(tx, self.account, self.place, PlateKind.SMALL).preselection_id,
            "agree": lambda: flow.agree(tx, self.account, self.begun),
            "vin": lambda: flow.enter_vin(tx, self.begun, factories.vin(self.number)),
            "certificate": lambda: flow.enter_certificate(tx, self.begun, papers),
            "confirm": lambda: flow.confirm(tx, self.account, self.begun),
            "code": lambda: self.core.verification.request(
                tx, flow.code_binding(self.account, get(tx, self.begun))
            ),
            "send": lambda: self.core.verification.mark_sent(tx, self.known["code"]),
            "verify": lambda: flow.verify(
                tx, self.account, self.begun, self.known["typed"], office=self.place, received_at=tx.now
            ),
            "lapse": lambda: flow.lapse(tx, self.begun),
            "correct": lambda: flow.correct(tx, self.begun),
            "abandon": lambda: flow.abandon(tx, self.account, self.begun),
        }

    def _selecting(self, tx: Tx) -> dict[str, Callable[[], object]]:
        selection, at = self.core.selection, tx.now
        return {
            "draw": lambda: self._draw(tx),
            "draw_again": lambda: self._draw(tx),
            "sent": lambda: selection.sent(tx, self.known["draw"].batch, self.place, received_at=at),
            "pick": lambda: selection.pick(tx, self.begun, self.place, self._kept, received_at=at),
            "unpick": lambda: selection.unpick(tx, self.begun, self.place, self._kept, received_at=at),
            "claim": lambda: selection.claim(
                tx, self.account, self.begun, self.place, self._kept, received_at=at
            ),
            "compose_in_vain": lambda: self._compose(tx, "A1001", "A1002"),
            "compose": lambda: self._compose(tx, "A1001", "A1003"),
            "confirmed": lambda: self.core.counter.register(
                tx, self._plate(tx), factories.vin(self.number)[-6:], actor="chat:1"
            ),
        }

    def _draw(self, tx: Tx) -> DrawResult:
        place = self.place
        return self.core.selection.draw(
            tx, self.begun, place, nonce="n", received_at=tx.now, without_four=False
        )

    def _compose(self, tx: Tx, *wishes: str) -> object:
        return self.core.selection.compose(
            tx, self.account, self.begun, self.place, wishes, received_at=tx.now
        )

    def _plate(self, tx: Tx) -> Plate:
        plate = get(tx, self.begun).plate
        assert plate is not None
        return plate

    @property
    def account(self) -> Account:
        account: Account = self.known.get("register") or self.known["consent"]
        return account

    @property
    def begun(self) -> int:
        return int(self.known["choose"])

    @property
    def _kept(self) -> str:
        return str(self.known["draw"].batch.serials[0])

    async def goes(self, store: Store, name: str) -> None:
        """Run one step, and keep its result."""
        if name == "wait":
            self.clock.advance(timedelta(seconds=8))
            return
        self.known[name] = await store.run(lambda tx: self.step(name, tx))

    async def looks_at_telephone(self, store: Store, name: str) -> None:
        """Read the code that was requested."""
        if name == "code":
            sms = await store.read(self.core.verification.outgoing, self.known["code"])
            assert sms is not None
            self.known["typed"] = sms.code


async def fails_everywhere(store: Store, switch: Switch, journey: Journey, name: str, *, after: bool) -> int:
    """Run a step with a fault at its first call, at its second, and so on, until it succeeds."""
    before = await store.read(dump)
    for call in count(1):
        switch.counter = CallCounter(call, after=after)
        try:
            await journey.goes(store, name)
        except InjectedFaultError:
            switch.counter = None
            assert await store.read(dump) == before
        else:
            switch.counter = None
            await journey.looks_at_telephone(store, name)
            return call - 1
    raise AssertionError


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("way", ["RANDOM", "COMPOSED", "LEFT"])
async def test_failure_at_any_call_undoes_all(
    engine: str,
    after: bool,  # noqa: FBT001 - a parameter
    way: str,
    tmp_path: Path,
) -> None:
    clock, switch = FixedClock(NOON), Switch()
    async with open_test_store(engine, tmp_path, clock, wrap_tx=switch.wrap) as store:
        core = await build(store, clock)
        await store.run(release, core, "A10##")
        for number, serial in enumerate(("A1001", "A1002"), start=2):
            await store.run(reserved, core, number, serial)
        journey = Journey(core, clock)
        steps = getattr(Journey, way)
        failures = [await fails_everywhere(store, switch, journey, step, after=after) for step in steps]
        assert sum(failures) > 90
        assert (await store.read(get, journey.begun)).state == (
            PreselectionState.CANCELLED if way == "LEFT" else PreselectionState.REGISTERED
        )


@pytest.mark.parametrize("engine", ENGINES)
async def test_control_dump_sees_every_change(engine: str, tmp_path: Path) -> None:
    """The dump compared above changes after each successful step."""
    clock = FixedClock(NOON)
    async with open_test_store(engine, tmp_path, clock) as store:
        core = await build(store, clock)
        await store.run(release, core, "A10##")
        journey, before = Journey(core, clock), await store.read(dump)
        for name in Journey.RANDOM:
            clock.advance(timedelta(seconds=1))
            await journey.goes(store, name)
            await journey.looks_at_telephone(store, name)
            now = await store.read(dump)
            assert now != before, name
            before = now
