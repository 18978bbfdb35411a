"""The forms of /closed and /hours.

The reason is taken as it was typed: a word in it that could be a day, or hours, is none.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from bot.desk import opening_hours
from bot.desk.common_steps import REASON, office_answered, office_step
from bot.desk.day_words import DayWords, read_day_words
from bot.desk.form import Answers, Choices, Form, Step
from bot.dialog.context import Context
from bot.dialog.screen import Goto
from bot.errors.commands import NotAsAsked
from bot.i18n.formatting import near_day
from bot.texts.desk import forms as texts
from bot.texts.desk.undo import SHUT
from core.availability import closed_days
from core.people.admins import Permission
from core.values.offices import Office
from core.values.text import tidy

_DAYS_OFFERED = 6


def next_workdays(ctx: Context, office: Office) -> Iterator[date]:
    """Yield the next days on which the counter of an office works, after today."""
    calendar = closed_days.calendar_of(ctx.tx, office, ctx.core.calendar)
    day = ctx.today
    while True:
        day += timedelta(days=1)
        if calendar.is_workday(day):
            yield day


def _days_offered(ctx: Context, answers: Answers) -> Choices:
    days = islice(next_workdays(ctx, office_answered(ctx, answers)), _DAYS_OFFERED)
    return [(near_day(day), day.isoformat()) for day in days]


def _words(ctx: Context, command: str, *answers: str) -> DayWords:
    """Read answers as the arguments of a command, without its reason.

    Raises:
        NotAsAsked: there is something else in them.
    """
    known = opening_hours.WORDS if command == "hours" else frozenset()
    words = read_day_words(ctx, command, " ".join(answers), known=known)
    if words.reason:
        raise NotAsAsked
    return words


# --- /closed ----------------------------------------------------------------------------------


def _days_closed(ctx: Context, answers: Answers, text: str) -> str:
    words = _words(ctx, "closed", answers["office"], text)
    if not words.days:
        raise NotAsAsked
    opening_hours.to_closed(ctx, words)  # raises what is in the way
    return tidy(text)


def _closed(ctx: Context, answers: Answers) -> Goto:
    words = _words(ctx, "closed", answers["office"], answers["day"])
    return opening_hours.to_closed(ctx, replace(words, reason=answers["reason"]))


CLOSED = Form(
    steps=(
        office_step(Permission.CLOSED),
        Step(name="day", prompt=lambda _ctx, _answers: texts.DAY(), choices=_days_offered, read=_days_closed),
        REASON,
    ),
    finish=_closed,
)


# --- /hours -----------------------------------------------------------------------------------


_PLACES = {
    opening_hours.COUNTER: texts.COUNTER_HOURS,
    opening_hours.ONLINE: texts.ONLINE_HOURS,
    opening_hours.BOTH: texts.BOTH_HOURS,
}
"""Whose hours are meant, by the word in /hours."""


def _days_changed(ctx: Context, answers: Answers, text: str) -> str:
    words = _words(ctx, "hours", answers["office"], text)
    if not words.days or words.hours is not None or words.words:
        raise NotAsAsked
    return tidy(text)


def _place(_ctx: Context, _answers: Answers, text: str) -> str:
    word = tidy(text).lower()
    if word not in opening_hours.PLACES:
        raise NotAsAsked
    return word


def _hours(ctx: Context, answers: Answers, text: str) -> str:
    words = _words(ctx, "hours", answers["office"], text)
    is_shut = bool(words.words & opening_hours.SHUT)
    if words.days or (words.hours is None) != is_shut or words.words - opening_hours.SHUT:
        raise NotAsAsked
    return tidy(text)


def _to_hours(ctx: Context, answers: Answers) -> Goto:
    said = (answers[name] for name in ("office", "day", "place", "hours"))
    return opening_hours.to_hours(ctx, replace(_words(ctx, "hours", *said), reason=answers["reason"]))


HOURS = Form(
    steps=(
        office_step(Permission.CLOSED),
        Step(
            name="day",
            prompt=lambda _ctx, _answers: texts.DAY_OF_HOURS(),
            choices=_days_offered,
            read=_days_changed,
        ),
        Step(
            name="place",
            prompt=lambda _ctx, _answers: texts.PLACE(),
            choices=lambda _ctx, _answers: [(label(), word) for word, label in _PLACES.items()],
            read=_place,
            shown=lambda _ctx, _answers, answer: _PLACES[answer]() if answer in _PLACES else answer,
        ),
        Step(
            name="hours",
            prompt=lambda _ctx, _answers: texts.HOURS(),
            choices=lambda _ctx, _answers: [(SHUT(), opening_hours.NOT_OPEN)],
            read=_hours,
        ),
        REASON,
    ),
    finish=_to_hours,
)
