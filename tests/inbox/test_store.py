"""The rows of the inbox, on both engines."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from bot.inbox import Shelf, UnreadableUpdateError
from bot.inbox import store as inbox
from bot.inbox.model import Sealed, Waiting
from core.clock import FixedClock
from core.ports import Store
from core.security.vault import Vault
from tests.inbox.conftest import NOON
from tests.inbox.schema import states
from tests.inbox.tools import BackwardsCipher, lease, message, shelf


def sealed(*update_ids: int, chat_id: int = 7) -> list[Sealed]:
    return [
        Sealed(update_id=update_id, chat_id=chat_id, body=BackwardsCipher().encrypt(b"{}"))
        for update_id in update_ids
    ]


async def store_updates(store: Store, *update_ids: int) -> inbox.Stored:
    return await store.run(inbox.store_batch, sealed(*update_ids), lease())


async def test_batch_is_new_the_first_time(store: Store) -> None:
    stored = await store_updates(store, 1, 2, 3)

    assert stored == inbox.Stored(new=(1, 2, 3), known=(), behind=frozenset(), at=NOON)


async def test_batch_delivered_again_is_known(store: Store) -> None:
    await store_updates(store, 1, 2)

    stored = await store_updates(store, 1, 2, 3)

    assert (stored.new, stored.known) == ((3,), (1, 2))


async def test_done_update_delivered_again_is_nobodys(store: Store) -> None:
    await store_updates(store, 1)
    await store.run(inbox.mark_done, 1)

    stored = await store_updates(store, 1)

    assert (stored.new, stored.known) == ((), ())


async def test_update_is_applied_only_once(store: Store) -> None:
    await store_updates(store, 1)

    assert [await store.run(inbox.mark_applied, 1) for _ in range(3)] == [True, False, False]


async def test_done_update_cannot_be_applied(store: Store) -> None:
    await store_updates(store, 1)
    await store.run(inbox.mark_done, 1)

    assert not await store.run(inbox.mark_applied, 1)


async def test_unknown_update_cannot_be_applied(store: Store) -> None:
    assert not await store.run(inbox.mark_applied, 99)


async def test_done_update_forgets_its_body(store: Store) -> None:
    await store_updates(store, 1)
    await store.run(inbox.mark_done, 1)

    rows = await store.read(lambda tx: tx.all("effect.inbox"))

    assert [(row["state"], row["body"]) for row in rows] == [("done", None)]


async def test_broken_update_keeps_error_class(store: Store) -> None:
    await store_updates(store, 1, 2)
    await store.run(inbox.note_failure, 2, "KeyError")
    await store.run(inbox.set_broken, 2, "ValueError")

    listed = await store.read(inbox.list_broken)

    assert [(broken.update_id, broken.error, broken.tries, broken.received_at) for broken in listed] == [
        (2, "ValueError", 1, NOON)
    ]


async def test_done_update_cannot_break(store: Store) -> None:
    await store_updates(store, 1)
    await store.run(inbox.mark_done, 1)

    assert not await store.run(inbox.set_broken, 1, "ValueError")


async def test_tombstones_outlive_two_days(store: Store, clock: FixedClock) -> None:
    await store_updates(store, 1)
    await store.run(inbox.mark_done, 1)
    clock.advance(timedelta(days=2))

    assert await store.run(inbox.purge) == 0
    clock.advance(timedelta(seconds=1))
    assert await store.run(inbox.purge) == 1


async def test_broken_updates_outlive_seven_days(store: Store, clock: FixedClock) -> None:
    await store_updates(store, 1)
    await store.run(inbox.set_broken, 1, "ValueError")
    clock.advance(timedelta(days=7))

    assert await store.run(inbox.purge) == 0
    clock.advance(timedelta(seconds=1))
    assert await store.run(inbox.purge) == 1


async def test_unfinished_updates_are_never_purged(store: Store, clock: FixedClock) -> None:
    await store_updates(store, 1, 2)
    await store.run(inbox.mark_applied, 2)
    clock.advance(timedelta(days=400))

    await store.run(inbox.purge)

    assert await store.read(states) == {1: "waiting", 2: "applied"}


async def test_page_holds_first_updates_in_order(store: Store) -> None:
    await store_updates(store, 9, 3, 5, 7)

    page = await store.read(inbox.load, lease(), 7, 3)

    assert ([update.update_id for update in page.updates], page.has_more) == ([3, 5, 7], True)


async def test_applied_update_comes_back_as_repeated(store: Store) -> None:
    await store_updates(store, 1, 2)
    await store.run(inbox.mark_applied, 1)

    page = await store.read(inbox.load, lease(), 7, 10)

    assert [(update.update_id, update.repeated) for update in page.updates] == [(1, True), (2, False)]


async def test_contents_lie_encrypted_in_the_table(store: Store) -> None:
    vault = Vault([Fernet.generate_key().decode()], "an invented key of hashes")
    await Shelf(store, vault, lease()).store([message(1, text="粤K12345")])

    (row,) = await store.read(lambda tx: tx.all("effect.inbox"))

    assert "粤K12345" not in bytes(row["body"]).decode("utf-8", "replace")
    assert "粤K12345" in vault.decrypt(row["body"]).decode()


async def test_contents_are_read_back_unchanged(store: Store) -> None:
    desk = shelf(store)
    odd = message(1, text="选\ud83d号\x00'")
    await desk.store([odd])

    page = await desk.load(7, 1)

    assert desk.open(page.updates[0]).raw == odd


@pytest.mark.parametrize(
    "body", [b"", b"strange", b"!", b"!]["[::-1], BackwardsCipher().encrypt(b"[1]"), None]
)
async def test_body_that_cannot_be_read_is_said_so(quick_store: Store, body: bytes | None) -> None:
    desk = shelf(quick_store)
    waiting = Waiting(update_id=1, chat_id=7, received_at=NOON, repeated=True, body=body)

    with pytest.raises(UnreadableUpdateError):
        desk.open(waiting)
