"""Buttons in rows."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.dialog.names import ActionName
from bot.dialog.view import Button

T = TypeVar("T")


def in_columns(buttons: Iterable[Button], columns: int) -> tuple[tuple[Button, ...], ...]:
    """Return buttons side by side, so many a row."""
    flat = tuple(buttons)
    return tuple(flat[start : start + columns] for start in range(0, len(flat), columns))


def page_of(things: Sequence[T], page: int, size: int) -> tuple[list[T], list[Button]]:
    """Return the things of a page, and the buttons that lead to the pages beside it."""
    last = max(0, (len(things) - 1) // size)
    page = min(max(page, 0), last)
    turns = []
    if page:
        turns.append(Button(label="‹", action=ActionName.PAGE, arg=str(page - 1)))
    if page < last:
        turns.append(Button(label="›", action=ActionName.PAGE, arg=str(page + 1)))
    return list(things[page * size : (page + 1) * size]), turns
