"""The form of /note: on which case, and the text."""

from bot.desk import notes
from bot.desk.form import Answers, Form, Step
from bot.dialog.context import Context
from bot.errors.commands import NotAsAsked, Usage
from bot.texts.desk import forms as texts
from bot.texts.desk.parts import somebody
from core.audit import SubjectKind
from core.errors.desk import NamesAreSealed
from core.people.lookup import is_like_name
from core.reporting.case_file import parse_key


def _case(ctx: Context, _answers: Answers, text: str) -> str:
    """Return the key of the case that was typed; what was looked for is recorded, as at /find."""
    if is_like_name(text):
        raise NamesAreSealed
    key = notes.find_case(ctx, text)
    if not key.startswith(f"{SubjectKind.APPEAL}:"):
        ctx.core.lookups.searched(ctx.tx, ctx.actor, text, ctx.core.case_files.open(ctx.tx, parse_key(key)))
    return key


def _body(_ctx: Context, _answers: Answers, text: str) -> str:
    try:
        return notes.validate_body(text)
    except Usage:
        raise NotAsAsked from None


NOTE = Form(
    steps=(
        Step(
            name="case",
            prompt=lambda _ctx, _answers: texts.CASE(),
            read=_case,
            shown=lambda ctx, _answers, answer: texts.case(answer, somebody(notes.account_of(ctx, answer))),
        ),
        Step(name="body", prompt=lambda _ctx, _answers: texts.NOTE(), read=_body, is_personal=True),
    ),
    finish=lambda ctx, answers: notes.write_on(ctx, answers["case"], answers["body"]),
)
