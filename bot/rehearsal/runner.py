"""Runs rehearsal steps: unpacks the database, runs the real screens on it, and packs it again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.dialog.context import Context
from bot.dialog.effects import Effect, SendCode
from bot.dialog.events import Attachment, Command
from bot.dialog.hooks import EngineHooks
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.names import ScreenName
from bot.dialog.prefetched import Prefetched
from bot.dialog.record import Record, SavedRehearsal, open_record
from bot.dialog.rehearsal import RunResult
from bot.dialog.result import AttachmentTarget, RehearsalRequest, Request, StepResult
from bot.dialog.screen import Goto, RehearsalKind, Screen, stay
from bot.dialog.transition import Transition
from bot.i18n.language import Language, speaking
from bot.rehearsal.hints import hint_of
from bot.rehearsal.screens import FIRST, screens_of
from bot.rehearsal.watermark import marked, marked_note
from bot.texts import rehearsal as texts
from bot.texts.owner import home
from core.errors.base import OperationError, XuanhaoError
from core.ports import Tx
from core.rehearsal import CHAT, Rehearsal, register_owner

Act = Callable[[Tx, Transition, Record, Prefetched], StepResult]
"""What is done in a rehearsal; run again with what it asks for from outside its transaction."""


class MemoryRehearsalRunner:
    """Runs rehearsals; implements the port ``RehearsalRunner``.

    Args:
        rehearsal: the services and the initial database of each rehearsal.
        screens: the screens of the real conversation, by name.
        codec: encodes and decodes the callback data of real buttons.
        hooks: the hooks of the real conversation.
    """

    def __init__(
        self,
        rehearsal: Rehearsal,
        screens: Mapping[ScreenName, Screen],
        codec: CallbackCodec,
        hooks: EngineHooks,
    ) -> None:
        self._rehearsal = rehearsal
        self._screens = screens_of(screens)
        self._codec = codec
        self._hooks = replace(hooks, first_screen=FIRST, command=_lead)

    def is_current(self, saved: SavedRehearsal) -> bool:
        """Whether a rehearsal was saved by this version of the program."""
        return self._rehearsal.is_current(saved.image)

    def kind_of(self, saved: SavedRehearsal) -> RehearsalKind:
        """Return what is rehearsed."""
        del saved
        return RehearsalKind.SELECTION

    def keeps(self, saved: SavedRehearsal, command: Command) -> bool:
        """Whether a command with real effects is the rehearsal's own: none is."""
        del saved, command
        return False

    def new(
        self, request: RehearsalRequest, chat_id: int, number: int, now: datetime, language: Language
    ) -> SavedRehearsal:
        """Return a new rehearsal."""
        del request
        return new_rehearsal(self._rehearsal.seeded, chat_id, number, now, language)

    def begin(self, saved: SavedRehearsal, now: datetime, *, office: str | None) -> RunResult:
        """Show the first page of a new rehearsal, at the owner's office if one is known."""

        def first(tx: Tx, transition: Transition, record: Record, prefetched: Prefetched) -> StepResult:
            register_owner(tx, self._rehearsal.core, office)
            return transition.shown(tx, record, prefetched)

        return self._run(saved, now, first)

    def step(self, saved: SavedRehearsal, now: datetime, *, request: Request) -> RunResult:
        """Apply an event; an error is worded as in a real conversation."""
        within = replace(request, chat_id=CHAT)
        try:
            run_result = self._run(saved, now, partial(step, request=within))
        except OperationError:
            raise
        except XuanhaoError as error:
            return self.refuse(saved, now, request=request, error=error)
        return replace(run_result, used_at=now)

    def refuse(
        self, saved: SavedRehearsal, now: datetime, *, request: Request, error: XuanhaoError
    ) -> RunResult:
        """Tell what was wrong with an event, or with what was attached to it."""
        within = replace(request, chat_id=CHAT)
        run_result = self._run(
            saved,
            now,
            lambda tx, transition, record, _prefetched: transition.refused(tx, within, record, error),
        )
        return replace(run_result, used_at=now)

    def show(self, saved: SavedRehearsal, now: datetime) -> RunResult:
        """Render the current screen, whose timers have advanced; take the step that is due."""
        try:
            return self._run(
                saved, now, lambda tx, transition, record, _prefetched: transition.redrawn(tx, record)
            )
        except OperationError:
            raise
        except XuanhaoError as error:
            refused = error  # the name of an except clause ends with it
        return self._run(
            saved,
            now,
            lambda tx, transition, record, _prefetched: transition.timer_refused(tx, record, refused),
        )

    def attachment_target(
        self, saved: SavedRehearsal, now: datetime, *, sent: Attachment
    ) -> AttachmentTarget | None:
        """Return how the current screen handles an attachment; None if it does not accept it."""
        with self._rehearsal.opened(saved.image) as (database, clock):
            clock.set(now)
            transition = self._transition(saved)
            return database.run(lambda tx: transition.target_of(tx, opened(tx, FIRST, saved.language), sent))

    def _transition(self, saved: SavedRehearsal) -> Transition:
        codec = self._codec.for_rehearsal(saved.chat_id, saved.number)
        return Transition(self._rehearsal.core, self._screens, codec, self._hooks)

    def _run(self, saved: SavedRehearsal, now: datetime, act: Act) -> RunResult:
        transition = self._transition(saved)
        with self._rehearsal.opened(saved.image) as (database, clock):
            if saved.shown_at is not None:
                clock.set(saved.shown_at)
                database.run(count, transition, FIRST, Prefetched())
            clock.set(now)
            result, code = database.run(self._acted, transition, act, saved)
            image = self._rehearsal.packed(database)
        return RunResult(previous=saved, image=image, code=code, result=result, used_at=saved.used_at)

    def _acted(
        self, tx: Tx, transition: Transition, act: Act, saved: SavedRehearsal
    ) -> tuple[StepResult, str | None]:
        """Perform an action; return the watermarked result, and the SMS code shown as received."""
        code, result = saved.code, act(tx, transition, opened(tx, FIRST, saved.language), Prefetched())
        texted = self._texted(tx, result.effects)
        if texted is not None:
            code, result = texted, replace(result, view=transition.shown(tx, result.record).view)
        ctx = Context(
            core=self._rehearsal.core, tx=tx, chat_id=CHAT, args=result.record.args, received_at=tx.now
        )
        with speaking(saved.language):
            hint = hint_of(result.record.screen, ctx, self._rehearsal.real_offices, code or "")
            view, note = marked(result.view, hint), marked_note(result.note)
        return replace(result, view=view, note=note, effects=()), code

    def _texted(self, tx: Tx, effects: Iterable[Effect]) -> str | None:
        """Return the SMS code that would have been sent, and mark it sent; nothing leaves the program."""
        verification = self._rehearsal.core.verification
        texted = None
        for effect in effects:
            sms = verification.outgoing(tx, effect.code_id) if isinstance(effect, SendCode) else None
            if sms is not None:
                verification.mark_sent(tx, sms.code_id)
                texted = sms.code
        return texted


def new_rehearsal(
    image: bytes, chat_id: int, number: int, now: datetime, language: Language
) -> SavedRehearsal:
    """Return a rehearsal that has not begun."""
    return SavedRehearsal(
        chat_id=chat_id,
        number=number,
        version=0,
        image=image,
        code=None,
        shown_at=None,
        used_at=now,
        language=language,
    )


def step(
    tx: Tx, transition: Transition, record: Record, prefetched: Prefetched, *, request: Request
) -> StepResult:
    """Apply an event within a rehearsal."""
    result = transition.step(tx, request, record, prefetched)
    if not isinstance(result, StepResult):
        raise TypeError("a rehearsal leads into another one")
    return result


def opened(tx: Tx, first: ScreenName, language: Language) -> Record:
    """Return the rehearsal's conversation, in the language of the real one."""
    return replace(open_record(tx, CHAT, first), language=language)


def count(tx: Tx, transition: Transition, first: ScreenName, prefetched: Prefetched) -> None:
    """Start the timers of the current screen, which was delivered at ``tx.now``."""
    shown = transition.shown(tx, open_record(tx, CHAT, first), prefetched)
    transition.after_showing(tx, shown, shown_at=tx.now)


def _lead(ctx: Context, command: Command) -> Goto:
    """Route the few commands that do not end a rehearsal."""
    del ctx
    if command.name == "rehearse":
        return Goto(screen=FIRST)
    return stay(note=texts.INTRODUCTION() if command.name == "help" else home.unknown_command())
