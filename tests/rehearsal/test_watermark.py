"""No picture leaves a rehearsal without its mark."""

import pytest

from bot.dialog.view import View
from bot.i18n.formatting import plain
from bot.pictures.cards import BatchPicture
from bot.rehearsal.watermark import marked
from bot.texts.pictures import REHEARSAL_MARK

BATCH = BatchPicture(office="粤K", kind="small", serials=("A1234",), title="粤K 小型汽车")


class UnknownPicture:
    """A picture for which no watermark is defined."""

    key = "unknown"

    def render(self) -> bytes:
        return b""


def test_picture_of_a_rehearsal_is_another_than_the_real_one() -> None:
    shown = marked(View(text="…", picture=BATCH), "")
    assert shown.text.startswith(f"🎭 <b>{REHEARSAL_MARK}</b>")
    assert shown.picture is not None
    assert shown.picture.key != BATCH.key
    assert shown.picture.render() != BATCH.render()


def test_picture_that_nobody_knows_to_mark_is_not_shown() -> None:
    with pytest.raises(TypeError, match="UnknownPicture"):
        marked(View(text="…", picture=UnknownPicture()), "")


def test_hint_below_a_picture_is_as_long_as_the_messenger_takes() -> None:
    hint = "\n".join("🎭" * 60 for _ in range(6))
    shown = marked(View(text="真" * 600, picture=BATCH), hint).text
    assert shown.count("🎭" * 60) == 3
    assert len(plain(shown).encode("utf-16-le")) // 2 <= 1024
    assert marked(View(text="真" * 600), hint).text.count("🎭" * 60) == 6
