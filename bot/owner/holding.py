"""What is held for an owner who selects: the batch, the shortlist, their time limits, and a line about them.

Every page on which an owner may be while something is held shows the line (``banner``), is redrawn as the
time runs out, and says by itself when it has.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.dialog.context import Context
from bot.dialog.names import ActionName
from bot.dialog.view import Button, Lifetime, Rows, Style
from bot.i18n import formatting
from bot.texts.owner import holding, preselect, selecting
from core.pool.batches import Batch, latest_batch
from core.preselection import PreselectionState
from core.preselection.random_selection import Shortlisted, shortlist
from core.values.offices import Office

SAID_FOR = timedelta(minutes=10)
"""How long a page reports that a batch or the shortlist has expired."""
CLOSING_WARNING = timedelta(minutes=30)
_MARKS = tuple(timedelta(seconds=seconds) for seconds in (120, 60, 30, 15, 5))
"""Redraw a page this long before a time limit ends: five edits a hold, far below a chat's allowance."""
_JUST_DRAWN = timedelta(seconds=2)
"""A mark this close is left out: the page that is being drawn already shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """The numbers held for an owner, and those that have just expired; times without the grace period."""

    batch: Batch | None = None  # may have just expired
    is_over: bool = False  # the batch has just expired
    shortlisted: list[Shortlisted]
    ended: list[datetime]  # when other shortlisted numbers expired, recent ones only

    @property
    def living(self) -> Batch | None:
        """The batch, if it has not expired."""
        return None if self.is_over else self.batch

    @property
    def is_any(self) -> bool:
        return self.living is not None or bool(self.shortlisted)

    @property
    def ends(self) -> list[datetime]:
        """When what is held expires."""
        batch = self.living
        return [*([batch.held_until] if batch else []), *(hold.held_until for hold in self.shortlisted)]

    def kept_of_batch(self) -> str | None:
        """Return the number of the batch that is on the shortlist: one may be."""
        batch = self.batch
        kept = [hold.serial for hold in self.shortlisted if batch is not None and hold.draw_no == batch.n]
        return kept[0] if kept else None


def _shown_until(until: datetime, office: Office) -> datetime:
    """Return the displayed end of a hold, without the grace period, which is for presses in transit."""
    return until - timedelta(seconds=office.batch_grace_seconds)


def holds_of(ctx: Context, latest: Batch | None) -> Holds:
    """Return which numbers of the newest batch and the shortlist are held, and which have just expired."""
    office, now = ctx.office, ctx.tx.now
    batch, is_over = None, False
    if latest is not None and latest.serials and not latest.returned and not latest.kept:
        until = _shown_until(latest.held_until, office)
        # One that was never shown does not appear when it is over: it is about to be refunded.
        is_over = latest.sent and until <= now < until + SAID_FOR
        batch = replace(latest, held_until=until) if is_over or now < until else None
    recent = [
        replace(hold, held_until=_shown_until(hold.held_until, office))
        for hold in shortlist(ctx.tx, ctx.preselection.preselection_id, received_at=now - SAID_FOR)
    ]
    return Holds(
        batch=batch,
        is_over=is_over,
        shortlisted=[hold for hold in recent if hold.held_until > now],
        ended=[hold.held_until for hold in recent if hold.held_until <= now],
    )


def current_holds(ctx: Context) -> Holds:
    return holds_of(ctx, latest_batch(ctx.tx, ctx.preselection.preselection_id))


def ended_words(now: datetime, latest: Batch | None, holds: Holds) -> str:
    """Return a note about what has just expired; empty if nothing has."""
    batch = holds.batch
    gone = [end for end in holds.ended if batch is None or end >= batch.held_until]
    if batch is None and latest is not None and now < latest.held_until + SAID_FOR:
        if latest.returned:
            return selecting.NOT_DELIVERED()
        if latest.kept:
            return selecting.NOT_REFUNDED()
    if holds.shortlisted or not gone:
        return selecting.BATCH_OVER() if holds.is_over else ""
    return selecting.ALL_OVER() if holds.is_over else selecting.SHORTLIST_OVER()


def redraw_at(now: datetime, ends: Iterable[datetime], *others: datetime | None) -> datetime | None:
    """Return when a page that counts down to ``ends``, and changes at the other times, is drawn again."""
    ends = list(ends)
    marks = [end - mark for end in ends for mark in _MARKS if end - mark > now + _JUST_DRAWN]
    moments = [moment for moment in (*ends, *others) if moment is not None and moment > now]
    return min((*marks, *moments), default=None)


def closing_words(now: datetime, office: Office) -> str:
    """Return the warning that the service closes soon; empty if it does not."""
    closes = office.hours.closes_at(now) if office.hours.is_open(now) else None
    if closes is None or closes - now > CLOSING_WARNING:
        return ""
    return preselect.closing_soon(formatting.minute(closes))


def closing_redraw(now: datetime, office: Office) -> datetime | None:
    """Return when the closing of the service next changes a page."""
    closes = office.hours.closes_at(now) if office.hours.is_open(now) else None
    if closes is None:
        return None
    return min(moment for moment in (closes - CLOSING_WARNING, closes) if moment > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """A line about what is held, for pages that do not show it themselves."""

    text: str = ""  # with the blank line below it; empty if nothing is held and nothing has just expired
    rows: Rows = ()  # a button with the action SELECT, which leads to what is held
    redraw_at: datetime | None = None

    @property
    def lifetime(self) -> Lifetime:
        """A page with a clock does not stay behind, where its clock would stand still."""
        return Lifetime.PASSING if self.text else Lifetime.PAGE


def banner(ctx: Context) -> Banner:
    """Return the line about what is held for the owner, whatever page they are on."""
    begun = ctx.current_preselection
    if begun is None or begun.state != PreselectionState.VERIFIED or begun.office not in ctx.core.offices:
        return Banner()
    now = ctx.tx.now
    latest = latest_batch(ctx.tx, begun.preselection_id)
    holds = holds_of(ctx, latest)
    lines = [f"⏰ <b>{said}</b>"] if (said := ended_words(now, latest, holds)) else []
    if holds.living is not None:
        lines.append(holding.batch(holds.living, now))
    if holds.shortlisted:
        lines.append(holding.shortlist(begun.office, holds.shortlisted, now))
    rows = (
        ((Button(label=holding.TO_HELD(), action=ActionName.SELECT, style=Style.SUCCESS),),)
        if holds.is_any
        else ()
    )
    return Banner(
        text="".join(f"{line}\n" for line in lines) + ("\n" if lines else ""),
        rows=rows,
        redraw_at=redraw_at(now, holds.ends),
    )
