"""The mark 「模拟 · 号码无效」 on everything that a rehearsal shows; added only here."""

from dataclasses import replace

from telegram.constants import MessageLimit

from bot.dialog.names import ActionName
from bot.dialog.view import Button, Rows, View
from bot.i18n.formatting import plain, units
from bot.pictures.batch import BatchPicture
from bot.pictures.picture import Picture
from bot.pictures.receipt import ReceiptPicture
from bot.pictures.single_plate import PlatePicture
from bot.texts import rehearsal as texts

_BEYOND = frozenset(
    {ActionName.CALENDAR, ActionName.MAP, ActionName.PDF, ActionName.SHARE, ActionName.REMINDERS}
)


def marked(view: View, hint: str) -> View:
    """Return a view for a rehearsal: with the mark, the hint below, and a button to leave.

    Buttons that send a message of its own, now or later, are left out: nothing of a rehearsal goes beyond its
    page.

    The hint below a picture is cut to the lines that fit a caption.
    """
    text, lines = f"{texts.MARK()}\n{view.text}", hint.splitlines()
    whole = _with_hint(text, lines)
    while lines and view.picture is not None and units(plain(whole)) > MessageLimit.CAPTION_LENGTH:
        lines.pop()
        whole = _with_hint(text, lines)
    leave = Button(label=texts.LEAVE(), action=ActionName.LEAVE, global_=True)
    rows = (*_without_beyond(view.rows), (leave,))
    picture = None if view.picture is None else _marked_picture(view.picture)
    return replace(view, text=whole, rows=rows, picture=picture)


def _with_hint(text: str, lines: list[str]) -> str:
    return "\n".join([text, "", *lines]) if lines else text


def _without_beyond(rows: Rows) -> Rows:
    kept = [tuple(button for button in row if button.action not in _BEYOND) for row in rows]
    return [row for row in kept if row]


def marked_note(note: str) -> str:
    """Return a note or a toast with the mark."""
    return texts.note(note) if note else ""


def _marked_picture(picture: Picture) -> Picture:
    """Return a picture with the watermark.

    Raises:
        TypeError: marking is not implemented for this type; no picture may be sent without the mark.
    """
    if isinstance(picture, BatchPicture | PlatePicture | ReceiptPicture):
        return replace(picture, rehearsal=True)
    raise TypeError(f"a {type(picture).__name__} is not drawn in rehearsals")
