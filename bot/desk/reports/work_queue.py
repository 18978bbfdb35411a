"""/desk: what waits, the oldest first, with the ways that lead on; and the daily summary's switch."""

from dataclasses import replace
from functools import partial
from html import escape

from bot.desk.find import to_card
from bot.desk.reports import segments
from bot.desk.reports.parts import columns, home_row, number, sheet
from bot.dialog.context import Scene
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import ErrorWays, Go, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Usage
from bot.i18n import formatting as common
from bot.pictures.batch import NUMBERS
from bot.pictures.cards import ReportPicture
from bot.pictures.chart_canvas import Ground
from bot.pictures.figure_tiles import Tile
from bot.pictures.work_queue import Ahead, Glance
from bot.spreadsheets import Table
from bot.texts.desk.reports import parts as texts
from bot.texts.desk.reports import waiting as words
from bot.texts.errors import of_error
from core.audit import SubjectKind
from core.clock import CHINA
from core.errors import Refusal, XuanhaoError
from core.people.admins import Duty
from core.reporting import work_queue
from core.reporting.work_queue import MOST, Desk, Item, Matter

_A_PAGE = 6
_WITHOUT_MOMENT = frozenset({Matter.POOL, Matter.CALENDAR})


def ask(_scene: Scene, rest: str) -> Go:
    """Lead from /desk to what waits.

    Raises:
        Usage: something stands behind it.
    """
    if rest.strip():
        raise Usage("desk")
    return to_page("0")


def to_page(page: str) -> Go:
    """Return the way to a page of what waits."""
    return Go(screen=ScreenName.DESK_DESK, args={"page": page})


def _look(scene: Scene) -> Desk:
    """Return what waits, from a snapshot: segments are counted for it.

    The snapshot does not know what this very step has dealt with; the argument ``done`` names it.
    """
    look = partial(work_queue.desk, house=scene.core.house, admin=scene.admin)
    found: Desk = scene.beside(ScreenName.DESK_DESK, look)
    return replace(found, items=tuple(item for item in found.items if item.subject != scene.arg("done")))


def _show(scene: Scene) -> View:
    scene.admin.need(Duty.DESK)
    found = _look(scene)
    page, turns = page_of(found.items, number(scene, "page"), _A_PAGE)
    leads = [
        Button(label=words.lead_label(NUMBERS[place], item), action=ActionName.LEAD, arg=item.subject)
        for place, item in enumerate(page)
        if _leads_on(item)
    ]
    return View(
        text=_text(found, page, number(scene, "page")),
        picture=ReportPicture(report=picture(found)),
        rows=(
            *in_columns(leads, 2),
            *([tuple(turns)] if turns else []),
            (
                Button(label=common.EXPORT(), action=ActionName.SHEET),
                Button(label=texts.REFRESH(), action=ActionName.PAGE, arg="0"),
            ),
            (_switch(scene), *home_row()),
        ),
    )


def _switch(scene: Scene) -> Button:
    if work_queue.wants_summary(scene.tx, scene.chat_id):
        return Button(label=words.SUMMARY_ON(), action=ActionName.SUMMARY, arg="off")
    return Button(label=words.SUMMARY_OFF(), action=ActionName.SUMMARY, arg="on")


def _text(found: Desk, page: list[Item], number_of_page: int) -> str:
    if not found.items:
        return words.NOTHING_WAITS()
    pages = -(-len(found.items) // _A_PAGE)
    lines = [f"<b>{escape(words.desk_counts(found))}</b>"]
    if pages > 1:
        lines.append(texts.page_line(min(number_of_page, pages - 1), pages))
    lines += (f"{NUMBERS[place]} {escape(words.item(item, found.at))}" for place, item in enumerate(page))
    return texts.fitting(lines)


def picture(found: Desk) -> Glance:
    """Return the desk at a glance."""
    return Glance(
        title=words.DESK_TITLE(),
        at=texts.counted_at(found.at),
        tiles=tuple(_tile(found, matter) for matter in found.matters if _is_shown(found, matter)),
        days_title=words.AHEAD(),
        days=tuple(
            Ahead(label=texts.day_label(day), number=count, today=not ahead)
            for ahead, (day, count) in enumerate(found.due)
        ),
    )


def _is_shown(found: Desk, matter: Matter) -> bool:
    return matter != Matter.CALENDAR or bool(found.counts[matter])


def _tile(found: Desk, matter: Matter) -> Tile:
    count, first = found.counts[matter], found.oldest(matter)
    ground = Ground.TILE
    if count and matter != Matter.SCHEDULED:
        today = first is not None and first.astimezone(CHINA).date() <= found.at.astimezone(CHINA).date()
        urgent = matter in {Matter.DEADLINE, Matter.SHUT} and today
        ground = Ground.RED if urgent else Ground.AMBER
    return Tile(
        label=words.MATTERS[matter](),
        number=f"{count:,}" if count < MOST else f"{MOST}+",
        hint=words.oldest(first, found.at) if first and matter not in _WITHOUT_MOMENT else "",
        ground=ground,
    )


def _leads_on(item: Item) -> bool:
    return item.matter != Matter.CALENDAR


def _lead(scene: Scene, subject: str) -> Go:
    """Lead from a button to what it is about."""
    topic, _, rest = subject.partition(":")
    match topic:
        case SubjectKind.PRESELECTION:
            return to_card(subject)
        case SubjectKind.APPEAL:
            return Go(screen=ScreenName.DESK_APPEAL, args={"id": rest})
        case SubjectKind.POOL:
            return segments.of_office(rest.partition(":")[0])
        case SubjectKind.SEGMENT:
            row = scene.tx.one("reports.segment", segment_id=int(rest))
            return segments.of_office(row["office"]) if row else to_page("0")
        case _:
            return Go(screen=ScreenName.DESK_MATTER, args={"subject": subject})


def _summary(scene: Scene, switch: str) -> Go:
    scene.admin.need(Duty.DESK)
    work_queue.set_summary(scene.tx, scene.chat_id, on=switch == "on")
    note = words.SUMMARY_TURNED_ON() if switch == "on" else words.SUMMARY_TURNED_OFF()
    return Go(screen=ScreenName.DESK_DESK, args=dict(scene.args), note=note)


def _sheet(scene: Scene, _arg: str) -> Go:
    scene.admin.need(Duty.DESK)
    look = partial(work_queue.desk, house=scene.core.house, admin=scene.admin)
    return sheet("desk.xlsx", escape(words.DESK_TITLE()), look, _tables)


def _tables(found: object) -> list[Table]:
    if not isinstance(found, Desk):
        raise TypeError("not a desk")
    rows = [
        (words.MATTERS[item.matter](), item.at, item.office, words.item(item, found.at))
        for item in found.items
    ]
    return [Table(title=words.DESK_SHEET(), columns=columns(words.DESK_COLUMNS()), rows=rows)]


def _back(_scene: Scene, error: XuanhaoError) -> Go:
    return Go(screen=ScreenName.DESK_DESK, args={"page": "0"}, note=of_error(error), pinned=True)


_TO_DESK: ErrorWays = {Refusal: _back}


def _show_matter(scene: Scene) -> View:
    scene.admin.need(Duty.DESK)
    item = work_queue.find(scene.tx, scene.admin, scene.arg("subject"), scene.core.offices)
    ways = [Button(label=words.HANDLED(), action=ActionName.HANDLE, style=Style.SUCCESS)]
    if item.about:
        ways.append(Button(label=words.lead_label("🔎", item), action=ActionName.FIND, arg=item.about))
    back = Button(label=common.BACK(), action=ActionName.BACK)
    return View(text=words.matter_text(item, scene.tx.now), rows=(tuple(ways), (back,)))


def _handle(scene: Scene, _arg: str) -> Go:
    work_queue.handle(scene.tx, scene.admin, scene.arg("subject"), scene.core.offices, scene.actor)
    args = {"page": "0", "done": scene.arg("subject")}
    return Go(screen=ScreenName.DESK_DESK, args=args, note=words.HANDLED_NOW(), pinned=True)


DESK = Screen(
    name=ScreenName.DESK_DESK,
    show=_show,
    buttons={
        ActionName.LEAD: _lead,
        ActionName.PAGE: lambda _scene, page: to_page(page),
        ActionName.SUMMARY: _summary,
        ActionName.SHEET: _sheet,
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
    hint=common.PRESS_HINT,
    errors=_TO_DESK,
)
MATTER = Screen(
    name=ScreenName.DESK_MATTER,
    show=_show_matter,
    buttons={
        ActionName.HANDLE: _handle,
        ActionName.FIND: lambda _scene, what: to_card(what),
        ActionName.BACK: lambda _scene, _arg: to_page("0"),
    },
    hint=common.PRESS_HINT,
    errors=_TO_DESK,
)
