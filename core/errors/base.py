"""The trunk of the tree: whom an error concerns, and whether anything has changed."""


class XuanhaoError(Exception):
    """Something went wrong."""

    def __str__(self) -> str:
        """Return the message that was given, else the first line of the docstring."""
        given = super().__str__()
        return given or (type(self).__doc__ or type(self).__name__).strip().splitlines()[0]


class InputError(XuanhaoError):
    """What was typed has the wrong form."""


class Refusal(XuanhaoError):
    """A rule says no."""


class SettingsError(XuanhaoError):
    """The settings cannot be used."""


class OperationError(XuanhaoError):
    """The machinery failed; try again."""
