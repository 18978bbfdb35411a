"""Methods that send messages."""

import itertools
from collections.abc import Iterator
from typing import Any

from sandbox.entities import utf16_length
from sandbox.errors import ApiError, bad
from sandbox.files import MAX_DOCUMENT, StoredFile
from sandbox.limits import MAX_ANSWER, call_caption, caption, message_text
from sandbox.markup import Markup, crowded_rows, read_markup
from sandbox.params import Call, Upload
from sandbox.people import Message, SandboxUser
from sandbox.user_actions import photo_sizes, without_reply
from sandbox.world import World

Json = dict[str, Any]

ALBUM = range(2, 11)
_album_ids = itertools.count(13_000_000_000_000_000)


def _recipient(world: World, call: Call) -> SandboxUser:
    if call.params.get("chat_id") in {None, ""}:
        raise bad("chat_id is empty")
    return world.reachable(call.params["chat_id"])


def markup_of(world: World, call: Call, *, inline_only: bool = False) -> Markup | None:
    """Return the keyboard of a call; note rows that a telephone would not show whole.

    Raises:
        ApiError: the messenger would not take it.
    """
    markup = read_markup(call, inline_only=inline_only)
    world.note_violations(*(f"{call.method}.{remark}" for remark in crowded_rows(markup)))
    return markup


def _send(world: World, person: SandboxUser, call: Call, content: Json) -> Json:
    markup = markup_of(world, call)
    content = {**_options(call), **content, **_replied(person, call)}
    inline = markup is not None and "inline_keyboard" in markup
    body = world.new_message(person, content, from_bot=True)
    if inline:
        body["reply_markup"] = markup
    world.put(person, Message(body=body, keyboard=None if inline else markup))
    return body


def _options(call: Call) -> Json:
    options: Json = {}
    if call.flag("protect_content"):
        options["has_protected_content"] = True
    if effect := call.text("message_effect_id"):
        if not effect.isdigit():
            raise bad("EFFECT_ID_INVALID")
        options["effect_id"] = effect
    preview = call.json("link_preview_options") if call.method == "sendMessage" else None
    if preview:
        options["link_preview_options"] = preview
    return options


def _replied(person: SandboxUser, call: Call) -> Json:
    reply = call.json("reply_parameters")
    if not reply:
        return {}
    if "message_id" not in reply:
        raise bad('can\'t find field "message_id"')
    answered = person.messages.get(reply["message_id"])
    if answered is not None:
        return {"reply_to_message": without_reply(answered.body)}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad("message to be replied not found")


def send_message(world: World, call: Call) -> Json:
    if not call.text("text"):
        raise bad("message text is empty")
    person = _recipient(world, call)
    return _send(world, person, call, message_text(call, too_long="message is too long"))


def media_upload(call: Call, name: str, value: str) -> Upload | None:
    """Return the file in a parameter or the one it refers to by ``attach://``, or None for a file id.

    Raises:
        ApiError: the file referred to was not uploaded with the call.
    """
    if name in call.files:
        return call.files[name]
    if not value.startswith("attach://"):
        return None
    upload = call.files.get(value.removeprefix("attach://"))
    if upload is None:
        raise bad("there is no file with the given name in the request")
    return upload


def known_file(world: World, call: Call, value: str, kind: str) -> StoredFile:
    """Return a known file by its id.

    Raises:
        ApiError: there is no such file, it is of another kind, or the value is a URL (the sandbox fetches
            nothing).
    """
    if not value:
        raise bad(f"there is no {kind} in the request")
    if value.startswith(("http://", "https://")):
        world.note_violations(f"{call.method}: a file by address, which the sandbox does not fetch")
        raise bad("failed to get HTTP URL content")
    stored = world.files.files.get(value)
    if stored is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return stored


def photo_content(world: World, call: Call, name: str, value: str) -> Json:
    """Return the content of a message with a photo, uploaded or known.

    Raises:
        ApiError: the photo is not accepted.
    """
    upload = media_upload(call, name, value)
    if upload is not None:
        return {"photo": photo_sizes(world.files, upload.data)}
    stored = known_file(world, call, value, "photo")
    return {"photo": world.files.photo_sizes(stored)}


def document_content(world: World, call: Call, name: str, value: str) -> Json:
    """Return the content of a message with a file, uploaded or known.

    Raises:
        ApiError: the file is not accepted.
    """
    upload = media_upload(call, name, value)
    if upload is None:
        return {"document": known_file(world, call, value, "document").document()}
    if len(upload.data) > MAX_DOCUMENT:
        raise ApiError(413, "Request Entity Too Large")
    if not upload.data:
        raise bad("file must be non-empty")
    stored = world.files.add(upload.data, "document", name=upload.name, mime=upload.mime)
    return {"document": stored.document()}


def _above(call: Call) -> Json:
    return {"show_caption_above_media": True} if call.flag("show_caption_above_media") else {}


def send_photo(world: World, call: Call) -> Json:
    """Send a photo: uploaded, or known by its id."""
    person = _recipient(world, call)
    described = call_caption(call)
    content = photo_content(world, call, "photo", call.text("photo"))
    return _send(world, person, call, {**content, **described, **_above(call)})


def send_document(world: World, call: Call) -> Json:
    """Send a file: uploaded, or known by its id."""
    person = _recipient(world, call)
    described = call_caption(call)
    content = document_content(world, call, "document", call.text("document"))
    return _send(world, person, call, {**content, **described})


def _place(call: Call) -> Json:
    latitude, longitude = call.number("latitude"), call.number("longitude")
    if latitude is None or not -90 <= latitude <= 90:  # noqa: PLR2004 - degrees
        raise bad("wrong latitude specified" if call.text("latitude") else "latitude is empty")
    if longitude is None or not -180 <= longitude <= 180:  # noqa: PLR2004 - degrees
        raise bad("wrong longitude specified" if call.text("longitude") else "longitude is empty")
    return {"latitude": latitude, "longitude": longitude}


def send_location(world: World, call: Call) -> Json:
    person = _recipient(world, call)
    return _send(world, person, call, {"location": _place(call)})


def send_venue(world: World, call: Call) -> Json:
    """Send a place with name and address."""
    person = _recipient(world, call)
    place = _place(call)
    for name in ("title", "address"):
        if not call.text(name).strip():
            raise bad(f'parameter "{name}" can\'t be empty')
    venue = {"location": place, "title": call.text("title"), "address": call.text("address")}
    return _send(world, person, call, {"venue": venue, "location": place})


def send_media_group(world: World, call: Call) -> list[Json]:
    """Send an album of two to ten photos, or two to ten files."""
    person = _recipient(world, call)
    media = call.json("media")
    if not isinstance(media, list) or len(media) not in ALBUM:
        raise bad("album must contain 2-10 items")
    if len({item.get("type") for item in media}) > 1:
        raise bad("documents can't be mixed with other media types")
    contents = list(_album(world, call, media))
    group = str(next(_album_ids))
    return [_send(world, person, call, {**content, "media_group_id": group}) for content in contents]


def _album(world: World, call: Call, media: list[Json]) -> Iterator[Json]:
    for item in media:
        yield input_media(world, call, item)


def input_media(world: World, call: Call, item: Json) -> Json:
    """Return the content of a message with an InputMedia and its caption.

    Raises:
        ApiError: the file or its caption is not accepted.
    """
    described = caption(
        item.get("caption", ""), str(item.get("parse_mode", "")).lower(), item.get("caption_entities")
    )
    kind, value = item.get("type"), str(item.get("media", ""))
    above = {"show_caption_above_media": True} if item.get("show_caption_above_media") else {}
    if kind == "photo":
        return {**photo_content(world, call, "", value), **described, **above}
    if kind == "document":
        return {**document_content(world, call, "", value), **described}
    raise bad("type of the media must be photo or document")


ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


def send_chat_action(world: World, call: Call) -> bool:
    """Show for some seconds that the bot is busy."""
    person = _recipient(world, call)
    action = call.text("action")
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    world.events.emit("action", person.chat_id, action=action)
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    """Answer a callback query, with or without a text."""
    text = call.text("text")
    if utf16_length(text) > MAX_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    world.answer(call.text("callback_query_id"), text, alert=call.flag("show_alert"))
    return True


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
}
