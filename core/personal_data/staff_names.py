"""The name by which the desk knows a member of its staff: exported to them; it stays with the audit log."""

from core.people.staff_names import StaffNames
from core.personal_data.model import DataSubject, PersonalDataSource, Record
from core.ports import Tx


def staff_name_source(names: StaffNames) -> PersonalDataSource:
    """Return the source; most people have no such name."""

    def read(tx: Tx, data_subject: DataSubject) -> list[Record]:
        name = names.of(tx, data_subject.chat_id)
        return [{"name": name}] if name else []

    return PersonalDataSource(name="staff_name", read=read)
