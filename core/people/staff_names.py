"""The names of the desk's staff, for the texts that name an admin.

The audit log has chat ids only; names are looked up when it is shown, and stay known when a role ends. A name
is the messenger's, noted while its holder acts as an admin, until an admin sets another one.
"""

import re
from collections.abc import Mapping
from contextlib import suppress

from core import audit
from core.audit import AuditAction
from core.clock import to_millis
from core.errors.staff import StaffNameUnusable
from core.errors.store import SealBroken
from core.people.roles import Admin, Permission
from core.ports import Tx
from core.security.vault import Vault
from core.values.personal_numbers import ensure_no_personal_number, holds_personal_data
from core.values.text import tidy

LONGEST = 20
"""Maximum characters of a name; a longer one of the messenger is cut."""
_SIGN = re.compile(r"[^\w ·.'-]|_")
_BLANKS = re.compile(r"\s+")


class StaffNames:
    """Notes, sets and finds the names; they are stored encrypted.

    Args:
        vault: encrypts them.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def note(self, tx: Tx, chat_id: int, name: str) -> None:
        """Note the name that the messenger has for an admin; one that an admin has set stays."""
        row = tx.one("staff_names.of_chat", chat_id=chat_id)
        known = self._opened(row["name_sealed"]) if row else ""
        if row is not None and (row["is_set"] or known == name):
            return
        usable = _usable(name)
        if usable in {"", known}:
            return
        tx.run("staff_names.note", chat_id=chat_id, sealed=self._vault.seal(usable), now=to_millis(tx.now))

    def set(self, tx: Tx, chat_id: int, name: str, actor: str) -> str:
        """Set the name of a member of staff and return it as stored; recorded in the audit log without it.

        The caller checks whether the actor may do it.

        Raises:
            StaffNameUnusable, PersonalNumberInText: as ``parse_name``.
        """
        parsed = parse_name(name)
        tx.run("staff_names.set", chat_id=chat_id, sealed=self._vault.seal(parsed), now=to_millis(tx.now))
        audit.record(tx, actor, AuditAction.NAMED_ADMIN, audit.admin_subject(chat_id))
        return parsed

    def may_set(self, tx: Tx, admin: Admin, named: Admin) -> bool:
        """Return whether an admin may name another: whose role they may give, or a former one if of all."""
        if any(map(admin.may_manage, named.assignments)):
            return True
        return admin.may(Permission.ADMINS) and bool(self.of(tx, named.chat_id))

    def of(self, tx: Tx, chat_id: int) -> str:
        """Return the name of a member of staff, present or former; empty if it is not known."""
        row = tx.one("staff_names.of_chat", chat_id=chat_id)
        return self._opened(row["name_sealed"]) if row else ""

    def all(self, tx: Tx) -> Mapping[int, str]:
        """Return the names of all staff, present or former, by chat."""
        return {row["chat_id"]: self._opened(row["name_sealed"]) for row in tx.all("staff_names.all")}

    def _opened(self, sealed: object) -> str:
        """Return a stored name; empty if no key opens it, so that the page is shown all the same."""
        with suppress(SealBroken):
            return self._vault.open(bytes(sealed)) if isinstance(sealed, bytes | memoryview) else ""
        return ""


def parse_name(raw: str) -> str:
    """Return a typed name as it is stored.

    Raises:
        StaffNameUnusable: it has no letter, is too long, or has signs that no name has.
        PersonalNumberInText: it holds a telephone or an identity number.
    """
    name = _BLANKS.sub(" ", tidy(raw))
    ensure_no_personal_number(name)
    if len(name) > LONGEST or _SIGN.search(name) or not any(map(str.isalpha, name)):
        raise StaffNameUnusable(LONGEST)
    return name


def _usable(name: str) -> str:
    """Return what of a messenger's name can be shown: without signs, and without a personal number."""
    shown = _BLANKS.sub(" ", _SIGN.sub(" ", tidy(name))).strip()[:LONGEST].strip()
    return shown if any(map(str.isalpha, shown)) and not holds_personal_data(name) else ""
