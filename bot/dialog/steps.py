"""One step of a conversation, inside one transaction: what the event did, and what is shown now."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.dialog.buttons import OUTSIDE, Carried, Codec
from bot.dialog.model import Command, Contact, Event, Go, Photo, Press, Screen, SendCode, Typed, View
from bot.dialog.record import Record, find_record, open_record, save
from bot.dialog.scene import Scene
from bot.dialog.words import Words
from bot.receipt.inbox import mark_applied
from core.bootstrap import Core
from core.clock import to_millis
from core.errors import Refusal, XuanhaoError
from core.free_list import FreeList
from core.notices import note_reachable
from core.ports import Tx

_MOST_HOPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An update as a step takes it."""

    chat_id: int
    update_id: int
    received_at: datetime
    event: Event = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What is to be shown after a step."""

    record: Record
    view: View
    note: str = ""
    alert: bool = False
    pinned: bool = False
    effects: tuple[SendCode, ...] = ()
    outside: bool = False  # by a button that hangs outside the conversation, and goes on hanging there
    stale: bool = False  # an old button: it did nothing
    repeated: bool = False  # the update had been applied before


class NothingToSay(Exception):
    """A redraw was asked for where there is no live message."""


class Steps:
    """Applies events to conversations."""

    def __init__(self, core: Core, screens: Mapping[str, Screen], codec: Codec, words: Words) -> None:
        self._core = core
        self._screens = screens
        self._codec = codec
        self._words = words

    def apply(self, tx: Tx, asked: Asked, free: FreeList | None = None) -> Present:
        """Apply an event once, and return what is shown then.

        Raises:
            XuanhaoError: a rule or a form says no; nothing has changed.
        """
        if not mark_applied(tx, asked.update_id):
            return replace(self._present(tx, asked, Go(screen="")), repeated=True)
        record = open_record(tx, asked.chat_id, self._words.first_screen)
        scene = self._scene(tx, asked, record, free)
        event = asked.event
        if isinstance(event, Press):
            carried = self._codec.read(asked.chat_id, event.data)
            if carried is not None and carried.screen == OUTSIDE:
                led = self._advance(tx, scene, record, self._words.outside(scene, carried))
                return replace(led, outside=True)
            if carried is None or carried.revision != record.revision or carried.screen != record.screen:
                shown = self._show(tx, scene, record, Go(screen="", note=self._words.old_button))
                return replace(shown, stale=True)
            return self._advance(tx, scene, record, self._pressed(scene, record, carried))
        return self._advance(tx, scene, record, self._answer(scene, record, event))

    def refuse(self, tx: Tx, asked: Asked, error: XuanhaoError) -> Present:
        """Return what is shown after an error; the state is as it was, unless the screen leads on."""
        mark_applied(tx, asked.update_id)
        record = open_record(tx, asked.chat_id, self._words.first_screen)
        scene = self._scene(tx, asked, record, None)
        way = self._screen(record.screen).errors
        lead = next((way[kind] for kind in type(error).__mro__ if kind in way), None)
        go = lead(scene, error) if lead else Go(screen="", note=self._words.of_error(error), alert=True)
        return self._advance(tx, scene, record, go)

    def redraw(self, tx: Tx, chat_id: int) -> Present:
        """Return what a conversation shows now, its clocks having run on.

        Raises:
            NothingToSay: it has no live message.
        """
        record = find_record(tx, chat_id)
        if record is None or record.message_id is None:
            tx.run("dialog.redraw", chat_id=chat_id, redraw_at=None)
            raise NothingToSay
        record = open_record(tx, chat_id, record.screen)
        scene = Scene(core=self._core, tx=tx, chat_id=chat_id, args=record.args, at=tx.now)
        return self._show(tx, scene, record, Go(screen=""))

    def _present(self, tx: Tx, asked: Asked, go: Go) -> Present:
        record = open_record(tx, asked.chat_id, self._words.first_screen)
        return self._show(tx, self._scene(tx, asked, record, None), record, go)

    def _scene(self, tx: Tx, asked: Asked, record: Record, free: FreeList | None) -> Scene:
        nonce = asked.event.query_id if isinstance(asked.event, Press) else f"update:{asked.update_id}"
        return Scene(
            core=self._core,
            tx=tx,
            chat_id=asked.chat_id,
            args=record.args,
            at=asked.received_at,
            nonce=nonce,
            free=free,
        )

    def _pressed(self, scene: Scene, record: Record, carried: Carried) -> Go:
        handler = self._screen(record.screen).buttons.get(carried.action)
        if handler is None:  # the screen of an older program
            return Go(screen="", note=self._words.old_button)
        return handler(scene, carried.arg)

    def _answer(self, scene: Scene, record: Record, event: Event) -> Go:
        screen = self._screen(record.screen)
        note_reachable(scene.tx, scene.chat_id)  # whoever writes has let us in again
        if isinstance(event, Command):
            return self._words.command(scene, event)
        if isinstance(event, Typed) and screen.text is not None:
            return screen.text(scene, event.text)
        if isinstance(event, Contact) and screen.contact is not None:
            return screen.contact(scene, event)
        return Go(screen="", note=self._words.not_taken(screen, is_photo=isinstance(event, Photo)))

    def _advance(self, tx: Tx, scene: Scene, record: Record, go: Go) -> Present:
        return self._show(tx, scene, record, go, moved=True)

    def _show(self, tx: Tx, scene: Scene, record: Record, go: Go, *, moved: bool = False) -> Present:
        """Follow a step to where it leads, and keep it; a screen may itself lead on."""
        note, alert, pinned, effects = go.note, go.alert, go.pinned, tuple(go.effects)
        name, args = (go.screen, go.args) if go.screen else (record.screen, record.args)
        for _ in range(_MOST_HOPS):
            scene.args = args
            scene.fresh()
            try:
                shown = self._screen(name).show(scene)
            except Refusal as error:  # what it was about is gone: an office that is served no more
                shown = Go(screen=self._words.first_screen, note=self._words.of_error(error))
            if isinstance(shown, View):
                break
            name, args = shown.screen, shown.args
            note = note or shown.note
            effects += tuple(shown.effects)
        else:
            raise RecursionError(f"the screen {name} leads in a circle")
        # A hint or an old button changes nothing that can be done, so buttons stay good.
        changed = (moved and bool(go.screen)) or name != record.screen or dict(args) != dict(record.args)
        record = replace(record, screen=name, args=args, revision=record.revision + changed)
        save(tx, record, shown.redraw_at)
        return Present(record=record, view=shown, note=note, alert=alert, pinned=pinned, effects=effects)

    def _screen(self, name: str) -> Screen:
        return self._screens.get(name) or self._screens[self._words.first_screen]

    def after_showing(self, tx: Tx, present: Present, *, shown_at: datetime) -> None:
        """Count what counts from when the screen has been shown."""
        record = present.record
        if present.view.sent is None:
            return
        scene = Scene(core=self._core, tx=tx, chat_id=record.chat_id, args=record.args, at=shown_at)
        present.view.sent(scene)

    def due(self, tx: Tx) -> list[int]:
        """Return the chats whose screen has changed by itself."""
        return [row["chat_id"] for row in tx.all("dialog.due", now=to_millis(tx.now))]

    def running(self, tx: Tx) -> list[int]:
        """Return the chats on a screen that runs by a clock."""
        return [row["chat_id"] for row in tx.all("dialog.live")]
