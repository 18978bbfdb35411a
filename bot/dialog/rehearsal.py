"""The port to the rehearsal runner, and its results (docs/domain.md, section 4).

A step of a rehearsal takes milliseconds on its own in-memory database, which would block the write thread. It
therefore runs on a thread shared by all rehearsals; its result is saved in the update's transaction, unless
the rehearsal has changed meanwhile:

    step ──RehearsalRunNeeded(run)──▶ run() on the thread ──RunResult──▶ step again: saved, or rerun
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from bot.dialog.events import Attachment, Command
from bot.dialog.record import SavedRehearsal
from bot.dialog.result import AttachmentTarget, RehearsalRequest, Request, StepResult
from bot.dialog.screen import Goto, RehearsalKind
from bot.i18n.language import Language
from core.clock import to_millis
from core.errors.base import XuanhaoError
from core.ports import Tx

T = TypeVar("T")

REHEARSE = Goto(screen=None, rehearsal=RehearsalKind.SELECTION)
"""Starts a rehearsal of a selection."""
PRACTISE = Goto(screen=None, rehearsal=RehearsalKind.DESK)
"""Starts a practice of the desk."""

_REHEARSAL_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rehearsal")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The result of a rehearsal step, and the version that it supersedes."""

    previous: SavedRehearsal
    image: bytes = field(repr=False)
    code: str | None = field(repr=False)
    result: StepResult
    used_at: datetime


class RehearsalRunNeeded(Exception):
    """A step of a rehearsal has to run outside the transaction.

    An exception, because the transaction must be rolled back: the update has not been applied yet.
    """

    def __init__(self, run: Callable[[], RunResult]) -> None:
        super().__init__()
        self.run = run


class RehearsalRunner(Protocol):
    """Runs rehearsals, without access to the real database. The current time is passed to each method."""

    def is_current(self, saved: SavedRehearsal) -> bool:
        """Whether a rehearsal was saved by this version of the program and can be continued."""
        ...

    def kind_of(self, saved: SavedRehearsal) -> RehearsalKind:
        """Return what is rehearsed; of one that cannot be continued, a selection."""
        ...

    def keeps(self, saved: SavedRehearsal, command: Command) -> bool:
        """Whether a command with real effects is the rehearsal's own, and does not lead out of it."""
        ...

    def new(
        self, request: RehearsalRequest, chat_id: int, number: int, now: datetime, language: Language
    ) -> SavedRehearsal:
        """Return a new rehearsal."""
        ...

    def begin(self, saved: SavedRehearsal, now: datetime, *, office: str | None) -> RunResult:
        """Show the first page of a new rehearsal, at an office if one is known."""
        ...

    def step(self, saved: SavedRehearsal, now: datetime, *, request: Request) -> RunResult:
        """Apply an event; an error is worded as in a real conversation."""
        ...

    def refuse(
        self, saved: SavedRehearsal, now: datetime, *, request: Request, error: XuanhaoError
    ) -> RunResult:
        """Show an error in an attachment that was found before any step."""
        ...

    def show(self, saved: SavedRehearsal, now: datetime) -> RunResult:
        """Render the current screen, whose timers have advanced."""
        ...

    def attachment_target(
        self, saved: SavedRehearsal, now: datetime, *, sent: Attachment
    ) -> AttachmentTarget | None:
        """Return how the current screen handles an attachment; None if it does not accept it."""
        ...


async def run_on_rehearsal_thread(call: Callable[[], T]) -> T:
    """Run a step, or render a picture, on the rehearsal thread."""
    return await asyncio.get_running_loop().run_in_executor(_REHEARSAL_THREAD, copy_context().run, call)


def save_rehearsal(tx: Tx, run_result: RunResult, *, is_seen: bool) -> bool:
    """Save a rehearsal after a step; return False when it has advanced or ended since the step ran.

    Args:
        tx: the transaction.
        run_result: the result of the step.
        is_seen: whether its view is shown; otherwise the timer of the one that is seen runs on.
    """
    redraw_at = run_result.result.view.redraw_at
    saved = tx.run(
        "dialog.rehearse",
        chat_id=run_result.previous.chat_id,
        rehearsal=run_result.previous.number,
        version=run_result.previous.version,
        image=run_result.image,
        code=run_result.code,
        used_at=to_millis(run_result.used_at),
        redraw_at=None if redraw_at is None else to_millis(redraw_at),
        is_seen=int(is_seen),
        now=to_millis(tx.now),
    )
    return saved == 1
