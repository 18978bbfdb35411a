"""Buttons in rows."""

from collections.abc import Iterable, Sequence

from bot.dialog.model import Button


def in_columns(buttons: Iterable[Button], columns: int) -> tuple[tuple[Button, ...], ...]:
    """Return buttons side by side, so many a row."""
    flat = tuple(buttons)
    return tuple(flat[start : start + columns] for start in range(0, len(flat), columns))


def page_of(buttons: Sequence[Button], page: int, size: int) -> tuple[list[Button], list[Button]]:
    """Return the buttons of a page, and those that lead to the pages beside it."""
    last = max(0, (len(buttons) - 1) // size)
    page = min(max(page, 0), last)
    turns = []
    if page:
        turns.append(Button(label="‹", action="page", arg=str(page - 1)))
    if page < last:
        turns.append(Button(label="›", action="page", arg=str(page + 1)))
    return list(buttons[page * size : (page + 1) * size]), turns
