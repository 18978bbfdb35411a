"""The forms of /release, /closed, /ban and /grant."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from bot.desk import bans, closures, people, releases
from bot.desk.arguments import first_time, kind_or_none, mask_for, read_time
from bot.desk.ban_ends import read_end
from bot.desk.confirmation import reason_of
from bot.desk.form import Answers, Choices, Form, Step
from bot.desk.keywords import Keyword, is_keyword, keyword_of
from bot.dialog.context import Context
from bot.dialog.screen import Goto
from bot.errors.commands import NotAsAsked, ReasonTooShort
from bot.i18n.formatting import KINDS, office_title
from bot.texts.desk import forms as texts
from core.availability import closed_days
from core.clock import CHINA
from core.people.admins import Permission
from core.values.offices import Office
from core.values.plates import PlateKind
from core.values.text import clean, compact
from core.values.vehicles import group_vin, parse_vin

_MOST_OFFICES = 30
_DAYS_OFFERED = 6
_YEARS_OFFERED = (1, 2, 3, 5)
_RULE = "rule"
_OPENING = time(9)


def _office_step(permission: Permission) -> Step:
    def choices(ctx: Context, _answers: Answers) -> Choices:
        codes = ctx.admin.offices(permission, ctx.core.offices)[:_MOST_OFFICES]
        return [(office_title(ctx.office_of(code)), code) for code in codes]

    return Step(
        name="office",
        prompt=lambda _ctx, _answers: texts.OFFICE(),
        choices=choices,
        read=lambda ctx, _answers, text: ctx.desk_office(text, permission).code,
        columns=2,
        is_forced=True,
    )


def _office(ctx: Context, answers: Answers) -> Office:
    return ctx.office_of(answers["office"])


def _reason(_ctx: Context, _answers: Answers, text: str) -> str:
    reason = reason_of(text)
    if not reason:
        raise ReasonTooShort(2)
    return reason


_REASON = Step(name="reason", prompt=lambda _ctx, _answers: texts.REASON(), read=_reason)


# --- /release ---------------------------------------------------------------------------------


def _kind(_ctx: Context, _answers: Answers, text: str) -> str:
    kind = kind_or_none(text)
    if kind is None:
        raise NotAsAsked
    return kind


def _mask(ctx: Context, answers: Answers, text: str) -> str:
    return mask_for(_office(ctx, answers), PlateKind(answers["kind"]), text).pattern


def _next_days(ctx: Context, office: Office) -> Iterator[date]:
    """Yield the next days on which the counter of an office works, after today."""
    calendar = closed_days.calendar_of(ctx.tx, office, ctx.core.calendar)
    day = ctx.today
    while True:
        day += timedelta(days=1)
        if calendar.is_workday(day):
            yield day


def _openings(ctx: Context, answers: Answers) -> Choices:
    nearest = next(_next_days(ctx, _office(ctx, answers)))
    at = datetime.combine(nearest, _OPENING, CHINA)
    return [(texts.AT_ONCE(), Keyword.NOW), (texts.moment_label(at), f"{at:%Y-%m-%dT%H:%M}")]


def _opens(ctx: Context, _answers: Answers, text: str) -> str:
    if is_keyword(text, Keyword.NOW):
        return Keyword.NOW
    return f"{read_time(text, ctx.today):%Y-%m-%dT%H:%M}"


def _composes(ctx: Context, _answers: Answers, text: str) -> str:
    keyword = keyword_of(text, Keyword.NOW, Keyword.DRAWN)
    return keyword or f"{read_time(text, ctx.today):%Y-%m-%dT%H:%M}"


def _release(ctx: Context, answers: Answers) -> Goto:
    words = [answers["office"], answers["kind"], answers["mask"]]
    if answers["opens"] != Keyword.NOW:
        words += [Keyword.FROM, answers["opens"]]
    if answers["compose"] != _RULE:
        words += [Keyword.COMPOSE, answers["compose"]]
    return releases.parse(ctx, " ".join(words))


_RELEASE = Form(
    steps=(
        _office_step(Permission.RELEASE),
        Step(
            name="kind",
            prompt=lambda _ctx, _answers: texts.KIND(),
            choices=lambda _ctx, _answers: [(KINDS[kind](), kind.value) for kind in PlateKind],
            read=_kind,
            shown=lambda _ctx, _answers, answer: KINDS[PlateKind(answer)](),
            columns=1,
        ),
        Step(name="mask", prompt=lambda _ctx, answers: texts.mask(answers["kind"]), read=_mask),
        Step(
            name="opens",
            prompt=lambda _ctx, _answers: texts.OPENS(),
            choices=_openings,
            read=_opens,
            shown=lambda _ctx, _answers, answer: texts.opens(answer),
            columns=2,
        ),
        Step(
            name="compose",
            prompt=lambda _ctx, _answers: texts.COMPOSE(),
            choices=lambda _ctx, _answers: [
                (texts.BY_RULE(), _RULE),
                (texts.BY_DRAW(), Keyword.DRAWN),
                (texts.TOGETHER(), Keyword.NOW),
            ],
            read=_composes,
            columns=1,
        ),
    ),
    finish=_release,
)


# --- /closed ----------------------------------------------------------------------------------


def _days(ctx: Context, answers: Answers) -> Choices:
    days = islice(_next_days(ctx, _office(ctx, answers)), _DAYS_OFFERED)
    return [(texts.day_label(day), day.isoformat()) for day in days]


def _day(ctx: Context, answers: Answers, text: str) -> str:
    at, left = first_time(text, ctx.today)
    if left:
        raise NotAsAsked
    ctx.core.deadlines.validate_closing(ctx.tx, _office(ctx, answers), at.date())
    return at.date().isoformat()


_CLOSED = Form(
    steps=(
        _office_step(Permission.CLOSED),
        Step(name="day", prompt=lambda _ctx, _answers: texts.DAY(), choices=_days, read=_day),
        _REASON,
    ),
    finish=lambda ctx, answers: closures.parse_closed(
        ctx, f"{answers['office']} {answers['day']} {answers['reason']}"
    ),
)


# --- /ban -------------------------------------------------------------------------------------


def _who(ctx: Context, _answers: Answers, text: str) -> str:
    bans.find_person(ctx, text)
    return text


def _end(ctx: Context, _answers: Answers, text: str) -> str:
    until, left = read_end(text, ctx.today, needed=True)
    if left or until is None:
        raise NotAsAsked
    return until.isoformat()


def _ends(ctx: Context, _answers: Answers) -> Choices:
    years = [(texts.years_label(count), _end(ctx, {}, f"{count}年")) for count in _YEARS_OFFERED]
    return [(texts.BY_RULE_YEARS(), _RULE), *years]


def _ban(ctx: Context, answers: Answers) -> Goto:
    until = None if answers["until"] == _RULE else date.fromisoformat(answers["until"])
    wish = bans.Wish(until=until, reason=answers["reason"])
    return bans.to_ban(ctx, bans.find_person(ctx, answers["who"]), wish)


_BAN = Form(
    steps=(
        Step(
            name="who",
            prompt=lambda _ctx, _answers: texts.WHO(),
            read=_who,
            shown=lambda ctx, _answers, answer: texts.person(bans.find_person(ctx, answer)),
            is_personal=True,
        ),
        Step(
            name="until",
            prompt=lambda _ctx, _answers: texts.UNTIL(),
            choices=_ends,
            read=_end,
            shown=lambda _ctx, _answers, answer: texts.end(answer),
        ),
        _REASON,
    ),
    finish=_ban,
)


# --- /grant -----------------------------------------------------------------------------------


def _count(_ctx: Context, _answers: Answers, text: str) -> str:
    digits = clean(text)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= len("100")):
        raise NotAsAsked
    return str(int(digits))


def _counts(*counts: int) -> Choices:
    return [(f"+{count}", str(count)) for count in counts]


_GRANT = Form(
    steps=(
        Step(
            name="vin",
            prompt=lambda _ctx, _answers: texts.VIN(),
            read=lambda _ctx, _answers, text: parse_vin(compact(text)).vin,
            shown=lambda _ctx, _answers, answer: group_vin(answer),
        ),
        Step(
            name="random",
            prompt=lambda _ctx, _answers: texts.RANDOM(),
            choices=lambda _ctx, _answers: _counts(0, 1, 2, 5),
            read=_count,
            shown=lambda _ctx, _answers, answer: texts.random(answer),
            columns=4,
        ),
        Step(
            name="compose",
            prompt=lambda _ctx, _answers: texts.COMPOSED(),
            choices=lambda _ctx, _answers: _counts(0, 5, 10, 20),
            read=_count,
            shown=lambda _ctx, _answers, answer: texts.composed(answer),
            columns=4,
        ),
        _REASON,
    ),
    finish=lambda ctx, answers: people.to_grant(
        ctx,
        answers["vin"],
        batches=int(answers["random"]),
        wishes=int(answers["compose"]),
        reason=answers["reason"],
    ),
)

FORMS = {"release": _RELEASE, "closed": _CLOSED, "ban": _BAN, "grant": _GRANT}
"""The forms, by command."""
