"""/desk: open tasks, oldest first, with links to them; and the switch of the daily summary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape

from bot.desk import chief_requests, known_registrations, notes, suspicion, withholding
from bot.desk.find import to_card
from bot.desk.menu import group_rows, to_menu
from bot.desk.reports import segments
from bot.desk.reports.parts import columns, home_row, number, sheet
from bot.desk.spreadsheets import record_export
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Usage
from bot.i18n import formatting
from bot.i18n.staff_names import with_same_names
from bot.pictures.batch import NUMBERS
from bot.pictures.cards import ReportPicture
from bot.pictures.chart_canvas import Ground
from bot.pictures.figure_tiles import Tile
from bot.pictures.work_queue import Ahead, Dashboard
from bot.spreadsheets import Table
from bot.texts.desk import clock as clock_texts
from bot.texts.desk import known_registrations as known_texts
from bot.texts.desk import notes as note_texts
from bot.texts.desk import parts
from bot.texts.desk.days import maintenance_line
from bot.texts.desk.reports import parts as report_texts
from bot.texts.desk.reports import waiting as texts
from bot.texts.desk.reports.task_names import TASK_KINDS
from bot.texts.errors import of_error
from core.audit import SubjectKind
from core.availability import maintenance
from core.bootstrap import Core
from core.clock import CHINA
from core.errors.base import Refusal, XuanhaoError
from core.people.accounts import Account
from core.people.admins import EVERYWHERE, Admin, Permission
from core.pool.segments import office_of_segment
from core.ports import Tx
from core.reporting import daily_summary, task_handling, work_queue
from core.reporting.tasks import MAX_LISTED, Task, TaskKind
from core.reporting.work_queue import WorkQueue

_A_PAGE = 6
_LONGEST_TEXT = 60  # of a maintenance, in the caption of a picture
_RARE = frozenset(
    {
        TaskKind.CALENDAR,
        TaskKind.UNCONFIRMED,
        TaskKind.KIND_MISMATCH,
        TaskKind.UNREMINDED,
        TaskKind.JOURNAL,
        TaskKind.SMS,
        TaskKind.RESTORED,
        TaskKind.REQUEST,
        TaskKind.UNWITHHOLD,
        TaskKind.SUSPICION,
    }
)
"""The kinds that have a tile only while there are tasks of them."""
_WITHOUT_MOMENT = frozenset({TaskKind.POOL, TaskKind.CALENDAR})
_WITHOUT_PAGE = frozenset({TaskKind.CALENDAR, TaskKind.JOURNAL, TaskKind.SMS, TaskKind.RESTORED})
"""The kinds that a command or the settings end, rather than a page."""


def parse(_ctx: Context, arguments: str) -> Goto:
    """Parse /desk and go to the work queue.

    Raises:
        Usage: there are arguments.
    """
    if arguments.strip():
        raise Usage("desk")
    return to_page("0")


def to_page(page: str) -> Goto:
    return Goto(screen=ScreenName.DESK_DESK, args={"page": page})


def _look(ctx: Context) -> WorkQueue:
    """Return the work queue, from a snapshot, as segments are counted for it.

    The snapshot does not include what this step has handled; the argument ``done`` names it.
    """
    look = partial(work_queue.read_work_queue, services=ctx.core.desk_services, admin=ctx.admin)
    queue: WorkQueue = ctx.read_snapshot(ScreenName.DESK_DESK, look)
    done = {ctx.arg("done"), *ctx.list_arg("done")}
    return replace(queue, tasks=tuple(task for task in queue.tasks if task.subject not in done))


def _show(ctx: Context) -> View:
    ctx.admin.require(Permission.DESK)
    queue = _look(ctx)
    page, turns = page_of(queue.tasks, number(ctx, "page"), _A_PAGE)
    owners = work_queue.recipients(ctx.tx, ctx.core.accounts, page)
    leads = [
        Button(label=texts.lead_label(NUMBERS[place], task), action=ActionName.LEAD, arg=task.subject)
        for place, task in enumerate(page)
        if _leads_on(task)
    ]
    return View(
        text=_maintenance(ctx) + _text(queue, page, number(ctx, "page"), owners),
        picture=ReportPicture(report=picture(queue)),
        rows=(
            *in_columns(leads, 2),
            *([tuple(turns)] if turns else []),
            *_confirm_all(queue),
            *_notes(ctx),
            (
                Button(label=formatting.EXPORT(), action=ActionName.SHEET),
                Button(label=report_texts.REFRESH(), action=ActionName.PAGE, arg="0"),
            ),
            (_switch(ctx), *home_row()),
            *group_rows(ctx),
        ),
    )


def _confirm_all(queue: WorkQueue) -> tuple[tuple[Button, ...], ...]:
    count = queue.counts[TaskKind.UNCONFIRMED]
    if not count:
        return ()
    return ((Button(label=known_texts.confirm_all_label(count), action=ActionName.CONFIRM),),)


def _notes(ctx: Context) -> tuple[tuple[Button, ...], ...]:
    """Return the button to the notes of the last day; none if there are none."""
    count = len(notes.recent(ctx))
    return ((Button(label=note_texts.open_label(count), action=ActionName.NOTES),),) if count else ()


def _switch(ctx: Context) -> Button:
    if daily_summary.wants_summary(ctx.tx, ctx.chat_id):
        return Button(label=texts.SUMMARY_ON(), action=ActionName.SUMMARY, arg="off")
    return Button(label=texts.SUMMARY_OFF(), action=ActionName.SUMMARY, arg="on")


def _maintenance(ctx: Context) -> str:
    """Return which of this chat's offices are in maintenance, a line each; empty if none is."""
    own = {EVERYWHERE, *ctx.admin.offices(Permission.DESK, ctx.core.offices)}
    lines = [
        maintenance_line(one.office, one.text[:_LONGEST_TEXT])
        for one in maintenance.running(ctx.tx)
        if one.office in own
    ]
    return "".join(f"{line}\n" for line in lines)


def _text(queue: WorkQueue, page: list[Task], number_of_page: int, owners: Mapping[int, Account]) -> str:
    suspended = [texts.EVERYTHING_SUSPENDED()] if queue.is_suspended else []
    if queue.is_clock_doubted:
        suspended.append(clock_texts.IN_DOUBT())
    if not queue.tasks:
        return "\n".join([*suspended, texts.NOTHING_WAITS()])
    pages = -(-len(queue.tasks) // _A_PAGE)
    lines = [*suspended, f"<b>{escape(texts.desk_counts(queue))}</b>"]
    if pages > 1:
        lines.append(report_texts.page_line(min(number_of_page, pages - 1), pages))
    lines += (
        f"{NUMBERS[place]} {escape(texts.item(task, queue.at, owners))}" for place, task in enumerate(page)
    )
    return report_texts.fitting(lines)


def picture(queue: WorkQueue) -> Dashboard:
    return Dashboard(
        title=texts.DESK_TITLE(),
        at=report_texts.counted_at(queue.at),
        tiles=tuple(_tile(queue, task_kind) for task_kind in queue.task_kinds if _is_shown(queue, task_kind)),
        days_title=texts.AHEAD(),
        days=tuple(
            Ahead(label=report_texts.day_label(day), number=count, today=not ahead)
            for ahead, (day, count) in enumerate(queue.due)
        ),
    )


def _is_shown(queue: WorkQueue, task_kind: TaskKind) -> bool:
    return task_kind not in _RARE or bool(queue.counts[task_kind])


def _tile(queue: WorkQueue, task_kind: TaskKind) -> Tile:
    count, first = queue.counts[task_kind], queue.oldest(task_kind)
    ground = Ground.TILE
    if count and task_kind != TaskKind.SCHEDULED:
        today = first is not None and first.astimezone(CHINA).date() <= queue.at.astimezone(CHINA).date()
        urgent = task_kind in {TaskKind.DEADLINE, TaskKind.SHUT} and today
        ground = Ground.RED if urgent else Ground.AMBER
    return Tile(
        label=TASK_KINDS[task_kind](),
        number=f"{count:,}" if count < MAX_LISTED else f"{MAX_LISTED}+",
        hint=texts.oldest(first, queue.at) if first and task_kind not in _WITHOUT_MOMENT else "",
        ground=ground,
    )


def _leads_on(task: Task) -> bool:
    return task.task_kind not in _WITHOUT_PAGE


def _lead(ctx: Context, subject: str) -> Goto:
    """Go to the subject of a button."""
    topic, _, rest = subject.partition(":")
    if topic == SubjectKind.SEGMENT:
        office = office_of_segment(ctx.tx, int(rest))
        return segments.of_office(office) if office else to_page("0")
    page = _PAGES.get(topic)
    return page(rest) if page else Goto(screen=ScreenName.DESK_MATTER, args={"subject": subject})


_PAGES: dict[str, Callable[[str], Goto]] = {
    SubjectKind.PRESELECTION: lambda number: to_card(f"{SubjectKind.PRESELECTION}:{number}"),
    SubjectKind.APPEAL: lambda number: Goto(screen=ScreenName.DESK_APPEAL, args={"id": number}),
    SubjectKind.REQUEST: chief_requests.to_request,
    SubjectKind.UNWITHHOLD: withholding.to_request,
    SubjectKind.SUSPICION: suspicion.to_page,
    SubjectKind.POOL: lambda pool: segments.of_office(pool.partition(":")[0]),
}
"""The pages of subjects, by the rest of the subject."""


def _summary(ctx: Context, switch: str) -> Goto:
    ctx.admin.require(Permission.DESK)
    daily_summary.set_summary(ctx.tx, ctx.chat_id, on=switch == "on")
    note = texts.SUMMARY_TURNED_ON() if switch == "on" else texts.SUMMARY_TURNED_OFF()
    return Goto(screen=ScreenName.DESK_DESK, args=dict(ctx.args), note=note)


def _sheet(ctx: Context, _arg: str) -> Goto:
    ctx.admin.require(Permission.DESK)
    look = partial(_listed, core=ctx.core, admin=ctx.admin)
    record_export(ctx, "desk")
    return sheet("desk.xlsx", escape(texts.DESK_TITLE()), look, with_same_names(_tables))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A work queue for a spreadsheet, and the owners whom its failed notifications were for, by chat."""

    queue: WorkQueue
    owners: Mapping[int, Account] = field(repr=False)


def _listed(tx: Tx, *, core: Core, admin: Admin) -> _Listed:
    queue = work_queue.read_work_queue(tx, core.desk_services, admin)
    return _Listed(queue=queue, owners=work_queue.recipients(tx, core.accounts, queue.tasks))


def _tables(found: object) -> list[Table]:
    if not isinstance(found, _Listed):
        raise TypeError("not a desk")
    queue = found.queue
    rows = [
        (
            TASK_KINDS[task.task_kind](),
            task.at,
            task.office,
            texts.item(task, queue.at, found.owners),
        )
        for task in queue.tasks
    ]
    return [Table(title=texts.DESK_SHEET(), columns=columns(texts.DESK_COLUMNS()), rows=rows)]


def _back(_ctx: Context, error: XuanhaoError) -> Goto:
    return Goto(screen=ScreenName.DESK_DESK, args={"page": "0"}, note=of_error(error), sticky=True)


_TO_DESK: ErrorWays = {Refusal: _back}


def _show_matter(ctx: Context) -> View:
    ctx.admin.require(Permission.DESK)
    task = task_handling.find(ctx.tx, ctx.admin, ctx.arg("subject"), ctx.core.offices)
    ways = [Button(label=texts.HANDLED(), action=ActionName.HANDLE, style=Style.SUCCESS)]
    if task.about:
        ways.append(Button(label=texts.lead_label("🔎", task), action=ActionName.FIND, arg=task.about))
    back = Button(label=formatting.BACK(), action=ActionName.BACK)
    more = ((Button(label=texts.HANDLED_ALL(), action=ActionName.LIST),),) if _has_more(ctx, task) else ()
    return View(
        text=texts.matter_text(task, _recipient(ctx, task), ctx.tx.now), rows=(tuple(ways), *more, (back,))
    )


def _recipient(ctx: Context, task: Task) -> str:
    """Return the owner whom a failed notification was for, masked; empty if it was for no owner."""
    account = ctx.core.accounts.find(ctx.tx, task.chat_id) if task.chat_id else None
    return parts.owner_line(account) if account else ""


def _has_more(ctx: Context, task: Task) -> bool:
    """Return whether other notifications to the same owner have failed as well."""
    if not task.chat_id:
        return False
    others = [one for one in _look(ctx).tasks if one.chat_id == task.chat_id]
    return len(others) > 1


def _handle_all(ctx: Context, _arg: str) -> Goto:
    done = task_handling.handle_all(ctx.tx, ctx.admin, ctx.arg("subject"), ctx.core.offices, ctx.actor)
    args = {"page": "0", "done": done}
    return Goto(screen=ScreenName.DESK_DESK, args=args, note=texts.handled_all(len(done)), sticky=True)


def _handle(ctx: Context, _arg: str) -> Goto:
    task_handling.handle(ctx.tx, ctx.admin, ctx.arg("subject"), ctx.core.offices, ctx.actor)
    args = {"page": "0", "done": ctx.arg("subject")}
    return Goto(screen=ScreenName.DESK_DESK, args=args, note=texts.HANDLED_NOW(), sticky=True)


DESK = Screen(
    name=ScreenName.DESK_DESK,
    show=_show,
    buttons={
        ActionName.LEAD: _lead,
        ActionName.MENU: lambda _ctx, group: to_menu(group),
        ActionName.PAGE: lambda _ctx, page: to_page(page),
        ActionName.SUMMARY: _summary,
        ActionName.NOTES: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_NOTES),
        ActionName.SHEET: _sheet,
        ActionName.CONFIRM: lambda ctx, _arg: known_registrations.to_question(ctx, to_page("0")),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors=_TO_DESK,
)
MATTER = Screen(
    name=ScreenName.DESK_MATTER,
    show=_show_matter,
    buttons={
        ActionName.HANDLE: _handle,
        ActionName.LIST: _handle_all,
        ActionName.FIND: lambda _ctx, what: to_card(what),
        ActionName.BACK: lambda _ctx, _arg: to_page("0"),
    },
    hint=formatting.PRESS_HINT,
    errors=_TO_DESK,
)
