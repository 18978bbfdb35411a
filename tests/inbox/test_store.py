"""The rows of the inbox, on both engines."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from bot.inbox import UnreadableUpdateError, WorkerInbox, mark_applied, mark_done
from bot.inbox.bodies import decrypted
from core.clock import FixedClock
from core.ports import Store
from core.security.vault import Vault
from tests.inbox.conftest import NOON
from tests.inbox.schema import states
from tests.inbox.tools import BackwardsCipher, lease, message, messages, worker_inbox


@pytest.fixture
def inbox(store: Store) -> WorkerInbox:
    return worker_inbox(store)


async def add(inbox: WorkerInbox, *update_ids: int) -> list[int]:
    """Add updates; return the ids of new ones."""
    return [update.update_id for update in (await inbox.add(messages(*update_ids))).updates]


async def test_batch_is_new_the_first_time(inbox: WorkerInbox) -> None:
    added = await inbox.add([message(3), message(1, chat_id=8), message(2)])

    found = [(one.update_id, one.chat_id, one.received_at, one.repeated) for one in added.updates]
    assert found == [(1, 8, NOON, False), (2, 7, NOON, False), (3, 7, NOON, False)]


async def test_batch_delivered_again_is_known(inbox: WorkerInbox) -> None:
    await add(inbox, 1, 2)

    assert await add(inbox, 1, 2, 3, 3) == [3]


async def test_done_update_delivered_again_is_nobodys(store: Store, inbox: WorkerInbox) -> None:
    await add(inbox, 1)
    await store.run(mark_done, 1)

    assert await add(inbox, 1) == []


async def test_update_is_applied_only_once(store: Store, inbox: WorkerInbox) -> None:
    await add(inbox, 1)

    assert [await store.run(mark_applied, 1) for _ in range(3)] == [True, False, False]


async def test_done_update_cannot_be_applied(store: Store, inbox: WorkerInbox) -> None:
    await add(inbox, 1)
    await store.run(mark_done, 1)

    assert not await store.run(mark_applied, 1)


async def test_unknown_update_cannot_be_applied(store: Store) -> None:
    assert not await store.run(mark_applied, 99)


async def test_done_update_forgets_its_body(store: Store, inbox: WorkerInbox) -> None:
    await add(inbox, 1)
    await store.run(mark_done, 1)

    rows = await store.read(lambda tx: tx.all("effect.inbox"))

    assert [(row["state"], row["body"]) for row in rows] == [("done", None)]


async def test_dead_letter_keeps_error_class(store: Store, inbox: WorkerInbox) -> None:
    await add(inbox, 1, 2)
    page = await inbox.load(7, 2)
    await inbox.record_failure(page.updates[1], KeyError())
    await inbox.dead_letter(2, ValueError())

    (row,) = await store.read(lambda tx: [row for row in tx.all("effect.inbox") if row["state"] == "broken"])
    assert (row["update_id"], row["note"], row["tries"]) == (2, "ValueError", 1)


async def test_done_update_becomes_no_dead_letter(store: Store, inbox: WorkerInbox) -> None:
    await add(inbox, 1)
    await store.run(mark_done, 1)
    await inbox.dead_letter(1, ValueError())

    assert await store.read(states) == {1: "done"}


async def test_tombstones_outlive_two_days(store: Store, inbox: WorkerInbox, clock: FixedClock) -> None:
    await add(inbox, 1)
    await store.run(mark_done, 1)
    clock.advance(timedelta(days=2))

    assert await inbox.purge() == 0
    clock.advance(timedelta(seconds=1))
    assert await inbox.purge() == 1


async def test_dead_letters_outlive_seven_days(inbox: WorkerInbox, clock: FixedClock) -> None:
    await add(inbox, 1)
    await inbox.dead_letter(1, ValueError())
    clock.advance(timedelta(days=7))

    assert await inbox.purge() == 0
    clock.advance(timedelta(seconds=1))
    assert await inbox.purge() == 1


async def test_unfinished_updates_are_never_purged(
    store: Store, inbox: WorkerInbox, clock: FixedClock
) -> None:
    await add(inbox, 1, 2)
    await store.run(mark_applied, 2)
    clock.advance(timedelta(days=400))

    await inbox.purge()

    assert await store.read(states) == {1: "waiting", 2: "applied"}


async def test_page_holds_first_updates_in_order(inbox: WorkerInbox) -> None:
    await add(inbox, 9, 3, 5, 7)

    page = await inbox.load(7, 3)

    assert ([update.update_id for update in page.updates], page.has_more) == ([3, 5, 7], True)


async def test_applied_update_comes_back_as_repeated(store: Store, inbox: WorkerInbox) -> None:
    await add(inbox, 1, 2)
    await store.run(mark_applied, 1)

    page = await inbox.load(7, 10)

    assert [(update.update_id, update.repeated) for update in page.updates] == [(1, True), (2, False)]


async def test_contents_lie_encrypted_in_the_table(store: Store) -> None:
    vault = Vault([Fernet.generate_key().decode()], "an invented key of hashes")
    await WorkerInbox(store, vault, lease()).add([message(1, text="粤K12345")])

    (row,) = await store.read(lambda tx: tx.all("effect.inbox"))

    assert "粤K12345" not in bytes(row["body"]).decode("utf-8", "replace")
    assert "粤K12345" in vault.decrypt(row["body"]).decode()


async def test_contents_are_read_back_unchanged(inbox: WorkerInbox) -> None:
    odd = message(1, text="选\ud83d号\x00'")
    added = await inbox.add([odd])

    page = await inbox.load(7, 1)

    assert added.updates[0].decode() == page.updates[0].decode() == odd


@pytest.mark.parametrize("body", [b"", b"strange", b"!", b"!]["[::-1], BackwardsCipher().encrypt(b"[1]")])
def test_body_that_cannot_be_read_is_said_so(body: bytes) -> None:
    with pytest.raises(UnreadableUpdateError):
        decrypted(BackwardsCipher(), body)
