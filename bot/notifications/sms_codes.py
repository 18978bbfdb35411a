"""Sends queued SMS codes, outside of any transaction, and shows the result."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from bot.notifications.sms_receipts import expect_receipt
from core.bootstrap import Core
from core.errors.verification import SmsGatewayError, SmsRejected
from core.people.verification import OutgoingSms
from core.ports import SentSms, Tx

_LOGGER = logging.getLogger(__name__)
_AT_ONCE = 8
"""Codes left by a restart that are sent at a time: a gateway that hangs must not delay them one by one."""

_CLAIM = timedelta(seconds=60)
"""How long no other worker sends a code that this one has begun to send. A process that is alone needs no
claim: what an earlier one has left is sent at once."""


class CodeSender:
    """Sends queued codes through the SMS gateway.

    Args:
        core: the services.
        redraw: redraws a chat's screen, serialised with the chat's updates; later, if the chat has no
            allowance to spare, as the owner may type the code before.
    """

    def __init__(self, core: Core, redraw: Callable[[int], Awaitable[None]]) -> None:
        self._core = core
        self._redraw = redraw
        self._in_hand: set[int] = set()
        is_alone = core.settings.database.sqlite_path is not None
        self._claim = timedelta() if is_alone else _CLAIM
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def send(self, code_id: int) -> None:
        """Send a code unless it was sent, replaced or is being sent; show the result on the screen."""
        await self._show(await self._sent_once(code_id))

    async def resume(self) -> None:
        """Send the codes left unsent by a restart."""
        queued = await self._core.store.read(self._core.verification.queued)
        results = await asyncio.gather(*map(self._resume, queued), return_exceptions=True)
        for error in results:
            if error is not None:
                _LOGGER.warning("a code left by a restart was not sent: %s", type(error).__name__)

    async def _resume(self, code_id: int) -> None:
        async with self._slots:
            chat_id = await self._sent_once(code_id)
        await self._show(chat_id)  # outside of the slot: it may wait for the chat's updates

    async def _show(self, chat_id: int | None) -> None:
        if chat_id is not None:
            await self._redraw(chat_id)

    async def _sent_once(self, code_id: int) -> int | None:
        """Send a code that is not being sent already; return as ``_sent`` does."""
        if code_id in self._in_hand:
            return None
        self._in_hand.add(code_id)
        try:
            return await self._sent(code_id)
        finally:
            self._in_hand.discard(code_id)

    async def _sent(self, code_id: int) -> int | None:
        """Send a code; return the chat that waits for it, or None if there is nothing to send."""
        core = self._core
        sms = await core.store.run(partial(core.verification.claim, code_id=code_id, span=self._claim))
        if sms is None:
            return None
        try:
            gateway = core.sms_routes.after(sms.after_provider) if sms.after_provider else core.sms
            sent = await gateway.send(phone=sms.phone, code=sms.code, purpose=sms.purpose)
        except SmsGatewayError as error:
            _LOGGER.warning("the SMS gateway did not take code %d: %s", code_id, error)
            maybe_sent = not isinstance(error, SmsRejected)
            failed = partial(
                core.verification.mark_failed,
                code_id=code_id,
                maybe_sent=maybe_sent,
                failure=error.failure,
            )
            await core.store.run(failed)
        else:
            await core.store.run(self._accepted, sms, sent)
        await tell_of_providers(core)
        return sms.chat_id

    def _accepted(self, tx: Tx, sms: OutgoingSms, sent: SentSms | None) -> None:
        self._core.verification.mark_sent(tx, sms.code_id)
        expect_receipt(tx, self._core, sent, sms.chat_id, code_id=sms.code_id)


async def tell_of_providers(core: Core) -> None:
    """Tell the chiefs what a provider has refused for a reason that only an operator can put right."""
    failed = core.sms_failures.take()
    if failed:
        await core.store.run(core.sms_budget.tell_of_providers, failed)
