"""Calls whose outcome nobody waits for: no number of toasts displaces a deletion."""

import asyncio

import pytest

from bot.dialog import cosmetics
from bot.dialog.cosmetics import Cosmetics


async def test_toasts_displace_no_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosmetics, "_MOST", 5)
    calls = Cosmetics()
    deleted: list[int] = []
    made: list[int] = []

    async def hang() -> None:
        made.append(1)
        await asyncio.sleep(60)

    async def delete() -> None:
        deleted.append(1)

    for _toast in range(20):
        calls.tidy(hang)
    for _message in range(20):
        calls.delete(delete)
    await asyncio.sleep(0.01)

    assert (len(made), len(deleted)) == (5, 20)
    await calls.close()


async def test_deletions_displace_no_toast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deletions have a bound of their own."""
    monkeypatch.setattr(cosmetics, "_MOST_DELETIONS", 5)
    monkeypatch.setattr(cosmetics, "_LAST_DELETIONS", 0.01)
    calls = Cosmetics()
    deleting: list[int] = []
    made: list[int] = []

    async def hang() -> None:
        deleting.append(1)
        await asyncio.sleep(60)

    async def toast() -> None:
        made.append(1)

    for _message in range(20):
        calls.delete(hang)
    calls.tidy(toast)
    await asyncio.sleep(0.01)

    assert (len(deleting), made) == (5, [1])
    await calls.close()
