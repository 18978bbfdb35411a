"""Keyboards: validation as in the Bot API, and the form in which it returns them."""

from typing import Any

from sandbox.entities import utf16_length
from sandbox.errors import bad
from sandbox.params import Call

MAX_BUTTONS = 100
MAX_BUTTONS_IN_ROW = 8
MAX_CALLBACK_DATA_BYTES = 64
MAX_COPY_TEXT = 256
STYLES = frozenset({"primary", "success", "danger"})
INLINE_ACTIONS = ("callback_data", "url", "copy_text")
OTHER_ACTIONS = frozenset(
    [
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "callback_game",
        "pay",
        "disabled",
    ]
)
INLINE_WHY = "can't parse inline keyboard button: "

Markup = dict[str, Any]


def read_markup(call: Call, *, inline_only: bool) -> Markup | None:
    """Return a validated ``reply_markup``, or None if there is none.

    Raises:
        ApiError: the messenger would not take it.
    """
    markup = call.json("reply_markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if inline_only:
        raise bad("message can't be edited: only an inline keyboard can be set by an edit")
    if "keyboard" in markup:
        return _reply_keyboard(markup)
    for name in ("remove_keyboard", "force_reply"):
        if name in markup:
            if not isinstance(markup[name], bool):
                raise bad(f'field "{name}" must be of type Boolean')
            return markup if markup[name] else None
    return None


def _rows(value: object, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad(f'field "{name}" must be of type Array')
    for row in value:
        if not isinstance(row, list):
            raise bad(f'field "{name}" must be an Array of Arrays')
    if sum(len(row) for row in value) > MAX_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    return [row for row in value if row]


def _inline(value: object) -> Markup | None:
    rows = [[_inline_button(button) for button in row] for row in _rows(value, "inline_keyboard")]
    return {"inline_keyboard": rows} if rows else None


def _label(button: object, why: str) -> str:
    if not isinstance(button, dict):
        raise bad(f"{why}expected an Object")
    if "text" not in button:
        raise bad(f'{why}Can\'t find field "text"')
    text = button["text"]
    if not isinstance(text, str):
        raise bad(f'{why}Field "text" must be of type String')
    if not text.strip():
        raise bad("BUTTON_TEXT_INVALID")
    return text


def _check_style(button: dict[str, Any], why: str) -> None:
    if "style" in button and button["style"] not in STYLES:
        raise bad(f"{why}invalid button style specified")


def _inline_button(button: dict[str, Any]) -> dict[str, Any]:
    _label(button, INLINE_WHY)
    _check_style(button, INLINE_WHY)
    if not OTHER_ACTIONS.isdisjoint(button):
        raise bad("BUTTON_TYPE_INVALID")
    actions = [name for name in INLINE_ACTIONS if button.get(name)]
    if not actions:
        raise bad(INLINE_WHY + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad(INLINE_WHY + "exactly one of the optional fields must be used")
    _CHECKS[actions[0]](button[actions[0]])
    return {name: button[name] for name in ("text", "style", actions[0]) if name in button}


def _check_data(value: object) -> None:
    if not isinstance(value, str) or len(value.encode()) > MAX_CALLBACK_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")


def _check_copy(value: object) -> None:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 0 < utf16_length(text) <= MAX_COPY_TEXT:
        raise bad("BUTTON_COPY_TEXT_INVALID")


def _check_url(value: object) -> None:
    scheme, separator, rest = str(value).partition("://")
    why = f"inline keyboard button URL '{value}' is invalid: "
    if separator and scheme not in {"http", "https", "tg", "ton"}:
        raise bad(why + "Unsupported URL protocol")
    host = (rest if separator else scheme).split("/")[0]
    if scheme != "tg" and "." not in host:
        raise bad(why + "Wrong HTTP URL")


_CHECKS = {"callback_data": _check_data, "copy_text": _check_copy, "url": _check_url}


def _reply_keyboard(markup: Markup) -> Markup | None:
    for name in ("resize_keyboard", "one_time_keyboard", "is_persistent", "selective"):
        if name in markup and not isinstance(markup[name], bool):
            raise bad(f'field "{name}" must be of type Boolean')
    rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"], "keyboard")]
    return {**markup, "keyboard": rows} if rows else None


def _reply_button(button: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if isinstance(button, str):
        button = {"text": button}
    why = "can't parse keyboard button: "
    _label(button, why)
    _check_style(button, why)
    checked: dict[str, Any] = button
    return checked


def crowded_rows(markup: Markup | None) -> list[str]:
    """Return a remark for each row that has more buttons than the messenger shows."""
    rows = (markup or {}).get("inline_keyboard") or (markup or {}).get("keyboard") or []
    return [
        f"reply_markup row {number}: {len(row)} buttons, the messenger shows {MAX_BUTTONS_IN_ROW}"
        for number, row in enumerate(rows)
        if len(row) > MAX_BUTTONS_IN_ROW
    ]
