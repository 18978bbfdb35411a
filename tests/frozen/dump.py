"""What must not change, as sorted lines, one file for each subject in ``golden/``.

python -m tests.frozen.dump            print differences from the golden files; exit status 1 if any
python -m tests.frozen.dump --write    replace the golden files
"""

import argparse
import difflib
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tests.frozen import names, pictures, settings, store

GOLDEN = Path(__file__).with_name("golden")

SUBJECTS: Mapping[str, Callable[[], Iterable[str]]] = {
    "audit_log": names.audit_log,
    "callback_data": names.callback_data,
    "catalogue": names.catalogue,
    "command_line": names.command_line,
    "commands": names.commands_of_chats,
    "composed_names": names.composed_names,
    "enum_values": names.enum_values,
    "errors": names.errors,
    "hashes": names.hashes,
    "migrations": store.migrations,
    "pictures": pictures.pictures,
    "postgres_queries": store.postgres_queries,
    "schema": store.schema,
    "screens": names.screens,
    "settings": settings.settings,
    "sqlite_queries": store.sqlite_queries,
}

_MEANING = """\
{subject}: not what tests/frozen/golden/{subject}.txt says.

Rows that are stored, messages that still stand in chats, and settings and habits of people carry these
names. A line that is gone or changed (-) breaks them, unless whatever carries it is migrated too.
Where lines were only added (+), or a change is really meant: python -m tests.frozen.dump --write

{diff}"""


def lines_of(subject: str) -> list[str]:
    """Return a subject's current lines."""
    return sorted(SUBJECTS[subject]())


def difference(subject: str) -> str:
    """Return a description of what has changed in a subject; empty if nothing has."""
    file = GOLDEN / f"{subject}.txt"
    golden = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    diff = difflib.unified_diff(golden, lines_of(subject), "golden", "now", n=0, lineterm="")
    told = "\n".join(diff)
    return _MEANING.format(subject=subject, diff=told) if told else ""


def _write() -> None:
    for subject in SUBJECTS:
        text = "".join(f"{line}\n" for line in lines_of(subject))
        (GOLDEN / f"{subject}.txt").write_text(text, encoding="utf-8")


def main() -> int:
    """Compare or write; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.frozen.dump", description=__doc__)
    parser.add_argument("--write", action="store_true", help="take what there is as golden")
    if parser.parse_args().write:
        _write()
        return 0
    differences = [told for subject in SUBJECTS if (told := difference(subject))]
    sys.stdout.write("\n\n".join([*differences, ""]))
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
