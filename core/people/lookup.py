"""Finds people for admins by chat id, identity number, credit code, phone or plate number."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.clock import CHINA
from core.errors.base import InputError
from core.errors.desk import NobodyFound
from core.people.accounts import Account, Accounts
from core.ports import Tx
from core.security.vault import Vault
from core.values.identity import IDENTITY_LENGTH, parse_identity, parse_phone
from core.values.labels import without_any_label
from core.values.offices import Office
from core.values.plates import PROVINCES, parse_plate
from core.values.text import DOTS, HYPHENS, compact

_SHORTEST_NAME = 2
_CHINESE = range(0x4E00, 0xA000)  # code points of the characters
_MOST_MISSING = 3  # or extra characters of a mistyped identity number; a chat id is shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person found; without an account if only the identity's hash is known."""

    identity_hash: bytes = field(repr=False)
    account: Account | None
    identity: str = field(default="", repr=False)  # the number, if it was typed


class People:
    """Finds people."""

    def __init__(self, accounts: Accounts, vault: Vault, offices: Mapping[str, Office]) -> None:
        self._accounts = accounts
        self._vault = vault
        self._offices = offices

    def find(self, tx: Tx, written: str) -> Who:
        """Find the person meant by a chat id, identity number, credit code, telephone or plate number.

        Raises:
            NobodyFound: no account matches, or the match has not registered.
            ResidentIdError, CreditCodeError: it looks like an identity number but is malformed.
            PlateError, SerialError: it begins like a plate number but is none.
        """
        text = compact(without_any_label(written), HYPHENS)
        if text and text[0] in PROVINCES:
            return self._known(self._by_plate(tx, text))
        if is_like_identity(text):
            identity = parse_identity(text, today=tx.now.astimezone(CHINA).date())
            digest = self._vault.lookup("identity", identity)
            return Who(
                identity_hash=digest, account=self._accounts.by_identity(tx, digest), identity=identity
            )
        return self._known(self._by_phone(tx, text) or self._by_chat(tx, text))

    def account(self, tx: Tx, written: str) -> Account:
        """Find a chat account as ``find``; by its chat id also one whose registration is incomplete.

        Raises:
            NobodyFound, ResidentIdError, CreditCodeError, PlateError, SerialError: as ``find``.
        """
        account = self._by_chat(tx, compact(without_any_label(written))) or self.find(tx, written).account
        if account is None:
            raise NobodyFound
        return account

    def _known(self, account: Account | None) -> Who:
        identity = account.own_identity_hash if account else None
        if identity is None:
            raise NobodyFound
        return Who(identity_hash=identity, account=account)

    def _by_plate(self, tx: Tx, text: str) -> Account | None:
        office = self._offices.get(text[:2])
        plate = parse_plate(text, nev_letters=office.nev_letters) if office else parse_plate(text)
        row = tx.one("preselection.last_of_plate", office=plate.office, kind=plate.kind, serial=plate.serial)
        return self._accounts.by_id(tx, row["account_id"]) if row else None

    def _by_phone(self, tx: Tx, text: str) -> Account | None:
        try:
            phone = parse_phone(text)
        except InputError:
            return None
        return self._accounts.by_phone(tx, phone)

    def _by_chat(self, tx: Tx, text: str) -> Account | None:
        is_id = text.isdecimal() and text.isascii() and len(text) < IDENTITY_LENGTH
        return self._accounts.find(tx, int(text)) if is_id else None


def is_like_identity(text: str) -> bool:
    """Return whether a text is meant as an identity number or a credit code, right or mistyped."""
    if len(text) == IDENTITY_LENGTH:
        return True
    is_number = abs(len(text) - IDENTITY_LENGTH) <= _MOST_MISSING and not text[:-1].strip("0123456789")
    return is_number and not _is_phone(text)


def _is_phone(text: str) -> bool:
    try:
        parse_phone(text)
    except InputError:
        return False
    return True


def is_like_name(text: str) -> bool:
    """Return whether a text can only be meant as a name: Chinese characters, perhaps with dots.

    What begins with a province and has two characters may be the start of a plate number.
    """
    name = compact(without_any_label(text), DOTS)
    is_chinese = len(name) >= _SHORTEST_NAME and all(ord(char) in _CHINESE for char in name)
    return is_chinese and (name[0] not in PROVINCES or len(name) > _SHORTEST_NAME)
