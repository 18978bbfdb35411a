"""The steps of a real conversation, which may go into a rehearsal and come out again.

real screen ──REHEARSE──▶ rehearsal ──its button, a button outside, a command that leaves,
▲                             30 idle minutes, a new version of the program──┐
└────────────────────── as it stood ◀────────────────────────────────────────┘
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.dialog.callback_data import GLOBAL, CallbackCodec
from bot.dialog.context import Context
from bot.dialog.effects import DeleteUserMessage, RefreshCommandMenu
from bot.dialog.events import Attachment, Command, Event, Press, Typed
from bot.dialog.hooks import EngineHooks
from bot.dialog.names import ScreenName
from bot.dialog.prefetched import Prefetched
from bot.dialog.record import (
    Record,
    SavedRehearsal,
    end_rehearsal,
    find_record,
    open_record,
    record_rehearsal_shown,
)
from bot.dialog.rehearsal import (
    RehearsalRequested,
    RehearsalRunNeeded,
    RehearsalRunner,
    RunResult,
    save_rehearsal,
)
from bot.dialog.result import AttachmentTarget, Request, StepResult
from bot.dialog.screen import Screen
from bot.dialog.transition import Transition
from bot.i18n.language import speaking
from bot.inbox.store import mark_applied
from core.bootstrap import Core
from core.clock import to_millis
from core.errors import XuanhaoError
from core.ports import Tx
from core.rehearsal import IDLE
from core.values.identity import holds_personal_number

_Run = Callable[[SavedRehearsal, datetime], RunResult]


class RehearsalTransition(Transition):
    """Applies events to conversations, real or rehearsed.

    What raises ``RehearsalRunNeeded`` has changed nothing, and is called again with what was played.
    """

    def __init__(
        self,
        core: Core,
        screens: Mapping[ScreenName, Screen],
        codec: CallbackCodec,
        hooks: EngineHooks,
        runner: RehearsalRunner,
    ) -> None:
        super().__init__(core, screens, codec, hooks)
        self._runner = runner

    def apply(self, tx: Tx, prefetched: Prefetched, query: Request) -> StepResult:
        """Apply an event once, and return what is shown then.

        Raises:
            XuanhaoError: a rule or a form says no; nothing has changed.
            SnapshotNeeded, RehearsalRunNeeded: run again with what is asked for.
        """
        is_first = mark_applied(tx, query.update_id)
        record = open_record(tx, query.chat_id, self._hooks.first_screen)
        if not is_first:
            result = replace(self._shown_again(tx, record, prefetched), repeated=True)
        elif record.rehearsal is None:
            result = self._real(tx, query, record, prefetched)
        elif self._leaves(tx, query, record):
            result = self._left(self.step(tx, query, end_rehearsal(tx, record), prefetched, has_left=True))
        else:
            result = self._rehearsed(tx, record, partial(self._runner.step, query=query), prefetched)
        return self._with_effects(tx, query, record, result)

    def refuse(self, tx: Tx, prefetched: Prefetched, query: Request, error: XuanhaoError) -> StepResult:
        """Return what is shown after an error; the state is as it was, unless the screen leads on.

        Raises:
            SnapshotNeeded, RehearsalRunNeeded: run again with what is asked for; nothing has changed.
        """
        mark_applied(tx, query.update_id)
        record = open_record(tx, query.chat_id, self._hooks.first_screen)
        if record.rehearsal is None:
            result = self.refused(tx, query, record, error, prefetched)
        elif self._leaves(tx, query, record):
            result = self._left(self.refused(tx, query, end_rehearsal(tx, record), error, prefetched))
        else:
            run = partial(self._runner.refuse, query=query, error=error)
            result = self._rehearsed(tx, record, run, prefetched)
        return self._with_effects(tx, query, record, result)

    def redraw(self, tx: Tx, prefetched: Prefetched, chat_id: int) -> StepResult:
        """Return what a conversation shows now, its clocks having run on.

        Raises:
            NothingToSay: it has no live message.
            SnapshotNeeded, RehearsalRunNeeded: run again with what is asked for; nothing has changed.
        """
        return self._shown_again(tx, self._live(tx, chat_id), prefetched)

    def attachment_target(self, tx: Tx, chat_id: int, sent: Attachment) -> AttachmentTarget | None:
        """Return how the screen that a chat is on takes what was sent; None if it is not looked at."""
        record = find_record(tx, chat_id)
        saved = record.rehearsal if record else None
        if record is None:
            return None
        if saved is None or self._leaves_by(self._looking(tx, record), self._under_file(sent)):
            return self.target_of(tx, record, sent)
        return (
            self._runner.attachment_target(saved, tx.now, sent=sent)
            if self._runner.is_current(saved)
            else None
        )

    def after_showing(self, tx: Tx, result: StepResult, *, shown_at: datetime) -> None:
        """Count what counts from when the screen has been shown."""
        saved = result.record.rehearsal
        if saved is None:
            super().after_showing(tx, result, shown_at=shown_at)
        elif result.view.on_delivered is not None:
            record_rehearsal_shown(tx, saved, shown_at)

    def idle(self, tx: Tx) -> list[int]:
        """Return the chats in whose rehearsal nothing was done for too long."""
        rows = tx.all("dialog.idle_rehearsals", before=to_millis(tx.now - IDLE))
        return [row["chat_id"] for row in rows]

    def end_idle(self, tx: Tx, prefetched: Prefetched, chat_id: int) -> StepResult | None:
        """End a rehearsal in which nothing was done for too long; return what its message shows then.

        Raises:
            SnapshotNeeded: run again with what is asked for; nothing has changed.
        """
        record = open_record(tx, chat_id, self._hooks.first_screen)
        if record.rehearsal is None or record.rehearsal.used_at > tx.now - IDLE:
            return None
        result = self._ended(tx, record, self._hooks.idle, prefetched)
        return None if record.message_id is None else result

    def _with_effects(self, tx: Tx, query: Request, before: Record, result: StepResult) -> StepResult:
        """Add what is done whatever came of it.

        A message is deleted that was typed with a personal number in it, right or wrong. Somebody at the desk
        gets a menu, which could not be set before their first word.
        """
        effects = result.effects
        match query.event:
            case Typed(text=text) | Command(arguments=text) if holds_personal_number(text):
                effects += (DeleteUserMessage(),)
        if before.message_id is None and self._core.admins.of(tx, query.chat_id).is_any:
            effects += (RefreshCommandMenu(),)
        return replace(result, effects=effects)

    def _leaves(self, tx: Tx, query: Request, record: Record) -> bool:
        """Whether an event leads out of a rehearsal; whatever does not is the rehearsal's."""
        event = query.event
        if isinstance(event, Press):
            callback = self._codec.read(query.chat_id, event.data)
            return callback is not None and callback.screen == GLOBAL
        command = self._under_file(event) if isinstance(event, Attachment) else event
        return self._leaves_by(self._context(tx, query, record, Prefetched()), command)

    def _under_file(self, sent: Attachment) -> Command | None:
        """Return the command that was written under a file, if it is one that may stand there."""
        command = sent.command
        return command if command is not None and command.name in self._hooks.with_file else None

    def _leaves_by(self, ctx: Context, event: Event | None) -> bool:
        return isinstance(event, Command) and self._hooks.leaves(ctx, event)

    def _left(self, result: StepResult) -> StepResult:
        with speaking(result.language):
            return replace(result, note="\n".join(filter(None, (self._hooks.left(), result.note))))

    def _real(self, tx: Tx, query: Request, record: Record, prefetched: Prefetched) -> StepResult:
        try:
            return self.step(tx, query, record, prefetched)
        except RehearsalRequested as wanted:
            new = self._runner.new(query.chat_id, query.update_id, tx.now, record.language)
            return _run_and_save(
                tx, record, new, partial(self._runner.begin, office=wanted.office), prefetched
            )

    def _shown_again(self, tx: Tx, record: Record, prefetched: Prefetched) -> StepResult:
        if record.rehearsal is None:
            return self.shown(tx, record, prefetched)
        return self._rehearsed(tx, record, self._runner.show, prefetched)

    def _rehearsed(self, tx: Tx, record: Record, run: _Run, prefetched: Prefetched) -> StepResult:
        saved = record.rehearsal
        if saved is not None and self._runner.is_current(saved):
            return _run_and_save(tx, record, saved, run, prefetched)
        return self._ended(tx, record, self._hooks.outdated, prefetched)

    def _ended(self, tx: Tx, record: Record, why: Callable[[], str], prefetched: Prefetched) -> StepResult:
        """End a rehearsal that its owner has not left; return what is shown then, which says why."""
        result = self.shown(tx, end_rehearsal(tx, record), prefetched)
        with speaking(result.language):
            return replace(result, note=why(), sticky=True)


def _run_and_save(
    tx: Tx, record: Record, saved: SavedRehearsal, run: _Run, prefetched: Prefetched
) -> StepResult:
    """Keep a part that was played, and return what it shows; ask for it if it is not of this version.

    The live message is the chat's; screen, arguments and revision are the rehearsal's.
    """
    run_result = prefetched.run_result
    if run_result is None or not save_rehearsal(tx, run_result):
        raise RehearsalRunNeeded(partial(run, saved, tx.now))
    within, now = (
        run_result.result.record,
        replace(run_result.previous, version=run_result.previous.version + 1),
    )
    shown = replace(record, screen=within.screen, args=within.args, revision=within.revision, rehearsal=now)
    return replace(run_result.result, record=shown)
