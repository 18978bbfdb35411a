"""The persons whom a question of the desk is about, named alike everywhere (``bot.texts.desk.parts``)."""

from bot.dialog.context import Context
from bot.texts.desk import parts
from core.preselection import Preselection


def owner_line(ctx: Context, preselection: Preselection) -> str:
    """Return the line that names the owner of a preselection, masked."""
    return parts.owner_line(ctx.core.accounts.by_id(ctx.tx, preselection.account_id))


def named(ctx: Context, account_id: int) -> str:
    """Return how an account's person is named, masked."""
    return parts.somebody(ctx.core.accounts.by_id(ctx.tx, account_id))
