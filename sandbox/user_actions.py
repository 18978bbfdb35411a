"""Actions of people in their app: write, press, send pictures, share their contact, block."""

from typing import Any

from sandbox.entities import detect, tidy, utf16_length
from sandbox.errors import CannotDo
from sandbox.files import APP_SIDE, FileStore, check_photo, shrink_as_apps_do
from sandbox.limits import MAX_TEXT
from sandbox.people import Message, SandboxUser
from sandbox.world import CallbackQuery, World


def send(world: World, person: SandboxUser, content: dict[str, Any], reply_to: int | None = None) -> Message:
    """Send a message of a person to the bot.

    Raises:
        CannotDo: they have blocked the bot.
    """
    if person.blocked:
        raise CannotDo("the bot is blocked")
    person.started = True
    body = world.new_message(person, content, from_bot=False)
    answered = person.messages.get(reply_to) if reply_to else None
    if answered is not None:
        body["reply_to_message"] = without_reply(answered.body)
    message = Message(body=body)
    if person.keyboard is not None and person.keyboard.get("one_time_keyboard"):
        person.keyboard = None
    world.put(person, message)
    world.updates.push("message", body, chat_id=person.chat_id, user_id=person.chat_id)
    return message


def without_reply(body: dict[str, Any]) -> dict[str, Any]:
    """Return a message for embedding in a reply to it: replies do not nest."""
    return {name: value for name, value in body.items() if name != "reply_to_message"}


def say(world: World, person: SandboxUser, text: str, reply_to: int | None = None) -> Message:
    """Send a text; commands in it are marked as the app marks them.

    Raises:
        CannotDo: the text is empty or exceeds one message.
    """
    return send(world, person, _text_content(text), reply_to)


def _text_content(text: str) -> dict[str, Any]:
    text, _ = tidy(text.strip(), [])
    if not text or utf16_length(text) > MAX_TEXT:
        raise CannotDo(f"a message holds 1 to {MAX_TEXT} characters")
    entities = detect(text, [])
    return {"text": text, "entities": entities} if entities else {"text": text}


def edit(world: World, person: SandboxUser, message_id: int, text: str) -> None:
    """Edit a text message of theirs; the bot gets an update.

    Raises:
        CannotDo: they have blocked the bot, it is not a text of theirs, or the new text is empty.
    """
    if person.blocked:
        raise CannotDo("the bot is blocked")
    message = person.messages.get(message_id)
    if message is None or message.from_bot or message.kind != "text":
        raise CannotDo("only a text of one's own can be edited")
    kept = {name: value for name, value in message.body.items() if name != "entities"}
    body = kept | _text_content(text)
    world.edited(person, message, body)
    world.updates.push("edited_message", body, chat_id=person.chat_id, user_id=person.chat_id)


def press_data(world: World, person: SandboxUser, message_id: int, data: str) -> CallbackQuery:
    """Press a button with data, even if its message has changed or is gone.

    Raises:
        CannotDo: they have blocked the bot.
    """
    if person.blocked:
        raise CannotDo("the bot is blocked")
    query = world.new_query(person, message_id, data)
    message = person.messages.get(message_id)
    inaccessible = {"chat": person.chat(), "message_id": message_id, "date": 0}
    body = {
        "id": query.query_id,
        "from": person.user(),
        "message": inaccessible if message is None else message.body,
        "chat_instance": str(person.chat_id * 7_919),
        "data": data,
    }
    world.events.emit("pressed", person.chat_id, message_id=message_id, data=data, query_id=query.query_id)
    world.updates.push("callback_query", body, chat_id=person.chat_id, user_id=person.chat_id)
    return query


def press_reply(world: World, person: SandboxUser, button: dict[str, Any]) -> Message:
    """Press a button of the reply keyboard.

    Raises:
        CannotDo: the button asks for something that the sandbox does not support.
    """
    if button.get("request_contact"):
        return share_contact(world, person)
    if button.get("request_location"):
        return send(world, person, {"location": {"latitude": 21.6627, "longitude": 110.9255}})
    return say(world, person, button["text"])


def share_contact(world: World, person: SandboxUser, *, of: SandboxUser | None = None) -> Message:
    """Share a contact: one's own, or another person's from the address book."""
    whose = of or person
    contact = {
        "phone_number": whose.spec.phone,
        "first_name": whose.spec.first_name,
        "user_id": whose.chat_id,
    }
    if whose.spec.last_name:
        contact["last_name"] = whose.spec.last_name
    return send(world, person, {"contact": contact})


def send_photo(world: World, person: SandboxUser, data: bytes, caption: str = "", album: str = "") -> Message:
    """Send a picture as a photo, shrunk as apps do; photos with the same ``album`` form one.

    Raises:
        ApiError: it is not a picture.
    """
    shrunk = shrink_as_apps_do(data, APP_SIDE)
    content: dict[str, Any] = {"photo": photo_sizes(world.files, shrunk)}
    if album:
        content["media_group_id"] = album
    if caption.strip():
        content["caption"] = caption.strip()
    return send(world, person, content)


def photo_sizes(files: FileStore, data: bytes) -> list[dict[str, Any]]:
    """Store a photo in its sizes, and return them from small to large.

    Raises:
        ApiError: the messenger would not accept it as a photo.
    """
    full = files.add(data, "photo", name="photo.jpg", mime="image/jpeg", size=check_photo(data))
    return files.photo_sizes(full)


def send_file(
    world: World, person: SandboxUser, data: bytes, *, name: str, mime: str, caption: str = ""
) -> Message:
    """Send a file unchanged."""
    stored = world.files.add(data, "document", name=name, mime=mime)
    content: dict[str, Any] = {"document": stored.document()}
    if caption.strip():
        content["caption"] = caption.strip()
    return send(world, person, content)


def set_blocked(world: World, person: SandboxUser, *, blocked: bool) -> None:
    """Block or unblock the bot; it gets an update either way."""
    if person.blocked == blocked:
        return
    person.blocked = blocked
    world.events.emit("block", person.chat_id, blocked=blocked)
    if not person.started:
        return
    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    change = {
        "chat": person.chat(),
        "from": person.user(),
        "date": world.unix_now(),
        "old_chat_member": _membership(world, before),
        "new_chat_member": _membership(world, after),
    }
    world.updates.push("my_chat_member", change, chat_id=person.chat_id, user_id=person.chat_id)


def _membership(world: World, status: str) -> dict[str, Any]:
    member: dict[str, Any] = {"user": world.bot.user(), "status": status}
    if status == "kicked":
        member["until_date"] = 0
    return member


def mark_read(world: World, person: SandboxUser) -> None:
    """Mark all messages as read."""
    if person.unread:
        person.unread = 0
        world.events.emit("read", person.chat_id, unread=0)
