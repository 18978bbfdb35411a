"""Words in both languages at once, for what a clerk and an owner read together."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.i18n.language import Language, speaking


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """Words in Chinese and in English; without English if there is nothing to translate."""

    chinese: str
    english: str = ""


def bilingual(words: Callable[[], str]) -> Bilingual:
    """Return what a function says in each language, whatever language is active."""
    with speaking(Language.CHINESE):
        chinese = words()
    with speaking(Language.ENGLISH):
        english = words()
    return Bilingual(chinese=chinese, english="" if english == chinese else english)
