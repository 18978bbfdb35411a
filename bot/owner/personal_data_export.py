"""Export of personal data: as JSON, and as an HTML page."""

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import listed
from bot.i18n.language import spoken
from bot.texts.owner import exported as texts
from core.clock import CHINA
from core.personal_data import Everything, Record

_STYLE = (
    "body{font:15px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#181c24}"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin:1.6em 0 .4em}"
    "table{border-collapse:collapse;margin:.5em 0 1.2em;width:100%}"
    "th,td{border:1px solid #c8ccd2;padding:.25em .6em;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{width:13em;background:#f1f3f5;font-weight:normal}"
)


def to_json(everything: Everything, at: datetime) -> bytes:
    """Return the data as JSON: UTF-8, timestamps in ISO 8601, China time."""
    content = {"exported_at": at, **everything}
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain).encode()


def to_html(everything: Everything, at: datetime) -> bytes:
    """Return the data as a self-contained HTML page."""
    title = escape(texts.TITLE())
    body = "".join(_section(name, records) for name, records in everything.items())
    return (
        f'<!doctype html><html lang="{spoken().tag}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{escape(texts.made_at(at))}</p>{body}"
        "</body></html>\n"
    ).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="milliseconds")
    raise TypeError(f"nothing that a file can hold: {type(value).__name__}")


def _section(name: str, records: Sequence[Record]) -> str:
    tables = "".join(_table(name, record) for record in records) or f"<p>{escape(texts.NOTHING())}</p>"
    return f"<section><h2>{escape(texts.section(name))}</h2>{tables}</section>"


def _table(section: str, record: Record) -> str:
    rows = (
        f"<tr><th>{escape(texts.field(name))}</th>"
        f"<td>{escape(texts.value(section, name, _shown(value)))}</td></tr>"
        for name, value in record.items()
        if value not in (None, "")
    )
    return f"<table>{''.join(rows)}</table>"


def _shown(value: object) -> str:
    match value:
        case datetime():
            return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        case bool():
            return texts.YES() if value else texts.NO()
        case list():
            return listed(map(str, value))
        case dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
