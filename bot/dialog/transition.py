"""One step of a conversation, inside one transaction: applies an event and renders the next screen.

Real conversations and rehearsed ones take the same steps; what differs is in ``rehearsal_transition``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.dialog.asides import Aside
from bot.dialog.context import Context
from bot.dialog.events import Attachment, Command, Contact, Event, Press, Typed
from bot.dialog.hooks import EngineHooks
from bot.dialog.keyboards import GLOBAL_SCREEN, CallbackCodec, CallbackData
from bot.dialog.names import SCREEN_NAMES, ScreenName
from bot.dialog.prefetched import Prefetched
from bot.dialog.record import AlbumPosition, Record, position_in_album, save
from bot.dialog.result import AttachmentTarget, RehearsalRequest, Request, StepResult
from bot.dialog.screen import Goto, RehearsalKind, Screen, stay
from bot.dialog.view import Lifetime, View
from bot.i18n.language import speaking
from core.bootstrap import Core
from core.errors.base import Refusal, XuanhaoError
from core.people.admins import Permission
from core.ports import Tx
from core.values.personal_numbers import InputKind

_MOST_HOPS = 5
_NOTHING = Prefetched()


class Transition:
    """Applies events to conversations."""

    def __init__(
        self, core: Core, screens: Mapping[ScreenName, Screen], codec: CallbackCodec, hooks: EngineHooks
    ) -> None:
        self._core = core
        self._screens = screens
        self._codec = codec
        self._hooks = hooks

    def step(
        self,
        tx: Tx,
        request: Request,
        record: Record,
        prefetched: Prefetched = _NOTHING,
        *,
        has_left: bool = False,
    ) -> StepResult | RehearsalRequest:
        """Apply an event, without checking whether it has been applied before.

        Raises:
            XuanhaoError: rejected by a rule or a form; nothing has changed.
            SnapshotNeeded: rerun with the requested data; nothing has changed.
        """
        ctx = self.context(tx, request, record, prefetched)
        ctx.has_left = has_left
        with speaking(record.language, ctx.staff_names):
            result = self._dispatch_event(tx, ctx, record, request)
        if isinstance(result, RehearsalRequest) or isinstance(request.event, Press):
            return result
        return replace(result, input_kind=self._input_kind(record, request.event))

    def _input_kind(self, record: Record, event: Event) -> InputKind | None:
        """Return what the screen asked for where something was typed or shared; None if it is published."""
        if isinstance(event, Command):
            return None if event.name in self._hooks.published else InputKind.OTHER
        return (
            self._screen(record.screen).input_kind if isinstance(event, Typed | Contact) else InputKind.OTHER
        )

    def _dispatch_event(
        self, tx: Tx, ctx: Context, record: Record, request: Request
    ) -> StepResult | RehearsalRequest:
        event = request.event
        if isinstance(event, Press):
            callback = self._codec.for_conversation(record.begun_at).read(request.chat_id, event.data)
            if callback is not None and callback.screen == GLOBAL_SCREEN:
                go = self._hooks.on_global_button(ctx, callback)
                return replace(self._show(tx, ctx, record, go, moved=True), global_=True)
            if callback is None or callback.revision != record.revision or callback.screen != record.screen:
                shown = self._show(tx, ctx, record, stay(note=self._hooks.old_button()), is_seen=False)
                return replace(shown, stale=True)
            return self._advance(tx, ctx, record, self._pressed(ctx, record, callback))
        if isinstance(event, Attachment) and (rest := self._rest_of_album(tx, ctx, record, event)):
            return rest
        return self._advance(tx, ctx, record, self._answer(ctx, record, event))

    def _rest_of_album(self, tx: Tx, ctx: Context, record: Record, sent: Attachment) -> StepResult | None:
        """Return the result for further pictures of an album; None for the first or a single picture."""
        takes_none = self._screen(record.screen).attachment is None
        match position_in_album(tx, record, sent.album, is_told=takes_none):
            case AlbumPosition.FIRST:
                return None
            case AlbumPosition.SECOND:
                go = stay(note=self._hooks.one_of_album(), aside=Aside.HINT)
                return self._show(tx, ctx, record, go)
            case AlbumPosition.FURTHER:
                return replace(self._show(tx, ctx, record, stay(), is_seen=False), quiet=True)

    def refused(
        self, tx: Tx, request: Request, record: Record, error: XuanhaoError, prefetched: Prefetched = _NOTHING
    ) -> StepResult:
        """Return the result to show after an error, whether or not the update has been marked done.

        Raises:
            SnapshotNeeded: rerun with the requested data.
        """
        self._core.probes.note(tx, request.chat_id, error)
        self._core.presses.note(tx, request.chat_id, error, at=request.received_at)
        if isinstance(request.event, Attachment):
            position_in_album(tx, record, request.event.album, is_told=False)
        ctx = self.context(tx, request, record, prefetched)
        lead = _lead_of(self._screen(record.screen), error)
        with speaking(record.language, ctx.staff_names):
            go = self._failed(ctx, request.event, error)
            if go is None:
                go = lead(ctx, error) if lead else stay(note=self._hooks.of_error(error), alert=True)
        shown = self._show(tx, ctx, record, go, moved=True)
        return replace(shown, refused=True, input_kind=self._input_kind(record, request.event))

    def _failed(self, ctx: Context, event: Event, error: XuanhaoError) -> Goto | None:
        """Return where an error in a command leads; None if the screen decides."""
        return self._hooks.failed(ctx, event, error) if isinstance(event, Command) else None

    def target_of(self, tx: Tx, record: Record, sent: Attachment) -> AttachmentTarget | None:
        """Return how the current screen handles an attachment; None if it does not accept it.

        Raises:
            XuanhaoError: raised by the screen's ``prefetch``.
        """
        screen = self._screen(record.screen)
        if sent.album and sent.album == record.album:
            return None
        ctx = self.reading_context(tx, record)
        captioned = self._captioned(ctx, screen, sent)
        if captioned is not None and captioned.screen is not None:
            screen, ctx.args = self._screens[captioned.screen], captioned.args
        if screen.attachment is None:
            return None
        prefetch = screen.attachment.prefetch
        return AttachmentTarget(
            screen=screen.name,
            handler=screen.attachment,
            language=record.language,
            prefetched=prefetch(ctx) if prefetch is not None else None,
        )

    def reading_context(self, tx: Tx, record: Record) -> Context:
        """Return a context for reading only."""
        return Context(core=self._core, tx=tx, chat_id=record.chat_id, args=record.args, received_at=tx.now)

    def _captioned(self, ctx: Context, screen: Screen, sent: Attachment) -> Goto | None:
        """Return the target of the command in the caption of a file that this screen does not accept."""
        command = sent.command
        if screen.attachment is not None or command is None or command.name not in self._hooks.with_file:
            return None
        return self._hooks.command(ctx, command)

    def shown(self, tx: Tx, record: Record, prefetched: Prefetched = _NOTHING) -> StepResult:
        """Render the current screen of a conversation.

        Raises:
            SnapshotNeeded: rerun with the requested data.
        """
        return self._show(tx, self._own_context(tx, record, prefetched), record, stay())

    def _own_context(self, tx: Tx, record: Record, prefetched: Prefetched) -> Context:
        """Return a context for what happens without an event."""
        return Context(
            core=self._core,
            tx=tx,
            chat_id=record.chat_id,
            args=record.args,
            received_at=tx.now,
            screen=record.screen,
            language=record.language,
            snapshots=prefetched.snapshots,
            bot_username=self._hooks.username,
        )

    def redrawn(self, tx: Tx, record: Record, prefetched: Prefetched = _NOTHING) -> StepResult:
        """Take the step that the current screen takes by itself, if its moment has come, and render.

        The conversation is locked and the step leads on to another screen, so it is taken once.

        Raises:
            XuanhaoError: the step was rejected; nothing has changed, see ``timer_refused``.
            SnapshotNeeded: rerun with the requested data.
        """
        ctx, screen = self._own_context(tx, record, prefetched), self._screen(record.screen)
        with speaking(record.language, ctx.staff_names):
            go = screen.timer(ctx) if screen.timer is not None else None
        return self._show(tx, ctx, record, go or stay(), moved=go is not None)

    def timer_refused(
        self, tx: Tx, record: Record, error: XuanhaoError, prefetched: Prefetched = _NOTHING
    ) -> StepResult:
        """Return what is shown after a screen's own step was rejected.

        Raises:
            XuanhaoError: the same error, if the screen takes no steps or has no answer to it.
            SnapshotNeeded: rerun with the requested data.
        """
        ctx, screen = self._own_context(tx, record, prefetched), self._screen(record.screen)
        lead = _lead_of(screen, error)
        if screen.timer is None or lead is None:
            raise error
        with speaking(record.language, ctx.staff_names):
            go = replace(lead(ctx, error), sticky=True)
        return self._show(tx, ctx, record, go, moved=True)

    def context(self, tx: Tx, request: Request, record: Record, prefetched: Prefetched) -> Context:
        """Return the context in which an event is applied."""
        nonce = request.event.query_id if isinstance(request.event, Press) else f"update:{request.update_id}"
        return Context(
            core=self._core,
            tx=tx,
            chat_id=request.chat_id,
            args=record.args,
            screen=record.screen,
            received_at=request.received_at,
            sender=request.sender,
            nonce=nonce,
            snapshots=prefetched.snapshots,
            language=record.language,
            bot_username=self._hooks.username,
        )

    def _pressed(self, ctx: Context, record: Record, callback: CallbackData) -> Goto:
        screen = self._screen(record.screen)
        handler = screen.buttons.get(callback.action) if callback.action else None
        if handler is None:  # from an older version of the program
            return stay(note=self._hooks.old_button())
        return self._before(ctx, screen) or handler(ctx, callback.arg)

    def _before(self, ctx: Context, screen: Screen) -> Goto | None:
        """Return the screen that must precede this one, if any."""
        return self._hooks.before_personal(ctx) if screen.personal else None

    def _answer(self, ctx: Context, record: Record, event: Event) -> Goto:
        screen = self._screen(record.screen)
        if isinstance(event, Command):
            return self._hooks.command(ctx, event)
        if (before := self._before(ctx, screen)) is not None:
            return before
        if isinstance(event, Typed) and screen.text is not None:
            return screen.text(ctx, event.text)
        if isinstance(event, Contact) and screen.contact is not None:
            return screen.contact(ctx, event)
        if isinstance(event, Attachment) and (taken := self._sent(ctx, screen, event)) is not None:
            return taken
        is_photo = isinstance(event, Attachment) and event.is_image
        is_text = isinstance(event, Typed | Contact)
        said = self._hooks.not_taken(screen.hint, is_photo=is_photo, is_text=is_text)
        return stay(note=said, aside=Aside.HINT)

    def _sent(self, ctx: Context, screen: Screen, event: Attachment) -> Goto | None:
        """Return the target for an attachment; None if neither the screen nor a command accepts it."""
        captioned = self._captioned(ctx, screen, event)
        if captioned is not None and captioned.screen is not None:
            screen, ctx.args = self._screens[captioned.screen], captioned.args
        reading = event.reading
        if screen.attachment is None or reading is None or reading.screen != screen.name:
            return captioned
        taken = screen.attachment.apply(ctx, reading.value)
        if captioned is not None and taken.screen is None:  # ``stay`` refers to the command's target
            return replace(taken, screen=captioned.screen, args=captioned.args)
        return taken

    def _advance(self, tx: Tx, ctx: Context, record: Record, go: Goto) -> StepResult | RehearsalRequest:
        if go.rehearsal is not None:
            if go.screen is not None:  # to which the conversation returns afterwards
                revised = replace(record, screen=go.screen, args=go.args, revision=record.revision + 1)
                save(tx, revised, None)
            return RehearsalRequest(kind=go.rehearsal, office=_office_of(ctx, go.rehearsal))
        return self._show(tx, ctx, record, go, moved=True)

    def _show(
        self, tx: Tx, ctx: Context, record: Record, go: Goto, *, moved: bool = False, is_seen: bool = True
    ) -> StepResult:
        """Render the target of a step, in the language that the step may have changed.

        Args:
            tx: the transaction.
            ctx: the context of the step.
            record: the conversation as it was before.
            go: the target.
            moved: whether the step may have changed something, so that the existing buttons are outdated.
            is_seen: whether the rendering will be seen; otherwise the timer of the one that is seen runs on.
        """
        with speaking(ctx.language, ctx.staff_names):
            return self._follow(tx, ctx, record, go, moved=moved, is_seen=is_seen)

    def _follow(
        self, tx: Tx, ctx: Context, record: Record, go: Goto, *, moved: bool, is_seen: bool
    ) -> StepResult:
        """Follow a step to where it leads, and keep it; a screen may itself lead on."""
        note, alert, sticky, effects = go.note, go.alert, go.sticky, tuple(go.effects)
        name, args = _after(go, record.screen, record.args)
        ctx.known = go.known
        for _ in range(_MOST_HOPS):
            ctx.args = args
            if ctx.known is None:
                ctx.refresh()
            try:
                screen = self._screen(name)
                shown = self._before(ctx, screen) or screen.show(ctx)
            except Refusal as error:  # its subject is gone, e.g. an office that is no longer served
                shown = Goto(screen=self._hooks.first_screen, note=self._hooks.of_error(error))
            if isinstance(shown, View):
                break
            ctx.known = None
            name, args = _after(shown, name, args)
            note = note or shown.note
            effects += tuple(shown.effects)
        else:
            raise RecursionError(f"the screen {name} leads in a circle")
        # A hint or an outdated button changes no state, so the existing buttons stay valid.
        moved = moved and go.screen is not None
        is_known = record.screen in SCREEN_NAMES  # else the live message shows a page of an older program
        changed = moved or name != record.screen or dict(args) != dict(record.args)
        record = replace(record, screen=name, args=args, revision=record.revision + changed)
        aside = _aside(go, shown) if note and not changed and is_known else None
        if changed or (is_seen and (aside is None or record.message_id is None)):
            save(tx, record, shown.redraw_at)
        return StepResult(
            record=record,
            view=shown,
            language=ctx.language,
            note=note,
            alert=alert,
            sticky=sticky,
            effects=effects,
            aside=aside,
        )

    def _screen(self, name: str) -> Screen:
        """Return the screen with a stored name; the first screen if the name is no longer known."""
        return self._screens[SCREEN_NAMES.get(name, self._hooks.first_screen)]

    def after_showing(self, tx: Tx, result: StepResult, *, shown_at: datetime) -> None:
        """Run the screen's ``on_delivered``: start timers that run from delivery."""
        record = result.record
        if result.view.on_delivered is None:
            return
        ctx = Context(
            core=self._core,
            tx=tx,
            chat_id=record.chat_id,
            args=record.args,
            received_at=shown_at,
            language=result.language,
        )
        result.view.on_delivered(ctx)


def _lead_of(screen: Screen, error: XuanhaoError) -> Callable[[Context, XuanhaoError], Goto] | None:
    """Return what a screen does about an error, or about the nearest kind above it; None for nothing."""
    return next((screen.errors[kind] for kind in type(error).__mro__ if kind in screen.errors), None)


def _aside(go: Goto, view: View) -> Aside | None:
    """Return how a note is sent that leaves the screen as it is; None if the screen is shown with it.

    A passing screen is never sent again for a note: its picture would fill the chat.
    """
    return go.aside or (Aside.HINT if view.lifetime == Lifetime.PASSING else None)


def _office_of(ctx: Context, kind: RehearsalKind) -> str | None:
    """Return the office at which something is rehearsed; None if none is known."""
    if kind == RehearsalKind.DESK:
        return next(iter(ctx.admin.offices(Permission.DESK, ctx.core.offices)), None)
    return ctx.account_or_none.office if ctx.account_or_none else None


def _after(go: Goto, name: str, args: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """Return the screen name and arguments after a step."""
    return (name, args) if go.screen is None else (go.screen, go.args)
