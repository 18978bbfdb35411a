"""Finds the message of an error, what is wrong and what to do; the words are in ``error_texts``, by area."""

from collections.abc import Callable
from html import escape

from bot.i18n.formatting import FAILED
from bot.i18n.language import Phrase, _
from bot.texts.error_texts import (
    accounts,
    appeals,
    commands,
    counter,
    desk,
    files,
    identity,
    offices,
    plates,
    pool,
    preselection,
    selection,
    staff,
    vehicles,
)
from core.errors import identity as identity_errors
from core.errors import selection as selection_errors
from core.errors.base import XuanhaoError


def of_error(error: XuanhaoError) -> str:
    """Return the message for an error, as HTML; a subclass without a text of its own has its parent's."""
    if isinstance(error, identity_errors.ResidentIdError | identity_errors.CreditCodeError) and error.masked:
        return _("{error}\n您输入的是:<code>{masked}</code>").format(
            error=_text_of(error), masked=escape(error.masked)
        )
    return _text_of(error)


def _text_of(error: XuanhaoError) -> str:
    for kind in type(error).__mro__:
        if kind in MADE:
            return MADE[kind](error)
        if kind in PLAIN:
            return PLAIN[kind]()
    return FAILED()


def _wishes_refused(error: selection_errors.WishesRefused) -> str:
    lines: list[str] = []
    for wish, why in error.refused:
        said = of_error(why)
        if any(said in line for line in lines) and isinstance(why, selection_errors.WishNotReleased):
            said = of_error(selection_errors.WishNotReleased())  # the open segments are named once
        lines.append(_("• <code>{wish}</code>:{reason}").format(wish=escape(wish[:20]), reason=said))
    return "\n".join([_("以下号码不能提交,未扣减次数:"), *lines])


PLAIN: dict[type[XuanhaoError], Phrase] = {
    **accounts.PLAIN,
    **appeals.PLAIN,
    **commands.PLAIN,
    **counter.PLAIN,
    **desk.PLAIN,
    **files.PLAIN,
    **identity.PLAIN,
    **offices.PLAIN,
    **plates.PLAIN,
    **pool.PLAIN,
    **preselection.PLAIN,
    **selection.PLAIN,
    **staff.PLAIN,
    **vehicles.PLAIN,
}
"""Errors whose message is always the same."""

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    **accounts.MADE,
    **appeals.MADE,
    **commands.MADE,
    **counter.MADE,
    **desk.MADE,
    **files.MADE,
    **identity.MADE,
    **offices.MADE,
    **plates.MADE,
    **pool.MADE,
    **selection.MADE,
    **staff.MADE,
    **vehicles.MADE,
    selection_errors.WishesRefused: _wishes_refused,
}
"""Errors whose message has something of the error in it."""
