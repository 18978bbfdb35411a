"""What an owner should know before making an effort: whether a selection could start now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dialog.context import Context
from bot.i18n import formatting
from bot.owner.holding import closing_redraw, closing_words
from bot.texts.owner import preselect
from bot.texts.owner import readiness as texts
from core.availability.maintenance import of_office
from core.notifications import subscriptions
from core.notifications.subscriptions import Subscription, SubscriptionTopic
from core.values.offices import Office
from core.values.plates import PlateKind

_LOOK_AGAIN = timedelta(minutes=1)
"""How often a page is redrawn during a maintenance, whose end is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether a selection can start now, and if not, what the owner can do about it."""

    can_start: bool
    text: str  # HTML to append to a page; empty if there is nothing to say
    bell: Subscription | None = None  # what 【开放时提醒我】 subscribes to; None: nothing
    redraw_at: datetime | None = None  # when the answer may change


def readiness(ctx: Context, office: Office, kind: PlateKind | None = None) -> Readiness:
    """Return whether a selection can start now at an office, for a plate kind if one is chosen."""
    now, hours = ctx.tx.now, office.hours
    lines: list[str] = []
    changes: list[datetime | None] = []
    wished: list[Subscription] = []
    opened = subscriptions.next_opening_of(office)
    is_open = hours.is_open(now)
    if is_open:
        lines.append(closing_words(now, office))
        changes.append(closing_redraw(now, office))
    else:
        opens = hours.next_opening(now)
        lines.append(preselect.closed(formatting.moment(opens) if opens else ""))
        wished.append(opened)
        changes.append(opens)
    maintenance = of_office(ctx.tx, office.code)
    if maintenance is not None:
        lines.append(preselect.in_maintenance(maintenance.text))
        wished = [opened]
        changes.append(now + _LOOK_AGAIN)
    opening = ctx.core.preselections.opening(ctx.tx, office, kind) if kind is not None else None
    if opening is not None and not opening.is_open:
        at = formatting.moment(opening.opens_at) if opening.opens_at else ""
        lines.append(f"\n\n{texts.no_segment(at)}")
        changes.append(opening.opens_at)
        wished.append(Subscription(office=office.code, kind=kind or "", topic=SubscriptionTopic.RELEASE))
    known = set(subscriptions.of_chat(ctx.tx, ctx.chat_id)) if wished else set()
    if known.intersection(wished):
        lines.append(f"\n\n{texts.SUBSCRIBED()}")
    return Readiness(
        can_start=is_open and maintenance is None and (opening is None or opening.is_open),
        text="".join(lines),
        bell=next((wish for wish in wished if wish not in known), None),
        redraw_at=min((at for at in changes if at is not None), default=None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """What a page of the selection says during maintenance, when nothing new may begin."""

    text: str = ""  # HTML to append to the page; empty outside maintenance
    redraw_at: datetime | None = None


def shut_words(ctx: Context) -> Shut:
    """Return what a page of the selection says about maintenance of its office."""
    maintenance = of_office(ctx.tx, ctx.office.code)
    if maintenance is None:
        return Shut()
    return Shut(text=preselect.shut_meanwhile(maintenance.text), redraw_at=ctx.tx.now + _LOOK_AGAIN)


def subscribe(ctx: Context, office: Office, kind: PlateKind | None = None) -> str:
    """Subscribe the chat to what it waits for; return the note about it, empty if it is open by now."""
    bell = readiness(ctx, office, kind).bell
    if bell is None:
        return ""
    subscriptions.subscribe(ctx.tx, ctx.chat_id, bell)
    return texts.SUBSCRIBED()
