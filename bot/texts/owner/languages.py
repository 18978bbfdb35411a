"""Words about the languages themselves; each is called what its own speakers call it."""

from bot.i18n.language import Language, phrase, speaking, spoken

NAMES = {Language.CHINESE: "中文", Language.ENGLISH: "English"}

_CHOOSE = phrase("<b>语言</b>\n请选择显示语言:")


def choose() -> str:
    """Return the page on which a language is chosen, in all of them."""
    return "\n\n".join(_in(language) for language in Language)


def _in(language: Language) -> str:
    with speaking(language):
        return _CHOOSE()


def other() -> Language:
    """Return the language that is not spoken now."""
    return Language.CHINESE if spoken() == Language.ENGLISH else Language.ENGLISH


def other_label() -> str:
    """Return the button that leads to the other language."""
    return f"🌐 {NAMES[other()]}"
