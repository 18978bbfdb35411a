"""The desk's staff: their names, and who may give and remove their roles."""

from collections.abc import Sequence
from datetime import datetime

from core.errors.base import InputError, Refusal


class StaffNameUnusable(InputError):
    """A typed name has no letter, more than ``longest`` characters, or signs that no name has."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self.longest = longest


class StaffNameOfSeveral(InputError):
    """Several members of staff have the name that was searched for; ``chats`` are theirs."""

    def __init__(self, chats: Sequence[int]) -> None:
        super().__init__()
        self.chats = tuple(chats)


class RoleOfAllOffices(Refusal):
    """A role for all offices is given and removed by chiefs of all offices."""


class ChiefsByChiefsOfAll(Refusal):
    """The role of a chief is given and removed by chiefs of all offices."""


class ChiefsNotByLink(Refusal):
    """The role of a chief is not given by a one-time link of the desk: a link can be passed on."""


class ChatIsPhone(InputError):
    """A telephone number or an identity number stands where a chat id belongs."""


class ChatIsName(InputError):
    """A name of the messenger (@name) stands where a chat id belongs; a bot cannot look it up."""


class OwnRequest(Refusal):
    """Who has asked another chief cannot be the one who decides."""


class RequestOver(Refusal):
    """A request to another chief has expired, or there is no such request."""


class SecondChiefTooNew(Refusal):
    """The chief was appointed too short a time ago to decide a request before ``at``."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at
