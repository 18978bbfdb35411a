"""A photo is accepted in a rehearsal on the screens that accept one, and on no other."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.dialog.context import Context
from bot.dialog.events import Attachment, Reading, Received
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.names import ScreenName
from bot.dialog.record import SavedRehearsal, find_record
from bot.dialog.result import Request
from bot.dialog.screen import AttachmentHandler, Goto
from bot.rehearsal.runner import MemoryRehearsalRunner
from bot.routing.screens import BY_NAME
from core.bootstrap import Core
from core.clock import FixedClock
from core.db import MemoryDatabase, MemoryStore
from core.rehearsal import prepare
from tests import factories
from tests.core.tools import NOON, build
from tests.rehearsal.chats import HOOKS, TO_TERMS, Chats

CHAT = 9000


def _take(ctx: Context, vin: str) -> Goto:
    ctx.core.preselections.enter_vin(ctx.tx, ctx.preselection.preselection_id, vin)
    return Goto(screen=ScreenName.CERTIFICATE_KIND)


PHOTO = Attachment(file_id="f", is_photo=True)


async def _read(_core: Core, _received: Received) -> str:
    return factories.VIN


HANDLER = AttachmentHandler(most_bytes=1000, parse=_read, apply=_take)


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    clock = FixedClock(NOON)
    built = await build(MemoryStore(MemoryDatabase(clock)), clock)
    yield built
    await built.close()


async def kept_after(core: Core, *acts: str) -> SavedRehearsal:
    await (await Chats.on(core)).do(CHAT, *acts)
    record = await core.store.read(find_record, CHAT)
    assert record is not None
    assert record.rehearsal is not None
    return record.rehearsal


async def stage_of(core: Core) -> MemoryRehearsalRunner:
    screens = BY_NAME | {ScreenName.VIN: replace(BY_NAME[ScreenName.VIN], attachment=HANDLER)}
    return MemoryRehearsalRunner(await prepare(core), screens, CallbackCodec(core.vault), HOOKS)


async def test_photo_is_taken_where_the_flow_takes_it(core: Core) -> None:
    runner, saved = await stage_of(core), await kept_after(core, *TO_TERMS[:4])
    target = runner.attachment_target(saved, NOON, sent=PHOTO)
    assert target is not None
    assert (target.screen, target.handler) == ("vin", HANDLER)
    photo = replace(PHOTO, reading=Reading(screen=ScreenName.VIN, value=factories.VIN))
    query = Request(chat_id=CHAT, update_id=99, received_at=NOON, event=photo)
    assert runner.step(saved, NOON, request=query).result.record.screen == "certificate"


async def test_photo_is_taken_nowhere_else(core: Core) -> None:
    runner, saved = await stage_of(core), await kept_after(core, *TO_TERMS)
    assert runner.attachment_target(saved, NOON, sent=PHOTO) is None
