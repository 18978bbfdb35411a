"""``move-store``: copy a whole database from SQLite to PostgreSQL, or back."""

import argparse
from functools import partial
from pathlib import Path

from tqdm import tqdm

from bot.cli.command import DONE, Command
from bot.cli.described import counted
from bot.cli.progress import advance
from core.db.moving import Moved, TableDigest, move
from core.settings.keys import KEY_FILE

_TO_POSTGRES = """\
  database.url = "{target}", with the password, if it needs one
  photos.directory = "{photos}", unless it is set already: the photos stay where they are"""
_KEYS = """\
  [security]: copy keys and lookup_key from {keys}; with PostgreSQL the settings have the keys"""
_TO_SQLITE = """\
  database.url = "sqlite:///{target}"
  photos.directory: the folder that is used now, unless it is set already: the photos stay where they are
  [security] stays as it is: the keys are still needed
  an SQLite file is served by one process: run it without --workers"""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="the URL of the database in use so far")
    parser.add_argument("target", metavar="TARGET", help="the URL of an empty one, of the other engine")


def _move_store(given: argparse.Namespace) -> int:
    with tqdm(desc="rows", unit=" rows", unit_scale=True, disable=None, leave=False) as bar:

        def tell(table: TableDigest) -> None:
            if table.rows:
                bar.write(f"  {table.table}: {counted(table.rows, 'row')}, {table.digest[:16]}")

        moved = move(given.source, given.target, progress=partial(advance, bar), on_table=tell)
    rows = sum(table.rows for table in moved.tables)
    print(f"moved to {moved.target}: {len(moved.tables)} tables, {counted(rows, 'row')}, equal in both")
    print("the settings still name the former database; set in them, before the service is started:")
    for step in _next_steps(moved):
        print(step)
    away = "move it away" if moved.from_sqlite else "rename the database, or drop it when all is well"
    print(f"then xuanhao check, and xuanhao run. The service must not run on {moved.source} again: {away}")
    return DONE


def _next_steps(moved: Moved) -> list[str]:
    if not moved.from_sqlite:
        return [_TO_SQLITE.format(target=moved.target)]
    folder = Path(moved.source).parent
    steps = [_TO_POSTGRES.format(target=moved.target, photos=folder / "photos")]
    if (folder / KEY_FILE).exists():
        steps.append(_KEYS.format(keys=folder / KEY_FILE))
    return steps


COMMAND = Command(
    name="move-store",
    example="move-store sqlite:////srv/data/xuanhao.db postgresql://xuanhao@db/xuanhao",
    about="copy the whole database from SQLite to PostgreSQL, or back, while no service runs",
    run=_move_store,
    add_arguments=_add_arguments,
    has_config=False,
)
