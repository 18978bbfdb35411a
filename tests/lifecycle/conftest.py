"""Shared fixtures of these tests."""

from collections.abc import AsyncIterator

import pytest

from bot.pictures.receipt import ReceiptPicture
from tests.lifecycle.harness import Harness, local, open_harness


@pytest.fixture
def plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace receipts, which have tests of their own: thousands of them would be rendered here."""
    monkeypatch.setattr(ReceiptPicture, "render", lambda _picture: b"a picture")


@pytest.fixture
async def harness(plain_pictures: None) -> AsyncIterator[Harness]:
    """The services on Tuesday 10 March 2026 at noon; a number selected now lasts until Tuesday the 17th.

    It expires when the counter closes: ``test_grace`` has the time after that.
    """
    async with open_harness(local("2026-03-10"), expiry_grace_minutes=0) as opened:
        yield opened
