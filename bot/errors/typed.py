"""Errors in what people type, whatever the screen."""

from core.errors.base import InputError


class UnreadableCharacters(InputError):
    """The text has parts that are no characters."""
