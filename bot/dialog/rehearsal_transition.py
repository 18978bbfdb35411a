"""Steps of a conversation in a rehearsal: how it starts, continues and ends.

real screen ──REHEARSE──▶ rehearsal ──its button, a global button, a command that leaves,
▲                             30 idle minutes, a new version of the program──┐
└────────────────────── as it stood ◀────────────────────────────────────────┘
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.dialog.context import Context
from bot.dialog.events import Attachment, Command, Event, Press
from bot.dialog.hooks import EngineHooks
from bot.dialog.keyboards import GLOBAL_SCREEN, CallbackCodec
from bot.dialog.prefetched import Prefetched
from bot.dialog.record import (
    Record,
    SavedRehearsal,
    end_rehearsal,
)
from bot.dialog.rehearsal import (
    RehearsalRunNeeded,
    RehearsalRunner,
    RunResult,
    save_rehearsal,
)
from bot.dialog.result import AttachmentTarget, RehearsalRequest, Request, StepResult
from bot.dialog.screen import RehearsalKind
from bot.dialog.transition import Transition
from bot.i18n.language import speaking
from core.errors.base import XuanhaoError
from core.ports import Tx
from core.rehearsal import IDLE

_Run = Callable[[SavedRehearsal, datetime], RunResult]


class RehearsalTransition:
    """Applies events to conversations that are in a rehearsal or start one.

    A method that raises ``RehearsalRunNeeded`` or ``SnapshotNeeded`` has changed nothing and is called again
    with the requested data.

    Args:
        transition: the one of real conversations, to leave a rehearsal.
        codec: decodes the callback data of real buttons.
        hooks: those of the real conversation.
        runner: runs the steps.
    """

    def __init__(
        self, transition: Transition, codec: CallbackCodec, hooks: EngineHooks, runner: RehearsalRunner
    ) -> None:
        self._transition = transition
        self._codec = codec
        self._hooks = hooks
        self._runner = runner

    def begin(
        self, tx: Tx, query: Request, record: Record, request: RehearsalRequest, prefetched: Prefetched
    ) -> StepResult:
        """Start a rehearsal.

        Raises:
            RehearsalRunNeeded: its first page has to be rendered.
        """
        new = self._runner.new(request, query.chat_id, query.update_id, tx.now, record.language)
        return _run_and_save(tx, record, new, partial(self._runner.begin, office=request.office), prefetched)

    def step(
        self, tx: Tx, request: Request, record: Record, prefetched: Prefetched
    ) -> StepResult | RehearsalRequest:
        """Apply an event to a rehearsal, or to the real conversation if the event ends the rehearsal.

        Raises:
            XuanhaoError: rejected by a rule or a form; nothing has changed.
            SnapshotNeeded, RehearsalRunNeeded: see above.
        """
        if not self._leaves(tx, request, record):
            return self._rehearsed(tx, record, partial(self._runner.step, request=request), prefetched)
        result = self._transition.step(tx, request, end_rehearsal(tx, record), prefetched, has_left=True)
        return self._left(record, result) if isinstance(result, StepResult) else result

    def refused(
        self, tx: Tx, request: Request, record: Record, error: XuanhaoError, prefetched: Prefetched
    ) -> StepResult:
        """Return the result to show after an error.

        Raises:
            SnapshotNeeded, RehearsalRunNeeded: see above.
        """
        if not self._leaves(tx, request, record):
            run = partial(self._runner.refuse, request=request, error=error)
            return self._rehearsed(tx, record, run, prefetched)
        result = self._transition.refused(tx, request, end_rehearsal(tx, record), error, prefetched)
        return self._left(record, result)

    def shown(self, tx: Tx, record: Record, prefetched: Prefetched) -> StepResult:
        """Render the current screen of a rehearsal.

        Raises:
            SnapshotNeeded, RehearsalRunNeeded: see above.
        """
        return self._rehearsed(tx, record, self._runner.show, prefetched)

    def redrawn(self, tx: Tx, record: Record, prefetched: Prefetched) -> StepResult:
        """Render the current screen of a rehearsal; the runner takes a step that is due.

        Raises:
            SnapshotNeeded, RehearsalRunNeeded: see above.
        """
        return self.shown(tx, record, prefetched)

    def target_of(
        self, tx: Tx, record: Record, saved: SavedRehearsal, sent: Attachment
    ) -> AttachmentTarget | None:
        """Return how the current screen handles an attachment; None if it does not accept it."""
        if self._leaves_by(self._transition.reading_context(tx, record), record, self._under_file(sent)):
            return self._transition.target_of(tx, record, sent)
        if not self._runner.is_current(saved):
            return None
        return self._runner.attachment_target(saved, tx.now, sent=sent)

    def end_idle(self, tx: Tx, record: Record, prefetched: Prefetched) -> StepResult | None:
        """End an idle rehearsal; return the result to show in its message.

        Raises:
            SnapshotNeeded: see above.
        """
        if record.rehearsal is None or record.rehearsal.used_at > tx.now - IDLE:
            return None
        idle = partial(self._hooks.idle, self._runner.kind_of(record.rehearsal))
        result = self._ended(tx, record, idle, prefetched)
        return None if record.message_id is None else result

    def _leaves(self, tx: Tx, request: Request, record: Record) -> bool:
        """Whether an event leads out of a rehearsal; whatever does not is the rehearsal's."""
        event = request.event
        if isinstance(event, Press):
            callback = self._codec.read(request.chat_id, event.data)
            return callback is not None and callback.screen == GLOBAL_SCREEN
        command = self._under_file(event) if isinstance(event, Attachment) else event
        return self._leaves_by(self._transition.context(tx, request, record, Prefetched()), record, command)

    def _under_file(self, sent: Attachment) -> Command | None:
        """Return the command in the caption of a file, if it is allowed there."""
        command = sent.command
        return command if command is not None and command.name in self._hooks.with_file else None

    def _leaves_by(self, ctx: Context, record: Record, event: Event | None) -> bool:
        if not isinstance(event, Command) or not self._hooks.leaves(ctx, event):
            return False
        return record.rehearsal is None or not self._runner.keeps(record.rehearsal, event)

    def _left(self, record: Record, result: StepResult) -> StepResult:
        kind = RehearsalKind.SELECTION
        if record.rehearsal is not None:
            kind = self._runner.kind_of(record.rehearsal)
        with speaking(result.language):
            note = "\n".join(filter(None, (self._hooks.left(kind), result.note)))
            return replace(result, note=note, aside=None)

    def _rehearsed(self, tx: Tx, record: Record, run: _Run, prefetched: Prefetched) -> StepResult:
        saved = record.rehearsal
        if saved is not None and self._runner.is_current(saved):
            return _run_and_save(tx, record, saved, run, prefetched)
        return self._ended(tx, record, self._hooks.outdated, prefetched)

    def _ended(self, tx: Tx, record: Record, why: Callable[[], str], prefetched: Prefetched) -> StepResult:
        """End a rehearsal that its owner has not left; return the result to show, with the reason."""
        result = self._transition.shown(tx, end_rehearsal(tx, record), prefetched)
        with speaking(result.language):
            return replace(result, note=why(), sticky=True)


def _run_and_save(
    tx: Tx, record: Record, saved: SavedRehearsal, run: _Run, prefetched: Prefetched
) -> StepResult:
    """Save a finished run and return its result; request a run if there is none for this version.

    The live message belongs to the chat; screen, arguments and revision to the rehearsal.
    """
    run_result = prefetched.run_result
    if run_result is None:
        raise RehearsalRunNeeded(partial(run, saved, tx.now))
    within, now = (
        run_result.result.record,
        replace(run_result.previous, version=run_result.previous.version + 1),
    )
    shown = replace(record, screen=within.screen, args=within.args, revision=within.revision, rehearsal=now)
    result = replace(run_result.result, record=shown)
    if not save_rehearsal(tx, run_result, is_seen=result.is_seen):
        raise RehearsalRunNeeded(partial(run, saved, tx.now))
    return result
