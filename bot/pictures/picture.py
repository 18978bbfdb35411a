"""The interface of pictures in views."""

from typing import Protocol


class Picture(Protocol):
    """A picture that can be rendered; equal pictures look the same.

    A picture that renders in a fraction of a millisecond may set ``is_light``: a hand-over takes longer.
    """

    @property
    def key(self) -> str:
        """The cache key; pictures that look different have different keys."""
        ...

    def render(self) -> bytes:
        """Return the encoded file; runs in a thread unless the picture is light."""
        ...
