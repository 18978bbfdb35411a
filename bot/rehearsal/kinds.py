"""Runs rehearsals of all kinds: each by its own runner, told apart by what is stored."""

from datetime import datetime

from bot.dialog.events import Attachment, Command
from bot.dialog.record import SavedRehearsal
from bot.dialog.rehearsal import RehearsalRunner, RunResult
from bot.dialog.result import AttachmentTarget, RehearsalRequest, Request
from bot.dialog.screen import RehearsalKind
from bot.i18n.language import Language
from core.errors.base import XuanhaoError


class RunnerOfKinds:
    """Runs rehearsals; implements the port ``RehearsalRunner``.

    Args:
        selection: runs those of owners.
        desk: runs practices of the desk.
    """

    def __init__(self, selection: RehearsalRunner, desk: RehearsalRunner) -> None:
        self._selection = selection
        self._desk = desk

    def _of(self, saved: SavedRehearsal) -> RehearsalRunner:
        return self._desk if self._desk.is_current(saved) else self._selection

    def is_current(self, saved: SavedRehearsal) -> bool:
        """Whether a rehearsal was saved by this version of the program."""
        return self._of(saved).is_current(saved)

    def kind_of(self, saved: SavedRehearsal) -> RehearsalKind:
        """Return what is rehearsed."""
        return self._of(saved).kind_of(saved)

    def keeps(self, saved: SavedRehearsal, command: Command) -> bool:
        """Whether a command with real effects is the rehearsal's own."""
        return self._of(saved).keeps(saved, command)

    def new(
        self, request: RehearsalRequest, chat_id: int, number: int, now: datetime, language: Language
    ) -> SavedRehearsal:
        """Return a new rehearsal of the kind that was chosen."""
        runner = self._desk if request.kind == RehearsalKind.DESK else self._selection
        return runner.new(request, chat_id, number, now, language)

    def begin(self, saved: SavedRehearsal, now: datetime, *, office: str | None) -> RunResult:
        """Show the first page of a new rehearsal."""
        return self._of(saved).begin(saved, now, office=office)

    def step(self, saved: SavedRehearsal, now: datetime, *, request: Request) -> RunResult:
        """Apply an event."""
        return self._of(saved).step(saved, now, request=request)

    def refuse(
        self, saved: SavedRehearsal, now: datetime, *, request: Request, error: XuanhaoError
    ) -> RunResult:
        """Tell what was wrong with an event, or with what was attached to it."""
        return self._of(saved).refuse(saved, now, request=request, error=error)

    def show(self, saved: SavedRehearsal, now: datetime) -> RunResult:
        """Render the current screen, whose timers have advanced."""
        return self._of(saved).show(saved, now)

    def attachment_target(
        self, saved: SavedRehearsal, now: datetime, *, sent: Attachment
    ) -> AttachmentTarget | None:
        """Return how the current screen handles an attachment; None if it does not accept it."""
        return self._of(saved).attachment_target(saved, now, sent=sent)
