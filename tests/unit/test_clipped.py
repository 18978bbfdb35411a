"""A text that is too long for a message is truncated with its markup intact."""

import pytest

from bot.i18n.formatting import clipped, plain, units


def test_text_that_fits_stays_as_it_is() -> None:
    text = "<b>a</b>\n&lt;" + "字" * 10
    assert text == clipped(text, 13)


def test_whole_lines_are_kept() -> None:
    assert clipped("<b>一</b>\n二\n" + "三" * 90, 20) == "<b>一</b>\n二\n…"


@pytest.mark.parametrize("text", ["😀" * 90, "<b>一\n二" + "\n三" * 90 + "</b>", "&amp;" * 90])
def test_nothing_longer_or_broken_is_sent(text: str) -> None:
    cut = clipped(text, 40)
    assert 1 < units(plain(cut)) <= 40
    assert cut.count("<b>") == cut.count("</b>")
