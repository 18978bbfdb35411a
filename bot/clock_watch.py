"""Takes the readings for the clock guard, and tells the chiefs of a doubt and of its end.

The rule and the stored state are in ``core/availability/clock_guard.py``.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.bot_api.client import AiohttpRequest, ServerTime
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.languages import language_of
from bot.dialog.names import ActionName
from bot.dialog.view import Button, Rows
from bot.i18n.language import Language, speaking
from bot.texts.desk import clock as texts
from core.availability import clock_guard
from core.availability.clock_guard import ClockState, Finding
from core.bootstrap import Core
from core.clock import CHINA, ClockSources
from core.errors.clock import ClockInDoubt
from core.people.admins import Permission
from core.ports import Tx
from core.public_journal.chain import is_waited_for
from core.settings import Settings

_LOGGER = logging.getLogger(__name__)
T = TypeVar("T")

_BEAT = timedelta(minutes=1)
"""How often the time is stored at which the clock is trusted."""
_HEADER_LIVES = 600.0
"""Seconds for which a header is used: long enough for a failed poll or two."""
_ASK_AGAIN = 30.0
"""Seconds between two calls of our own for a header, and between two attempts to reach the chiefs."""
_ASK_WITHIN = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anchor:
    """A reading at which the clock was trusted."""

    at: datetime
    steady: float
    version: int  # of the stored state


class Bell:
    """Sends messages to the chiefs of all offices.

    Args:
        core: the services.
        bot: the Bot API client.
        codec: encodes callback data.
    """

    def __init__(self, core: Core, bot: ExtBot[str], codec: CallbackCodec) -> None:
        self._core = core
        self._bot = bot
        self._codec = codec

    async def ring(
        self, text: Callable[[], str], rows: Callable[[], Rows] = tuple, *, quiet: bool = False
    ) -> bool:
        """Send a message to each chief in their language; return whether one of them has got it."""
        reached = False
        names = await self._core.store.read(self._core.staff_names.all)
        for chat_id, language in await self._core.store.read(self._chiefs):
            with contextlib.suppress(TelegramError), speaking(language, lambda: names):
                await self._bot.send_message(
                    chat_id,
                    text(),
                    parse_mode=ParseMode.HTML,
                    reply_markup=self._codec.global_keyboard(chat_id, rows()),
                    disable_notification=quiet,
                )
                reached = True
        return reached

    def _chiefs(self, tx: Tx) -> list[tuple[int, Language]]:
        chiefs = [admin for admin in self._core.admins.all(tx) if admin.may(Permission.CLOCK)]
        return [(chief.chat_id, language_of(tx, chief.chat_id)) for chief in chiefs]


class ClockWatch:
    """Compares the clock of the store's transactions with its references.

    Args:
        core: the services.
        sources: what the clock is compared with; None switches the guard off: the clock is always trusted.
        requests: the connections whose responses have the header.
        ask: makes a call of the Bot API, only for its header.
        bell: tells the chiefs.
    """

    def __init__(
        self,
        core: Core,
        sources: ClockSources | None,
        requests: tuple[AiohttpRequest, ...],
        ask: Callable[[], Awaitable[object]],
        bell: Bell,
    ) -> None:
        self._core = core
        self._sources = sources
        self._requests = requests
        self._ask = ask
        self._bell = bell
        self._anchor: _Anchor | None = None
        self._was_in_doubt = False
        self._next_ask = self._next_ring = float("-inf")
        self._turn = asyncio.Lock()
        self._ringing: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Cancel what is being sent to the chiefs; an alarm that nobody has got is repeated after a start."""
        if self._ringing is not None:
            self._ringing.cancel()

    async def check(self) -> bool:
        """Compare the clocks, record what has changed, and return whether the clock is trusted."""
        if self._sources is None:
            return True
        async with self._turn:
            return await self._check()

    async def run(self, function: Callable[[Tx], T]) -> T:
        """Run a function in a transaction, unless that transaction's clock is in doubt.

        Raises:
            ClockInDoubt: it is, or it has jumped since the last check; nothing has changed.
        """
        if self._sources is None:
            return await self._core.store.run(function)
        return await self._core.store.run(self._guarded, function)

    def _guarded(self, tx: Tx, function: Callable[[Tx], T]) -> T:
        clock_guard.ensure_trusted(tx)
        expected = self._expected()
        if expected is None or not clock_guard.is_near(tx.now, expected):
            raise ClockInDoubt
        return function(tx)

    # --- the comparison -------------------------------------------------------------------------

    async def _check(self) -> bool:
        state = await self._core.store.read(clock_guard.read_state)
        finding = self._judge(state)
        if finding is not None and self._steady() >= self._next_ask:
            await self._refresh_header()
            state = await self._core.store.read(clock_guard.read_state)
            finding = self._judge(state)
        if finding is None:
            await self._trust(state)
            return True
        await self._doubt(state, finding)
        return False

    def _judge(self, state: ClockState) -> Finding | None:
        if self._anchor is not None and self._anchor.version != state.version:
            self._anchor = None  # a chief or another worker has decided: begin as after a start
        expected = self._expected()
        return clock_guard.judge(
            state.now,
            header=self._header(),
            base=state.seen_at if expected is None else expected,
            accepted=state.accepted,
        )

    async def _trust(self, state: ClockState) -> None:
        """Note that the clock is right; end a doubt of before."""
        self._note_gap(state)
        if state.doubt is not None:
            if await self._core.store.run(clock_guard.resolve, state):
                _LOGGER.warning("the clock agrees again: reservations and notifications go on")
                self._was_in_doubt = True
            state = await self._core.store.read(clock_guard.read_state)
        elif state.seen_at is None or not timedelta() <= state.now - state.seen_at < _BEAT:
            _note_put_back(state)
            header = self._header()
            agrees = header is not None and clock_guard.is_near(state.now, header)
            await self._core.store.run(clock_guard.beat, state, None if agrees else state.accepted)
        self._anchor = _Anchor(at=state.now, steady=self._steady(), version=state.version)
        if self._was_in_doubt:
            self._was_in_doubt = False
            actor = await self._core.store.read(clock_guard.confirmed_by)
            self._ring(self._tell_end(state, actor))

    def _note_gap(self, state: ClockState) -> None:
        """Log a jump that the header has confirmed; after an outage the chiefs get a quiet line."""
        base = self._expected() or state.seen_at
        if base is not None and state.doubt is None and not clock_guard.is_near(state.now, base):
            _LOGGER.warning(
                "the clock shows %s, %s was expected; the Bot API's time agrees",
                _written(state.now),
                _written(base),
            )
            if self._anchor is None and state.now > base:
                self._ring(self._tell_outage(base, state.now))

    async def _doubt(self, state: ClockState, finding: Finding) -> None:
        """Record a doubt, and tell the chiefs until one of them is reached."""
        header = self._header()
        if state.doubt is None:
            if not await self._core.store.run(clock_guard.begin_doubt, state, finding, header):
                return  # it has changed meanwhile; the next check is soon
            _LOGGER.critical(
                "the clock shows %s, but by the %s it should be %s: nothing expires, opens or is sent "
                "until they agree or a chief confirms the clock with /clock",
                _written(state.now),
                "time last seen" if finding.cause == clock_guard.Cause.JUMP else "Bot API",
                _written(finding.reference),
            )
            self._follow_doubt(state.version + 1)
            state = await self._core.store.read(clock_guard.read_state)
        elif header is not None and _has_moved(state.doubt.header_offset, header - state.now):
            await self._core.store.run(clock_guard.note_header, state, header)
        self._was_in_doubt = True
        if state.doubt is not None and not state.doubt.is_told and self._steady() >= self._next_ring:
            self._next_ring = self._steady() + _ASK_AGAIN
            self._ring(self._tell_doubt(state))

    def _follow_doubt(self, version: int) -> None:
        """Keep the last trusted reading during a doubt that this process has begun."""
        if self._anchor is not None:
            self._anchor = _Anchor(at=self._anchor.at, steady=self._anchor.steady, version=version)

    # --- telling the chiefs, which may take long ------------------------------------------------

    def _ring(self, telling: Coroutine[Any, Any, None]) -> None:
        if self._ringing is not None:
            self._ringing.cancel()  # it is outdated
        self._ringing = asyncio.create_task(telling, name="clock-bell")

    async def _tell_doubt(self, state: ClockState) -> None:
        if await self._bell.ring(lambda: texts.alarm(state), _rows):
            await self._core.store.run(clock_guard.note_told, state)

    async def _tell_outage(self, since: datetime, until: datetime) -> None:
        await self._bell.ring(lambda: texts.outage(since, until), quiet=True)

    async def _tell_end(self, state: ClockState, actor: str) -> None:
        await self._bell.ring(lambda: texts.resolved(state.now, actor))

    # --- readings -------------------------------------------------------------------------------

    def _steady(self) -> float:
        return 0.0 if self._sources is None else self._sources.steady()

    def _expected(self) -> datetime | None:
        """Return the time that the clock should show now, by the steady clock; None after a start."""
        anchor = self._anchor
        return None if anchor is None else anchor.at + timedelta(seconds=self._steady() - anchor.steady)

    def _header(self) -> datetime | None:
        """Return the time that the Bot API shows now; None if its last response is too old."""
        now = self._steady()
        known = [request.server_time for request in self._requests]
        times = [one for one in known if one is not None and now - one.received <= _HEADER_LIVES]
        newest: ServerTime | None = max(times, key=lambda one: one.received, default=None)
        return None if newest is None else newest.date + timedelta(seconds=now - newest.received)

    async def _refresh_header(self) -> None:
        self._next_ask = self._steady() + _ASK_AGAIN
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(_ASK_WITHIN):
                await self._ask()


def _has_moved(known: timedelta | None, offset: timedelta) -> bool:
    return known is None or abs(known - offset) > _BEAT


def _rows() -> Rows:
    return ((Button(label=texts.CHECK(), action=ActionName.CLOCK),),)


def _written(at: datetime) -> str:
    """Return a time for the log, in China Standard Time."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _note_put_back(state: ClockState) -> None:
    """Log once that a clock was put back so far that pools wait for it."""
    if state.seen_at is not None and is_waited_for(state.seen_at - state.now):
        _LOGGER.warning(
            "the clock was put back from %s to %s: no pool changes until it has caught up",
            _written(state.seen_at),
            _written(state.now),
        )


async def comparison(settings: Settings, host: datetime, database: datetime) -> tuple[bool, str]:
    """Return whether host, database and Bot API show the same time, and a line for ``check``."""
    telegram = settings.telegram
    request = AiohttpRequest()
    async with request:
        with contextlib.suppress(TelegramError):
            await request.post(f"{telegram.base_url}{telegram.token.get_secret_value()}/getMe")
    header = request.server_time
    times = [host, database, *([] if header is None else [header.date])]
    answer = "unknown" if header is None else _written(header.date)
    agree = all(clock_guard.is_near(one, other) for one in times for other in times)
    warning = "" if agree else "; they differ, set the clock right (docs/operations.md, /clock)"
    return agree, f"clock: host {_written(host)}, database {_written(database)}, Bot API {answer}{warning}"
