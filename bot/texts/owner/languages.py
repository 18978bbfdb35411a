"""Texts of the language choice; each language has its own name for itself."""

from bot.i18n.language import Language, phrase, speaking, spoken

NAMES = {Language.CHINESE: "中文", Language.ENGLISH: "English"}

_CHOOSE = phrase("<b>语言</b>\n请选择显示语言:")


def choose() -> str:
    """Return the page for choosing a language, in all languages."""
    return "\n\n".join(_in(language) for language in Language)


def _in(language: Language) -> str:
    with speaking(language):
        return _CHOOSE()


def other() -> Language:
    """Return the language that is not active."""
    return Language.CHINESE if spoken() == Language.ENGLISH else Language.ENGLISH


def other_label() -> str:
    """Return the label of the button that switches to the other language."""
    return f"🌐 {NAMES[other()]}"
