"""Brings owners to a given step through the real services, without a messenger."""

import hashlib
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from core.bootstrap import Core, Ports, bootstrap
from core.clock import CHINA, Clock
from core.notifications import queue
from core.people.accounts import Account
from core.pool.releases import Release
from core.ports import Store, Tx
from core.preselection import Papers, get
from core.settings import Settings
from core.values.masks import parse_mask
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind
from tests import factories
from tests.world import KEYS, office

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=CHINA)


class ForeseenBytes:
    """Deterministic bytes, identical in every run."""

    def __init__(self) -> None:
        self._number = count()

    def __call__(self, size: int, /) -> bytes:
        return hashlib.sha512(str(next(self._number)).encode()).digest()[:size]


def settings(tables: dict[str, Any] | None = None, **values: Any) -> Settings:
    """Return settings: ``tables`` of the file, ``values`` of the office."""
    return Settings.model_validate(
        {
            "telegram": {"token": "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "admins": [1001]},
            "security": KEYS,
            "offices": [office(**values)],
            **(tables or {}),
        }
    )


async def build(
    store: Store,
    clock: Clock,
    tables: dict[str, Any] | None = None,
    **values: Any,
) -> Core:
    """Build the services on a store, with settings as ``settings`` makes them."""
    ports = Ports(clock=clock, store=store, random_bytes=ForeseenBytes())
    return await bootstrap(settings(tables, **values), ports)


async def expire(core: Core) -> int:
    """End or extend everything that is due, in small batches; return how many were handled."""
    handled = 0
    for code in await core.store.read(core.expiry.overdue_offices):
        after: tuple[int, int] | None = (0, 0)
        while after is not None:
            batch = await core.store.run(partial(core.expiry.expire_due, code=code, after=after, limit=3))
            handled, after = handled + batch.handled, batch.last
    return handled


def remind(tx: Tx) -> None:
    """Let all reminders that are due arrive."""
    for notification in queue.lease(tx, "test", 1000):
        queue.mark_sent(tx, notification, "test")


def release(tx: Tx, core: Core, pattern: str) -> None:
    mask = parse_mask(PlateKind.SMALL, pattern)
    core.pools.release(tx, Release(office=core.offices["粤K"], mask=mask, actor="test", compose_now=True))


def registered(tx: Tx, core: Core, number: int) -> Account:
    """Register an owner."""
    account = half_registered(tx, core, number)
    return core.accounts.register(tx, account)


def half_registered(tx: Tx, core: Core, number: int, *, identity: int | None = None) -> Account:
    """Bring an owner to the point where only 确认注册 is left to press."""
    accounts = core.accounts
    chat = 5000 + number
    account = accounts.consent(tx, chat)
    accounts.set_office(tx, account, "粤K")
    accounts.set_name(tx, account, "测试车主")
    accounts.set_identity(tx, account, factories.identity(number if identity is None else identity))
    core.telephones.offer(tx, account, factories.phone(number))
    core.telephones.prove(tx, account)
    return accounts.require(tx, chat)


def agreed(tx: Tx, core: Core, account: Account, vehicle: int) -> int:
    """Bring a registered owner to the service terms for a vehicle; return the preselection's number."""
    begun = core.preselections.choose(tx, account, core.offices["粤K"], PlateKind.SMALL).preselection_id
    core.preselections.agree(tx, account, begun)
    core.preselections.enter_vin(tx, begun, factories.vin(vehicle))
    papers = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=factories.certificate(vehicle))
    core.preselections.enter_certificate(tx, begun, papers)
    core.preselections.confirm(tx, account, begun)
    return begun


def verified(tx: Tx, core: Core, number: int) -> tuple[Account, int]:
    """Bring an owner to the selection; return the account and the preselection's number."""
    account = registered(tx, core, number)
    begun = agreed(tx, core, account, number)
    verifies_again(tx, core, account, begun)
    return account, begun


def code_for(tx: Tx, core: Core, account: Account, begun: int) -> str:
    """Request a code of step 4; return the code sent."""
    binding = core.preselections.code_binding(account, get(tx, begun))
    sms = core.verification.outgoing(tx, core.verification.request(tx, binding))
    assert sms is not None
    return sms.code


def verifies_again(tx: Tx, core: Core, account: Account, begun: int) -> None:
    """Request a code and verify it."""
    code, place = code_for(tx, core, account, begun), core.offices["粤K"]
    assert core.preselections.verify(tx, account, begun, code, office=place, received_at=tx.now).right


def reserved(tx: Tx, core: Core, number: int, serial: str) -> tuple[Account, int]:
    """Bring an owner to a reserved number, self-composed."""
    account, begun = verified(tx, core, number)
    result = core.selection.compose(tx, account, begun, core.offices["粤K"], [serial], received_at=tx.now)
    assert result.taken == serial
    return account, begun
