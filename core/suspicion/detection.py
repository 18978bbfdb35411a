"""The rules that look at many presses or entries: run now and then on a snapshot, bounded, and repeatable.

A finding that is already a suspicion is found again, which changes nothing. What happened before the last
decision about a subject is not held against it again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations, groupby

from core import audit
from core.clock import to_millis
from core.pool.segments import mask_of
from core.ports import Row, Tx
from core.settings.tables import SuspicionSettings
from core.suspicion.model import Finding, SuspicionKind, find_undecided, raise_suspicion
from core.suspicion.presses import MAX_EVENTS
from core.values.offices import Office

LOOKED_BACK = timedelta(days=1)
"""How far back presses are examined."""
FAVOURS_LOOKED_BACK = timedelta(days=30)
"""How far back what admins gave is examined."""
MAX_FOUND = 100
"""Maximum findings of one rule in one run, about those who gave the newest cause."""
MAX_PRESSES = 20_000
"""Maximum presses that are searched for accounts that press together; the newest."""
MAX_FAVOURS = 2_000
"""Maximum entries that are examined for what admins gave, and reservations after each; the newest entries."""
MAX_COMPANY = 50
"""Maximum accounts that are compared at one moment."""
APART = timedelta(minutes=1)
"""Minimum time between two meetings that count, and the time around one in which a crowd is looked for."""


class Detection:
    """Finds what the rules look for.

    Args:
        rules: the rules in force.
        offices: the served offices, by code.
    """

    def __init__(self, rules: SuspicionSettings, offices: Mapping[str, Office]) -> None:
        self._rules = rules
        self._offices = offices

    def find(self, tx: Tx) -> list[Finding]:
        """Return what is found and not yet stored; reads only."""
        found = [
            *self._pace(tx),
            *self._reactions(tx),
            *self._shared(tx, "identity"),
            *self._shared(tx, "phone"),
            *self._together(tx),
            *self._insiders(tx),
        ]
        return [one for one in found if _is_news(tx, one)]

    def store(self, tx: Tx, found: Iterable[Finding]) -> int:
        """Raise suspicions for findings that are still news; return how many were raised or grew."""
        return sum(raise_suspicion(tx, one) for one in found if _is_news(tx, one))

    def _pace(self, tx: Tx) -> Iterator[Finding]:
        rules = self._rules
        if not rules.pace_presses:
            return
        rows = tx.all(
            "suspicion.pace",
            presses=rules.pace_presses,
            span=rules.pace_seconds * 1000,
            since=to_millis(tx.now - LOOKED_BACK),
            most=MAX_FOUND,
        )
        for row in rows:
            evidence = {
                "presses": rules.pace_presses + 1,
                "milliseconds": row["span"],
                "times": row["times"],
                "at": row["at"],
            }
            yield _of_account(SuspicionKind.PACE, row, row["times"], evidence)

    def _reactions(self, tx: Tx) -> Iterator[Finding]:
        rules = self._rules
        if not rules.reaction_milliseconds:
            return
        rows = tx.all(
            "suspicion.reactions",
            limit=rules.reaction_milliseconds,
            presses=rules.reaction_presses,
            since=to_millis(tx.now - LOOKED_BACK),
            most=MAX_FOUND,
        )
        for row in rows:
            evidence = {
                "presses": row["presses"],
                "quick": row["quick"],
                "fastest": row["fastest"],
                "milliseconds": rules.reaction_milliseconds,
                "at": row["at"],
            }
            yield _of_account(SuspicionKind.REACTION, row, row["quick"], evidence)

    def _shared(self, tx: Tx, what: str) -> Iterator[Finding]:
        rules = self._rules
        if not rules.shared_accounts:
            return
        since = to_millis(tx.now - timedelta(days=rules.shared_days))
        rows = tx.all(
            "suspicion.shared_identities" if what == "identity" else "suspicion.shared_phones",
            accounts=rules.shared_accounts,
            since=since,
            recent=to_millis(tx.now - LOOKED_BACK),
            most=MAX_FOUND,
        )
        query = "suspicion.accounts_of_identity" if what == "identity" else "suspicion.accounts_of_phone"
        for row in rows:
            carriers = tx.all(query, hash=row["hash"], office=row["office"], since=since)
            accounts = [carrier["account_id"] for carrier in carriers]
            yield Finding(
                kind=SuspicionKind.SHARED,
                subject=audit.account_subject(accounts[0]),
                office=row["office"],
                weight=len(accounts),
                evidence={
                    "what": what,
                    "accounts": accounts[:MAX_EVENTS],
                    "count": len(accounts),
                    "days": rules.shared_days,
                    "at": row["at"],
                },
            )

    def _together(self, tx: Tx) -> Iterator[Finding]:
        rules = self._rules
        if not rules.together_accounts:
            return
        rows = tx.all("suspicion.presses_since", since=to_millis(tx.now - LOOKED_BACK), most=MAX_PRESSES)
        for office, presses in groupby(rows, key=lambda row: str(row["office"])):
            ordered = [(int(row["at"]), int(row["account_id"])) for row in presses]
            met = _meetings(ordered, rules.together_seconds * 1000, rules.together_accounts)
            yield from self._companies(tx, office, met)

    def _companies(
        self, tx: Tx, office: str, met: Mapping[tuple[int, int], Sequence[int]]
    ) -> Iterator[Finding]:
        """Yield a finding for each account of a company that met often enough since its last decision."""
        rules, decided = self._rules, dict[int, int]()
        friends: dict[int, dict[int, list[int]]] = defaultdict(dict)
        for pair, moments in met.items():
            for account in pair:
                if account not in decided:
                    decided[account] = _decided_at(tx, SuspicionKind.TOGETHER, audit.account_subject(account))
            for account, other in (pair, pair[::-1]):
                since = [at for at in moments if at > decided[account]]
                if len(since) >= rules.together_times:
                    friends[account][other] = since
        for account in sorted(friends):
            others = friends[account]
            if len(others) + 1 < rules.together_accounts:
                continue
            moments = sorted({at for each in others.values() for at in each})
            yield Finding(
                kind=SuspicionKind.TOGETHER,
                subject=audit.account_subject(account),
                office=office,
                weight=len(moments),
                evidence={
                    "accounts": sorted(others)[:MAX_EVENTS],
                    "count": len(others),
                    "moments": moments[-MAX_EVENTS:],
                    "times": len(moments),
                    "seconds": rules.together_seconds,
                },
            )

    def _insiders(self, tx: Tx) -> Iterator[Finding]:
        rules = self._rules
        if not rules.insider_times:
            return
        by_actor: dict[str, list[dict[str, object]]] = defaultdict(list)
        offices: dict[str, str] = {}
        for actor, office, event in (*self._granted(tx), *self._unwithheld(tx)):
            by_actor[actor].append(event)
            offices[actor] = office
        for actor, events in sorted(by_actor.items()):
            subject = audit.admin_subject(int(audit.chat_of(actor)))
            decided = _decided_at(tx, SuspicionKind.INSIDER, subject)
            since = [event for event in events if int(str(event["reserved_at"])) > decided]
            if len({event["entry"] for event in since}) >= rules.insider_times:
                yield Finding(
                    kind=SuspicionKind.INSIDER,
                    subject=subject,
                    office=offices[actor],
                    weight=len(since),
                    evidence={
                        "events": since[-MAX_EVENTS:],
                        "count": len(since),
                        "hours": rules.insider_hours,
                    },
                )

    def _granted(self, tx: Tx) -> Iterator[tuple[str, str, dict[str, object]]]:
        rows = tx.all(
            "suspicion.grants_followed",
            since=to_millis(tx.now - FAVOURS_LOOKED_BACK),
            span=self._rules.insider_hours * 3_600_000,
            most=MAX_FAVOURS,
        )
        for row in rows:
            yield row["actor"], row["office"], _event(row, row)

    def _unwithheld(self, tx: Tx) -> Iterator[tuple[str, str, dict[str, object]]]:
        rows = tx.all("suspicion.unwithheld", since=to_millis(tx.now - FAVOURS_LOOKED_BACK), most=MAX_FAVOURS)
        for row in rows:
            details, office = json.loads(row["details"]), self._offices.get(row["office"])
            if office is None:
                continue
            kind = row["subject"].rpartition(":")[2]
            mask = mask_of(kind, details["mask"], details.get("nev_letters") or office.nev_letters)
            successes = tx.all(
                "suspicion.reserved_after",
                office=office.code,
                kind=kind,
                entry_id=row["entry_id"],
                until=row["at"] + self._rules.insider_hours * 3_600_000,
                most=MAX_FAVOURS,
            )
            for success in successes:
                if mask.matches(success["serial"]):
                    yield row["actor"], office.code, _event(row, success)


def _event(entry: Row, success: Row) -> dict[str, object]:
    """Return what an admin gave and the success that followed, as evidence."""
    return {
        "entry": entry["entry_id"],
        "action": entry["action"],
        "at": entry["at"],
        "preselection": success["preselection_id"],
        "account": success["account_id"],
        "plate": f"{success['office']}·{success['serial']}",
        "reserved_at": success["reserved_at"],
    }


def _of_account(kind: SuspicionKind, row: Row, weight: int, evidence: Mapping[str, object]) -> Finding:
    subject = audit.account_subject(row["account_id"])
    return Finding(kind=kind, subject=subject, office=row["office"], weight=weight, evidence=evidence)


def _decided_at(tx: Tx, kind: SuspicionKind, subject: str) -> int:
    row = tx.one("suspicion.last_decided", kind=kind, subject=subject)
    return int(row["decided_at"]) if row else 0


def _is_news(tx: Tx, found: Finding) -> bool:
    """Return whether a finding says more than the undecided suspicion, or for shared ones the decided one.

    The other rules look only at what has happened since the last decision; accounts that share a telephone do
    not stop sharing it.
    """
    known = find_undecided(tx, found.kind, found.subject)
    if known is not None:
        return found.weight > known.weight
    row = tx.one("suspicion.last_decided", kind=found.kind, subject=found.subject)
    return row is None or found.kind != SuspicionKind.SHARED or found.weight > row["weight"]


def _meetings(
    presses: Sequence[tuple[int, int]], span: int, accounts: int
) -> dict[tuple[int, int], list[int]]:
    """Return when pairs of accounts pressed at one moment, each as (moment, account) in order.

    A moment counts if at least ``accounts`` pressed within ``span`` milliseconds, they are at least half of
    all that pressed in the minute before and after, as in a crowd any two meet by chance, and the pair has
    not met in the minute before.
    """
    met: dict[tuple[int, int], list[int]] = defaultdict(list)
    apart, around, company = APART // timedelta(milliseconds=1), _Window(presses), _Window(presses)
    for at, _ in presses:
        around.move(at - apart, at + apart)
        company.move(at, at + span)
        if len(company.accounts) < accounts or 2 * len(company.accounts) < len(around.accounts):
            continue
        for pair in combinations(sorted(company.accounts)[:MAX_COMPANY], 2):
            if not met[pair] or at - met[pair][-1] >= apart:
                met[pair].append(at)
    return met


class _Window:
    """The accounts that pressed in an interval that only moves on; each press enters and leaves it once."""

    def __init__(self, presses: Sequence[tuple[int, int]]) -> None:
        self._presses = presses
        self._first = self._next = 0
        self.accounts: dict[int, int] = {}  # how many presses of each are in the interval

    def move(self, start: int, end: int) -> None:
        """Move to the presses from ``start`` to ``end``, both included."""
        while self._next < len(self._presses) and self._presses[self._next][0] <= end:
            account = self._presses[self._next][1]
            self.accounts[account] = self.accounts.get(account, 0) + 1
            self._next += 1
        while self._first < self._next and self._presses[self._first][0] < start:
            account = self._presses[self._first][1]
            self.accounts[account] -= 1
            if not self.accounts[account]:
                del self.accounts[account]
            self._first += 1
