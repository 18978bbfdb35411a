"""Distil the Bot API's machine-readable schema into the small contract that the sandbox checks.

Usage::

    python tools/distil_contract.py PATH/TO/schema.json sandbox/contract.json

The schema is the file ``.butcher/schema/schema.json`` in the source distribution of aiogram (MIT).
Only facts are kept: names, types, which parameters are required, and the limits that the descriptions state
as «1-64 bytes» or «0-1024 characters». Parameters that the sandbox does not simulate are omitted on purpose,
so that sending one is recorded as a contract violation.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

METHODS = [
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "sendVenue",
    "sendLocation",
    "sendMediaGroup",
    "editMessageText",
    "editMessageCaption",
    "editMessageMedia",
    "editMessageReplyMarkup",
    "deleteMessage",
    "deleteMessages",
    "answerCallbackQuery",
    "getFile",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "sendChatAction",
    "getChat",
]

NOT_SIMULATED = frozenset(
    [
        "business_connection_id",
        "message_thread_id",
        "direct_messages_topic_id",
        "ephemeral_message_parameters",
        "suggested_post_parameters",
        "rich_message",
        "inline_message_id",
        "certificate",
        "ip_address",
        "foursquare_id",
        "foursquare_type",
        "google_place_id",
        "google_place_type",
        "live_period",
        "heading",
        "proximity_alert_radius",
        "ephemeral_message_id",
        "checklist_task_id",
        "poll_option_id",
        "is_ephemeral",
        "request_users",
        "request_chat",
        "request_managed_bot",
        "request_poll",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "callback_game",
        "pay",
        "disabled",
        "icon_custom_emoji_id",
        "has_spoiler",
    ]
)

UNIONS = {
    "KeyboardButton": ["KeyboardButton", "String"],
    "InputMedia": ["InputMediaPhoto", "InputMediaDocument"],
    "BotCommandScope": [
        "BotCommandScopeDefault",
        "BotCommandScopeAllPrivateChats",
        "BotCommandScopeAllGroupChats",
        "BotCommandScopeAllChatAdministrators",
        "BotCommandScopeChat",
    ],
}
ALBUM = (
    "Array of InputMediaAudio, InputMediaDocument, InputMediaLivePhoto, InputMediaPhoto and InputMediaVideo"
)
PLAIN = frozenset({"Integer", "String", "Boolean", "Float", "True", "InputFile"})
LIMIT = re.compile(r"\b(\d+)-(\d+) (characters|bytes)")


def alternatives(kind: str) -> tuple[str, list[str]]:
    """Split «Array of Array of A or B» into its prefix and [A, B], with abstract types replaced."""
    if kind == ALBUM:
        kind = "Array of InputMedia"
    depth = kind.count("Array of ")
    names = kind.replace("Array of ", "").split(" or ")
    real = [name for given in names for name in UNIONS.get(given, [given])]
    return "Array of " * depth, real


def field(annotation: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of one parameter or field."""
    prefix, names = alternatives(annotation["type"])
    facts: dict[str, Any] = {"type": prefix + " or ".join(names)}
    if annotation["required"]:
        facts["required"] = True
    if found := LIMIT.search(annotation["description"]):
        facts["limit"] = [int(found[1]), int(found[2]), found[3]]
    return facts


def fields(item: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of all parameters of a method, or of all fields of a type."""
    return {a["name"]: field(a) for a in item["annotations"] if a["name"] not in NOT_SIMULATED}


def distil(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the contract: the methods, and every type reachable from their parameters."""
    index = {child["name"]: child for item in schema["items"] for child in item["children"]}
    methods = {name: fields(index[name]) for name in METHODS}
    types: dict[str, Any] = {}
    waiting = [facts["type"] for method in methods.values() for facts in method.values()]
    while waiting:
        for name in alternatives(waiting.pop())[1]:
            if name not in PLAIN and name not in types:
                types[name] = fields(index[name])
                waiting += [facts["type"] for facts in types[name].values()]
    return {"api_version": schema["api"]["version"], "methods": methods, "types": dict(sorted(types.items()))}


def main(arguments: list[str]) -> int:
    """Read the schema and write the contract."""
    if len(arguments) != 2:  # noqa: PLR2004 - where from, where to
        print(__doc__)
        return 2
    contract = distil(json.loads(Path(arguments[0]).read_text("utf-8")))
    text = json.dumps(contract, ensure_ascii=False, indent=1, sort_keys=False)
    Path(arguments[1]).write_text(text + "\n", "utf-8")
    print(f"{len(contract['methods'])} methods, {len(contract['types'])} types")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
