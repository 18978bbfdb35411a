"""Which messages of a user are deleted from the chat, because they contain personal data."""

from bot.dialog.events import Attachment, Command, Contact, Event, Other, Typed
from bot.dialog.result import StepResult
from core.values.personal_numbers import InputKind, holds_personal_data


def is_private(event: Event, result: StepResult) -> bool:
    """Return whether the message of an event is to be deleted, whether it was accepted or not.

    A contact always is, and so is any text with a personal number in it, also as a caption. A picture, a
    scan, a video or a voice message may show papers or tell what is in them: none stays, whether a screen
    has taken it or not.
    """
    match event:
        case Contact():
            return True
        case Other(is_recording=True):
            return True
        case Typed(text=text) | Other(caption=text):
            return _holds(text, result.input_kind)
        case Command(name=name, arguments=arguments):
            return _holds(f"{name.lstrip(_LETTERS)} {arguments}", result.input_kind)
        case Attachment():
            return event.may_show_papers or _holds(event.caption, InputKind.OTHER)
    return False


_LETTERS = "abcdefghijklmnopqrstuvwxyz_"


def _holds(text: str, kind: InputKind | None) -> bool:
    return kind is not None and holds_personal_data(text, kind)
