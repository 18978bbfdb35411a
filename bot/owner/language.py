"""Choosing the language of the chat (/language); available before registration."""

from bot.dialog.context import Context
from bot.dialog.effects import RefreshCommandMenu
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.i18n.language import Language
from bot.texts.owner import languages


def _show(ctx: Context) -> View:
    choices = tuple(
        Button(label=_marked(language, ctx.language), action=ActionName.SPEAK, arg=language)
        for language in Language
    )
    return View(
        text=languages.choose(), rows=(choices, (Button(label=formatting.HOME(), action=ActionName.HOME),))
    )


def _marked(language: Language, current: Language) -> str:
    return ("● " if language == current else "○ ") + languages.NAMES[language]


def speak(ctx: Context, wanted: str) -> Goto:
    """Switch the chat's language: screens, command menu and later notifications."""
    if wanted in set(Language):
        ctx.speak(Language(wanted))
    return Goto(screen=ScreenName.HOME, effects=(RefreshCommandMenu(),))


LANGUAGE = Screen(
    name=ScreenName.LANGUAGE,
    show=_show,
    buttons={ActionName.SPEAK: speak, ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME)},
    hint=formatting.PRESS_HINT,
)
