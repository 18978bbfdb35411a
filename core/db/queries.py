"""The named queries of the .sql files.

A file contains blocks. A block has a line ``-- name: query_name``, comment lines that state its
purpose, and one statement with parameters written ``:name``. Python refers to it as
``file.query_name``. A file of the same name in the dialect's folder overrides individual blocks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from core.db.dialect import POSTGRES, SQLITE, Dialect
from core.errors.store import QueryError

QUERIES = Path(__file__).with_name("queries")
"""The folder of the program's queries."""

_HEAD = re.compile(r"^-- name:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_TOKEN = re.compile(
    r"""
      (?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<cast>::)
    | :(?P<parameter>[A-Za-z_]\w*)
    | (?P<end>;)
    | (?P<stray>['"]|/\*)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One statement, prepared for its driver."""

    name: str  # "file.query_name"
    purpose: str  # its comment
    text: str  # without comments; parameters in the driver's syntax
    parameters: frozenset[str]
    count: int  # number of parameters, so that a call is checked with one comparison

    def misuse(self, values: dict[str, object]) -> QueryError | None:
        """Return an error if a call's values do not match the parameters, else None."""
        wrong = [f"missing {name}" for name in sorted(self.parameters - values.keys())]
        wrong += [f"superfluous {name}" for name in sorted(values.keys() - self.parameters)]
        return QueryError(self.name, ", ".join(wrong)) if wrong else None


Queries = Mapping[str, Query]
"""All queries of one dialect, by ``file.query_name``."""


def load_queries(directory: Path, dialect: Dialect) -> Queries:
    """Return every query of a directory in one dialect; read once in a process.

    Args:
        directory: contains ``*.sql`` and, for overrides by a dialect, the folders ``sqlite`` and
            ``postgres``.
        dialect: supplies the words and the parameter syntax.

    Raises:
        QueryError: a block has no name, purpose or statement, is duplicated, contains an unknown
            ``${word}`` or a second statement, or a dialect's block overrides nothing.
    """
    return _load(directory, dialect.name)


@lru_cache(maxsize=8)
def _load(directory: Path, engine: str) -> Queries:
    dialect = POSTGRES if engine == POSTGRES.name else SQLITE
    common = _load_folder(directory, dialect)
    special = _load_folder(directory / dialect.name, dialect)
    for name in special.keys() - common.keys():
        raise QueryError(name, f"{dialect.name}/ replaces a block that does not exist")
    return MappingProxyType(common | special)


def _load_folder(folder: Path, dialect: Dialect) -> dict[str, Query]:
    found: dict[str, Query] = {}
    for path in sorted(folder.glob("*.sql")):
        for name, body in _blocks(path):
            if name in found:
                raise QueryError(name, "there are two blocks of this name")
            found[name] = _parse(name, body, dialect)
    return found


def _blocks(path: Path) -> Iterator[tuple[str, str]]:
    before, *parts = _HEAD.split(path.read_text(encoding="utf-8"))
    if _TOKEN.sub(lambda match: "" if match["comment"] else match[0], before).strip():
        raise QueryError(path.stem, "there is SQL before the first '-- name:'")
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        if not re.fullmatch(r"[a-z_]\w*", title):
            raise QueryError(path.stem, f"'{title}' is no name of a query")
        yield f"{path.stem}.{title}", body


def _parse(name: str, body: str, dialect: Dialect) -> Query:
    try:
        filled = dialect.fill(body)
    except ValueError as error:
        raise QueryError(name, str(error)) from None
    text, parameters = _translate(name, filled, named="%({})s" if dialect.name == "postgres" else ":{}")
    if not text:
        raise QueryError(name, "the block holds no statement")
    return Query(
        name=name,
        purpose=_purpose(name, filled.strip().splitlines()),
        text=text,
        parameters=frozenset(parameters),
        count=len(frozenset(parameters)),
    )


def _purpose(name: str, lines: Sequence[str]) -> str:
    said = []
    for line in lines:
        if not line.startswith("--"):
            break
        said.append(line.removeprefix("--").strip())
    if not any(said):
        raise QueryError(name, "no comment says what it is for")
    return " ".join(said)


def _translate(name: str, text: str, *, named: str) -> tuple[str, list[str]]:
    """Return the statement without comments and in the driver's parameter syntax, and the parameters."""
    escape = named.startswith("%")
    pieces: list[str] = []
    parameters: list[str] = []
    position, ended = 0, False
    for match in [*_TOKEN.finditer(text), None]:
        between = text[position : match.start() if match else len(text)]
        pieces.append(between.replace("%", "%%") if escape else between)
        if ended and (between.strip() or (match and not match["comment"])):
            raise QueryError(name, "there is more than one statement")
        if match is None:
            break
        position = match.end()
        if match["stray"]:
            raise QueryError(name, "a quote or a comment does not end")
        ended = ended or bool(match["end"])
        pieces.append(_piece(match, named, escape=escape))
        parameters += [match["parameter"]] if match["parameter"] else []
    return "\n".join(line.rstrip() for line in "".join(pieces).strip().splitlines()), parameters


def _piece(match: re.Match[str], named: str, *, escape: bool) -> str:
    if match["parameter"]:
        return named.format(match["parameter"])
    if match["end"] or match["comment"]:
        return " " if match["comment"] else ""
    return match[0].replace("%", "%%") if escape else match[0]
