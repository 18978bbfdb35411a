"""The interface of pictures in views."""

from typing import Protocol


class Picture(Protocol):
    """A picture that can be rendered; equal pictures look the same.

    A picture that is asked for often may set ``is_frequent``: then the render process renders it.
    """

    @property
    def key(self) -> str:
        """The cache key; pictures that look different have different keys."""
        ...

    def render(self) -> bytes:
        """Return the encoded file; runs on the render thread, or in the render process."""
        ...
