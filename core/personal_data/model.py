"""What personal data are made of: sources, each of which reads, blocks and deletes its own kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors.accounts import DeletionBlocker
from core.people.accounts import Account
from core.ports import Tx
from core.preselection import Preselection

Record = Mapping[str, object]
"""One stored record by field name; moments are datetimes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """The person whose data are read or deleted."""

    chat_id: int
    account: Account | None  # None before consent
    identity_hash: bytes | None = field(default=None, repr=False)  # only if the identity is their own
    preselections: tuple[Preselection, ...] = field(default=(), repr=False)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return their subjects in the audit log: the account and its preselections."""
        own = (self.account.subject,) if self.account else ()
        return (*own, *(preselection.subject for preselection in self.preselections))


def nothing(_tx: Tx, _data_subject: DataSubject) -> None:
    """Do nothing: nothing to delete, or nothing that blocks deletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataSource:
    """A kind of personal data.

    Attributes:
        name: its name in the exported file.
        read: returns all records of a person.
        blocks_deletion: returns what blocks the deletion of all data of the person, if anything.
        forget: deletes them, in the transaction that empties the account.
    """

    name: str
    read: Callable[[Tx, DataSubject], Sequence[Record]]
    blocks_deletion: Callable[[Tx, DataSubject], DeletionBlocker | None] = nothing
    forget: Callable[[Tx, DataSubject], None] = nothing


Everything = Mapping[str, Sequence[Record]]
"""All data of a person, by the names of the sources."""
