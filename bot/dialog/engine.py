"""The dialog engine: applies an event in one transaction, shows the result, marks the update done."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from telegram.error import BadRequest

from bot.bot_api.errors import NoAllowanceError
from bot.bot_api.parking import parked
from bot.dialog.asides import Aside
from bot.dialog.effect_runner import EffectHandlers, EffectRunner
from bot.dialog.effects import DeleteUserMessage, RefreshCommandMenu
from bot.dialog.events import REPLACEMENT, Attachment, Command, Event, Press, Reading, Typed
from bot.dialog.names import ScreenName
from bot.dialog.prefetched import Prefetched
from bot.dialog.presenter import Presenter
from bot.dialog.privacy import is_private
from bot.dialog.record import (
    Record,
    Shown,
    due_chats,
    find_record,
    idle_rehearsals,
    is_still_in_turn,
    open_record,
    record_rehearsal_shown,
    redraw_again,
    redraw_as_shown,
    redraw_unless_shown,
    running_chats,
    save_shown,
)
from bot.dialog.rehearsal import RehearsalRunNeeded, run_on_rehearsal_thread
from bot.dialog.rehearsal_transition import RehearsalTransition
from bot.dialog.result import AttachmentTarget, NothingToSay, RehearsalRequest, Request, StepResult
from bot.dialog.transition import Transition
from bot.errors.typed import UnreadableCharacters
from bot.i18n.formatting import FORGOTTEN, plain
from bot.i18n.language import speaking
from bot.inbox.store import is_applied, mark_applied, mark_done
from bot.inbox.workers import Share
from bot.public_journal.checks import CheckNeeded
from core.bootstrap import Core
from core.errors.base import OperationError, XuanhaoError
from core.errors.registry import RegistryUnavailable
from core.notifications.queue import mark_reachable
from core.ports import Tx
from core.registry.answers import RegistryAnswerNeeded
from core.snapshots import SnapshotNeeded
from core.values.personal_numbers import InputKind

T = TypeVar("T")


class Engine:
    """The conversational state machine.

    Args:
        core: the services.
        first_screen: the screen of a new conversation.
        transition: applies an event to a conversation, inside a transaction.
        rehearsals: the same for a conversation in a rehearsal.
        presenter: sends and edits the live message.
        handlers: side effects outside of transactions.
        is_held_elsewhere: whether another worker has updates of a chat to handle, or to show the result of.
    """

    def __init__(  # noqa: PLR0913 - each is named
        self,
        core: Core,
        first_screen: ScreenName,
        transition: Transition,
        rehearsals: RehearsalTransition,
        presenter: Presenter,
        handlers: EffectHandlers,
        *,
        is_held_elsewhere: Callable[[Tx, int], bool] = lambda _tx, _chat_id: False,
    ) -> None:
        self._core = core
        self._first_screen = first_screen
        self._transition = transition
        self._rehearsals = rehearsals
        self._presenter = presenter
        self._handlers = handlers
        self._is_held_elsewhere = is_held_elsewhere
        self._effects = EffectRunner(handlers)

    async def handle(self, request: Request) -> None:
        """Apply an update and show the result; when this returns, the update is done."""
        begun = time.monotonic()
        result = await self._applied(request)
        if result.unexpected_deletion and not result.quiet:
            result = _with_word_of_deletion(result)
        with speaking(result.language):  # the tasks that are begun here go on in it
            await self._answer(request, result)
        self._handlers.on_shown(result.record.screen, time.monotonic() - begun)

    async def _answer(self, request: Request, result: StepResult) -> None:
        for effect in result.effects:
            self._effects.begin(request, effect)
        if result.quiet:
            await self._core.store.run(mark_done, request.update_id)
        elif isinstance(request.event, Press):
            await self._answer_press(request, request.event, result)
        elif result.aside is not None and result.record.message_id is not None:
            await self._answer_aside(request, result, result.aside)
        else:
            shown = await self._presenter.show(result, in_place=False)
            await self._finish(request, result, shown)

    async def _answer_press(self, request: Request, event: Press, result: StepResult) -> None:
        live = event.message_id is not None and event.message_id == result.record.message_id
        words = "" if result.sticky else plain(result.note)
        self._presenter.tidying.answer(event.query_id, words, alert=result.alert)
        if not live and not result.global_ and event.message_id is not None:
            self._presenter.tidying.strip(request.chat_id, event.message_id)
        if result.stale:
            await self._refresh(request, result, live=live)
            return
        shown = await self._presenter.show(result, in_place=live)
        await self._finish(request, result, shown)

    async def _refresh(self, request: Request, result: StepResult, *, live: bool) -> None:
        """Send the screen again if its message is gone; else the toast of an outdated button is enough."""
        if not live:  # else it is a double tap: the first has shown the screen already
            with suppress(NoAllowanceError):
                shown = await self._presenter.show(result, in_place=True, is_optional=True)
                await self._finish(request, result, shown)
                return
        await self._core.store.run(mark_done, request.update_id)

    async def _answer_aside(self, request: Request, result: StepResult, aside: Aside) -> None:
        """Answer a message by itself: the live message stays as it is, and stays the live one."""
        is_deleted = DeleteUserMessage() in result.effects
        reply_to = None if is_deleted else request.message_id
        await self._presenter.answer(result, reply_to=reply_to, aside=aside)
        await self._core.store.run(mark_done, request.update_id)

    async def redraw(self, chat_id: int, *, is_optional: bool = False) -> None:
        """Redraw the screen of a conversation whose data have changed."""
        with suppress(NothingToSay):
            try:
                result = await self._run_prefetching(chat_id, partial(self._redrawn, chat_id=chat_id))
            except OperationError:
                raise
            except XuanhaoError as error:
                refused = partial(self._timer_refused, chat_id=chat_id, error=error)
                result = await self._run_prefetching(chat_id, refused)
            if result is not None:
                await self._redraw(result, is_optional=is_optional)

    async def redraw_clock(self, chat_id: int) -> None:
        """Redraw a screen whose timers have advanced; later, if its chat has no allowance to spare."""
        await self.redraw(chat_id, is_optional=True)

    async def end_idle_rehearsal(self, chat_id: int) -> None:
        """End an idle rehearsal and return to the screen from which it was started."""
        result = await self._run_prefetching(chat_id, partial(self._idle_ended, chat_id=chat_id))
        if result is not None:
            await self._redraw(result)

    async def _redraw(self, result: StepResult, *, is_optional: bool = False) -> None:
        chat_id = result.record.chat_id
        try:
            with speaking(result.language):
                shown = await self._presenter.show(result, in_place=True, is_optional=is_optional)
        except NoAllowanceError:
            await self._core.store.run(redraw_again, chat_id)
            return
        except BadRequest:  # it would be refused again
            await self._core.store.run(_end_redraw, result)
            raise

        def redrawn(tx: Tx) -> bool:
            if not is_still_in_turn(tx, result.record):
                return False
            save_shown(tx, result.record, shown)
            _end_redraw(tx, result)
            if result.record.rehearsal is None:
                self._after_showing(tx, result, tx.now)  # not by the host's clock, which nothing watches
            return True

        is_live = await self._core.store.run_for(chat_id, redrawn)
        if not is_live and shown is not None and shown.message_id != result.record.message_id:
            self._presenter.tidying.delete(chat_id, shown.message_id)  # or there would be two screens

    async def due(self, share: Share) -> list[int]:
        """Return the chats of a worker's share whose screen is due to be redrawn."""
        return await self._core.store.read(due_chats, share)

    async def running(self, share: Share) -> list[int]:
        """Return the chats of a worker's share whose screen has a running timer."""
        return await self._core.store.read(running_chats, share)

    async def idle_rehearsals(self, share: Share) -> list[int]:
        """Return the chats of a worker's share whose rehearsal has been idle for too long."""
        return await self._core.store.read(idle_rehearsals, share)

    async def close(self) -> None:
        """End the effects under way."""
        await self._effects.close()

    async def _applied(self, request: Request) -> StepResult:
        try:
            _require_readable(request.event)
            request = await self._with_reading(request)
            return await self._run_prefetching(request.chat_id, partial(self._apply, request=request))
        except OperationError:
            raise
        except XuanhaoError as error:
            refused = partial(self._refuse, request=request, error=error)
            return await self._run_prefetching(request.chat_id, refused)

    async def _run_prefetching(self, chat_id: int, step: Callable[[Tx, Prefetched], T]) -> T:
        """Run a step in a transaction; rerun it for as long as it asks for data from outside of it."""
        prefetched = Prefetched()
        while True:
            try:
                return await self._core.store.run_for(chat_id, step, prefetched)
            except SnapshotNeeded as needed:
                snapshots = prefetched.snapshots.having(needed.key, await self._core.store.read(needed.read))
                prefetched = replace(prefetched, snapshots=snapshots)
            except CheckNeeded as needed:
                async with parked():  # a long journal takes minutes
                    outcome = await self._handlers.check(needed)
                snapshots = prefetched.snapshots.having(needed.wanted.key, outcome)
                prefetched = replace(prefetched, snapshots=snapshots)
            except RegistryAnswerNeeded as needed:
                async with parked():  # another service, which may be slow
                    await self._look_up(needed)
            except RehearsalRunNeeded as needed:
                async with parked():  # one thread for all rehearsals
                    run_result = await run_on_rehearsal_thread(needed.run)
                prefetched = replace(prefetched, run_result=run_result)

    async def _look_up(self, needed: RegistryAnswerNeeded) -> None:
        """Ask the registry; what can do without its answer goes on also if there is none.

        Raises:
            RegistryUnavailable: it does not answer, and the step needs it.
        """
        try:
            await self._handlers.look_up(needed.vin)
        except RegistryUnavailable:
            if not needed.may_fail:
                raise

    # --- inside the transaction: a real conversation, or one in a rehearsal ---------------------

    def _apply(self, tx: Tx, prefetched: Prefetched, request: Request) -> StepResult:
        """Apply an event once, and return what is shown then.

        Raises:
            XuanhaoError: rejected by a rule or a form; nothing has changed.
            SnapshotNeeded, RehearsalRunNeeded: rerun with the requested data; nothing has changed.
        """
        is_first = mark_applied(tx, request.update_id)
        record = self._opened(tx, request)
        taker = self._transition if record.rehearsal is None else self._rehearsals
        if not is_first:
            return self._with_effects(tx, request, record, taker.shown(tx, record, prefetched))
        result = taker.step(tx, request, record, prefetched)
        if isinstance(result, RehearsalRequest):
            result = self._rehearsals.begin(tx, request, record, result, prefetched)
        return self._with_effects(tx, request, record, result)

    def _refuse(self, tx: Tx, prefetched: Prefetched, request: Request, error: XuanhaoError) -> StepResult:
        """Return what is shown after an error; the state is as it was, unless the screen leads on.

        Raises:
            SnapshotNeeded, RehearsalRunNeeded: rerun with the requested data; nothing has changed.
        """
        mark_applied(tx, request.update_id)
        record = self._opened(tx, request)
        taker = self._transition if record.rehearsal is None else self._rehearsals
        return self._with_effects(tx, request, record, taker.refused(tx, request, record, error, prefetched))

    def _opened(self, tx: Tx, request: Request) -> Record:
        record = open_record(tx, request.chat_id, self._first_screen)
        if record.is_unreachable:  # a message or a press proves that the bot is no longer blocked
            mark_reachable(tx, request.chat_id)
        return record

    def _redrawn(self, tx: Tx, prefetched: Prefetched, chat_id: int) -> StepResult | None:
        """Return the current rendering of a conversation whose timers have advanced.

        None while another worker handles an update of the chat: it shows the screen itself, and may have sent
        it already without having recorded by which message. The redraw is due again then.

        Raises:
            NothingToSay: there is no live message.
            SnapshotNeeded, RehearsalRunNeeded: rerun with the requested data; nothing has changed.
        """
        record = self._live_record(tx, chat_id)
        if self._is_held_elsewhere(tx, chat_id):
            redraw_again(tx, chat_id)
            return None
        shower = self._transition if record.rehearsal is None else self._rehearsals
        return _to_be_shown(tx, shower.redrawn(tx, record, prefetched))

    def _timer_refused(self, tx: Tx, prefetched: Prefetched, chat_id: int, error: XuanhaoError) -> StepResult:
        """Return what is shown after the step that a screen takes by itself was rejected.

        Raises:
            NothingToSay: there is no live message.
            XuanhaoError: the screen takes no such step.
        """
        record = self._live_record(tx, chat_id)
        return _to_be_shown(tx, self._transition.timer_refused(tx, record, error, prefetched))

    def _live_record(self, tx: Tx, chat_id: int) -> Record:
        found = find_record(tx, chat_id)
        if found is None or found.message_id is None:
            raise NothingToSay
        return open_record(tx, chat_id, found.screen)

    def _idle_ended(self, tx: Tx, prefetched: Prefetched, chat_id: int) -> StepResult | None:
        record = open_record(tx, chat_id, self._first_screen)
        result = self._rehearsals.end_idle(tx, record, prefetched)
        return None if result is None else _to_be_shown(tx, result)

    def _attachment_target(self, tx: Tx, request: Request, sent: Attachment) -> AttachmentTarget | None:
        """Return how the chat's current screen handles an attachment; None if it does not accept it.

        Nor is one read again whose update has been applied: that it cannot be read now must not be said of
        what was accepted.
        """
        record = find_record(tx, request.chat_id)
        if record is None or is_applied(tx, request.update_id):
            return None
        if record.rehearsal is None:
            return self._transition.target_of(tx, record, sent)
        return self._rehearsals.target_of(tx, record, record.rehearsal, sent)

    def _after_showing(self, tx: Tx, result: StepResult, shown_at: datetime) -> None:
        """Start timers that run from delivery; for a rehearsal this happens at its next step.

        A screen counts as delivered when the chat has blocked the bot: that is the owner's own doing, and
        nothing may come back for what they can see as soon as they unblock it.
        """
        saved = result.record.rehearsal
        if saved is None:
            self._transition.after_showing(tx, result, shown_at=shown_at)
        elif result.view.on_delivered is not None:
            record_rehearsal_shown(tx, saved, shown_at)

    def _with_effects(self, tx: Tx, request: Request, before: Record, result: StepResult) -> StepResult:
        """Add the effects that do not depend on the result.

        A message that contains personal data is deleted, whether it was accepted or not. An admin gets a
        command menu, which cannot be set before their first message.
        """
        effects, unexpected = result.effects, False
        is_message = not isinstance(request.event, Press)
        if is_message and DeleteUserMessage() not in effects and is_private(request.event, result):
            effects += (DeleteUserMessage(),)
            unexpected = result.refused or result.input_kind not in {InputKind.NAME, InputKind.NUMBER}
        if before.message_id is None and self._core.admins.of(tx, request.chat_id).is_any:
            effects += (RefreshCommandMenu(),)
        return replace(result, effects=effects, unexpected_deletion=unexpected)

    # --- attachments ------------------------------------------------------------------------

    async def _with_reading(self, request: Request) -> Request:
        """Fetch and read what was attached, where the screen takes it; it holds up nobody but its sender."""
        event = request.event
        if not isinstance(event, Attachment) or event.reading is not None:
            return request
        found = await self._core.store.read(self._attachment_target, request, event)
        if found is None:
            return request
        async with parked():
            value = await self._handlers.read(request.chat_id, event, found)
        return replace(request, event=replace(event, reading=Reading(screen=found.screen, value=value)))

    async def _finish(self, request: Request, result: StepResult, shown: Shown | None) -> None:
        def finish(tx: Tx) -> None:
            save_shown(tx, result.record, shown)
            self._after_showing(tx, result, tx.now)
            mark_done(tx, request.update_id)

        await self._core.store.run_for(request.chat_id, finish)


def _to_be_shown(tx: Tx, result: StepResult) -> StepResult:
    """Return the result of a redraw, which is made again unless ``_end_redraw`` is called."""
    again_at = redraw_unless_shown(tx, result.record.chat_id, result.view.redraw_at)
    return replace(result, redraw_again_at=again_at)


def _end_redraw(tx: Tx, result: StepResult) -> None:
    if result.redraw_again_at is not None:
        redraw_as_shown(
            tx, result.record.chat_id, again_at=result.redraw_again_at, redraw_at=result.view.redraw_at
        )


def _with_word_of_deletion(result: StepResult) -> StepResult:
    """Add to the note that the user's message is deleted; the consent said so only of what is asked for."""
    with speaking(result.language):
        return replace(result, note="\n".join(filter(None, (result.note, FORGOTTEN()))))


def _require_readable(event: Event) -> None:
    """Refuse typed text with parts that are no characters.

    Raises:
        UnreadableCharacters: it has some.
    """
    match event:
        case Typed(text=text) | Command(arguments=text) | Attachment(caption=text):
            if REPLACEMENT in text:
                raise UnreadableCharacters
