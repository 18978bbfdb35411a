"""Runs conversations: an event in, one transaction, the screen out, and the update is done."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from html import unescape

from bot.dialog.model import Press, SendCode
from bot.dialog.presenter import Presenter
from bot.dialog.record import Shown, forget_shown, save_shown
from bot.dialog.steps import Asked, NothingToSay, Present, Steps
from bot.receipt.inbox import mark_done
from core.bootstrap import Core
from core.errors import OperationError, XuanhaoError
from core.free_list import FreeList, FreeListWanted
from core.ports import Tx

_LOGGER = logging.getLogger(__name__)
_MARKUP = re.compile(r"<[^>]+>")


class Engine:
    """The conversational state machine.

    Args:
        core: the services.
        steps: what an event does, inside a transaction.
        presenter: what shows a screen.
        send_code: sends a code that waits; runs beside the conversation.
    """

    def __init__(
        self,
        core: Core,
        steps: Steps,
        presenter: Presenter,
        send_code: Callable[[int], Awaitable[None]],
    ) -> None:
        self._core = core
        self._steps = steps
        self._presenter = presenter
        self._send_code = send_code
        self._background: set[asyncio.Task[None]] = set()

    async def handle(self, asked: Asked) -> None:
        """Apply an update and show what came of it; when this returns, the update is done."""
        present = await self._applied(asked)
        for effect in present.effects:
            self._begin(effect)
        event = asked.event
        record = present.record
        if isinstance(event, Press):
            live = event.message_id is not None and event.message_id == record.message_id
            words = "" if present.pinned else plain(present.note)
            toast = self._presenter.answer(event.query_id, words, alert=present.alert)
            if present.stale and live:
                await toast  # a double tap: the first has shown the screen already
                await self._core.store.run(mark_done, asked.update_id)
                return
            work = [toast]
            if not live and not present.outside and event.message_id is not None:
                work.append(self._presenter.strip(asked.chat_id, event.message_id))
            shown, *_ = await asyncio.gather(self._presenter.show(present, in_place=live), *work)
        else:
            shown = await self._presenter.show(present, in_place=False)
        await self._finish(asked, present, shown)

    async def redraw(self, chat_id: int) -> None:
        """Show a conversation anew, whose clocks have run on."""
        try:
            present = await self._core.store.run(self._steps.redraw, chat_id)
        except NothingToSay:
            return
        shown = await self._presenter.show(present, in_place=True)
        if shown is not None:
            await self._core.store.run(save_shown, chat_id, shown)
        else:
            await self._core.store.run(forget_shown, present.record)

    async def due(self) -> list[int]:
        """Return the chats whose screen has changed by itself."""
        return await self._core.store.read(self._steps.due)

    async def running(self) -> list[int]:
        """Return the chats on a screen that runs by a clock."""
        return await self._core.store.read(self._steps.running)

    async def close(self) -> None:
        """Let what runs beside the conversations end, or be taken up again at the next start."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _applied(self, asked: Asked) -> Present:
        free: FreeList | None = None
        while True:
            try:
                return await self._core.store.run(self._steps.apply, asked, free)
            except FreeListWanted as wanted:
                free = await self._core.store.read(wanted.read)
            except OperationError:
                raise
            except XuanhaoError as error:
                return await self._core.store.run(self._steps.refuse, asked, error)

    async def _finish(self, asked: Asked, present: Present, shown: Shown | None) -> None:
        at = self._core.clock.now()

        def finish(tx: Tx) -> None:
            if shown is not None:
                save_shown(tx, asked.chat_id, shown)
                self._steps.after_showing(tx, present, shown_at=at)
            else:
                forget_shown(tx, present.record)
            mark_done(tx, asked.update_id)

        await self._core.store.run(finish)

    def _begin(self, effect: SendCode) -> None:
        task = asyncio.ensure_future(self._sent(effect))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _sent(self, effect: SendCode) -> None:
        try:
            await self._send_code(effect.code_id)
        except Exception:
            # It is still queued: the sweep takes it up again.
            _LOGGER.exception("code %d was not sent", effect.code_id)


def plain(html: str) -> str:
    """Return a note without its markup, for a toast."""
    return unescape(_MARKUP.sub("", html))
