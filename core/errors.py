"""Everything that can go wrong, one class per situation that a person can meet.

The tree:

    XuanhaoError
    ├── InputError            what was typed has the wrong form; nothing changed
    ├── Refusal               the form is right, a rule says no; nothing changed
    ├── SettingsError         the settings cannot be used; exit status 2
    └── OperationError        the machinery failed; try again
        └── StoreError

A docstring is the default message, in English, for logs and the command line. What owners and
admins read is made from class and fields in ``bot/texts``. No message holds personal data.
"""


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


class StoreError(OperationError):
    """The database failed."""


# --- vehicle plates -------------------------------------------------------------------------

# --- vehicles -------------------------------------------------------------------------------

# --- identity -------------------------------------------------------------------------------

# --- offices and calendar -------------------------------------------------------------------

# --- store ----------------------------------------------------------------------------------

# --- services -------------------------------------------------------------------------------
