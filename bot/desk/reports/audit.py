"""/audit: search of the audit log, newest first, limited to the admin's offices."""

import hashlib
import json
from functools import partial

from bot.desk.confirmation import GONE
from bot.desk.reports.parts import columns, home_row, number, sheet
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.errors.commands import Part, Usage
from bot.i18n import formatting
from bot.i18n.staff_names import with_same_names
from bot.spreadsheets import Table
from bot.texts.desk import audit as texts
from bot.texts.desk import audit_terms as terms
from core.errors.desk import NotYourOffice
from core.people.admins import Permission
from core.people.scope import Scope, scope_of
from core.ports import Tx
from core.reporting import audit_search
from core.reporting.audit_search import AuditPage, AuditQuery

_A_PAGE = 10
_MOST_EXPORTED = 20_000


def parse(ctx: Context, arguments: str) -> Goto:
    """Parse /audit WHAT and go to the newest matching entries.

    Identity and telephone numbers do not leave this step.

    Raises:
        Usage: there is no argument.
        NotInAuditLog: the argument is not a search term.
        NotYourOffice: the office is not one of this admin's.
    """
    if not arguments.split():
        raise Usage("audit", (Part.TERM,))
    scope = scope_of(ctx.admin, Permission.AUDIT, ctx.core.offices)
    today = ctx.today
    query = ctx.core.audit_search.parse_query(ctx.tx, terms.meant(arguments, today), today=today)
    if query.office and not scope.holds(query.office):
        raise NotYourOffice
    newest = audit_search.newest(ctx.tx)
    return Goto(
        screen=ScreenName.DESK_AUDIT, args={"asked": query.to_json(), "newest": str(newest), "page": "0"}
    )


def _asked(ctx: Context) -> AuditQuery:
    kept = ctx.args.get("asked")
    return AuditQuery.from_json(kept) if isinstance(kept, dict) else AuditQuery(subjects=())


def _scope(ctx: Context) -> Scope:
    return scope_of(ctx.admin, Permission.AUDIT, ctx.core.offices)


def _show(ctx: Context) -> View:
    query, scope, page = _asked(ctx), _scope(ctx), number(ctx, "page")
    newest = number(ctx, "newest")
    read = partial(
        ctx.core.audit_search.page,
        query=query,
        scope=scope,
        newest=newest,
        skip=page * _A_PAGE,
        limit=_A_PAGE,
    )
    digest = hashlib.sha256(json.dumps(query.to_json()).encode()).hexdigest()
    found: AuditPage = ctx.read_snapshot(f"{ScreenName.DESK_AUDIT}:{digest}:{scope}:{newest}:{page}", read)
    lines = [texts.line(entry) for entry in found.entries] or [texts.EMPTY()]
    turns = [
        *([Button(label="‹", action=ActionName.PAGE, arg=str(page - 1))] if page else []),
        *([Button(label="›", action=ActionName.PAGE, arg=str(page + 1))] if found.more else []),
    ]
    return View(
        text="\n\n".join((terms.title(query, page), *lines)),
        rows=(
            *([tuple(turns)] if turns else []),
            *(((Button(label=formatting.EXPORT(), action=ActionName.SHEET),),) if found.entries else ()),
            home_row(),
        ),
    )


def _page(ctx: Context, page: str) -> Goto:
    return Goto(screen=ScreenName.DESK_AUDIT, args={**ctx.args, "page": page})


def _sheet(ctx: Context, _arg: str) -> Goto:
    query, scope, newest = _asked(ctx), _scope(ctx), number(ctx, "newest")

    def read(tx: Tx) -> AuditPage:
        return ctx.core.audit_search.page(tx, query, scope, newest=newest, skip=0, limit=_MOST_EXPORTED)

    record_export(ctx, "audit")
    return sheet("audit.xlsx", terms.sheet_caption(query, _MOST_EXPORTED), read, with_same_names(_tables))


def _tables(found: object) -> list[Table]:
    entries = found.entries if isinstance(found, AuditPage) else ()
    rows = [
        (
            entry.entry_id,
            entry.at,
            texts.actor(entry),
            texts.action(entry),
            texts.subject(entry),
            entry.office,
        )
        for entry in entries
    ]
    return [Table(title=texts.SHEET(), columns=columns(texts.COLUMNS()), rows=rows)]


AUDIT = Screen(
    name=ScreenName.DESK_AUDIT,
    show=_show,
    buttons={
        ActionName.PAGE: _page,
        ActionName.SHEET: _sheet,
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=GONE,
)
