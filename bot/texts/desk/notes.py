"""Texts of the desk's notes on cases."""

from collections.abc import Sequence
from html import escape

from bot.i18n.formatting import plate
from bot.i18n.language import _, phrase
from bot.texts.desk.actors import actor_label
from bot.texts.desk.audit_names import SUBJECTS
from core.clock import CHINA
from core.reporting.notes import Note

NOTE = phrase("📝 备注")
PROMPT = phrase("<b>备注</b>\n请输入备注(最多 500 字,不要写证件号和手机号)。一小时内可以撤回:")
WITHDRAW = phrase("↩️ 撤回我的备注")
WRITTEN = phrase("📝 已记备注。")
WITHDRAWN = phrase("备注已撤回。")
_NONE = phrase("最近 24 小时没有备注。")
_LONGEST = 300
"""Characters of a note in the list; its card has it whole."""


def too_long(most: int, found: int) -> str:
    return _("备注最多 {most} 字,您写了 {found} 字。").format(most=most, found=found)


def lines(notes: Sequence[Note]) -> str:
    """Return the notes of a card, newest first, with who wrote them and when."""
    return "\n".join([_("<b>备注</b>"), *map(_line, notes)]) if notes else ""


def _line(note: Note) -> str:
    return _("📝 {at} {by}:{body}").format(
        at=f"{note.at.astimezone(CHINA):%m-%d %H:%M}", by=actor_label(note.by), body=escape(note.body)
    )


def open_label(count: int) -> str:
    return _("📝 备注({count})").format(count=count)


def label(note: Note) -> str:
    if note.serial:
        return plate(note.office, note.serial)
    topic, _colon, number = note.subject.partition(":")
    return SUBJECTS[topic]().format(id=number)


def handed_over(notes: Sequence[Note]) -> str:
    """Return the notes of the last day."""
    if not notes:
        return _NONE()
    found = []
    for note in notes:
        body = note.body if len(note.body) <= _LONGEST else f"{note.body[:_LONGEST]}…"
        found.append(
            _("{at} {by} · {office} · {about}\n{body}").format(
                at=f"{note.at.astimezone(CHINA):%m-%d %H:%M}",
                by=actor_label(note.by),
                office=escape(note.office),
                about=escape(label(note)),
                body=escape(body),
            )
        )
    return "\n\n".join([_("<b>最近 24 小时的备注</b>"), *found])
