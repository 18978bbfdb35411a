"""How a conversation goes into a rehearsal and out of it again (docs/domain.md, section 4).

The step of a rehearsal takes milliseconds on a database of its own, which would hold up everybody who
waits for the writing thread. So it is played beside the writers, on one thread for all rehearsals, and
then kept in the update's own transaction, if nothing has come between:

    apply ──Rehearsing(play)──▶ play() on the thread ──Played──▶ apply again: kept, or played anew
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.dialog.screen import Attachment, Go
from bot.i18n.language import Language
from core.errors import XuanhaoError

if TYPE_CHECKING:
    from bot.dialog.transition import Asked, Present, Taker

T = TypeVar("T")

REHEARSE = Go(screen=None, rehearsal=True)
"""The way into a rehearsal."""

_STAGE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rehearsal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A rehearsal as it lies in the row of its conversation."""

    chat_id: int
    number: int  # the update that began it: to it its buttons are bound
    version: int  # how many times it was kept
    image: bytes = field(repr=False)  # its database, packed
    code: str | None = field(repr=False)  # what the rehearsed telephone shows
    shown_at: datetime | None  # when its present screen was sent, if something counts from then
    used_at: datetime  # when its owner last did something
    language: Language  # in which the chat is spoken to


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a step of a rehearsal, and of what it is the next version."""

    of: Kept
    image: bytes = field(repr=False)
    code: str | None = field(repr=False)
    present: "Present"
    used_at: datetime


class Rehearsing(Exception):
    """The chat is in a rehearsal, and its part is still to be played; nothing has changed."""

    def __init__(self, play: Callable[[], Played]) -> None:
        super().__init__()
        self.play = play


class RehearsalAsked(Exception):
    """A step leads into a rehearsal, at an office if one is known; nothing has changed."""

    def __init__(self, office: str | None) -> None:
        super().__init__()
        self.office = office


class Stage(Protocol):
    """Where rehearsals are played; nothing here touches the real database. Each part is told the time."""

    def fits(self, kept: Kept) -> bool:
        """Whether a rehearsal is of this version of the program, and can go on."""
        ...

    def new(self, chat_id: int, number: int, at: datetime, language: Language) -> Kept:
        """Return a rehearsal that nobody has begun yet."""
        ...

    def begin(self, kept: Kept, at: datetime, *, office: str | None) -> Played:
        """Show the first page of a new one, at an office if one is known."""
        ...

    def step(self, kept: Kept, at: datetime, *, asked: "Asked") -> Played:
        """Apply an event; an error is told as it is told in a real conversation."""
        ...

    def refuse(self, kept: Kept, at: datetime, *, asked: "Asked", error: XuanhaoError) -> Played:
        """Tell what was wrong with an attachment, before any step."""
        ...

    def show(self, kept: Kept, at: datetime) -> Played:
        """Show what is shown now, the clocks having run on."""
        ...

    def intake(self, kept: Kept, at: datetime, *, sent: Attachment) -> "Taker | None":
        """Return how the present screen takes what was sent; None if it is not looked at."""
        ...


async def play_beside(call: Callable[[], T]) -> T:
    """Run on the thread of the rehearsals: a part that is played, a picture that is drawn for one."""
    return await asyncio.get_running_loop().run_in_executor(_STAGE, copy_context().run, call)
