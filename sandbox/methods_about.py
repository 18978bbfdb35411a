"""Methods about the bot itself, chats, files and the command menu."""

import re
from typing import Any

from sandbox.errors import bad
from sandbox.files import MAX_DOWNLOAD
from sandbox.params import Call
from sandbox.people import SandboxUser
from sandbox.world import World

Json = dict[str, Any]

MAX_COMMANDS = 100
_COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")
_SCOPES = frozenset(["default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat"])


def get_me(world: World, _call: Call) -> Json:
    return {
        **world.bot.user(),
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, call: Call) -> Json:
    person = world.person(call.params.get("chat_id", ""))
    return {
        **person.chat(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": True,
            "limited_gifts": True,
            "unique_gifts": True,
            "premium_subscription": True,
            "gifts_from_channels": True,
        },
    }


def get_file(world: World, call: Call) -> Json:
    stored = world.files.files.get(call.text("file_id"))
    if stored is None:
        raise bad("invalid file_id" if call.text("file_id") else "file_id not specified")
    if stored.size > MAX_DOWNLOAD:
        raise bad("file is too big")
    answer: Json = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_path": stored.path}
    if stored.size:
        answer["file_size"] = stored.size
    return answer


def _scope(world: World, call: Call) -> tuple[str, int, str]:
    scope = call.json("scope") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    chat_id = world.person(scope.get("chat_id", "")).chat_id if kind == "chat" else 0
    language = call.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language code specified")
    return str(kind), chat_id, language


def _command(command: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    if not isinstance(command, dict) or not isinstance(command.get("command"), str):
        raise bad("can't parse BotCommand: Can't find field \"command\"")
    name, description = command["command"], str(command.get("description", "")).strip()
    if not _COMMAND.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:  # noqa: PLR2004 - the platform's limit
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.removeprefix("/"), "description": description}


def set_my_commands(world: World, call: Call) -> bool:
    """Set the command menu of a scope and a language."""
    place, commands = _scope(world, call), call.json("commands")
    if not isinstance(commands, list):
        raise bad("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    world.commands[place] = [_command(command) for command in commands]
    world.events.emit("commands", place[1])
    return True


def get_my_commands(world: World, call: Call) -> list[dict[str, str]]:
    """Return the command menu of exactly that scope and language."""
    return world.commands.get(_scope(world, call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    """Remove the command menu of a scope and language, so that the next wider scope applies."""
    place = _scope(world, call)
    world.commands.pop(place, None)
    world.events.emit("commands", place[1])
    return True


def commands_for(world: World, person: SandboxUser) -> list[dict[str, str]]:
    """Return the menu that a person sees: of the narrowest scope that has one, their language first."""
    language = person.spec.language_code[:2]
    for kind, chat_id in (("chat", person.chat_id), ("all_private_chats", 0), ("default", 0)):
        for tongue in (language, ""):
            if found := world.commands.get((kind, chat_id, tongue)):
                return found
    return []


METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
}
