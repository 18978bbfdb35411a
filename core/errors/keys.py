"""Why the keys cannot be used with this database."""

from enum import StrEnum

from core.errors.base import OperationError, SettingsError


class WrongKey(StrEnum):
    """What is wrong with the keys, in words that follow the name of the setting."""

    KEYS = (
        "keys: none of them opens what is sealed in this database, so they are of another one; put its own "
        "keys back (a new key goes in front of them, not in their place)"
    )
    NEWEST = (
        "keys: this database is being sealed with a newer key, which is not among them; put that key in front"
    )
    FORMER = (
        "keys: a key that this database still needs was taken away; put it back behind the new one until "
        "`xuanhao rotate-keys` has ended"
    )
    LOOKUP_KEY = (
        "lookup_key: it is not the one of this database, so nobody's registration or ban would be found; put "
        "the former one back (it can never be changed)"
    )


class KeysDoNotFit(SettingsError):
    """The keys are not those of this database; nothing was changed."""

    def __init__(self, source: str, wrong: tuple[WrongKey, ...]) -> None:
        super().__init__("\n".join(f"{source}{one}" for one in wrong) + "\nnothing was changed")
        self.wrong = wrong


class SealedMeanwhile(OperationError):
    """A running service still uses an older key: restart it with the newest key in front, then repeat."""
