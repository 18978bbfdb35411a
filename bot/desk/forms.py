"""Forms: the arguments of a command, asked for step by step.

The answers are in the screen's arguments; those about a person are encrypted. Each answer is validated when
it is given, all of them again by the command itself, which then asks its question.
"""

from bot.desk.form import Answers, Form, Step
from bot.desk.form_steps import FORMS
from bot.desk.menu import to_menu
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.texts.desk import menu as texts
from bot.texts.desk import parts
from bot.texts.desk.commands import permission_of


def begin(ctx: Context, command: str) -> Goto:
    """Go to the first step of a form."""
    return _to_step(ctx, command, {})


def _to_step(ctx: Context, command: str, given: Answers) -> Goto:
    """Go to the first step without an answer; after the last one to the question of the command."""
    form, answers = FORMS[command], dict(given)
    for step in form.steps:
        if step.name in answers:
            continue
        choices = step.choices(ctx, answers)
        if not (step.is_forced and len(choices) == 1):
            return Goto(
                screen=ScreenName.DESK_FORM, args={"form": command, "given": _sealed(ctx, form, answers)}
            )
        answers[step.name] = choices[0][1]
    return form.finish(ctx, answers)


def _sealed(ctx: Context, form: Form, answers: Answers) -> dict[str, str]:
    personal = {step.name for step in form.steps if step.is_personal}
    return {
        name: ctx.core.vault.seal(answer).decode() if name in personal else answer
        for name, answer in answers.items()
    }


def _given(ctx: Context) -> tuple[str, Form, dict[str, str]]:
    """Return the form of the screen and its answers."""
    command = ctx.arg("form")
    form, given = FORMS[command], ctx.args.get("given")
    ctx.admin.require(permission_of(command))
    personal = {step.name for step in form.steps if step.is_personal}
    return (
        command,
        form,
        {
            str(name): ctx.core.vault.open(str(answer).encode()) if name in personal else str(answer)
            for name, answer in (given.items() if isinstance(given, dict) else ())
        },
    )


def _step(form: Form, answers: Answers) -> Step:
    """Return the step that is asked now: the first without an answer."""
    return next((step for step in form.steps if step.name not in answers), form.steps[-1])


def _asked(ctx: Context, form: Form, answers: Answers) -> list[Step]:
    """Return the answered steps that the admin was asked."""
    return [
        step
        for step in form.steps
        if step.name in answers and not (step.is_forced and len(step.choices(ctx, answers)) == 1)
    ]


def _show(ctx: Context) -> View:
    command, form, answers = _given(ctx)
    step = _step(form, answers)
    buttons = (
        Button(label=label, action=ActionName.CHOOSE, arg=answer)
        for label, answer in step.choices(ctx, answers)
    )
    said = [one.shown(ctx, answers, answers[one.name]) for one in form.steps if one.name in answers]
    last = [Button(label=texts.LEAVE(), action=ActionName.LEAVE)]
    if _asked(ctx, form, answers):
        last.insert(0, Button(label=texts.BACK_STEP(), action=ActionName.BACK))
    place = (form.steps.index(step) + 1, len(form.steps))
    text = texts.step(command, said, place, step.prompt(ctx, answers))
    return View(text=text, rows=(*in_columns(buttons, step.columns), tuple(last)))


def _chosen(ctx: Context, answer: str) -> Goto:
    command, form, answers = _given(ctx)
    return _to_step(ctx, command, {**answers, _step(form, answers).name: answer})


def _typed(ctx: Context, text: str) -> Goto:
    command, form, answers = _given(ctx)
    step = _step(form, answers)
    said = next((answer for label, answer in step.choices(ctx, answers) if label == text.strip()), None)
    answer = step.read(ctx, answers, text) if said is None else said
    return _to_step(ctx, command, {**answers, step.name: answer})


def _back(ctx: Context, _arg: str) -> Goto:
    command, form, answers = _given(ctx)
    asked = _asked(ctx, form, answers)
    if not asked:
        return to_menu()
    place = form.steps.index(asked[-1])
    kept = {step.name: answers[step.name] for step in form.steps[:place] if step.name in answers}
    return _to_step(ctx, command, kept)


FORM = Screen(
    name=ScreenName.DESK_FORM,
    show=_show,
    buttons={
        ActionName.CHOOSE: _chosen,
        ActionName.BACK: _back,
        ActionName.LEAVE: lambda _ctx, _arg: to_menu(note=parts.CANCELLED()),
    },
    text=_typed,
    hint=parts.TYPE_IT,
)
