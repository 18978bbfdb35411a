"""Sends queued SMS codes, outside of any transaction, and shows the result."""

import logging
from collections.abc import Awaitable, Callable

from bot.notifications.alarms import Alarms, Subject
from core.bootstrap import Core
from core.errors.verification import SmsGatewayError

_LOGGER = logging.getLogger(__name__)


class CodeSender:
    """Sends queued codes through the SMS gateway.

    Args:
        core: the services.
        redraw: redraws a chat's screen, serialised with the chat's updates.
        alarms: is told whether the gateway works.
    """

    def __init__(
        self, core: Core, redraw: Callable[[int], Awaitable[None]], alarms: Alarms | None = None
    ) -> None:
        self._alarms = alarms
        self._core = core
        self._redraw = redraw

    async def send(self, code_id: int) -> None:
        """Send a code unless it has been sent or replaced; show the result on the screen."""
        core = self._core
        sms = await core.store.read(core.verification.outgoing, code_id)
        if sms is None:
            return
        try:
            await core.sms.send(phone=sms.phone, code=sms.code, purpose=sms.purpose)
        except SmsGatewayError as error:
            _LOGGER.warning("the SMS gateway did not take code %d: %s", code_id, error)
            self._report(works=False)
            await core.store.run(core.verification.mark_failed, code_id)
        else:
            self._report(works=True)
            await core.store.run(core.verification.mark_sent, code_id)
        await self._redraw(sms.chat_id)

    def _report(self, *, works: bool) -> None:
        if self._alarms is not None:
            self._alarms.report(Subject.SMS, works=works)

    async def resume(self) -> None:
        """Send the codes left unsent by a restart."""
        for code_id in await self._core.store.read(self._core.verification.queued):
            await self.send(code_id)
