"""The forms of /release, /ban and /grant, and the list of all."""

from datetime import date, datetime, time

from bot.desk import bans, grants, releases
from bot.desk.arguments import kind_or_none, mask_for, read_time
from bot.desk.ban_ends import read_end
from bot.desk.common_steps import REASON, office_answered, office_step
from bot.desk.day_forms import CLOSED, HOURS, next_workdays
from bot.desk.form import Answers, Choices, Form, Step
from bot.desk.keywords import Keyword, is_keyword, keyword_of
from bot.desk.note_form import NOTE
from bot.dialog.context import Context
from bot.dialog.screen import Goto
from bot.errors.commands import NotAsAsked
from bot.i18n.formatting import KINDS
from bot.texts.desk import forms as texts
from core.clock import CHINA
from core.people.admins import Permission
from core.preselection.granting import MAX_GRANTED
from core.values.plates import PlateKind
from core.values.text import clean, compact
from core.values.vehicles import group_vin, parse_vin

_YEARS_OFFERED = (1, 2, 3, 5)
_RULE = "rule"
_OPENING = time(9)


# --- /release ---------------------------------------------------------------------------------


def _kind(_ctx: Context, _answers: Answers, text: str) -> str:
    kind = kind_or_none(text)
    if kind is None:
        raise NotAsAsked
    return kind


def _mask(ctx: Context, answers: Answers, text: str) -> str:
    return mask_for(office_answered(ctx, answers), PlateKind(answers["kind"]), text).pattern


def _openings(ctx: Context, answers: Answers) -> Choices:
    nearest = next(next_workdays(ctx, office_answered(ctx, answers)))
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
        office_step(Permission.RELEASE),
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
        REASON,
    ),
    finish=_ban,
)


# --- /grant -----------------------------------------------------------------------------------


def _count(_ctx: Context, _answers: Answers, text: str) -> str:
    digits = clean(text)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(MAX_GRANTED))):
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
        REASON,
    ),
    finish=lambda ctx, answers: grants.to_grant(
        ctx,
        answers["vin"],
        batches=int(answers["random"]),
        wishes=int(answers["compose"]),
        reason=answers["reason"],
    ),
)

FORMS = {"release": _RELEASE, "closed": CLOSED, "hours": HOURS, "ban": _BAN, "grant": _GRANT, "note": NOTE}
"""The forms, by command."""
