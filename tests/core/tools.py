"""Owners brought to the selection through the real services, without a messenger."""

import hashlib
from datetime import datetime
from itertools import count
from typing import Any

from core.accounts import Account
from core.bootstrap import Core, Ports, bootstrap
from core.clock import CHINA, FixedClock
from core.masks import parse_mask
from core.plates import PlateKind
from core.pool import Release
from core.ports import Store, Tx
from core.preselection import Papers
from core.settings import Settings
from core.vehicles import CertificateKind
from tests import invented
from tests.world import KEYS, office

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=CHINA)


class ForeseenBytes:
    """Bytes that are the same in every run."""

    def __init__(self) -> None:
        self._number = count()

    def __call__(self, size: int, /) -> bytes:
        return hashlib.sha512(str(next(self._number)).encode()).digest()[:size]


def settings(**values: Any) -> Settings:
    return Settings.model_validate(
        {
            "telegram": {"token": "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "admins": [1001]},
            "security": KEYS,
            "offices": [office(**values)],
        }
    )


async def build(store: Store, clock: FixedClock, **values: Any) -> Core:
    ports = Ports(clock=clock, store=store, random_bytes=ForeseenBytes())
    return await bootstrap(settings(**values), ports)


def release(tx: Tx, core: Core, pattern: str) -> None:
    mask = parse_mask(PlateKind.SMALL, pattern)
    core.pools.release(tx, Release(office=core.offices["粤K"], mask=mask, actor="test", compose_now=True))


def verified(tx: Tx, core: Core, number: int) -> tuple[Account, int]:
    """Bring an owner to the selection; return the account and the preselection's number."""
    accounts, place = core.accounts, core.offices["粤K"]
    chat = 5000 + number
    account = accounts.consent(tx, chat)
    accounts.set_office(tx, account, place.code)
    accounts.set_name(tx, account, "测试车主")
    accounts.set_identity(tx, account, invented.identity(number))
    accounts.offer_phone(tx, account, invented.phone(number))
    accounts.prove_phone(tx, account)
    account = accounts.register(tx, accounts.require(tx, chat))
    begun = core.preselections.choose(tx, account, place, PlateKind.SMALL).preselection_id
    core.preselections.agree(tx, account, begun)
    core.preselections.enter_vin(tx, begun, invented.vin(number))
    papers = Papers(certificate_kind=CertificateKind.DOMESTIC, certificate=invented.certificate(number))
    core.preselections.enter_certificate(tx, begun, papers)
    core.preselections.confirm(tx, account, begun)
    verifies_again(tx, core, account, begun)
    return account, begun


def verifies_again(tx: Tx, core: Core, account: Account, begun: int) -> None:
    from core.preselection import get  # noqa: PLC0415 - keeps the names above apart from the module's

    bond = core.preselections.bond(account, get(tx, begun))
    parcel = core.verification.parcel(tx, core.verification.request(tx, bond))
    assert parcel is not None
    place = core.offices["粤K"]
    assert core.preselections.verify(tx, account, begun, parcel.code, office=place, at=tx.now).right
