"""What every picture that a screen shows can do."""

from typing import Protocol


class Picture(Protocol):
    """A picture that can be drawn; two that are equal look the same.

    One that takes a fraction of a millisecond may say so by ``is_light``: a thread takes longer.
    """

    @property
    def key(self) -> str:
        """Return what tells it from other pictures."""
        ...

    def render(self) -> bytes:
        """Return the file; called in a thread, unless it is light."""
        ...
