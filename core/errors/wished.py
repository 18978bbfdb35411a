"""Numbers that owners wish for."""

from core.errors.base import InputError, Refusal


class WishedUnreadable(InputError):
    """The input is no number and no mask of one."""


class WishedTooWide(InputError):
    """A mask matches more numbers than one may wish for."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__()
        self.size = size
        self.most = most


class WishedAlready(InputError):
    """The owner wishes for this number already."""


class WishedEnough(Refusal):
    """The owner wishes for as many numbers as one may."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
