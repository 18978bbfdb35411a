"""The program's schema plus a table of effects: what handlers have done, how often, in what order."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.db import MIGRATIONS, QUERIES
from core.ports import Tx

_TABLE = """
CREATE TABLE effect (
    step ${identity},
    update_id ${integer} NOT NULL,
    chat_id ${integer} NOT NULL
) ${strict};
"""

_QUERIES = """
-- name: add
-- An effect of an update; nothing stops it from happening twice.
INSERT INTO effect (update_id, chat_id) VALUES (:update_id, :chat_id)

-- name: list
-- All effects in the order in which they happened.
SELECT update_id, chat_id FROM effect ORDER BY step

-- name: state
-- Where an update stands, without any guard.
SELECT state FROM inbox WHERE update_id = :update_id

-- name: force
-- Mark an update as applied, without any guard.
UPDATE inbox SET state = 'applied' WHERE update_id = :update_id

-- name: spoil
-- Make the contents of an update unreadable.
UPDATE inbox SET body = CAST('spoilt' AS ${bytes}) WHERE update_id = :update_id

-- name: inbox
-- All rows of the inbox.
SELECT * FROM inbox ORDER BY update_id
"""


_SHARED = TemporaryDirectory()


@cache
def shared_folders() -> dict[str, Path]:
    """Return what ``make_folders`` does, for all tests of this process: read and applied only once."""
    return make_folders(Path(_SHARED.name))


def make_folders(directory: Path) -> dict[str, Path]:
    """Return copies of the program's migrations and queries with the table of effects added."""
    migrations, queries = directory / "migrations", directory / "queries"
    shutil.copytree(MIGRATIONS, migrations)
    shutil.copytree(QUERIES, queries)
    last = max(int(path.name[:4]) for path in migrations.glob("*.sql"))
    (migrations / f"{last + 1:04}_effects.sql").write_text(_TABLE)
    (queries / "effect.sql").write_text(_QUERIES)
    return {"migrations": migrations, "queries": queries}


def add_effect(tx: Tx, update_id: int, chat_id: int) -> None:
    """Record the effect of an update."""
    tx.run("effect.add", update_id=update_id, chat_id=chat_id)


def effects(tx: Tx) -> list[tuple[int, int]]:
    """Return chat and update id of all effects, in order."""
    return [(row["chat_id"], row["update_id"]) for row in tx.all("effect.list")]


def states(tx: Tx) -> dict[int, str]:
    """Return the state of every update."""
    return {row["update_id"]: row["state"] for row in tx.all("effect.inbox")}
