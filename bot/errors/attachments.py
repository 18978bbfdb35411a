"""Errors in attachments that are found before any domain rule applies."""

from core.errors.base import InputError


class AttachmentTooLarge(InputError):
    """A photo or file exceeds the limit of ``most_bytes`` bytes."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes = most_bytes


class AttachmentNotFetched(InputError):
    """The messenger cannot deliver a photo or file at the moment."""
