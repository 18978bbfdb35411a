"""What can be wrong with what somebody sends, before any rule of the domain looks at it."""

from core.errors import InputError


class AttachmentTooLarge(InputError):
    """A photo or file is larger than is taken here; ``most_bytes`` says how large it may be."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes = most_bytes


class AttachmentNotFetched(InputError):
    """The messenger does not hand out a photo or file now."""
