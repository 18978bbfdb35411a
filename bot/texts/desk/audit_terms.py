"""The terms of a search in the audit log: its own words, as they are printed, and those of a query."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from html import escape

from bot.i18n.formatting import KINDS
from bot.i18n.language import Phrase, _, phrase
from bot.i18n.staff_names import staff_names
from bot.texts.desk.actors import NOT_ADMINS
from bot.texts.desk.audit_names import NAMES, SUBJECTS, WORDED
from core.audit import CHAT, SubjectKind, office_subject
from core.errors.staff import StaffNameOfSeveral
from core.reporting.audit_search import ACTIONS_APART, CREDIT_CODE, IDENTITY, PHONE, AuditQuery
from core.values.text import tidy

_TODAY, _YESTERDAY = phrase("今天"), phrase("昨天")
_ALL_OFFICES = phrase("全部发牌机关")
_PEOPLE: dict[str, tuple[Phrase, ...]] = {
    CHAT: (phrase("管理员 {chat}"), phrase("车主 {chat}"), phrase("聊天号 {id}")),
    SubjectKind.ACCOUNT: (phrase("车主(账号 {number})"), phrase("账号 {id}")),
}
_ASKED = {
    IDENTITY: phrase("身份证号(不显示)"),
    CREDIT_CODE: phrase("统一社会信用代码(不显示)"),
    PHONE: phrase("手机号(不显示)"),
    **NOT_ADMINS,
}
_PART = re.compile(r"[^\s,\u3001\uff0c]+")
_SIGN = r"[^\s,\u3001\uff0c]"
_NAMED = re.compile(r"[^\s,\u3001\uff0c(\uff08]+[(\uff08](-?\d{1,10})[)\uff09]")
"""An admin as printed with a name: 张三(3001)."""
_FIELD = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]+")
_OUTER_SIGNS = re.compile(r"^\W+|\W+$")
_LETTERS = re.compile(r"[\u4e00-\u9fffA-Za-z]+")
_SHORTEST = 2
"""Characters of a part of a word that is searched for: a single one is in nearly all."""
_MOST_NAMED = 4
"""Actions that the title of a page names."""


def meant(raw: str, today: date) -> str:
    """Translate the search terms that an admin typed into those of the audit query.

    The words of an entry are understood as they are printed: its subject (通知 3), its actor (管理员 3001,
    张三(3001), 张三), and each word of what was done; a word that several actions have means any of them.

    Raises:
        StaffNameOfSeveral: several members of staff have a name that was typed.
    """
    text = _with_chats(_NAMED.sub(rf"{CHAT}:\1", tidy(raw)), today)
    for pattern, term in _printed():
        text = pattern.sub(term, text)
    return _PART.sub(lambda found: _meant(found[0], today), text)


def _with_chats(text: str, today: date) -> str:
    """Replace the names of staff that stand alone by their chats; a name that is also a term stays that.

    Names are stored encrypted: they are compared in memory.

    Raises:
        StaffNameOfSeveral: several members of staff have the name.
    """
    chats: dict[str, list[int]] = {}
    for chat, name in staff_names().items():
        if name and _meant(name, today) == name:
            chats.setdefault(name.casefold(), []).append(chat)
    for name in sorted(chats, key=len, reverse=True):
        pattern = re.compile(rf"(?<!{_SIGN}){re.escape(name)}(?!{_SIGN})", re.IGNORECASE)
        if not pattern.search(text):
            continue
        if len(chats[name]) > 1:
            raise StaffNameOfSeveral(chats[name])
        text = pattern.sub(f"{CHAT}:{chats[name][0]}", text)
    return text


def _meant(word: str, today: date) -> str:
    if _TODAY.means(word):
        return today.isoformat()
    if _YESTERDAY.means(word):
        return (today - timedelta(days=1)).isoformat()
    actor = next((name for name, one in NOT_ADMINS.items() if one.means(word)), None)
    return actor or ACTIONS_APART.join(_actions(word)) or word


def _actions(word: str) -> list[str]:
    """Return the actions that a word names: by name, or else by a part of what is printed."""
    typed = _OUTER_SIGNS.sub("", word).casefold()
    if not _LETTERS.fullmatch(typed):
        return [typed] if typed in WORDED else []
    named = [
        action for action in WORDED if typed == action or (action in NAMES and NAMES[action].means(word))
    ]
    exact = [action for action, words in _words().items() if typed in words]
    if named or typed.isascii() or len(typed) < _SHORTEST:
        return sorted({*named, *exact})
    return sorted(action for action, words in _words().items() if any(typed in one for one in words))


@cache
def _words() -> dict[str, frozenset[str]]:
    """Return the words of each action in all languages, without what the fields stand for."""
    return {
        action: frozenset(
            found.casefold()
            for text in _texts(action)
            for found in _WORD.findall(tidy(_FIELD.sub(" ", text)))
        )
        for action in WORDED
    }


def _texts(action: str) -> Iterator[str]:
    yield from WORDED[action].wordings()
    if action in NAMES:
        yield from NAMES[action].wordings()


@cache
def _printed() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return patterns of printed actors, subjects and pools with their terms, longer ones first."""
    found = [
        (text, f"{kind}:") for kind, phrases in _PEOPLE.items() for one in phrases for text in one.wordings()
    ]
    found += [
        (text, f"{kind}:")
        for kind, one in SUBJECTS.items()
        if kind not in {SubjectKind.VEHICLE, SubjectKind.OFFICE, SubjectKind.ADMIN}
        for text in one.wordings()
    ]
    patterns = [
        (_numbered(tidy(text)), rf"{term}\1") for text, term in sorted(found, key=lambda one: -len(one[0]))
    ]
    pools = [
        (_pool(text, name), rf"{SubjectKind.POOL}:\1:{kind}")
        for text in phrase("号池 {name}").wordings()
        for kind, label in KINDS.items()
        for name in label.wordings()
    ]
    everywhere = [
        (re.compile(re.escape(tidy(text)), re.IGNORECASE), office_subject(""))
        for text in _ALL_OFFICES.wordings()
    ]
    return (*pools, *everywhere, *patterns)


def _numbered(text: str) -> re.Pattern[str]:
    """Return the pattern of a text with a number; one of the length of a telephone number is no id."""
    before, after = (re.escape(part.strip()) for part in _FIELD.split(text, maxsplit=1))
    return re.compile(rf"(?<![\w:]){before}\s*(\d{{1,10}})(?!\d)\s*{after}", re.IGNORECASE)


def _pool(text: str, kind: str) -> re.Pattern[str]:
    before = tidy(_FIELD.split(text, maxsplit=1)[0]).strip()
    return re.compile(rf"{re.escape(before)}\s*(\S\S)\s*{re.escape(tidy(kind))}", re.IGNORECASE)


def asked_for(query: AuditQuery) -> str:
    """Return the search terms as text, without identity numbers or telephone numbers."""
    return " + ".join(_worded(word) for word in query.words)


def _worded(word: str) -> str:
    if word in _ASKED:
        return _ASKED[word]()
    actions = word.split(ACTIONS_APART)
    if all(action in WORDED for action in actions):
        named = [_name(action) for action in actions]
        return " / ".join(named[:_MOST_NAMED]) + (" …" if len(named) > _MOST_NAMED else "")
    if word == office_subject(""):
        return _ALL_OFFICES()
    topic, _colon, number = word.partition(":")
    if topic == CHAT:
        return _("聊天号 {id}").format(id=number)
    return SUBJECTS[topic]().format(id=number) if topic in SUBJECTS and number else word


def _name(action: str) -> str:
    """Return the name of an action: of one without a name, what stands before its first field."""
    return NAMES[action]() if action in NAMES else re.sub(r"\W+$", "", WORDED[action]().partition("{")[0])


def title(query: AuditQuery, page: int) -> str:
    return _("<b>操作记录</b>:{asked}\n第 {page} 页,新的在前").format(
        asked=escape(asked_for(query)), page=page + 1
    )


def sheet_caption(query: AuditQuery, limit: int) -> str:
    return _("操作记录:{asked}(最多 {most:,} 条,新的在前)").format(asked=escape(asked_for(query)), most=limit)
