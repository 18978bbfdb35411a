"""What a form is: the steps that ask for the arguments of a command, as values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.dialog.context import Context
from bot.dialog.screen import Goto

Answers = Mapping[str, str]
Choices = Sequence[tuple[str, str]]
"""Labels of buttons, and the answers that they give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question of a form.

    ``read`` validates what is typed and returns the answer, or raises. ``choices`` returns the buttons. If
    the step ``is_forced``, it is left out when there is only one choice. ``shown`` words an answer.
    """

    name: str
    prompt: Callable[[Context, Answers], str]
    read: Callable[[Context, Answers, str], str]
    choices: Callable[[Context, Answers], Choices] = lambda _ctx, _answers: ()
    shown: Callable[[Context, Answers, str], str] = lambda _ctx, _answers, answer: answer
    columns: int = 3
    is_forced: bool = False
    is_personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The steps of a command, and where its answers lead."""

    steps: tuple[Step, ...]
    finish: Callable[[Context, Answers], Goto]
