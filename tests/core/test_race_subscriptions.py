"""A subscription to an opening that is being announced still receives the announcement."""

from core.bootstrap import Core
from core.notifications import subscriptions
from core.notifications.subscriptions import NO_KIND, Subscription, SubscriptionTopic
from core.ports import Tx
from tests.core.interceptor import intercepted
from tests.core.sql import sql

OPENING = Subscription(office="粤K", kind=NO_KIND, topic=SubscriptionTopic.OPENING)


async def test_wish_that_comes_during_announcement_is_not_lost(core: Core) -> None:
    def announce(tx: Tx) -> None:
        subscriptions.announce(tx, core.offices)

    def asks(tx: Tx) -> None:
        subscriptions.subscribe(tx, 2, OPENING)

    await core.store.run(subscriptions.subscribe, 1, OPENING)
    await intercepted(core.store, announce, "notices.add_for_subscribers", asks)
    await core.store.run(announce)
    told = await core.store.read(sql, "SELECT chat_id FROM notice WHERE purpose = 'opening' ORDER BY chat_id")
    assert [row["chat_id"] for row in told] == [1, 2]
    assert await core.store.read(sql, "SELECT chat_id FROM subscription") == []
