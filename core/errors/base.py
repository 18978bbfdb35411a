"""The base classes: whom an error concerns, and whether anything has changed."""


class XuanhaoError(Exception):
    """Something went wrong."""

    def __str__(self) -> str:
        """Return the message passed in, else the first line of the class's docstring."""
        given = super().__str__()
        return given or (type(self).__doc__ or type(self).__name__).strip().splitlines()[0]


class InputError(XuanhaoError):
    """What was typed has the wrong form."""


class Refusal(XuanhaoError):
    """A rule says no."""


class SettingsError(XuanhaoError):
    """The settings cannot be used."""


class OperationError(XuanhaoError):
    """An operation failed for a technical reason; try again."""
