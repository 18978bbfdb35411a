"""The request context of a screen: the core services, the open transaction, the chat and the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from bot.dialog.languages import choose_language
from bot.i18n.language import Language
from bot.public_journal.checks import CheckNeeded, CheckRequest, PoolCheck
from core import audit
from core.availability.closed_days import days_of
from core.bootstrap import Core
from core.clock import CHINA
from core.errors.accounts import NotRegistered
from core.errors.offices import OfficeUnknown
from core.errors.preselection import StepOutOfOrder
from core.people.accounts import Account
from core.people.admins import Admin, Permission
from core.ports import Tx
from core.preselection import Preselection, unfinished
from core.snapshots import NO_SNAPSHOTS, Snapshots
from core.values.offices import Office
from core.values.text import compact


@dataclass(kw_only=True)
class Context:
    """One step, or one rendering, of one chat's conversation; valid for the duration of its transaction."""

    core: Core
    tx: Tx
    chat_id: int
    args: Mapping[str, object]
    received_at: datetime  # when the update was received
    screen: str = ""  # the chat's current screen while an update is handled
    sender: str = field(default="", repr=False)  # whose step it is, as the messenger has the name
    nonce: str = ""  # the callback query id
    snapshots: Snapshots = NO_SNAPSHOTS  # values read outside the transaction
    language: Language = Language.CHINESE  # of the rendered screen
    bot_username: Callable[[], str] = str  # for deep links
    has_left: bool = False  # the update being handled has ended a rehearsal
    known: object = None  # passed on by the step that led to this screen, see ``Goto.known``
    _offices: dict[str, Office] = field(default_factory=dict)  # read in this step
    _names: Mapping[int, str] | None = field(default=None, repr=False)  # likewise

    @property
    def actor(self) -> str:
        return audit.chat_actor(self.chat_id)

    def read_snapshot(self, key: str, read: Callable[[Tx], Any]) -> Any:  # noqa: ANN401 - whatever ``read`` returns
        """Return the result of an expensive read, made on a read-only snapshot outside the write transaction.

        The snapshot does not contain the changes of the current step.

        Args:
            key: identifies the value among all those that the same step may need.
            read: must not write.

        Raises:
            SnapshotNeeded: it has not been read yet; the step is rerun with the value.
        """
        return self.snapshots.read(key, read)

    def read_check(self, wanted: CheckRequest) -> PoolCheck:
        """Return the outcome of checking a pool's public journal, made outside the write transaction.

        Raises:
            CheckNeeded: it has not been made yet; the step is rerun with the outcome.
        """
        found = self.snapshots.values.get(wanted.key)
        if not isinstance(found, PoolCheck):
            raise CheckNeeded(wanted, self.chat_id)
        return found

    @property
    def today(self) -> date:
        """The date of this step in China's time zone."""
        return self.tx.now.astimezone(CHINA).date()

    @cached_property
    def admin(self) -> Admin:
        """The chat's admin roles; without any for a chat that is not an admin's."""
        return self.core.admins.of(self.tx, self.chat_id)

    def staff_names(self) -> Mapping[int, str]:
        """Return the names of the desk's staff, for an admin; to owners nobody of the staff has a name."""
        if self._names is None:
            self._names = self.core.staff_names.all(self.tx) if self.admin.is_any else {}
        return self._names

    def note_name(self) -> None:
        """Note the messenger's name of an admin who comes to the desk: by a command or a button."""
        if self.sender and self.admin.is_any:
            self.core.staff_names.note(self.tx, self.chat_id, self.sender)
            self._names = None

    def require(self, permission: Permission) -> None:
        """Ensure that this chat has a permission at the office named in the screen's arguments.

        Raises:
            NotPermitted, NotYourOffice: it does not.
        """
        office = self.args.get("office")
        self.admin.require(permission, office if isinstance(office, str) else None)

    def desk_office(self, code: str, permission: Permission) -> Office:
        """Return the office for a typed code, after checking this chat's permission there.

        Raises:
            OfficeUnknown: the office is not served.
            NotPermitted, NotYourOffice: the chat does not have the permission.
        """
        office = self.office_of(compact(code))
        self.admin.require(permission, office.code)
        return office

    @cached_property
    def account_or_none(self) -> Account | None:
        return self.core.accounts.find(self.tx, self.chat_id)

    @property
    def account(self) -> Account:
        """The chat's account.

        Raises:
            NotRegistered: the chat has no account.
        """
        if self.account_or_none is None:
            raise NotRegistered
        return self.account_or_none

    @cached_property
    def current_preselection(self) -> Preselection | None:
        """The owner's unfinished preselection, if any."""
        return unfinished(self.tx, self.account_or_none) if self.account_or_none else None

    @property
    def preselection(self) -> Preselection:
        """The owner's unfinished preselection.

        Raises:
            StepOutOfOrder: there is none.
        """
        if self.current_preselection is None:
            raise StepOutOfOrder
        return self.current_preselection

    @property
    def office(self) -> Office:
        """The office of the owner's unfinished preselection."""
        return self.office_of(self.preselection.office)

    def office_of(self, code: str) -> Office:
        """Return the office with this code, with the hours of single days that differ from the settings'.

        Raises:
            OfficeUnknown: the office is not, or no longer, served.
        """
        if code not in self._offices:
            office = self.core.offices.get(code)
            if office is None:
                raise OfficeUnknown
            self._offices[code] = days_of(self.tx, office, self.core.calendar).office
        return self._offices[code]

    def speak(self, language: Language) -> None:
        """Store the chat's language; the next screen is already rendered in it."""
        choose_language(self.tx, self.chat_id, language)
        self.language = language

    def refresh(self) -> None:
        """Drop the cached account and preselection after a change."""
        for name in ("account_or_none", "current_preselection", "admin"):
            self.__dict__.pop(name, None)
        self._offices.clear()
        self._names = None

    def arg(self, name: str) -> str:
        """Return an argument of the screen, or an empty string if it is absent."""
        value = self.args.get(name, "")
        return value if isinstance(value, str) else ""

    def list_arg(self, name: str) -> list[str]:
        """Return a screen argument that is a list of strings."""
        value = self.args.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def ids_arg(self, name: str) -> list[int]:
        """Return a screen argument that is a list of ids."""
        value = self.args.get(name)
        return [item for item in value if isinstance(item, int)] if isinstance(value, list) else []
