"""The composition root: wires settings, core and PTB's application."""

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot.bot_api.client import AiohttpRequest, Messenger
from bot.bot_api.connecting import connect
from bot.bot_api.rate_limits import COSMETIC, Limiter, Limits, Rate
from bot.bot_api.webhooks import OwnWebhook, WebhookOrder, clear_webhook, keep_webhook
from bot.clock_watch import Bell, ClockWatch
from bot.database_watch import run_beside
from bot.dialog.attachments import AttachmentReader
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.engine import EffectHandlers, Engine
from bot.dialog.files import Files
from bot.dialog.hooks import EngineHooks
from bot.dialog.journals import Journals
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.languages import language_of
from bot.dialog.names import ScreenName
from bot.dialog.presenter import Presenter
from bot.dialog.progress import Progress
from bot.dialog.record import redraw_soon
from bot.dialog.rehearsal_transition import RehearsalTransition
from bot.dialog.transition import Transition
from bot.i18n import formatting
from bot.i18n.language import Language, speaking
from bot.inbox import (
    LEASE,
    Dispatcher,
    InboxService,
    Lease,
    Poller,
    WorkerInbox,
    Workers,
    new_worker_name,
    updates_of,
)
from bot.inbox.backlog import BacklogLimits
from bot.inbox.errors import ProcessDiedError
from bot.inbox.handover import HandOver
from bot.inbox.model import NO_CHAT, DeadLetter
from bot.inbox.receiving import ByPolling, ByWebhook, Receiving
from bot.inbox.service import InboxHooks
from bot.inbox.webhook import WebhookServer, listen
from bot.isolation import runner as isolation
from bot.local_socket.server import LocalSocket
from bot.notifications.alarms import Alarms, Subject
from bot.notifications.sender import Sender
from bot.notifications.sms_codes import CodeSender
from bot.owner.entry import consent_first
from bot.photos import barcodes, validation
from bot.public_journal import checks as journal_checks
from bot.rehearsal.runner import MemoryRehearsalRunner
from bot.routing import commands
from bot.routing.command_menus import Menus
from bot.routing.edited_messages import Edits
from bot.routing.ptb import process_with, routes
from bot.routing.screens import BY_NAME
from bot.scheduler import Jobs
from bot.texts import rehearsal as rehearsal_words
from bot.texts.desk import warnings
from bot.texts.errors import of_error
from bot.texts.owner import files as file_words
from bot.texts.owner import home as texts
from bot.ticker import guarded
from bot.vehicle_import import isolated as vehicle_files
from bot.vehicle_import.loader import Loader
from core.bootstrap import Core, Ports, bootstrap, claim
from core.clock import ClockSources
from core.installation import bind_bot, note_webhook, webhook_of
from core.rehearsal import Rehearsal, prepare
from core.settings import Settings

_LOGGER = logging.getLogger(__name__)

_OBJECTS_BETWEEN_LOOKS = 20_000
_DATABASE_WITHIN = 10.0  # seconds for the database to say who the chiefs are

UNHURRIED = Limits(chat=Rate(per_second=1000.0, burst=1000))
"""Limits for a self-hosted Bot API server, which has no per-chat limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options that are not part of the settings: for tests, the demo, and workers that a supervisor starts.

    Attributes:
        limits: of the rate limiter.
        long_poll: seconds.
        listening: the socket on which the webhook is called; None: one of this process alone.
        replaces: the name of a worker that is certainly dead.
        remove_webhook: whether a webhook of another program is removed before polling.
        on_ready: is called when this worker handles updates, with its name and with what is to be called with
            the name of another one that has died.
    """

    limits: Limits | None = None
    long_poll: int = 50
    listening: socket.socket | None = None
    replaces: str | None = None
    remove_webhook: bool = False
    on_ready: Callable[[str, Callable[[str], None]], None] = lambda _worker, _on_death: None


class Service:
    """The whole program: receiver, dialog engine and scheduler."""

    def __init__(self, core: Core, rehearsal: Rehearsal, options: Options) -> None:
        telegram = core.settings.telegram
        isolation.preload((barcodes, validation, vehicle_files, journal_checks))
        self.core = core
        sources = core.clock_sources or ClockSources()
        self._polling = AiohttpRequest(connections=2, steady=sources.steady)
        self._calling = AiohttpRequest(steady=sources.steady)
        bot = Messenger(
            token=telegram.token.get_secret_value(),
            base_url=telegram.base_url,
            base_file_url=telegram.base_file_url,
            request=self._calling,
            get_updates_request=self._polling,
            rate_limiter=Limiter(options.limits),
        )
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder().bot(bot).updater(None).build()
        )
        codec = CallbackCodec(core.vault)
        self.cosmetics = Cosmetics()
        self.menus = Menus(core, bot)
        self.alarms = Alarms(self._chiefs, self._tell_of_outage)
        self.codes = CodeSender(core, self._redraw_in_turn)
        self.files = Files(core, bot)
        self.journals = Journals(core, bot)
        self.attachments = AttachmentReader(core, self.files.fetch, Progress(bot, self.cosmetics))
        self.loader = Loader(core, self.files.fetch, self._redraw_in_turn)
        said = _hooks(lambda: bot.username)
        runner = MemoryRehearsalRunner(rehearsal, BY_NAME, codec, said)
        transition = Transition(core, BY_NAME, codec, said)
        presenter = Presenter(bot, codec, self.cosmetics)
        self.engine = Engine(
            core,
            said.first_screen,
            transition,
            RehearsalTransition(transition, codec, said, runner),
            presenter,
            EffectHandlers(
                send_code=self.codes.send,
                send_file=self.files.send,
                send_journal=self.journals.send,
                check=self.journals.check,
                load_vehicles=self.loader.load,
                read=self.attachments.read,
                delete_message=self._delete_message,
                refresh_menu=self.menus.refresh,
            ),
        )
        self.application.add_handlers(
            routes(
                self.engine,
                Edits(core, presenter.asides, self._delete_message),
                core.store,
                lambda: bot.username,
            )
        )
        worker, is_alone = new_worker_name(), core.settings.database.sqlite_path is not None
        self.workers = Workers(core.store, worker, is_alone=is_alone, replaces=options.replaces)
        inbox = WorkerInbox(
            core.store,
            core.vault,
            Lease(worker=worker, span=LEASE, is_alone=is_alone),
        )
        self.dispatcher = Dispatcher(
            inbox, process_with(self.application), on_dead_letter=self._report_dead_letter
        )
        self._hand_over = HandOver(core.store, worker, self.dispatcher.resume, self._take_over_soon)
        self.clock_watch = ClockWatch(
            core, core.clock_sources, (self._polling, self._calling), bot.get_me, Bell(core, bot, codec)
        )
        self.inbox = InboxService(
            inbox,
            self.dispatcher,
            backlog=BacklogLimits(),
            hooks=InboxHooks(
                on_dropped=self._say_too_fast,
                on_personal=self._delete_message,
                on_heartbeat=lambda works: self.alarms.report(Subject.DATABASE, works=works),
                may_purge=self.clock_watch.check,
                on_handed=self._hand_over.tell,
            ),
        )
        self.sender = Sender(core, bot, codec, worker, self.menus.refresh)
        self.jobs = Jobs(
            core,
            self.engine,
            self.codes,
            self.sender,
            self.dispatcher,
            self.loader,
            self.clock_watch,
            self.journals.checks,
            self.workers,
        )
        self._bot = bot
        self._options = options
        self._own_webhook = OwnWebhook(get=self._own_webhooks, note=self._note_webhook)
        self._poller = Poller(
            updates_of(self._polling, bot.base_url, long_poll=options.long_poll),
            self.inbox.accept,
            on_webhook=partial(clear_webhook, bot, self._own_webhook),
            on_poll=lambda works: self.alarms.report(Subject.POLLING, works=works),
        )
        self._receiving = self._way_of_receiving()
        self._local_socket = LocalSocket(core)
        self._background: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Receive and answer updates until cancelled.

        Raises:
            TokenRefusedError: Telegram rejects the token.
            InvalidToken: the same, raised by the first call.
            DatabaseNewer, KeysDoNotFit: a newer program or newer keys have taken over the database.
        """
        async with contextlib.AsyncExitStack() as stack:
            for connections in (self._polling, self._calling):  # PTB does not close them if it is stopped
                stack.push_async_callback(connections.shutdown)  # half-way or cannot connect
            await connect(self.application.initialize)
            await self.core.store.run(bind_bot, self._bot.id)
            stack.push_async_callback(self.application.shutdown)
            stack.callback(self.journals.close)
            stack.push_async_callback(self.alarms.close)
            stack.push_async_callback(self.cosmetics.close)
            stack.push_async_callback(self.engine.close)
            stack.push_async_callback(self._hand_over.stop)
            stack.push_async_callback(self._hand_over.tell_gone)
            self._hand_over.start()
            await self.workers.start()
            await self.inbox.start()
            stack.push_async_callback(self.inbox.stop)
            stack.push_async_callback(self._local_socket.stop)
            await self._local_socket.start()
            if self.core.settings.database.sqlite_path is not None:
                await self.sender.take_over()
            stack.push_async_callback(self.workers.leave)  # now others lead, and get what comes
            await self._receiving.start(stack)
            self.jobs.start()
            stack.callback(self.jobs.stop)
            stack.callback(self.clock_watch.stop)
            # Both may take minutes, so updates are received meanwhile.
            for beside in (self.jobs.after_outage(), self.menus.offer_all()):
                stack.callback(asyncio.ensure_future(beside).cancel)
            _LOGGER.info("receiving as @%s", self._bot.username)
            self._options.on_ready(self.workers.name, self._succeed_soon)
            await run_beside(self.core, self._receiving.run())

    def _way_of_receiving(self) -> Receiving:
        webhook = self.core.settings.telegram.webhook
        if self.core.settings.telegram.mode == "polling" or webhook is None:
            return ByPolling(workers=self.workers, poll=self._poll)
        order = WebhookOrder(
            url=webhook.public_url,
            secret_token=webhook.secret_token.get_secret_value(),
            connections=webhook.max_connections,
        )
        return ByWebhook(
            workers=self.workers,
            server=WebhookServer(self.inbox.accept, order.secret_token),
            listening=lambda: self._options.listening or listen(webhook.listen, webhook.port),
            keep=lambda: keep_webhook(self._bot, order, self._own_webhook),
        )

    async def _poll(self) -> None:
        await clear_webhook(self._bot, self._own_webhook, any_url=self._options.remove_webhook)
        await self._poller.run()

    async def _own_webhooks(self) -> frozenset[str]:
        """Return the webhook that was set last, and the one of the settings."""
        configured = self.core.settings.telegram.webhook
        known = (await self.core.store.read(webhook_of), configured and configured.public_url)
        return frozenset(url for url in known if url)

    async def _note_webhook(self, url: str | None) -> None:
        await self.core.store.run(note_webhook, url)

    def _take_over_soon(self) -> None:
        """Take what a worker has given up: its updates, and the lead if it had that."""
        for work in (self.inbox.take_over, self.workers.beat):
            self._begin("take over", work)

    def _succeed_soon(self, worker: str) -> None:
        """Take what a worker has held that has died."""

        async def succeed() -> None:
            await self.workers.bury(worker)
            self._take_over_soon()

        self._begin("take over", succeed)

    def _begin(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(guarded(name, work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _delete_message(self, chat_id: int, message_id: int) -> None:
        self.cosmetics.delete(lambda: self._bot.delete_message(chat_id, message_id, rate_limit_args=COSMETIC))

    async def _say(self, chat_id: int, words: str) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.send_message(chat_id, words)

    async def _say_too_fast(self, chat_id: int) -> None:
        with speaking(await self._language_of(chat_id)):
            await self._say(chat_id, formatting.FLOOD())

    async def _tell_of_outage(self, chat_id: int, subject: Subject, minutes: int, fails: bool) -> None:  # noqa: FBT001 - as Alarms calls it
        with speaking(await self._language_of(chat_id)):
            what = _OUTAGES[subject]()
            await self._bot.send_message(chat_id, warnings.outage(what, minutes, fails=fails))

    async def _redraw_in_turn(self, chat_id: int) -> None:
        if not self.workers.share.has(chat_id):
            await self.core.store.run(redraw_soon, chat_id)
            return
        async with self.dispatcher.lock(chat_id):
            await self.engine.redraw(chat_id)

    async def _report_dead_letter(self, letter: DeadLetter) -> None:
        """Inform chiefs and sender about an update that could not be handled; delete what is personal."""
        if letter.personal_message is not None:
            await self._delete_message(letter.chat_id, letter.personal_message)
        chiefs: dict[int, Callable[[], str]] = dict.fromkeys(
            await self._chiefs(), partial(warnings.dead_letter, letter)
        )
        theirs: Callable[[], str] = formatting.UNSHOWN if letter.applied else formatting.FAILED
        if letter.error == ProcessDiedError.__name__:
            theirs = formatting.FATAL  # not "try again": that would take the next processes down
        for chat_id, said in {**chiefs, letter.chat_id: theirs}.items():
            if chat_id != NO_CHAT:
                with contextlib.suppress(TelegramError), speaking(await self._language_of(chat_id)):
                    is_deleted = said is theirs and letter.personal_message is not None
                    words = (said(), formatting.FORGOTTEN()) if is_deleted else (said(),)
                    await self._bot.send_message(chat_id, "\n\n".join(words))

    async def _chiefs(self) -> Sequence[int]:
        """Return the chats of the chiefs of all offices; those of the settings while the database is down."""
        try:
            async with asyncio.timeout(_DATABASE_WITHIN):
                return await self.core.store.read(self.core.admins.chiefs)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody has to be told
            _LOGGER.warning("the chiefs could not be read: %s", type(error).__name__)
            return self.core.settings.telegram.admins

    async def _language_of(self, chat_id: int) -> Language:
        try:
            return await self.core.store.read(language_of, chat_id)
        except Exception:  # the store itself may be broken; the sender must be informed anyway
            _LOGGER.exception("a chat's language could not be read")
            return Language.CHINESE


_OUTAGES = {
    Subject.DATABASE: warnings.DATABASE_FAILING,
    Subject.POLLING: warnings.POLLING_FAILING,
}


def _hooks(username: Callable[[], str]) -> EngineHooks:
    return EngineHooks(
        first_screen=ScreenName.HOME,
        old_button=formatting.OLD_BUTTON,
        of_error=of_error,
        not_taken=texts.not_taken,
        one_of_album=file_words.ONE_OF_ALBUM,
        command=commands.lead,
        published=commands.PUBLISHED,
        with_file=commands.WITH_FILE,
        on_global_button=commands.lead_global_button,
        before_personal=consent_first,
        username=username,
        leaves=commands.leaves_rehearsal,
        left=rehearsal_words.LEFT,
        idle=rehearsal_words.IDLE,
        outdated=rehearsal_words.OUTDATED,
    )


@contextlib.asynccontextmanager
async def service(
    settings: Settings, ports: Ports | None = None, options: Options | None = None
) -> AsyncIterator[Service]:
    """Build the program; close its resources on exit."""
    core = await bootstrap(settings, ports)
    try:
        await claim(core)
        yield Service(core, await prepare(core), options or Options())
    finally:
        await core.close()


def _spare_collector() -> None:
    """Run the garbage collector less often, and freeze the objects that live as long as the process.

    A step allocates thousands of objects that reference counting frees. With the default threshold of 700,
    cycle detection took 5 % of a step, and each full collection blocked the process for about 50 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 10, 10)


async def run(
    settings: Settings,
    ports: Ports | None = None,
    options: Options | None = None,
    *,
    on_open: Callable[[Core], Awaitable[None]] | None = None,
) -> None:
    """Run the program until its task is cancelled; ``on_open`` is called once the database is open."""
    async with service(settings, ports, options) as built:
        if on_open is not None:
            await on_open(built.core)
        _spare_collector()
        with contextlib.suppress(asyncio.CancelledError):
            await built.run()
