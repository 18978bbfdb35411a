"""Steps that several forms have."""

from bot.desk.form import Answers, Choices, Step
from bot.dialog.context import Context
from bot.i18n.formatting import office_title
from bot.texts.desk import forms as texts
from core.people.admins import Permission
from core.values.offices import Office
from core.values.reasons import parse_reason

_MOST_OFFICES = 30


def office_step(permission: Permission) -> Step:
    """Return the step that asks for one of the offices where this chat has a permission."""

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


def office_answered(ctx: Context, answers: Answers) -> Office:
    return ctx.office_of(answers["office"])


REASON = Step(
    name="reason",
    prompt=lambda _ctx, _answers: texts.REASON(),
    read=lambda _ctx, _answers, text: parse_reason(text),
)
