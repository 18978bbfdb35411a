"""What a screen gets to work with: the core, the open transaction, who asks and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from bot.dialog.languages import choose_language
from bot.i18n.language import Language
from core import audit
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
    """One step, or one showing, of one chat's conversation. It lives as long as its transaction."""

    core: Core
    tx: Tx
    chat_id: int
    args: Mapping[str, object]
    received_at: datetime  # when what it answers was received
    screen: str = ""  # on which the chat stands when something is answered
    nonce: str = ""  # the messenger's id of the press
    snapshots: Snapshots = NO_SNAPSHOTS  # what was read outside the transaction
    shown_at: datetime | None = field(default=None)
    language: Language = Language.CHINESE  # in which the screen is shown
    bot_username: Callable[[], str] = str  # how the bot is called in links
    has_left: bool = False  # a rehearsal, by what is being answered
    known: object = None  # what the step that led to this screen has handed on, see ``Goto.known``

    @property
    def actor(self) -> str:
        return audit.chat_actor(self.chat_id)

    def read_snapshot(self, key: str, read: Callable[[Tx], Any]) -> Any:  # noqa: ANN401 - whatever ``read`` returns
        """Return what a function finds on a snapshot of the database, read outside the write transaction.

        For what counts or looks through much. It does not know what this very step has changed.

        Args:
            key: distinguishes this value from all others that the same step may need.
            read: looks, and changes nothing.

        Raises:
            SnapshotNeeded: it has not been read yet; the step is run again.
        """
        return self.snapshots.read(key, read)

    @property
    def today(self) -> date:
        """Return the day on which this step runs, in China."""
        return self.tx.now.astimezone(CHINA).date()

    @cached_property
    def admin(self) -> Admin:
        """What this chat is at the desk; a stranger is nothing."""
        return self.core.admins.of(self.tx, self.chat_id)

    def require(self, permission: Permission) -> None:
        """Refuse what this chat may not do at the office that the screen's arguments name.

        Raises:
            NotPermitted, NotYourOffice: it may not.
        """
        office = self.args.get("office")
        self.admin.require(permission, office if isinstance(office, str) else None)

    def desk_office(self, code: str, permission: Permission) -> Office:
        """Return an office that is served here, and at which this chat may do something, by what was typed.

        Raises:
            OfficeUnknown: it is not served.
            NotPermitted, NotYourOffice: this chat may not.
        """
        office = self.office_of(compact(code))
        self.admin.require(permission, office.code)
        return office

    @cached_property
    def account_or_none(self) -> Account | None:
        """The chat's account, if it has consented."""
        return self.core.accounts.find(self.tx, self.chat_id)

    @property
    def account(self) -> Account:
        """The chat's account.

        Raises:
            NotRegistered: it has none.
        """
        if self.account_or_none is None:
            raise NotRegistered
        return self.account_or_none

    @cached_property
    def current_preselection(self) -> Preselection | None:
        """What the owner has begun and not ended."""
        return unfinished(self.tx, self.account_or_none) if self.account_or_none else None

    @property
    def preselection(self) -> Preselection:
        """What the owner has begun.

        Raises:
            StepOutOfOrder: nothing.
        """
        if self.current_preselection is None:
            raise StepOutOfOrder
        return self.current_preselection

    @property
    def office(self) -> Office:
        """The office of what the owner has begun."""
        return self.office_of(self.preselection.office)

    def office_of(self, code: str) -> Office:
        """Return an office that is served here.

        Raises:
            OfficeUnknown: it is not, or no more.
        """
        office = self.core.offices.get(code)
        if office is None:
            raise OfficeUnknown
        return office

    def speak(self, language: Language) -> None:
        """Speak to this chat in another language from now on; what is shown next is in it already."""
        choose_language(self.tx, self.chat_id, language)
        self.language = language

    def refresh(self) -> None:
        """Forget what was read of the owner, after a change."""
        for name in ("account_or_none", "current_preselection", "admin"):
            self.__dict__.pop(name, None)

    def arg(self, name: str) -> str:
        """Return an argument of the screen, empty when it has none of that name."""
        value = self.args.get(name, "")
        return value if isinstance(value, str) else ""

    def list_arg(self, name: str) -> list[str]:
        """Return an argument of the screen that is a list of texts."""
        value = self.args.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
