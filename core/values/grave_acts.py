"""Acts of the desk that the settings may put under the consent of a second chief."""

from enum import StrEnum


class GraveAct(StrEnum):
    """An act that can need two chiefs; the values are names in the settings and in the database."""

    UNBAN = "unban"  # a ban, or one of its causes, is lifted
    GRANT = "grant"  # further chances for a vehicle
    UNDO = "undo"  # a chief takes back what was done at the desk; not what a clerk does within the hour
    IDENTITY = "identity"  # an identity is moved to another account
