"""Methods that change or remove messages."""

from datetime import timedelta
from typing import Any

from sandbox.errors import bad
from sandbox.limits import call_caption, message_text
from sandbox.methods_send import input_media, markup_of
from sandbox.params import Call
from sandbox.people import Message, SandboxUser
from sandbox.world import World

Json = dict[str, Any]

DELETABLE_FOR = timedelta(hours=48)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_CONTENT = (
    "text", "entities", "caption", "caption_entities", "photo", "document", "link_preview_options",
    "show_caption_above_media", "reply_markup",
)  # fmt: skip


def _target(world: World, call: Call) -> tuple[SandboxUser, Message]:
    if call.params.get("chat_id") in {None, ""}:
        raise bad("chat_id is empty")
    person = world.person(call.params["chat_id"])
    message = person.messages.get(call.integer("message_id"))
    if message is None:
        raise bad(
            "message to edit not found" if call.text("message_id") else "message identifier is not specified"
        )
    if not message.from_bot:
        raise bad("message can't be edited")
    return person, message


def _replace(world: World, call: Call, person: SandboxUser, message: Message, content: Json) -> Json:
    """Replace the content of a message; what is not given is removed, including the keyboard."""
    markup = markup_of(world, call, inline_only=True)
    kept = {name: value for name, value in message.body.items() if name not in _CONTENT}
    new = {**kept, **content}
    if markup is not None:
        new["reply_markup"] = markup
    if all(_same(name, message.body, new) for name in _CONTENT):
        raise bad(NOT_MODIFIED)
    only_buttons = all(_same(name, message.body, new) for name in _CONTENT if name != "reply_markup")
    world.edited(person, message, new, silent=only_buttons)
    return new


def _same(name: str, old: Json, new: Json) -> bool:
    one, other = old.get(name), new.get(name)
    if name == "photo" and one and other:
        return bool(one[-1]["file_id"] == other[-1]["file_id"])
    if name == "link_preview_options":
        return True
    return bool(one == other)


def edit_message_text(world: World, call: Call) -> Json:
    person, message = _target(world, call)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    content = dict(message_text(call, too_long="MESSAGE_TOO_LONG"))
    if preview := call.json("link_preview_options"):
        content["link_preview_options"] = preview
    return _replace(world, call, person, message, content)


def edit_message_caption(world: World, call: Call) -> Json:
    """Change the caption of a photo or file."""
    person, message = _target(world, call)
    if message.kind not in {"photo", "document"}:
        raise bad("there is no caption in the message to edit")
    content: Json = {message.kind: message.body[message.kind], **call_caption(call)}
    if call.flag("show_caption_above_media"):
        content["show_caption_above_media"] = True
    return _replace(world, call, person, message, content)


def edit_message_media(world: World, call: Call) -> Json:
    """Change the photo or file of a message, or make one of a text message; the reverse is not possible."""
    person, message = _target(world, call)
    if message.kind not in {"text", "photo", "document"}:
        raise bad("message can't be edited")
    item = call.json("media")
    if not isinstance(item, dict):
        raise bad("media must be a JSON-serialized object")
    return _replace(world, call, person, message, input_media(world, call, item))


def edit_message_reply_markup(world: World, call: Call) -> Json:
    """Change the inline keyboard only."""
    person, message = _target(world, call)
    content = {
        name: message.body[name] for name in _CONTENT if name in message.body and name != "reply_markup"
    }
    return _replace(world, call, person, message, content)


def _check_deletable(world: World, message: Message) -> None:
    age = world.unix_now() - message.body["date"]
    if age > DELETABLE_FOR.total_seconds():
        raise bad("message can't be deleted for everyone")


def delete_message(world: World, call: Call) -> bool:
    """Delete a message that is younger than two days."""
    person = world.person(call.params.get("chat_id", ""))
    message = person.messages.get(call.integer("message_id"))
    if message is None:
        raise bad("message to delete not found")
    _check_deletable(world, message)
    world.delete(person, message.message_id)
    return True


def delete_messages(world: World, call: Call) -> bool:
    """Delete up to a hundred messages; missing ones are ignored."""
    person = world.person(call.params.get("chat_id", ""))
    numbers = call.json("message_ids")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= 100:  # noqa: PLR2004 - the platform's limit
        raise bad("too many or no message identifiers specified")
    for number in numbers:
        message = person.messages.get(number)
        if message is not None:
            _check_deletable(world, message)
            world.delete(person, number)
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
