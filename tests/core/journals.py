"""The public journal of a test's office, written and checked as anybody would."""

from pathlib import Path

from core.bootstrap import Core
from core.pool import seeds
from core.ports import Tx
from core.public_journal.checker import Report, check
from core.public_journal.entries import FORMAT, canonical, line

MOST = 1_000_000


def keep_seeds(tx: Tx, core: Core) -> None:
    """Publish the seeds whose day is over, and commit ahead, as the job does."""
    for office, kind in seeds.due(tx, core.offices):
        core.seeds.keep_up(tx, office, kind)


def written(tx: Tx, office: str) -> str:
    """Return the journal of an office as a file's text."""
    lines, heads = [canonical({"format": FORMAT, "office": office})], {}
    for pool in tx.all("journal.kinds", office=office):
        kind = pool["kind"]
        rows = tx.all("journal.entries", office=office, kind=kind, after=0, most=MOST)
        lines += (line(row["body"], row["hash"]) for row in rows)
        heads[kind] = {"hash": pool["journal_head"], "seq": pool["journal_seq"]}
    return "\n".join([*lines, canonical({"end": True, "heads": heads}), ""])


def checked(text: str, path: Path) -> Report:
    """Check a journal's text with the checker.

    Raises:
        JournalError: it is wrong.
    """
    path.write_text(text, encoding="utf-8")
    return check(path)
