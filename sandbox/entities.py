"""HTML parse mode: text and entities, with offsets and lengths in UTF-16 code units as in the Bot API.

Unlike HTML proper, only a dozen tags exist, every one must be closed, and only ``&lt; &gt; &amp; &quot;`` and
numeric references are known; anything else is refused with its offset in UTF-8 bytes.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import ApiError, bad

Entity = dict[str, Any]

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "blockquote": "blockquote",
}
"""Entity type by tag. ``span`` counts only with class ``tg-spoiler``."""

_STOP = re.compile(r"[<&]")
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"\s*([^\s=>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([a-zA-Z0-9.-]+)))?")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_MAX_CODE_POINT = 0x10FFFF


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 code units: an emoji beyond the basic plane takes two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def unescape(text: str) -> str:
    """Replace the character references that the messenger knows; all others stay unchanged."""
    return _REFERENCE.sub(_dereference, text)


def _dereference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code <= _MAX_CODE_POINT else found[0]


@dataclass(slots=True)
class _Open:
    """A start tag that is not closed yet."""

    tag: str
    attributes: dict[str, str]
    offset: int
    position: int


@dataclass(slots=True)
class _Parser:
    source: str
    parts: list[str] = field(default_factory=list)
    units: int = 0
    open: list[_Open] = field(default_factory=list)
    found: list[Entity] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.units += utf16_length(text)

    def refuse(self, what: str, at: int) -> ApiError:
        return bad(f"can't parse entities: {what} at byte offset {len(self.source[:at].encode())}")

    def run(self) -> tuple[str, list[Entity]]:
        at = 0
        while (stop := _STOP.search(self.source, at)) is not None:
            begin = stop.start()
            self.add(self.source[at:begin])
            at = self.reference(begin) if stop[0] == "&" else self.tag(begin)
        self.add(self.source[at:])
        if self.open:
            tag = self.open[-1].tag
            raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
        return "".join(self.parts), self.found

    def reference(self, begin: int) -> int:
        found = _REFERENCE.match(self.source, begin)
        if found is None:
            self.add("&")
            return begin + 1
        self.add(_dereference(found))
        return found.end()

    def tag(self, begin: int) -> int:
        if self.source.startswith("</", begin):
            return self.end_tag(begin)
        return self.start_tag(begin)

    def start_tag(self, begin: int) -> int:
        found = _NAME.match(self.source, begin + 1)
        name = found[0].lower() if found else ""
        at = begin + 1 + len(name)
        if at >= len(self.source):
            raise self.refuse(f'Unclosed start tag "{name}"', begin)
        if name not in SIMPLE_TAGS:
            raise self.refuse(f'Unsupported start tag "{name}"', begin)
        attributes, after = self.attributes(name, at, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self.refuse('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(name, attributes, self.units, len(self.parts)))
        return after

    def attributes(self, name: str, at: int, begin: int) -> tuple[dict[str, str], int]:
        given: dict[str, str] = {}
        while True:
            rest = self.source[at:].lstrip()
            at = len(self.source) - len(rest)
            if not rest:
                raise self.refuse(f'Unclosed start tag "{name}"', begin)
            if rest[0] == ">":
                return given, at + 1
            found = _ATTRIBUTE.match(self.source, at)
            if found is None:
                raise self.refuse(f'Unexpected character in the start tag "{name}"', begin)
            value = next((part for part in found.groups()[1:] if part is not None), "")
            given[found[1].lower()] = unescape(value)
            at = found.end()

    def end_tag(self, begin: int) -> int:
        close = self.source.find(">", begin)
        if close < 0 or not self.open:
            what = "Unclosed end tag" if self.open else "Unexpected end tag"
            raise self.refuse(what, begin)
        name = self.source[begin + 2 : close].strip().lower()
        opened = self.open.pop()
        if name not in {opened.tag, ""}:
            place = len(self.source[:begin].encode())
            raise bad(
                f"can't parse entities: Unmatched end tag at byte offset {place}, "
                f'expected "</{opened.tag}>", found "</{name}>"'
            )
        self.close(opened)
        return close + 1

    def close(self, opened: _Open) -> None:
        length = self.units - opened.offset
        inner = "".join(self.parts[opened.position :])
        entity = _entity(opened, length, inner)
        if entity is not None and length:
            self.found.append(entity)


def _entity(opened: _Open, length: int, inner: str) -> Entity | None:
    """Return the entity of a closed tag, or None if it makes none."""
    kind = SIMPLE_TAGS[opened.tag]
    entity: Entity = {"type": kind, "offset": opened.offset, "length": length}
    if kind == "text_link":
        return _link(entity, opened.attributes.get("href") or inner)
    if kind == "custom_emoji":
        if not opened.attributes.get("emoji-id", "").isdigit():
            raise bad("can't parse entities: Invalid custom emoji identifier specified")
        entity["custom_emoji_id"] = opened.attributes["emoji-id"]
    if kind == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    if kind == "code" and opened.attributes.get("class", "").startswith("language-"):
        entity["language"] = opened.attributes["class"].removeprefix("language-")
    return entity


def _link(entity: Entity, url: str) -> Entity | None:
    """Return a link entity, or None if the URL is invalid: the messenger drops it silently."""
    if re.fullmatch(r"(https?|tg|tel|mailto)://?\S+", url):
        return {**entity, "url": url}
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", url):
        return {**entity, "url": f"http://{url}"}
    return None


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the plain text and its entities, outermost first.

    Raises:
        ApiError: a tag is unknown, unclosed or closed in the wrong order.
    """
    text, found = _Parser(source).run()
    return text, in_order(_without_nested_code(found))


def in_order(entities: list[Entity]) -> list[Entity]:
    """Sort entities as the messenger does: by offset, the longer one first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _without_nested_code(found: list[Entity]) -> list[Entity]:
    """Merge ``<pre><code class=language-x>``, and drop entities inside code, which cannot contain any."""
    blocks = [entity for entity in found if entity["type"] in {"pre", "code"}]
    if not blocks:
        return found
    for block in blocks:
        if block["type"] == "pre":
            for code in blocks:
                if code is not block and _same_place(code, block) and "language" in code:
                    block["language"] = code["language"]
    kept = [entity for entity in found if not any(_inside(entity, block) for block in blocks)]
    for entity in kept:
        if entity["type"] == "code":
            entity.pop("language", None)
    return kept


def _same_place(one: Entity, other: Entity) -> bool:
    return _span(one) == _span(other)


def _inside(entity: Entity, block: Entity) -> bool:
    if entity is block or entity["type"] in {"blockquote", "expandable_blockquote"}:
        return False
    if _same_place(entity, block):
        return str(entity["type"]) != "pre"
    (begin, end), (first, last) = _span(entity), _span(block)
    return first <= begin and end <= last


def _span(entity: Entity) -> tuple[int, int]:
    return int(entity["offset"]), int(entity["offset"]) + int(entity["length"])


_COMMAND = re.compile(r"(?<![\w/@.])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")
_URL = re.compile(r"https?://[^\s<>\"，。；、）】」]+")


def detect(text: str, entities: list[Entity]) -> list[Entity]:
    """Add the entities that the messenger detects: commands and URLs outside other entities.

    The real one also detects mentions, hashtags, phone numbers and bare host names; this one does not.
    """
    if "/" not in text:
        return entities
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in entities
        if entity["type"] in {"code", "pre", "text_link", "bot_command", "url"}
    ]
    added = []
    for kind, pattern in (("url", _URL), ("bot_command", _COMMAND)):
        for found in pattern.finditer(text):
            begin = utf16_length(text[: found.start()])
            end = begin + utf16_length(found[0])
            if all(end <= low or begin >= high for low, high in taken):
                added.append({"type": kind, "offset": begin, "length": end - begin})
                taken.append((begin, end))
    return in_order(entities + added) if added else entities


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def tidy(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Return a text as the messenger stores it: without control characters and surrounding spaces.

    Leading spaces stay if an entity covers them.
    """
    text = _CONTROL.sub(lambda found: "" if found[0] == "\r" else " ", text)
    stripped = text.rstrip()
    first = min((entity["offset"] for entity in entities), default=len(stripped))
    cut = min(len(stripped) - len(stripped.lstrip()), first)
    stripped = stripped[cut:]
    if stripped == text:
        return text, entities
    return stripped, _clamped(entities, cut, utf16_length(stripped))


def _clamped(entities: list[Entity], cut: int, end: int) -> list[Entity]:
    kept = []
    for entity in entities:
        begin = max(entity["offset"] - cut, 0)
        length = min(entity["offset"] + entity["length"] - cut, end) - begin
        if length > 0:
            kept.append({**entity, "offset": begin, "length": length})
    return kept


KINDS = frozenset(
    {
        *SIMPLE_TAGS.values(),
        "expandable_blockquote",
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "text_mention",
    }
)
"""Entity types that may be given with a message instead of a parse mode."""


def given(text: str, entities: object) -> list[Entity]:
    """Validate the entities given with a text, and return them in order.

    Raises:
        ApiError: one has an unknown type or lies outside the text.
    """
    if not isinstance(entities, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    end = utf16_length(text)
    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in KINDS:
            raise bad("can't parse MessageEntity: Unsupported type specified")
        if entity["type"] == "text_link" and "url" not in entity:
            raise bad("can't parse MessageEntity: Can't find field \"url\"")
        _check_place(entity, end)
    return in_order(entities)


def _check_place(entity: Entity, end: int) -> None:
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or offset < 0:
        raise bad(f"receive an entity with incorrect offset {offset}")
    if not isinstance(length, int) or length < 0:
        raise bad(f"receive an entity with incorrect length {length}")
    if offset >= end:
        raise bad(f"entity begins after the end of the text at UTF-16 offset {offset}")
    if offset + length > end:
        raise bad(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
            f"at UTF-16 offset {offset + length}"
        )
