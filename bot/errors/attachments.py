"""Errors in attachments that are found before any domain rule applies."""

from dataclasses import dataclass

from core.errors.base import InputError


class AttachmentTooLarge(InputError):
    """A photo or file exceeds the limit of ``most_bytes`` bytes."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes = most_bytes


class AttachmentNotFetched(InputError):
    """The messenger cannot deliver a photo or file at the moment."""


class AttachmentsBusy(InputError):
    """Too many photos or files of others wait to be read; try again later."""


@dataclass(eq=False, repr=False, kw_only=True)
class AttachmentsTooFast(InputError):
    """A chat has sent too many photos or files in a short time."""

    seconds: int  # until the next one is accepted
