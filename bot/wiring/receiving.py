"""Where this installation gets its updates from: by polling, or by its webhook."""

import socket
from functools import partial

from telegram import Bot

from bot.bot_api.webhooks import OwnWebhook, WebhookOrder, clear_webhook, keep_webhook
from bot.inbox import InboxService, Poller, Workers
from bot.inbox.poller import Fetch
from bot.inbox.receiving import ByPolling, ByWebhook, Receiving
from bot.inbox.webhook import WebhookServer, listen
from bot.notifications.alarms import Alarms, Subject
from core.bootstrap import Core
from core.installation import note_webhook, webhook_of


def _own_webhook(core: Core) -> OwnWebhook:
    configured = core.settings.telegram.webhook

    async def get() -> frozenset[str]:
        """Return the webhook that was set last, and the one of the settings."""
        known = (await core.store.read(webhook_of), configured and configured.public_url)
        return frozenset(url for url in known if url)

    async def note(url: str | None) -> None:
        await core.store.run(note_webhook, url)

    return OwnWebhook(get=get, note=note)


def receiving(  # noqa: PLR0913 - what it connects
    core: Core,
    bot: Bot,
    inbox: InboxService,
    workers: Workers,
    alarms: Alarms,
    *,
    fetch: Fetch,
    listening: socket.socket | None,
    remove_webhook: bool,
) -> Receiving:
    """Return the way of receiving that the settings name.

    Args:
        core: the services.
        bot: the Bot API client.
        inbox: accepts the updates.
        workers: says whether this one leads.
        alarms: is told whether updates arrive.
        fetch: polls.
        listening: the socket on which the webhook is called; None: one of this process alone.
        remove_webhook: whether a webhook of another program is removed before polling.
    """
    own = _own_webhook(core)

    def report(works: bool) -> None:  # noqa: FBT001 - as both call it
        alarms.report(Subject.POLLING, works=works)

    webhook = core.settings.telegram.webhook
    if core.settings.telegram.mode == "polling" or webhook is None:
        poller = Poller(
            fetch,
            inbox.accept,
            on_webhook=partial(clear_webhook, bot, own),
            on_poll=report,
        )
        before = partial(clear_webhook, bot, own, any_url=remove_webhook)
        return ByPolling(workers=workers, poller=poller, before=before)
    order = WebhookOrder(
        url=webhook.public_url,
        secret_token=webhook.secret_token.get_secret_value(),
        connections=webhook.max_connections,
    )
    return ByWebhook(
        workers=workers,
        server=WebhookServer(inbox.accept, order.secret_token),
        listening=lambda: listening or listen(webhook.listen, webhook.port),
        keep=lambda: keep_webhook(bot, order, own, report),
    )
