"""Maximum lengths of texts and captions, counted like the messenger: after parsing, in UTF-16 code units."""

from sandbox.entities import Entity, detect, given, parse_html, tidy, utf16_length
from sandbox.errors import bad
from sandbox.params import Call

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ANSWER = 200


def parsed(text: str, mode: str, entities: object) -> tuple[str, list[Entity]]:
    """Parse a text by its mode, or by the entities given with it.

    Raises:
        ApiError: it does not parse, or the mode is not HTML (the only one that the sandbox supports).
    """
    if mode not in {"", "html"}:
        raise bad("unsupported parse_mode")
    if mode:
        text, found = parse_html(text)
    else:
        found = given(text, entities) if entities else []
    text, found = tidy(text, found)
    return text, detect(text, found)


def message_text(call: Call, *, too_long: str) -> dict[str, object]:
    """Return text and entities of a text message.

    Raises:
        ApiError: it is empty, too long, or does not parse.
    """
    if not call.text("text"):
        raise bad("message text is empty")
    text, entities = parsed(call.text("text"), call.text("parse_mode").lower(), call.json("entities"))
    if not text:
        raise bad("text must be non-empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad(too_long)
    return {"text": text, "entities": entities} if entities else {"text": text}


def caption(text: str, mode: str, entities: object) -> dict[str, object]:
    """Return caption and entities; empty if there is no caption.

    Raises:
        ApiError: it is too long, or does not parse.
    """
    text, found = parsed(text, mode, entities)
    if not text:
        return {}
    if utf16_length(text) > MAX_CAPTION:
        raise bad("message caption is too long")
    return {"caption": text, "caption_entities": found} if found else {"caption": text}


def call_caption(call: Call) -> dict[str, object]:
    """Return caption and entities of a call.

    Raises:
        ApiError: it is too long, or does not parse.
    """
    return caption(call.text("caption"), call.text("parse_mode").lower(), call.json("caption_entities"))
