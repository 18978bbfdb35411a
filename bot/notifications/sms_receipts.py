"""Asks the vendors of SMS what has become of codes and reminders, outside of any transaction."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from bot.dialog.record import redraw_soon
from core.bootstrap import Core
from core.errors.verification import SmsGatewayError
from core.people.sms_receipts import AwaitedReceipt, ReceiptState
from core.ports import SentSms, SmsReceipt, Tx

_LOGGER = logging.getLogger(__name__)
_A_BATCH = 100
_AT_ONCE = 4
"""Questions at a time: vendors answer some twenty a second, and codes are sent by the same connection."""

Run = Callable[[Callable[[Tx], Any]], Awaitable[Any]]


class ReceiptCounts(Protocol):
    """Where what becomes of messages is counted: the metrics."""

    def sms_receipt(self, provider: str, result: str, /) -> None: ...

    def sms_receipt_failed(self, provider: str, failure: str, /) -> None: ...


def expect_receipt(
    tx: Tx,
    core: Core,
    sent: SentSms | None,
    chat_id: int,
    *,
    code_id: int | None = None,
    notice_id: int | None = None,
) -> None:
    """Expect the receipt of a message that was accepted, if its vendor offers any."""
    if sent is not None and sent.provider in core.sms_routes.receipts:
        core.sms_receipts.expect(tx, sent, chat_id, code_id=code_id, notice_id=notice_id)


class ReceiptAsker:
    """Asks for the receipts that are due, some at a time.

    Args:
        core: the services.
        counts: counts receipts, and questions that have failed.
    """

    def __init__(self, core: Core, counts: ReceiptCounts) -> None:
        self._core = core
        self._counts = counts
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, run: Run) -> None:
        """Ask for what is due by now. What a crash loses is asked for again: a receipt is recorded once.

        Args:
            run: runs a function in a transaction.
        """
        core = self._core
        if not core.sms_routes.receipts:
            return
        due = await core.store.read(core.sms_receipts.due, _A_BATCH)
        failing: set[str] = set()
        asking = (self._ask_one(awaited, run, failing) for awaited in due)
        errors = [one for one in await asyncio.gather(*asking, return_exceptions=True) if one is not None]
        if errors:
            raise errors[0]  # once all have been asked: one must not keep the others from being recorded

    async def _ask_one(self, awaited: AwaitedReceipt, run: Run, failing: set[str]) -> None:
        async with self._slots:
            receipt = await self._receipt_of(awaited, failing)
        recorded = await run(partial(self._record, awaited=awaited, receipt=receipt))
        if recorded is None:
            return
        provider = awaited.sent.provider
        self._counts.sms_receipt(provider, recorded)
        if receipt is not None and recorded == ReceiptState.FAILED:
            _LOGGER.warning("an SMS of %s was not delivered: %s", provider, receipt.reason or "no reason")

    async def _receipt_of(self, awaited: AwaitedReceipt, failing: set[str]) -> SmsReceipt | None:
        """Return a receipt; None if there is none yet, or if the vendor has just failed to answer."""
        provider = awaited.sent.provider
        source = self._core.sms_routes.receipts.get(provider)
        if source is None or provider in failing:  # it was taken out of the settings, or is down
            return None
        try:
            return await source.receipt(awaited.sent)
        except SmsGatewayError as error:
            failing.add(provider)
            self._counts.sms_receipt_failed(provider, error.failure)
            _LOGGER.warning("the receipts of SMS could not be asked for: %s", error)
            return None

    def _record(self, tx: Tx, awaited: AwaitedReceipt, receipt: SmsReceipt | None) -> str | None:
        """Record a receipt, and have the page of an owner redrawn who waits for a code that does not come."""
        recorded = self._core.sms_receipts.record(tx, awaited, receipt)
        if recorded.waiting_chat is not None:
            redraw_soon(tx, recorded.waiting_chat)
        return recorded.state
