"""Shared fixtures of these tests."""

from collections.abc import AsyncIterator

import pytest

from tests.lifecycle.harness import Harness, local, open_harness


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    """The services on Tuesday 10 March 2026 at noon; a number selected now lasts until Tuesday the 17th.

    It expires when the counter closes: ``test_grace`` has the time after that.
    """
    async with open_harness(local("2026-03-10"), expiry_grace_minutes=0) as opened:
        yield opened
