"""Runs the steps of a practice of the desk: the real commands and screens, on an invented office.

As with a rehearsed selection nothing leaves the program. What a command would start outside its transaction
is done within the practice: a file is built from its database, an import is loaded, notifications arrive
nowhere.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar, assert_never

from bot.dialog.context import Context
from bot.dialog.effects import (
    ConfirmReservations,
    DeleteUserMessage,
    Effect,
    LoadVehicles,
    PassDay,
    RefreshCommandMenu,
    SendCode,
    SendFile,
    SendJournal,
    SendPicture,
    SendVenue,
)
from bot.dialog.events import Attachment, Command
from bot.dialog.hooks import EngineHooks
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.names import ScreenName
from bot.dialog.prefetched import Prefetched
from bot.dialog.record import Record, SavedRehearsal
from bot.dialog.rehearsal import RunResult
from bot.dialog.result import AttachmentTarget, RehearsalRequest, Request, StepResult
from bot.dialog.screen import Goto, RehearsalKind, Screen, stay
from bot.dialog.transition import Transition
from bot.i18n.language import Language, in_same_language, speaking
from bot.rehearsal.practice_marks import PracticePicture, marked, marked_note
from bot.rehearsal.practice_screens import FIRST, screens_of
from bot.rehearsal.runner import Act, count, new_rehearsal, opened, step
from bot.texts import practice as texts
from core.errors.base import OperationError, XuanhaoError
from core.ports import Tx
from core.preselection.bulk_confirmation import confirm_one
from core.registry import imports
from core.rehearsal import CHAT
from core.rehearsal.practice import MOST_VEHICLES, OpenPractice, Practice
from core.snapshots import SnapshotNeeded

T = TypeVar("T")


class PracticeRunner:
    """Runs practices; implements the port ``RehearsalRunner``.

    Args:
        practice: the services, and how a practice is stored.
        screens: the screens of the real conversation, by name.
        codec: encodes and decodes the callback data of real buttons.
        hooks: the hooks of the real conversation.
        commands: the names of the desk's commands, which are the practice's own.
    """

    def __init__(
        self,
        practice: Practice,
        screens: Mapping[ScreenName, Screen],
        codec: CallbackCodec,
        hooks: EngineHooks,
        commands: frozenset[str],
    ) -> None:
        self._practice = practice
        self._screens = screens_of(screens)
        self._codec = codec
        self._hooks = replace(hooks, first_screen=FIRST, command=partial(_lead, hooks.command))
        self._commands = commands

    def is_current(self, saved: SavedRehearsal) -> bool:
        """Whether this is a practice, saved by this version of the program."""
        return self._practice.is_current(saved.image)

    def kind_of(self, saved: SavedRehearsal) -> RehearsalKind:
        """Return what is rehearsed."""
        del saved
        return RehearsalKind.DESK

    def keeps(self, saved: SavedRehearsal, command: Command) -> bool:
        """Whether a command does not lead out: each of the desk is tried within the practice."""
        del saved
        return command.name in self._commands

    def new(
        self, request: RehearsalRequest, chat_id: int, number: int, now: datetime, language: Language
    ) -> SavedRehearsal:
        """Return a new practice."""
        return new_rehearsal(self._practice.blank(request.office), chat_id, number, now, language)

    def begin(self, saved: SavedRehearsal, now: datetime, *, office: str | None) -> RunResult:
        """Play what has happened at the invented office so far, and show the guide."""
        del office  # a blank practice has it
        with self._practice.opened(saved.image) as place:
            self._practice.begin(place, now)
            saved = replace(saved, image=self._practice.packed(place))
        return self._run(
            saved, now, lambda tx, transition, record, prefetched: transition.shown(tx, record, prefetched)
        )

    def step(self, saved: SavedRehearsal, now: datetime, *, request: Request) -> RunResult:
        """Apply an event; an error is worded as in a real conversation."""
        try:
            result = self._run(saved, now, lambda *given: step(*given, request=self._within(saved, request)))
        except OperationError:
            raise
        except XuanhaoError as error:
            return self.refuse(saved, now, request=request, error=error)
        return replace(result, used_at=now)

    def refuse(
        self, saved: SavedRehearsal, now: datetime, *, request: Request, error: XuanhaoError
    ) -> RunResult:
        """Tell what was wrong with an event, or with what was attached to it."""

        def refused(tx: Tx, transition: Transition, record: Record, prefetched: Prefetched) -> StepResult:
            return transition.refused(tx, self._within(saved, request), record, error, prefetched)

        return replace(self._run(saved, now, refused), used_at=now)

    def show(self, saved: SavedRehearsal, now: datetime) -> RunResult:
        """Render the current screen, whose timers have advanced; take the step that is due."""

        def redrawn(tx: Tx, transition: Transition, record: Record, prefetched: Prefetched) -> StepResult:
            return transition.redrawn(tx, record, prefetched)

        try:
            return self._run(saved, now, redrawn)
        except OperationError:
            raise
        except XuanhaoError as error:
            refused = error  # the name of an except clause ends with it

        def timer_refused(
            tx: Tx, transition: Transition, record: Record, prefetched: Prefetched
        ) -> StepResult:
            return transition.timer_refused(tx, record, refused, prefetched)

        return self._run(saved, now, timer_refused)

    def attachment_target(
        self, saved: SavedRehearsal, now: datetime, *, sent: Attachment
    ) -> AttachmentTarget | None:
        """Return how the current screen handles an attachment; None if it does not accept it."""
        with self._practice.opened(saved.image) as place:
            place.set_time(now)
            transition = self._transition(saved, place)
            return place.database.run(
                lambda tx: transition.target_of(tx, opened(tx, FIRST, saved.language), sent)
            )

    def _within(self, saved: SavedRehearsal, request: Request) -> Request:
        """Return an event as the practice's admin causes it, in the practice's time."""
        ahead = self._practice.ahead_of(saved.image)
        return replace(request, chat_id=CHAT, received_at=request.received_at + ahead)

    def _transition(self, saved: SavedRehearsal, place: OpenPractice) -> Transition:
        codec = self._codec.for_rehearsal(saved.chat_id, saved.number)
        return Transition(place.core, self._screens, codec, self._hooks)

    def _run(self, saved: SavedRehearsal, now: datetime, act: Act) -> RunResult:
        with self._practice.opened(saved.image) as place:
            transition = self._transition(saved, place)
            if saved.shown_at is not None:
                place.set_time(saved.shown_at)
                _with_snapshots(place, lambda tx, given: count(tx, transition, FIRST, given))
            place.set_time(now)
            place.settle()

            def acted(tx: Tx, prefetched: Prefetched) -> StepResult:
                return act(tx, transition, opened(tx, FIRST, saved.language), prefetched)

            result = _with_snapshots(place, acted)
            with speaking(saved.language):
                result = self._performed(place, transition, result)
                result = _shown_marked(result, place.ahead)
            image = self._practice.packed(place)
        return RunResult(previous=saved, image=image, code=None, result=result, used_at=saved.used_at)

    def _performed(self, place: OpenPractice, transition: Transition, result: StepResult) -> StepResult:
        """Do within the practice what a step wants done after it; return it with what is done outside."""
        kept: list[Effect] = []
        for effect in result.effects:
            match effect:
                case SendFile():
                    kept.append(_file_of(place, effect))
                case DeleteUserMessage():
                    kept.append(effect)
                case LoadVehicles():
                    result = _shown_again(place, transition, result, _load(place, effect))
                case ConfirmReservations():
                    _confirm(place, effect)
                    result = _shown_again(place, transition, result, "")
                case PassDay():
                    place.to_next_workday()
                    note = texts.day_passed(place.clock.now())
                    result = _shown_again(place, transition, result, note)
                case SendPicture():
                    kept.append(_picture_of(effect))
                case SendCode() | SendVenue() | SendJournal() | RefreshCommandMenu():
                    pass  # of owners' pages, or about a chat that is invented
                case _:
                    assert_never(effect)
        return replace(result, effects=tuple(kept))


def _with_snapshots(place: OpenPractice, step_: Callable[[Tx, Prefetched], T]) -> T:
    """Run a step; run it again for as long as it asks for data from outside its transaction."""
    prefetched = Prefetched()
    while True:
        try:
            return place.database.run(step_, prefetched)
        except SnapshotNeeded as needed:
            snapshots = prefetched.snapshots.having(needed.key, place.database.read(needed.read))
            prefetched = replace(prefetched, snapshots=snapshots)


def _shown_again(place: OpenPractice, transition: Transition, result: StepResult, note: str) -> StepResult:
    """Return a result after something has changed below its screen; its own note gives way to a new one."""

    def shown(tx: Tx, prefetched: Prefetched) -> StepResult:
        return transition.shown(tx, result.record, prefetched)

    again = _with_snapshots(place, shown)
    return replace(result, view=again.view, note=note or result.note, sticky=bool(note) or result.sticky)


def _load(place: OpenPractice, wanted: LoadVehicles) -> str:
    """Load an import at once; return what is to be said, if it is too long for a practice."""
    if len(wanted.vehicles) > MOST_VEHICLES:
        place.database.run(imports.drop, wanted.import_id, "system")
        return texts.too_many(len(wanted.vehicles))
    place.database.run(imports.put, wanted.import_id, wanted.vehicles, loaded=len(wanted.vehicles))
    found = place.database.read(imports.differences, wanted.import_id)
    place.database.run(imports.ready, wanted.import_id, found)
    return ""


def _confirm(place: OpenPractice, wanted: ConfirmReservations) -> None:
    """Confirm several reservations at once; the page tells what became of each."""
    for number in wanted.preselection_ids:
        with suppress(XuanhaoError):
            place.database.run(confirm_one, place.core.counter, place.core.admins, number, wanted.chat_id)


def _file_of(place: OpenPractice, wanted: SendFile) -> SendFile:
    """Return a file of a practice: marked, and from its database, which is closed when the file is made."""
    content = place.database.read(in_same_language(wanted.read))
    return replace(
        wanted,
        name=texts.file_name(wanted.name),
        caption=f"{texts.MARK()}\n{wanted.caption}",
        read=lambda _tx: content,
        then=None if wanted.then is None else _file_of(place, wanted.then),
    )


def _picture_of(wanted: SendPicture) -> SendPicture:
    picture = PracticePicture(picture=wanted.picture)
    return replace(wanted, picture=picture, caption=f"{texts.MARK()}\n{wanted.caption}")


def _shown_marked(result: StepResult, ahead: timedelta) -> StepResult:
    """Return a result with the marks of a practice, and its timer in real time."""
    view = marked(result.view)
    if view.redraw_at is not None:
        view = replace(view, redraw_at=view.redraw_at - ahead)
    return replace(result, view=view, note=marked_note(result.note))


def _lead(real: Callable[[Context, Command], Goto], ctx: Context, command: Command) -> Goto:
    """Route a command: those of the desk as the real conversation does."""
    if command.name == "rehearse":
        return Goto(screen=FIRST)
    if command.name == "help":
        return stay(note=texts.help_text())
    return real(ctx, command)
