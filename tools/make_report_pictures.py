"""Draw the pictures of the desk's manual from invented figures: desk.png, segments.png, stats.png.

    python tools/make_report_pictures.py [FOLDER]      docs/pictures by default

The code of the desk's screens draws them; only the figures are invented, and identical in every run.
"""

import random
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.desk.reports import segments, stats, work_queue
from bot.pictures.segments import segments_picture
from bot.pictures.statistics import stats_picture
from bot.pictures.work_queue import dashboard_picture
from core.clock import CHINA
from core.pool.segments import Segment
from core.reporting.appeal_figures import AppealFigures
from core.reporting.spans import last_days
from core.reporting.statistics import Fill
from core.reporting.tasks import Task, TaskKind
from core.reporting.turnover import Day, Flow, Hour, KindFigures, StaffFigures, Stats
from core.reporting.work_queue import WorkQueue
from core.values.masks import Mask, parse_mask
from core.values.offices import Office
from core.values.plates import PlateKind

AT = datetime(2026, 12, 1, 9, 30, tzinfo=CHINA)
OFFICE = Office(code="粤K", name="茂名市公安局交通警察支队车辆管理所", address="广东省茂名市")
FOLDER = Path(__file__).resolve().parent.parent / "docs/pictures"
SMALL = PlateKind.SMALL
_WORKDAYS = 5


def fill(
    number: int, kind: PlateKind, mask: str, share: float, *, days: int = -90, compose: int = -60
) -> Fill:
    """Return an invented segment; ``days`` and ``compose`` are days from today to its opening dates."""
    found = parse_mask(kind, mask)
    taken = round(found.size * share)
    kept_back: tuple[Mask, ...] = ()
    if mask == "B####":
        kept_back = (parse_mask(SMALL, "B888#"), parse_mask(SMALL, "B666#"))
    return Fill(
        office=OFFICE.code,
        segment=Segment(
            segment_id=number,
            mask=found,
            opens_at=AT + timedelta(days=days),
            compose_from=AT + timedelta(days=compose),
            released_at=AT - timedelta(days=90),
        ),
        compose_from=AT + timedelta(days=compose),
        taken=taken,
        held=min(found.size - taken, 30 if days < 0 else 0),
        withheld=kept_back,
        withheld_size=sum(mask.size for mask in kept_back),
    )


def some_fills() -> list[Fill]:
    """Return segments in every state."""
    return [
        fill(1, SMALL, "A####", 0.972),
        fill(2, SMALL, "B####", 0.634),
        fill(3, SMALL, "C####", 0.118, days=-6, compose=4),
        fill(4, SMALL, "D####", 0.0, days=14, compose=28),
        fill(5, PlateKind.SMALL_NEV, "D#####", 0.271),
        fill(6, PlateKind.LARGE_NEV, "#####D", 0.0004),
    ]


def some_stats() -> Stats:
    """Return the statistics of thirty days at an office, lower on weekends; the figures add up."""
    dice = random.Random(2026)  # noqa: S311 - invented figures that are the same in every run
    span = last_days(AT.date(), 30)
    days = []
    for ahead in range(span.days):
        day = span.first + timedelta(days=ahead)
        works = day.weekday() < _WORKDAYS
        busy = 1.0 if works else 0.45
        composed, drawn = round(dice.randint(14, 30) * busy), round(dice.randint(24, 46) * busy)
        days.append(
            Day(
                day=day,
                random=drawn,
                composed=composed,
                given_back=dice.choice((0, 0, 0, 1)) if works else 0,
                registered=dice.randint(58, 82) if works else 0,
                expired=dice.choice((0, 0, 1, 2)) if works else 0,
                void=dice.choice((0, 0, 0, 1)) if works else 0,
                revoked=dice.choice((0, 0, 1)) if works else 0,
                banned=dice.choice((0, 0, 1, 2)) if works else 0,
            )
        )
    total = Stats(at=AT, span=span, days=tuple(days), hours=(), kinds=(), staff=(), appeals=_APPEALS).total
    return Stats(
        at=AT,
        span=span,
        days=tuple(days),
        hours=_some_hours(total.random, total.composed),
        kinds=_some_kinds(total),
        staff=_some_staff(total),
        appeals=_APPEALS,
        ban_entries=total.banned,
    )


_APPEALS = AppealFigures(
    waited=2, came=11, approved=6, rejected=3, withdrawn=1, waiting=3, median=timedelta(hours=26)
)
_OPEN_HOURS = [0] * 8 + [3, 6, 8, 7, 5, 4, 5, 6, 6, 5, 6, 8, 9, 7, 3, 0]


def _shares(number: int, weights: Sequence[int]) -> list[int]:
    """Split a number by weights; the parts add up to it."""
    parts, left, heavy = [], number, sum(weights)
    for weight in weights:
        parts.append(left * weight // heavy if heavy else 0)
        left, heavy = left - parts[-1], heavy - weight
    return parts


def _some_hours(drawn: int, composed: int) -> tuple[Hour, ...]:
    parts = zip(_shares(drawn, _OPEN_HOURS), _shares(composed, _OPEN_HOURS), strict=True)
    return tuple(Hour(hour=hour, random=one, composed=other) for hour, (one, other) in enumerate(parts))


def _some_kinds(total: Day) -> tuple[KindFigures, ...]:
    names = ("random", "composed", "given_back", "registered", "expired", "void", "revoked")
    parts = {name: _shares(getattr(total, name), (6, 3, 1)) for name in names}
    found = []
    for place, (kind, waited) in enumerate(zip(PlateKind, (118, 61, 8), strict=True)):
        flow = Flow(**{name: shares[place] for name, shares in parts.items()})
        waiting = waited + flow.came_in - flow.went_out
        found.append(
            KindFigures(
                kind=kind, waited=waited, waiting=waiting, **{name: getattr(flow, name) for name in names}
            )
        )
    return tuple(found)


def _some_staff(total: Day) -> tuple[StaffFigures, ...]:
    registered, void = _shares(total.registered, (5, 4, 2)), _shares(total.void, (0, 2, 1))
    revoked, given_back = _shares(total.revoked, (0, 0, 1)), _shares(total.given_back, (0, 0, 1))
    return tuple(
        StaffFigures(
            actor=f"chat:{3001 + place}",
            registered=registered[place],
            void=void[place],
            revoked=revoked[place],
            given_back=given_back[place],
        )
        for place in range(3)
    )


def some_desk() -> WorkQueue:
    """Return the work queue of a busy morning."""

    def item(task_kind: TaskKind, number: int, **more: int) -> Task:
        return Task(
            task_kind=task_kind,
            at=AT + timedelta(**more),
            subject=f"{task_kind}:{number}",
            office=OFFICE.code,
        )

    items = [
        *(item(TaskKind.DEADLINE, number, hours=7, minutes=30) for number in range(9)),
        *(item(TaskKind.DEADLINE, number, days=1, hours=7) for number in range(9, 23)),
        *(item(TaskKind.SHUT, number, days=2, hours=7) for number in range(2)),
        *(item(TaskKind.APPEAL, number, days=-number) for number in range(1, 4)),
        item(TaskKind.FAILED, 1, days=-1),
        item(TaskKind.POOL, 1, days=-40),
        item(TaskKind.SCHEDULED, 1, days=14),
    ]
    today = AT.date()
    due = tuple(
        (today + timedelta(days=ahead), number) for ahead, number in enumerate((9, 14, 31, 28, 0, 0, 40))
    )
    return WorkQueue(
        at=AT, tasks=tuple(sorted(items, key=lambda item: item.at)), task_kinds=tuple(TaskKind), due=due
    )


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "segments.png": segments_picture(segments.picture(OFFICE, AT, some_fills())),
        "stats.png": stats_picture(stats.picture(some_stats(), OFFICE)),
        "desk.png": dashboard_picture(work_queue.picture(some_desk())),
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)
        print(f"{folder / name}: {len(content):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
