"""An appeal at the desk: who may open it, who may decide it, and where errors lead."""

from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import ErrorWays, Goto
from bot.texts.desk import appeals as texts
from bot.texts.errors import of_error
from core.appeals import Appeal
from core.appeals.reviews import Card
from core.errors.appeals import AppealUnknown, PhotosNotSeen
from core.errors.base import Refusal, XuanhaoError
from core.errors.registry import RegistryUnavailable
from core.people.admins import Permission


def card_to_decide(ctx: Context, number: int) -> Card:
    """Return the card of an appeal that this chat may decide; raises also AppealOfOneself."""
    card = card_of(ctx, number)
    ctx.core.reviews.validate_reviewer(ctx.tx, card, ctx.chat_id)
    return card


def card_to_approve(ctx: Context, number: int) -> Card:
    """Return the card by which an approval is decided; raises also as ``card_to_decide``.

    Raises:
        RegistryUnavailable: later, outside of the transaction: the registry does not answer.
    """
    require_reviewer(ctx, number)
    card = ctx.core.reviews.card_to_approve(ctx.tx, number)
    ctx.core.reviews.validate_reviewer(ctx.tx, card, ctx.chat_id)
    return card


def card_of(ctx: Context, number: int) -> Card:
    """Return the card of an appeal at an office where this chat reviews.

    Raises:
        AppealUnknown, AppealDecided: there is no such appeal, or it no longer waits.
        NotPermitted, NotYourOffice: this chat does not review there.
    """
    require_reviewer(ctx, number)
    return ctx.core.reviews.card(ctx.tx, number)


def require_reviewer(ctx: Context, number: int) -> None:
    """Reject a chat that does not review at the office of an appeal.

    Raises:
        AppealUnknown: there is no such appeal.
        NotPermitted, NotYourOffice: this chat does not review there.
    """
    ctx.admin.require(Permission.APPEALS)
    appeal = ctx.core.appeals.get(ctx.tx, number)
    ctx.admin.require(Permission.APPEALS, appeal.office)


def to_decision(ctx: Context, screen: ScreenName, number: int, **more: object) -> Goto:
    """Go to a page of an appeal that this chat may decide; first to the photos, unless it has seen them."""
    card = (card_to_approve if screen == ScreenName.DESK_APPEAL_APPROVE else card_to_decide)(ctx, number)
    try:
        ctx.core.reviews.ensure_viewed(ctx.tx, number, ctx.chat_id)
    except PhotosNotSeen as error:
        return Goto(
            screen=ScreenName.DESK_APPEAL, args={"id": str(number)}, note=of_error(error), sticky=True
        )
    return Goto(screen=screen, args={"id": str(number), "seen": card.obstacles.digest, **more})


def record_look(appeal: Appeal, ctx: Context) -> None:
    """Record, once they were shown, that this chat has looked at the photos."""
    ctx.core.reviews.record_viewing(ctx.tx, appeal.appeal_id, ctx.chat_id)
    ctx.core.lookups.saw_photos(ctx.tx, ctx.actor, appeal.appeal_id, appeal.office)


def appeal_arg(ctx: Context) -> int:
    """Return the number of the appeal that a page is about.

    Raises:
        AppealUnknown: the page has none.
    """
    number = ctx.arg("id")
    if not number.isdecimal():
        raise AppealUnknown
    return int(number)


def _gone(_ctx: Context, error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.DESK_APPEALS, note=of_error(error), sticky=True)


def to_card(ctx: Context, error: XuanhaoError) -> Goto:
    """Return to the card: its photos come first, or a question was answered with text."""
    return Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}, note=of_error(error), sticky=True)


def _without_registry(ctx: Context, error: XuanhaoError) -> Goto:
    """Leave the appeal as it is: an approval is possible again when the registry answers."""
    note = (
        texts.not_without_registry(error.since) if isinstance(error, RegistryUnavailable) else of_error(error)
    )
    return Goto(screen=ScreenName.DESK_APPEAL, args={"id": ctx.arg("id")}, note=note, sticky=True)


ERRORS: ErrorWays = {Refusal: _gone, PhotosNotSeen: to_card, RegistryUnavailable: _without_registry}
"""The appeal was decided by another admin or withdrawn by its owner: the queue is shown with a note."""
