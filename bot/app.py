"""The composition root: wires settings, core and PTB's application."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from telegram.ext import Application, ApplicationBuilder

from bot.bot_api.client import AiohttpRequest, Messenger
from bot.bot_api.connecting import connect
from bot.bot_api.rate_limits import Limiter
from bot.clock_watch import Bell, ClockWatch
from bot.database_watch import run_beside
from bot.dialog.attachments import AttachmentReader
from bot.dialog.cosmetics import Cosmetics
from bot.dialog.effect_runner import EffectHandlers
from bot.dialog.files import Files
from bot.dialog.journals import Journals
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.presenter import Presenter
from bot.dialog.progress import Progress
from bot.dialog.record import redraw_soon
from bot.inbox import (
    LEASE,
    Dispatcher,
    InboxService,
    Lease,
    WorkerInbox,
    Workers,
    updates_of,
)
from bot.inbox.backlog import BacklogLimits
from bot.inbox.handover import HandOver
from bot.inbox.service import InboxHooks
from bot.isolation import runner as isolation
from bot.local_socket.server import LocalSocket
from bot.notifications.alarms import Alarms, Subject
from bot.notifications.sender import Sender
from bot.notifications.sms_codes import CodeSender
from bot.notifications.sms_receipts import ReceiptAsker
from bot.photos import barcodes, validation
from bot.public_journal import checks as journal_checks
from bot.registry.lookups import registry_lookups_of
from bot.routing.command_menus import Menus
from bot.routing.edited_messages import Edits
from bot.routing.ptb import process_with, routes
from bot.scheduler import Jobs
from bot.vehicle_import import isolated as vehicle_files
from bot.vehicle_import.confirmer import Confirmer
from bot.vehicle_import.loader import Loader
from bot.wiring.chat_reports import ChatReports
from bot.wiring.collector import spare_collector
from bot.wiring.dialog import Rehearsals, build_engine, prepare_rehearsals
from bot.wiring.monitoring import Observation, listen_for_monitoring, metrics_of, watch_health
from bot.wiring.options import Options
from bot.wiring.receiving import receiving
from bot.wiring.succession import Succession
from core.bootstrap import Core, Ports, bootstrap, claim
from core.clock import ClockSources
from core.errors.store import StoreCorrupt
from core.installation import bind_bot
from core.settings import Settings

_LOGGER = logging.getLogger(__name__)


class Service:
    """The whole program: receiver, dialog engine and scheduler."""

    def __init__(
        self,
        core: Core,
        rehearsals: Rehearsals,
        options: Options,
        observation: Observation,
    ) -> None:
        telegram = core.settings.telegram
        isolation.preload((barcodes, validation, vehicle_files, journal_checks))
        self.core = core
        sources = core.clock_sources or ClockSources()
        self._polling = AiohttpRequest(
            connections=2, steady=sources.steady, on_call=observation.metrics.called
        )
        self._calling = AiohttpRequest(steady=sources.steady, on_call=observation.metrics.called)
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
        self.reports = ChatReports(core, bot, self.cosmetics)
        self.alarms = Alarms(self.reports.chiefs, self.reports.tell_of_outage, may_tell=self._may_tell)
        self.codes = CodeSender(core, partial(self._redraw_in_turn, is_optional=True))
        self.files = Files(core, bot)
        self.journals = Journals(core, bot)
        self.attachments = AttachmentReader(core, self.files.fetch, Progress(bot, self.cosmetics))
        self.lookups = registry_lookups_of(
            core,
            on_answer=observation.metrics.registry_asked,
            on_health=lambda works: self.alarms.report(Subject.REGISTRY, works=works),
        )
        self.loader = Loader(core, self.files.fetch, self._redraw_in_turn)
        self.confirmer = Confirmer(core, self._redraw_in_turn)
        presenter = Presenter(bot, codec, self.cosmetics)
        worker, is_alone = options.worker, core.settings.database.sqlite_path is not None
        inbox = WorkerInbox(core.store, core.vault, Lease(worker=worker, span=LEASE, is_alone=is_alone))
        self.engine = build_engine(
            core,
            rehearsals,
            codec,
            presenter,
            EffectHandlers(
                send_code=self.codes.send,
                send_file=self.files.send,
                send_journal=self.journals.send,
                check=self.journals.check,
                look_up=self.lookups.look_up,
                load_vehicles=self.loader.load,
                confirm=self.confirmer.confirm,
                read=self.attachments.read,
                delete_message=self.reports.delete_message,
                refresh_menu=self.menus.refresh,
                on_shown=observation.metrics.step_shown,
            ),
            username=lambda: bot.username,
            is_held_elsewhere=inbox.is_held_elsewhere,
        )
        self.application.add_handlers(
            routes(
                self.engine,
                Edits(core, presenter.asides, self.reports.delete_message),
                core.store,
                lambda: bot.username,
            )
        )
        self.workers = Workers(core.store, worker, is_alone=is_alone, replaces=options.replaces)
        self.dispatcher = Dispatcher(
            inbox, process_with(self.application), on_dead_letter=self.reports.report_dead_letter
        )
        self._succession = Succession(lambda: self.inbox, self.workers)
        self._hand_over = HandOver(core.store, worker, self.dispatcher.resume, self._succession.of_one_gone)
        self.clock_watch = ClockWatch(
            core, core.clock_sources, (self._polling, self._calling), bot.get_me, Bell(core, bot, codec)
        )
        self.inbox = InboxService(
            inbox,
            self.dispatcher,
            backlog=BacklogLimits(),
            hooks=InboxHooks(
                on_dropped=self.reports.say_too_fast,
                on_personal=self.reports.delete_message,
                on_heartbeat=lambda works: self.alarms.report(Subject.DATABASE, works=works),
                may_purge=self.clock_watch.check,
                on_stored=observation.count_updates,
                on_handed=self._hand_over.tell,
            ),
        )
        self.sender = Sender(core, bot, codec, worker, self.menus.refresh)
        self.jobs = Jobs(
            core,
            self.engine,
            self.codes,
            ReceiptAsker(core, observation.metrics),
            self.sender,
            self.dispatcher,
            self.loader,
            self.clock_watch,
            self.journals.checks,
            self.workers,
        )
        self._bot = bot
        self._options = options
        self._observation = observation
        self.receiving = receiving(
            core,
            bot,
            self.inbox,
            self.workers,
            self.alarms,
            fetch=updates_of(self._polling, bot.base_url, long_poll=options.long_poll),
            listening=options.listening,
            remove_webhook=options.remove_webhook,
        )
        self._local_socket = LocalSocket(core)
        watch_health(options.health, core.store, self.inbox, self.workers, self.receiving)

    async def run(self) -> None:
        """Receive and answer updates until cancelled.

        Raises:
            InvalidToken: the Bot API rejects the token.
            CannotListenError: a port is taken.
            DatabaseNewer, KeysDoNotFit: a newer program or newer keys have taken over the database.
            StoreCorrupt: the database is damaged.
        """
        async with contextlib.AsyncExitStack() as stack:
            await self._observation.serve(
                stack, self._options.health, self.core.store, lambda: self.workers.leads, self._endpoint
            )
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
            await self.receiving.start(stack)
            self.jobs.start()
            stack.callback(self.jobs.stop)
            stack.callback(self.clock_watch.stop)
            # Both may take minutes, so updates are received meanwhile.
            for beside in (self.jobs.after_outage(), self.menus.offer_all()):
                stack.callback(asyncio.ensure_future(beside).cancel)
            _LOGGER.info("receiving as @%s", self._bot.username)
            stack.callback(self._options.health.stopping)
            self._options.health.started()
            self._options.on_ready(self.workers.name, self._succession.of_one_dead)
            try:
                await run_beside(self.core, self.receiving.run(), self._observation.until_damaged())
            except StoreCorrupt:
                await self.reports.tell_of_damage()
                raise

    def _endpoint(self) -> socket.socket | None:
        return self._options.monitoring or listen_for_monitoring(self.core.settings)

    def _may_tell(self, subject: Subject) -> bool:
        """Of several workers that notice an outage one tells; the leader alone polls."""
        return subject == Subject.POLLING or self.workers.share.place == 0

    async def _redraw_in_turn(self, chat_id: int, *, is_optional: bool = False) -> None:
        if not self.workers.share.has(chat_id):
            await self.core.store.run(redraw_soon, chat_id)
            return
        async with self.dispatcher.lock(chat_id):
            await self.engine.redraw(chat_id, is_optional=is_optional)


@contextlib.asynccontextmanager
async def service(
    settings: Settings, ports: Ports | None = None, options: Options | None = None
) -> AsyncIterator[Service]:
    """Build the program; close its resources on exit."""
    observation = Observation(metrics_of(settings))
    watched = replace(
        ports or Ports(), on_store_error=observation.report_store_error, on_sms=observation.metrics.sms
    )
    core = await bootstrap(settings, watched)
    try:
        await claim(core)
        yield Service(core, await prepare_rehearsals(core), options or Options(), observation)
    finally:
        await core.close()


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
        spare_collector()
        with contextlib.suppress(asyncio.CancelledError):
            await built.run()
