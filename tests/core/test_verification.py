"""SMS codes (docs/domain.md, section 10)."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from core.bootstrap import Core
from core.clock import FixedClock
from core.errors.base import Refusal
from core.errors.verification import (
    CodeExpired,
    CodeForm,
    CodeLocked,
    CodeTooSoon,
    NoCodeYet,
    PhoneCapReached,
    ServiceCapReached,
    SmsFailure,
)
from core.people.accounts import Account
from core.people.sms_budget import SmsBudget, SmsCaps
from core.people.verification import CheckResult, CodeBinding, CodePurpose, Verification
from tests import factories
from tests.core.sql import sql
from tests.core.tools import ForeseenBytes, registered

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(milliseconds=1)


class Owner:
    """A person with a telephone, and the latest code sent to it."""

    def __init__(self, core: Core, account: Account) -> None:
        self.core, self.account = core, account
        self.bond = CodeBinding(
            account=account,
            purpose=CodePurpose.PRESELECTION,
            phone=account.phone,
            vin=factories.VIN,
            office="粤K",
        )
        self.code, self.code_id = "", 0

    async def asks(self, **bond: Any) -> str:
        run, verification = self.core.store.run, self.core.verification
        self.code_id = await run(verification.request, replace(self.bond, **bond))
        sms = await run(verification.outgoing, self.code_id)
        assert sms is not None
        self.code = sms.code
        return self.code

    async def types(self, code: str, *, ago: timedelta = timedelta(), **bond: Any) -> CheckResult:
        at = self.core.clock.now() - ago
        check = self.core.verification.check
        return await self.core.store.run(check, replace(self.bond, **bond), code, received_at=at)

    async def is_accepted(self) -> None:
        """Let the gateway accept the code."""
        await self.core.store.run(self.core.verification.mark_sent, self.code_id)

    async def is_refused(self) -> None:
        """Let the gateway refuse the code."""
        await self.core.store.run(
            self.core.verification.mark_failed, self.code_id, maybe_sent=False, failure=SmsFailure.OTHER
        )

    def wrong(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06d}"


@pytest.fixture
async def owner(core: Core) -> Owner:
    return Owner(core, await core.store.run(registered, core, 0))


def cap_at(core: Core, monkeypatch: pytest.MonkeyPatch, **caps: Any) -> None:
    monkeypatch.setattr(core.verification._budget, "_caps", SmsCaps(**caps))


class Given:
    """Predefined random bytes, in sequence."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._numbers = iter(numbers)

    def __call__(self, size: int, /) -> bytes:
        return next(self._numbers).to_bytes(size, "big")


def codes(core: Core, source: Any, number: int) -> list[str]:
    made = Verification(core.vault, source, SmsBudget(core.vault, SmsCaps(), core.admins))
    return [made._new_code() for _ in range(number)]


async def test_code_has_six_digits(core: Core) -> None:
    given = Given([0, 7, 1_000_007, 4_293_999_999])
    assert codes(core, given, 4) == ["000000", "000007", "000007", "999999"]


async def test_numbers_that_favour_small_codes_are_refused(core: Core) -> None:
    assert codes(core, Given([2**32 - 1, 4_294_000_000, 42]), 1) == ["000042"]


async def test_codes_are_evenly_spread(core: Core) -> None:
    seen = codes(core, ForeseenBytes(), 20_000)
    heads = Counter(code[:2] for code in seen)
    assert sum((heads[f"{n:02d}"] - 200) ** 2 / 200 for n in range(100)) < 148.2  # 99 degrees, 0.1 %
    assert len(set(seen)) > 19_600  # 200 pairs are expected to fall together


async def test_right_code_is_accepted_once(owner: Owner) -> None:
    await owner.asks()
    assert (await owner.types(owner.code)).right
    with pytest.raises(NoCodeYet):
        await owner.types(owner.code)


async def test_code_lives_five_minutes(owner: Owner, clock: FixedClock) -> None:
    await owner.asks()
    clock.advance(5 * MINUTE)
    assert (await owner.types(owner.code)).right


async def test_code_is_over_after_five_minutes(owner: Owner, clock: FixedClock) -> None:
    await owner.asks()
    clock.advance(5 * MINUTE + MOMENT)
    with pytest.raises(CodeExpired):
        await owner.types(owner.code)


async def test_code_received_in_time_counts(owner: Owner, clock: FixedClock) -> None:
    """A code received in time and handled late is in time."""
    await owner.asks()
    clock.advance(6 * MINUTE)
    assert (await owner.types(owner.code, ago=2 * MINUTE)).right


async def test_next_code_waits_a_minute(owner: Owner, clock: FixedClock) -> None:
    await owner.asks()
    clock.advance(MINUTE - MOMENT)
    with pytest.raises(CodeTooSoon) as refused:
        await owner.asks()
    assert refused.value.seconds == 1
    clock.advance(MOMENT)
    await owner.asks()


async def test_failed_code_may_be_replaced_after_twenty_seconds(
    core: Core, owner: Owner, clock: FixedClock
) -> None:
    await owner.asks()
    await owner.is_refused()
    clock.advance(timedelta(seconds=20) - MOMENT)
    with pytest.raises(CodeTooSoon) as refused:
        await owner.asks()
    assert refused.value.seconds == 1
    clock.advance(MOMENT)
    assert await owner.asks()


async def test_failed_code_may_still_be_typed(core: Core, owner: Owner) -> None:
    """The gateway may have sent it nevertheless."""
    await owner.asks()
    await owner.is_refused()
    assert (await owner.types(owner.code)).right


async def test_new_code_kills_old(owner: Owner, clock: FixedClock) -> None:
    old = await owner.asks()
    clock.advance(MINUTE)
    await owner.asks()
    assert await owner.types(old) == CheckResult(right=False, tries_left=4)


async def test_five_wrong_tries_lock_for_good(owner: Owner) -> None:
    await owner.asks()
    assert [(await owner.types(owner.wrong())).tries_left for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(CodeLocked):
        await owner.types(owner.code)


async def test_locked_code_is_replaced_by_new(owner: Owner, clock: FixedClock) -> None:
    await owner.asks()
    for _ in range(5):
        await owner.types(owner.wrong())
    with pytest.raises(CodeTooSoon):
        await owner.asks()
    clock.advance(MINUTE)
    await owner.asks()
    assert await owner.types(owner.code) == CheckResult(right=True, tries_left=5)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "１２３４５６", "一二三四五六", " 12345"]
)
async def test_other_form_costs_no_try(core: Core, owner: Owner, typed: str) -> None:
    await owner.asks()
    with pytest.raises(CodeForm):
        await owner.types(typed)
    state = await core.store.run(core.verification.state_for, owner.bond)
    assert state is not None
    assert state.tries_left == 5


async def test_code_never_asked_for_is_refused(owner: Owner) -> None:
    with pytest.raises(NoCodeYet):
        await owner.types("123456")


@pytest.mark.parametrize(
    ("to", "other"), [("vin", factories.vin(5)), ("office", "粤A"), ("phone", "+8613900000000")]
)
async def test_code_is_bound(owner: Owner, to: str, other: str) -> None:
    await owner.asks()
    bond: dict[str, Any] = {to: other}
    with pytest.raises(NoCodeYet):
        await owner.types(owner.code, **bond)
    assert await owner.types(owner.code) == CheckResult(right=True, tries_left=5)


async def test_code_of_an_older_program_is_wrong_for_anything_else(owner: Owner) -> None:
    """Its target is not known, so a try is charged."""
    await owner.asks()
    await owner.core.store.run(sql, "UPDATE sms_code SET target_hash = NULL")
    assert not (await owner.types(owner.code, vin=factories.vin(5))).right
    assert (await owner.types(owner.code)).right


async def test_code_is_good_for_what_it_was_sent_for(owner: Owner, clock: FixedClock) -> None:
    async def is_good(**bond: Any) -> bool:
        state = await owner.core.store.run(owner.core.verification.state_for, replace(owner.bond, **bond))
        return state is not None and state.is_good(clock.now())

    await owner.asks()
    assert await is_good()
    assert not await is_good(phone="+8613900000000")
    clock.advance(5 * MINUTE)
    assert not await is_good()


async def test_code_is_of_one_purpose(owner: Owner) -> None:
    await owner.asks()
    with pytest.raises(NoCodeYet):
        await owner.types(owner.code, purpose=CodePurpose.REGISTRATION)


async def test_code_is_of_one_owner(core: Core, owner: Owner) -> None:
    other = Owner(core, await core.store.run(registered, core, 1))
    await owner.asks()
    await other.asks()
    assert not (await other.types(owner.code)).right


async def test_phone_has_ten_codes_a_day(owner: Owner, clock: FixedClock) -> None:
    for _ in range(10):
        await owner.asks()
        clock.advance(MINUTE)
    with pytest.raises(PhoneCapReached):
        await owner.asks()
    clock.advance(timedelta(hours=12))  # from noon past midnight
    assert await owner.asks()


async def test_phone_is_capped_over_accounts(core: Core, owner: Owner, clock: FixedClock) -> None:
    """Ten accounts cannot flood one telephone with a hundred messages."""
    others = [Owner(core, await core.store.run(registered, core, number)) for number in range(1, 12)]
    outcomes: list[object] = []
    for other in others:
        try:
            outcomes.append(await other.asks(phone=owner.account.phone))
        except Refusal as refused:
            outcomes.append(type(refused))
    assert outcomes[10:] == [PhoneCapReached]
    assert PhoneCapReached not in outcomes[:10]


async def test_service_has_a_cap_a_day(core: Core, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    cap_at(core, monkeypatch, service=2)
    others = [Owner(core, await core.store.run(registered, core, number)) for number in (1, 2)]
    await others[0].asks()
    await others[1].asks()
    with pytest.raises(ServiceCapReached):
        await owner.asks()


async def test_refused_code_counts_for_no_phone(
    core: Core, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    cap_at(core, monkeypatch, service=1)
    other = Owner(core, await core.store.run(registered, core, 1))
    await other.asks()
    before = await core.store.read(sql, "SELECT * FROM sms_day")
    with pytest.raises(ServiceCapReached):
        await owner.asks()
    assert await core.store.read(sql, "SELECT * FROM sms_day") == before


@pytest.mark.parametrize("ends", [Owner.is_accepted, Owner.is_refused])
async def test_sent_code_is_forgotten(
    core: Core, owner: Owner, ends: Callable[[Owner], Awaitable[None]]
) -> None:
    await owner.asks()
    await ends(owner)
    row = (await core.store.read(sql, "SELECT * FROM sms_code"))[0]
    assert row["parcel_sealed"] is None
    assert await core.store.read(core.verification.outgoing, owner.code_id) is None


async def test_used_code_is_not_sent_any_more(core: Core, owner: Owner) -> None:
    await owner.asks()
    await owner.types(owner.code)
    await core.store.run(core.verification.mark_sent, owner.code_id)
    rows = await core.store.read(sql, "SELECT state, parcel_sealed FROM sms_code")
    assert rows == [{"state": "used", "parcel_sealed": None}]
    assert await core.store.read(core.verification.queued) == []


async def test_waiting_code_is_found_after_crash(core: Core, owner: Owner, clock: FixedClock) -> None:
    await owner.asks()
    assert await core.store.read(core.verification.queued) == [owner.code_id]
    clock.advance(5 * MINUTE)
    assert await core.store.read(core.verification.queued) == []


async def test_code_shows_in_no_text(core: Core, owner: Owner) -> None:
    await owner.asks()
    sms = await core.store.read(core.verification.outgoing, owner.code_id)
    assert owner.code not in repr(sms)
    assert owner.account.phone not in repr(sms) + repr(owner.bond)


async def test_code_is_sent_by_one_worker_at_a_time(owner: Owner, core: Core, clock: FixedClock) -> None:
    await owner.asks()
    claim = partial(core.verification.claim, code_id=owner.code_id, span=timedelta(seconds=60))

    assert await core.store.run(claim) is not None
    assert await core.store.run(claim) is None
    assert await core.store.read(core.verification.queued) == []

    clock.advance(timedelta(seconds=60))

    assert await core.store.read(core.verification.queued) == [owner.code_id]
    assert await core.store.run(claim) is not None
