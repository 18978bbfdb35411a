"""The personal data of owners: a list of sources that are exported and deleted (docs/domain.md, section 12).

Each source says how its data are read, what blocks their deletion, and how they are deleted. Code that stores
other personal data adds a source to those that ``core.bootstrap`` builds ``PersonalData`` with. The
conversation is the exception: its table (``dialog``) belongs to ``bot``, but is read and deleted here with
the others, since all tables are one schema (see ``core.db``).
"""

from core.personal_data.model import DataSubject, Everything, PersonalDataSource, Record
from core.personal_data.service import PersonalData
from core.personal_data.sources import SOURCES

__all__ = ["SOURCES", "DataSubject", "Everything", "PersonalData", "PersonalDataSource", "Record"]
