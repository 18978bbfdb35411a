"""Everything that can go wrong, one class per situation that a person can meet.

The tree:

    XuanhaoError
    ├── InputError            what was typed or sent has the wrong form; nothing changed
    │   └── PhotoError        a photo cannot be used
    ├── Refusal               the form is right, a rule says no; nothing changed
    ├── SettingsError         the settings cannot be used; exit status 2
    └── OperationError        the machinery failed; try again
        └── StoreError

A docstring is the default message, in English, for logs and the command line. What owners and
admins read is made from class and fields in ``bot/texts``. No message holds personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


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


class SerialError(InputError):
    """What was typed is not a serial of the plate kind."""


class SerialEmpty(SerialError):
    """No serial was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class SerialOfOtherOffice(SerialError):
    """The plate number begins with the code of another office."""

    typed: str  # the code in front of what was typed, e.g. "粤A"
    wanted: str  # the office that is meant, e.g. "粤K"


@dataclass(eq=False, repr=False, kw_only=True)
class SerialCharacters(SerialError):
    """There are characters that no plate bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised serial
    characters: str  # each of them once, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class SerialLength(SerialError):
    """The serial is too short or too long."""

    wanted: int  # characters
    found: int  # characters, the office's code not counted


@dataclass(eq=False, repr=False, kw_only=True)
class SerialLookalike(SerialError):
    """The letters O and I are not used; a 0 or a 1 may be meant."""

    positions: tuple[int, ...]  # counted from 1 in the normalised serial
    suggestion: str | None  # with 0 and 1 in their places; None where that is no serial either


@dataclass(eq=False, repr=False, kw_only=True)
class SerialTooManyLetters(SerialError):
    """There are more letters than two."""

    found: int  # letters


@dataclass(eq=False, repr=False, kw_only=True)
class SerialNevLetter(SerialError):
    """The letter of a new-energy serial is missing or is not one that is used."""

    position: int  # where it stands, counted from 1
    allowed: str  # the letters in use, e.g. "ABCDEFGHJK"


@dataclass(eq=False, repr=False, kw_only=True)
class SerialDigitWanted(SerialError):
    """There is a letter where only a digit may stand."""

    positions: tuple[int, ...]  # counted from 1


class SerialNotIssued(SerialError):
    """The serial 00000 is not issued."""


class PlateError(InputError):
    """What was typed is not a plate number."""


class PlateEmpty(PlateError):
    """No plate number was typed."""


class PlateOfficeMissing(PlateError):
    """The plate number does not begin with an office's code, a province and a letter."""


@dataclass(eq=False, repr=False, kw_only=True)
class PlateLength(PlateError):
    """What follows the office's code is too short or too long."""

    wanted: tuple[int, ...]  # the lengths that are possible, ascending
    found: int


class MaskError(InputError):
    """What was typed is not a mask of the plate kind."""


class MaskEmpty(MaskError):
    """No mask was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class MaskCharacters(MaskError):
    """There are characters that no mask knows."""

    positions: tuple[int, ...]  # counted from 1
    characters: str  # each of them once, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class MaskLength(MaskError):
    """The mask is too short or too long."""

    wanted: int  # characters
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class MaskLookalike(MaskError):
    """The letters O and I are not used; a 0 or a 1 may be meant."""

    positions: tuple[int, ...]  # counted from 1


@dataclass(eq=False, repr=False, kw_only=True)
class MaskTooManyLetters(MaskError):
    """There are more letters than two, fixed and @ together."""

    found: int  # letters


@dataclass(eq=False, repr=False, kw_only=True)
class MaskNevLetter(MaskError):
    """The letter of a new-energy mask is missing or is not one that is used."""

    position: int  # where it stands, counted from 1
    allowed: str  # the letters in use


@dataclass(eq=False, repr=False, kw_only=True)
class MaskDigitWanted(MaskError):
    """There is a letter where only a digit may stand."""

    positions: tuple[int, ...]  # counted from 1


class MaskNotIssued(MaskError):
    """The mask names only 00000, which is not issued."""


# --- vehicles -------------------------------------------------------------------------------


class VinError(InputError):
    """What was typed is not a VIN."""


class VinEmpty(VinError):
    """No VIN was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class VinCharacters(VinError):
    """There are characters that no VIN bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised VIN
    characters: str  # each of them once, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class VinLength(VinError):
    """The VIN is too short or too long."""

    wanted: int  # 17
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class VinLookalike(VinError):
    """The letters I, O and Q are not used in a VIN; a 1 or a 0 may be meant."""

    positions: tuple[int, ...]  # counted from 1 in the normalised VIN
    suggestion: str | None  # with 1 and 0 in their places; None where its check digit is wrong


@dataclass(eq=False, repr=False, kw_only=True)
class VinMistyped(VinError):
    """A character of the VIN is mistyped: its check digit is wrong."""

    grouped: str  # as it was understood, 3-6-8, to be held against the paper


class CertificateError(InputError):
    """What was typed is not the number of a certificate."""


class CertificateEmpty(CertificateError):
    """No certificate number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateCharacters(CertificateError):
    """There are characters that no certificate number bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number
    characters: str  # each of them once, in the order typed, at most ten


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateLength(CertificateError):
    """The certificate number is too short or too long."""

    shortest: int
    longest: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class CertificateDigitWanted(CertificateError):
    """There is a letter among the last ten characters of a certificate number."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


# --- identity -------------------------------------------------------------------------------


class ResidentIdError(InputError):
    """What was typed is not a resident identity number."""


class ResidentIdEmpty(ResidentIdError):
    """No identity number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdCharacters(ResidentIdError):
    """There are characters that no identity number bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdLength(ResidentIdError):
    """The identity number is too short or too long."""

    wanted: int  # 18
    found: int


class ResidentIdMistyped(ResidentIdError):
    """A digit of the identity number is mistyped: its check character is wrong."""


class ResidentIdRegion(ResidentIdError):
    """The identity number begins with the code of no province."""


class ResidentIdBirthDate(ResidentIdError):
    """The birth date in the identity number is in no calendar."""


class ResidentIdFuture(ResidentIdError):
    """The birth date in the identity number lies in the future."""


@dataclass(eq=False, repr=False, kw_only=True)
class ResidentIdAge(ResidentIdError):
    """The birth date in the identity number lies longer ago than anybody has lived."""

    oldest: int  # years


class CreditCodeError(InputError):
    """What was typed is not a unified social credit code."""


class CreditCodeEmpty(CreditCodeError):
    """No credit code was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class CreditCodeCharacters(CreditCodeError):
    """There are characters that cannot stand there in a credit code."""

    positions: tuple[int, ...]  # counted from 1 in the normalised code


@dataclass(eq=False, repr=False, kw_only=True)
class CreditCodeLength(CreditCodeError):
    """The credit code is too short or too long."""

    wanted: int  # 18
    found: int


class CreditCodeMistyped(CreditCodeError):
    """A character of the credit code is mistyped: its check character is wrong."""


class PhoneError(InputError):
    """What was typed is not a mainland mobile number."""


class PhoneEmpty(PhoneError):
    """No telephone number was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneCharacters(PhoneError):
    """There are characters that no telephone number bears."""

    positions: tuple[int, ...]  # counted from 1 in the normalised number


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneForeign(PhoneError):
    """The telephone number is not one of the mainland."""

    country_code: int  # e.g. 852


class PhoneNotMobile(PhoneError):
    """The telephone number is none of a mobile phone, so no code can be sent to it."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhoneUnknown(PhoneError):
    """No such mainland number is given out; a digit may be missing or mistyped."""

    found: int  # digits as typed


class PersonNameError(InputError):
    """What was typed is not a name."""


class PersonNameEmpty(PersonNameError):
    """No name was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class PersonNameLength(PersonNameError):
    """The name is too short or too long."""

    shortest: int
    longest: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class PersonNameCharacters(PersonNameError):
    """There are characters that cannot stand there in a name."""

    positions: tuple[int, ...]  # counted from 1 in the normalised name


class UnitNameError(InputError):
    """What was typed is not an organisation's name."""


class UnitNameEmpty(UnitNameError):
    """No name was typed."""


@dataclass(eq=False, repr=False, kw_only=True)
class UnitNameLength(UnitNameError):
    """The name is too short or too long."""

    shortest: int
    longest: int
    found: int


@dataclass(eq=False, repr=False, kw_only=True)
class UnitNameCharacters(UnitNameError):
    """There are characters that cannot stand in an organisation's name."""

    positions: tuple[int, ...]  # counted from 1 in the normalised name
    characters: str  # each of them once, in the order typed, at most ten


# --- photos ---------------------------------------------------------------------------------


class PhotoError(InputError):
    """A photo cannot be used."""


class PhotoNotAPicture(PhotoError):
    """What was sent is no picture of a kind that is taken, or one that breaks off."""


class PhotoFormatNotInstalled(PhotoError):
    """The photo is HEIC, and its reader is not installed: pip install "xuanhao[photos]"."""


class PhotoAnimated(PhotoError):
    """The picture has several frames or pages."""


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooHeavy(PhotoError):
    """The file is too large."""

    most_bytes: int


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooLarge(PhotoError):
    """The picture has too many pixels."""

    most_pixels: int


@dataclass(eq=False, repr=False, kw_only=True)
class PhotoTooSmall(PhotoError):
    """The picture has too few pixels to be read."""

    min_side: int  # pixels that the shorter side must have
    width: int  # pixels of the longer side
    height: int  # pixels of the shorter side


class PhotoTooNarrow(PhotoError):
    """The picture is a strip, not a photo of something."""


class PhotoBlurred(PhotoError):
    """The photo is blurred."""


class PhotoRepeated(PhotoError):
    """The photo is the same picture as one that was sent before."""


class BarcodeReaderNotInstalled(PhotoError):
    """Barcodes cannot be read, for their reader is not installed: pip install "xuanhao[photos]"."""


class BarcodeNotFound(PhotoError):
    """No barcode was found in the photo."""


class BarcodeWithoutVin(PhotoError):
    """Barcodes were read in the photo, but none holds a VIN."""


# --- offices and calendar -------------------------------------------------------------------


class NoSuchOffice(InputError):
    """No issuing office has this code."""

    def __init__(self, code: str, near: tuple[str, ...]) -> None:
        hint = f", did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"{code}: no issuing office has this code{hint}")
        self.code = code
        self.near = near


class HoursUnreadable(InputError):
    """Hours cannot be understood.

    ``problem`` names what is wrong (see ``core.hours.PROBLEMS``), ``part`` is what it is wrong with.
    """

    def __init__(self, message: str, *, problem: str, part: str) -> None:
        super().__init__(f"{part}: {message}" if part else message)
        self.problem = problem
        self.part = part


class NoWorkdayAhead(OperationError):
    """No working day on which the counter opens lies within the next years: look at the calendar."""


class SettingsFileMissing(SettingsError):
    """The settings file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: there is no such file; copy config.example.toml to begin")
        self.path = path


class SettingsFileUnreadable(SettingsError):
    """The settings file cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be read: {reason}")
        self.path = path
        self.reason = reason


class SettingsSyntax(SettingsError):
    """The settings file is not TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: not TOML: {reason}")
        self.path = path
        self.reason = reason


class SettingsRefused(SettingsError):
    """Settings are missing, misspelt or out of bounds; one line for each of ``problems``."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class KeyFileUnusable(SettingsError):
    """The file with the service's own keys cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class KeyFileLost(SettingsError):
    """A database stands there without the key file that opens its personal data."""

    def __init__(self, database: Path, path: Path) -> None:
        super().__init__(
            f"{path}: is gone, but {database} exists and its personal data need these keys; "
            "put the file back, or give [security] keys and lookup_key"
        )
        self.database = database
        self.path = path


# --- store ----------------------------------------------------------------------------------


class StoreUrlError(SettingsError):
    """database.url is neither sqlite:///FILE nor postgresql://USER@HOST/DATABASE."""


class StoreDriverMissing(SettingsError):
    """PostgreSQL needs drivers that are not installed: pip install "xuanhao[postgres]"."""


class StoreClosed(StoreError):
    """The store has been closed."""


class StoreInUse(StoreError):
    """Another process uses the database file; only one may."""

    def __init__(self, path: str, pid: int | None = None) -> None:
        self.path = path
        self.pid = pid
        by = f"by process {pid}" if pid else "by another process"
        super().__init__(
            f"{path} is in use {by}: stop that one first; "
            "for several workers use postgresql:// as database.url"
        )


class StoreUnavailable(StoreError):
    """The database cannot be opened or reached."""


class StoreFull(StoreError):
    """The disk is full, or the database has reached its greatest size."""


class StoreContention(StoreError):
    """Others were in the way each time it was tried (deadlock, serialisation, lock); nothing changed."""


class StoreUnknownOutcome(StoreError):
    """The connection was lost while committing: nobody knows whether it happened; look before you repeat."""


class StoreConstraintError(StoreError):
    """A constraint of the database refused a statement."""

    def __init__(self, query: str, constraint: str) -> None:
        self.query = query
        self.constraint = constraint  # its name; of SQLite's unique keys the columns
        super().__init__(f"{query}: refused by {constraint}")


class TransactionSpoilt(StoreError):
    """A statement of this transaction failed before, or it is over: nothing more can be done in it."""


class QueryError(StoreError):
    """A query is written or called wrongly: a mistake in the program."""

    def __init__(self, query: str, what: str) -> None:
        self.query = query
        super().__init__(f"{query}: {what}")


class MigrationError(StoreError):
    """A migration is misnamed, missing or fails; the database is as before it."""

    def __init__(self, migration: str, what: str) -> None:
        self.migration = migration
        super().__init__(f"migration {migration}: {what}")


class DatabaseNewer(StoreError):
    """The database was written by a newer version of the program."""

    def __init__(self, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"the database has schema {found}, this program knows up to {known}: install the newer program"
        )


class DatabaseOlder(StoreError):
    """The database's schema is older than the program and must be migrated."""

    def __init__(self, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(f"the database has schema {found}, this program needs {known}: migrate it first")


# --- services -------------------------------------------------------------------------------


class PhotoStoreError(OperationError):
    """A photo cannot be kept, read or deleted: look at the folder of photos."""


class SealBroken(OperationError):
    """A sealed field cannot be opened with any of the keys in the settings."""


class NotRegistered(Refusal):
    """The owner has not registered yet."""


@dataclass(eq=False, repr=False, kw_only=True)
class NotThisUserType(Refusal):
    """This user type selects only at the office of registration."""

    user_type: str  # "new_owner" or "unit"


class UnitNeedsCreditCode(Refusal):
    """Only whoever is registered with a unified social credit code is a unit."""


class CreditCodeIsUnit(Refusal):
    """Whoever is registered with a unified social credit code stays a unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """Why somebody's data cannot be deleted yet."""

    why: str  # "reserved": a number waits to be confirmed; "banned"; or another holding's own word
    until: datetime | None = None  # when it ends by itself
    what: str = ""  # what it is about, a number: 粤KA1234


@dataclass(eq=False, repr=False)
class DeletionHindered(Refusal):
    """Something must be over before one's own data can be deleted."""

    hindrances: tuple[Hindrance, ...]


class IdentityTaken(Refusal):
    """The identity number is registered by another chat account."""


class PhoneTaken(Refusal):
    """The telephone number is registered by another chat account."""


class ContactOfSomebodyElse(InputError):
    """The contact that was sent is not the sender's own."""


class NoCodeYet(Refusal):
    """No code has been asked for, or another step has used it up."""


class CodeExpired(Refusal):
    """The code has run out."""


class CodeLocked(Refusal):
    """Too many wrong tries: the code is locked for good."""


class CodeForm(InputError):
    """A code has six digits."""


class CodeTooSoon(Refusal):
    """The last code was asked for a moment ago."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class PhoneCapReached(Refusal):
    """The telephone has had as many codes today as it may have."""


class ServiceCapReached(Refusal):
    """The service has sent as many codes today as it may send."""


class SmsGatewayError(OperationError):
    """The SMS gateway did not accept the code."""


class StepOutOfOrder(Refusal):
    """The preselection is not in the state from which this step leads on."""


class DataIncomplete(Refusal):
    """Something is missing before the data can be confirmed."""


class VinUnavailable(Refusal):
    """The vehicle cannot be given a number by this owner now; an appeal may help."""

    def __init__(self, vin: str = "") -> None:
        super().__init__()
        self.vin = vin


class VinPreselected(VinUnavailable):
    """A live preselection exists for the vehicle."""


class VinRegistered(VinUnavailable):
    """The vehicle is registered already."""


class VinBeingSelected(VinUnavailable):
    """Somebody else is selecting for the vehicle at this moment."""


class VinAwarded(VinUnavailable):
    """An appeal has found somebody else to be the vehicle's owner."""


class VehicleUnknown(Refusal):
    """The registry does not know the vehicle."""


class CertificateMismatch(Refusal):
    """The certificate number is not the one that the registry holds for the vehicle."""


class KindMismatch(Refusal):
    """The registry holds another plate kind for the vehicle."""


class OfficeUnknown(Refusal):
    """This office is not served here."""


class OfficeClosed(Refusal):
    """Selection is outside its service hours."""

    def __init__(self, next_opening: datetime | None) -> None:
        super().__init__()
        self.next_opening = next_opening


class VerificationLapsed(Refusal):
    """The verification by SMS has run out: idle for too long, or closed meanwhile."""


class NoBatchesLeft(Refusal):
    """No random batch is left for the vehicle."""


class NoWishesLeft(Refusal):
    """Fewer self-composed wishes are left for the vehicle than were made."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class ChancesUsedUp(Refusal):
    """Random and self-composed chances of the vehicle are both used up."""


class TriedTooSoon(Refusal):
    """The last self-composed try was a moment ago."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class NoWishes(InputError):
    """A try needs at least one wish."""


class TooManyWishes(InputError):
    """A try has more wishes than the office allows."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class WishRefused(InputError):
    """A wish cannot be made; nothing was charged."""


class WishRepeated(WishRefused):
    """The same number stands twice in one try."""


class WishNotReleased(WishRefused):
    """The number belongs to no released segment."""


class WishWithheld(WishRefused):
    """The number is withheld."""


class WishRandomOnly(WishRefused):
    """The number's segment is open to random selection only, for now."""

    def __init__(self, opens: datetime) -> None:
        super().__init__()
        self.opens = opens


class WishesRefused(InputError):
    """Some wishes cannot be made; nothing was charged."""

    def __init__(self, refused: Sequence[tuple[str, XuanhaoError]]) -> None:
        super().__init__()
        self.refused = tuple(refused)


class HoldEnded(Refusal):
    """The time for this number has run out; it is back in the pool."""


class NotInBatch(InputError):
    """The number is not one of the living batch."""


class SegmentOverlaps(Refusal):
    """The segment overlaps one that has been released; ``by`` is who released that, as the journal has it."""

    def __init__(self, mask: str, by: str = "") -> None:
        super().__init__()
        self.mask = mask
        self.by = by


class ReleaseInThePast(InputError):
    """A release, or its opening to self-composition, cannot lie in the past."""


class PlateNotReserved(Refusal):
    """Nobody has reserved this number; the journal may know who ended it: the actor, and how."""

    def __init__(self, by: str = "", action: str = "") -> None:
        super().__init__()
        self.by = by
        self.action = action


class VinTailMismatch(Refusal):
    """The last six characters of the VIN are not those of the preselection."""


class Blacklisted(Refusal):
    """The identity is on the blacklist."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__()
        self.until = until
        self.reason = reason


class NotBlacklisted(Refusal):
    """No ban runs that could be ended or changed."""


class HandledMeanwhile(Refusal):
    """Somebody else was faster: it is not any more as the admin was shown it.

    ``by`` is the actor and ``action`` what they did, as the journal has it; empty where it does not tell.
    """

    def __init__(self, by: str = "", action: str = "") -> None:
        super().__init__()
        self.by = by
        self.action = action


class HolderElsewhere(Refusal):
    """Whoever has the identity now is registered at an office at which this admin may not take it away."""

    def __init__(self, office: str) -> None:
        super().__init__()
        self.office = office


class BroadcastTextEmpty(InputError):
    """A broadcast has no text."""


@dataclass(eq=False, repr=False, kw_only=True)
class BroadcastTextLong(InputError):
    """A broadcast's text is too long."""

    most: int
    found: int


class BroadcastRunning(Refusal):
    """The office's last broadcast has not ended; ``broadcast_id`` names it."""

    def __init__(self, broadcast_id: int) -> None:
        super().__init__()
        self.broadcast_id = broadcast_id


class NobodyToTell(Refusal):
    """Nobody belongs to the audience that was chosen."""


class BanInThePast(InputError):
    """A ban has to end later than now."""


class DayInThePast(InputError):
    """The day is over."""


class DayClosed(Refusal):
    """The counter is closed on that day already; ``by`` has entered it, for ``reason``."""

    def __init__(self, by: str, reason: str) -> None:
        super().__init__()
        self.by = by
        self.reason = reason


class UserTypeHeld(Refusal):
    """They are of that very user type already."""


class RoleHeld(Refusal):
    """They have got that very role already."""


class NobodyFound(Refusal):
    """Nobody fits what was written: no chat, identity, telephone or plate number."""


class NothingKnown(Refusal):
    """Nothing is known of what was asked for: no such vehicle was ever here, or it is gone."""


class NotYourDuty(Refusal):
    """Nobody with this role may do this; to a stranger the command is unknown."""


class NotYourOffice(Refusal):
    """The role is one at other offices."""


class NoSuchAdmin(Refusal):
    """Nobody has this role there, or the settings give it, which no command changes."""


class InMaintenance(Refusal):
    """The office is closed for maintenance; ``text`` is what owners are told."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class NotInMaintenance(Refusal):
    """It is not closed for maintenance."""


class AlreadyWithheld(Refusal):
    """The mask is withheld already."""


class NotWithheld(Refusal):
    """The mask is not withheld."""


class ImportUnderWay(Refusal):
    """The admin has an import that is neither confirmed nor given up."""


class ImportOver(Refusal):
    """The import has been confirmed, given up or undone before."""


class NothingGranted(InputError):
    """A grant is of at least one chance and at most a hundred of each kind."""


class IdentityIsTheirs(Refusal):
    """The identity belongs to this chat account already."""


class AlreadyHandled(Refusal):
    """Somebody else at the desk has dealt with it; ``by`` is how the journal calls them."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by = by


class NothingToHandle(Refusal):
    """What was to be dealt with is not there any more."""


class NotInJournal(InputError):
    """What was asked of the journal is no number, person, segment, action, office or date that it knows."""


# --- appeals --------------------------------------------------------------------------------


@dataclass(eq=False, repr=False, kw_only=True)
class AppealReasonLength(InputError):
    """The reason of an appeal is too short or too long."""

    shortest: int  # characters
    longest: int
    found: int


class AppealNotNeeded(Refusal):
    """Nothing stands between the owner and the selection for this vehicle."""


class AppealAboutOwnNumber(Refusal):
    """The vehicle's number is the owner's own."""


class AppealWaits(Refusal):
    """An appeal of the owner about this vehicle waits already."""


class AppealsWaitEnough(Refusal):
    """As many appeals of the owner wait as may wait at a time."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class AppealUnfinished(Refusal):
    """The owner has a draft that is neither submitted nor given up."""


class AppealIncomplete(Refusal):
    """Something is missing before the appeal can be submitted."""


class AppealUnknown(Refusal):
    """There is no appeal of this number."""


class AppealDecided(Refusal):
    """The appeal does not wait any more: who ended it (an actor of the journal), and how (a state)."""

    def __init__(self, by: str, state: str) -> None:
        super().__init__()
        self.by = by
        self.state = state


class AppealOfOneself(Refusal):
    """Nobody decides an appeal that is their own, or about a number of their own."""


class AppealMoved(Refusal):
    """What an approval would set aside has changed since it was looked at."""
