"""The pixels of a sample of every picture."""

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PIL import Image

from bot.pictures.batch import batch_picture
from bot.pictures.bulletin import BulletinRow, BulletinSheet, bulletin_picture
from bot.pictures.chart_canvas import Ground
from bot.pictures.evidence import Exhibit, evidence_picture
from bot.pictures.figure_tiles import Tile
from bot.pictures.plates import plate_picture
from bot.pictures.receipt import receipt_picture
from bot.pictures.segments import Bar, Segments, segments_picture
from bot.pictures.share_card import ShareCard
from bot.pictures.statistics import Chart, Column, StatisticsSheet, stats_picture
from bot.pictures.work_queue import Ahead, Dashboard, dashboard_picture
from core.values.plates import PlateKind
from tests import receipts

_SERIALS = {PlateKind.SMALL: "A1234", PlateKind.SMALL_NEV: "D12345", PlateKind.LARGE_NEV: "12345F"}
_LONG = "广东省茂名市茂南区站前路与迎宾二路交叉口西北侧车辆管理所综合服务大厅一楼 3-12 号窗口"


def pictures() -> Iterable[str]:
    """Return the pixels of each sample, independent of the file format."""
    return (f"{name}: {_pixels(draw())}" for name, draw in _samples().items())


def _pixels(file: bytes) -> str:
    picture = Image.open(io.BytesIO(file))
    pixels = picture.convert("RGB")
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    return f"{picture.format} {pixels.width}x{pixels.height} {digest}"


def _samples() -> Mapping[str, Callable[[], bytes]]:
    samples: dict[str, Callable[[], bytes]] = {}
    for kind in PlateKind:
        for rehearsal in (False, True):
            mark = f"{kind}{' in rehearsal' if rehearsal else ''}"
            samples[f"plate {mark}"] = partial(
                plate_picture, "粤K", kind, _SERIALS[kind], rehearsal=rehearsal
            )
            samples[f"batch {mark}"] = partial(_batch, kind, 10, rehearsal=rehearsal)
            samples[f"receipt {mark}"] = partial(_receipt, kind, rehearsal=rehearsal)
        samples[f"batch of one {kind}"] = partial(_batch, kind, 1, rehearsal=False)
        samples[f"share {kind}"] = ShareCard(
            office="粤K", kind=kind, serial=_SERIALS[kind], title="我选到了", subtitle="My number"
        ).render
        samples[f"batch over {kind}"] = partial(_batch, kind, 3, rehearsal=False, is_over=True)
        samples[f"bulletin {kind}"] = partial(_bulletin, kind)
    samples["bulletin of nothing"] = partial(_bulletin, PlateKind.SMALL, rows=0)
    samples["segments"] = lambda: segments_picture(_segments(*_bars()))
    samples["segments of none"] = lambda: segments_picture(_segments())
    samples["statistics"] = lambda: stats_picture(_figures(1234))
    samples["statistics of nothing"] = lambda: stats_picture(_figures(0))
    samples["desk"] = lambda: dashboard_picture(_glance(7))
    samples["desk at rest"] = lambda: dashboard_picture(Dashboard(title="待办事项", at="现在", tiles=()))
    samples["evidence of one"] = lambda: _evidence((40, 60))
    samples["evidence of two, beside each other"] = lambda: _evidence((300, 400), (200, 260))
    samples["evidence of two, one below the other"] = lambda: _evidence((400, 300), None)
    return samples


def _batch(kind: PlateKind, count: int, *, rehearsal: bool, is_over: bool = False) -> bytes:
    serials = [_SERIALS[kind].replace("234", f"{number * 37:03}") for number in range(count)]
    return batch_picture(
        "粤K",
        kind,
        serials,
        title="第 1 批,共 10 个号码",
        footer=_LONG,
        is_over=is_over,
        rehearsal=rehearsal,
    )


def _receipt(kind: PlateKind, *, rehearsal: bool) -> bytes:
    return receipt_picture(receipts.receipt(kind, _SERIALS[kind], rehearsal=rehearsal))


def _bulletin(kind: PlateKind, rows: int = 2) -> bytes:
    shown = (
        BulletinRow(pattern="A####", lines=("3月1日投放", _LONG), left="约 9,900 个", share=0.99),
        BulletinRow(pattern="A888#", lines=("暂不投放",)),
    )
    return bulletin_picture(
        BulletinSheet(
            kind=kind,
            title="粤K 小型汽车 号池公示",
            summary="共 10,000 个号码",
            rows=shown[:rows],
            empty="尚未投放",
            footers=(_LONG, "0123456789abcdef" * 4),
        )
    )


def _segments(*bars: Bar) -> Segments:
    return Segments(
        bars=bars,
        mark=0.6,
        title="粤K 茂名市 号段",
        at="2026年3月10日 10:00 统计",
        mark_words="60%",
        empty="尚未投放任何号段",
        taken_words="已用",
        past_words="过 60%",
        full_words="过 95%",
        held_words="暂留",
        free_words="可选",
        withheld_words="暂不投放",
    )


def _bars() -> Iterable[Bar]:
    for number, (taken, full, scheduled) in enumerate(
        [(0.3, False, False), (0.7, False, False), (0.97, True, False), (0.0, False, True)]
    ):
        yield Bar(
            taken=taken,
            head=f"小型汽车 {number}",
            mask="A####",
            held=0.02,
            withheld=0.01 * number,
            share=f"{taken:.1%}",
            figures="已用 3,000 · 暂留 20 · 可选 6,980 / 10,000",
            ways="随机:开放 · 自编:3月20日 00:00起",
            full=full,
            scheduled=scheduled,
        )


def _figures(number: int) -> StatisticsSheet:
    days = tuple(Column(parts=(number % (7 + day), number % 5), label=f"3/{day}") for day in range(1, 31))
    meanings = ((Ground.BLUE, "随机选号"), (Ground.GREEN, "自编选号"))
    return StatisticsSheet(
        title="粤K 茂名市 近 30 天",
        at="2026年3月10日 10:00 统计",
        tiles=tuple(Tile(label="选定号码", number=f"{number:,}", hint="日均 1.0") for _ in range(7)),
        random=0.75 if number else 0.0,
        random_words="随机选号 75.0%" if number else "",
        composed_words="自编选号 25.0%" if number else "",
        nothing="这段时间没有选定号码",
        charts=(Chart(title="每日", meanings=meanings, columns=days),),
    )


def _glance(number: int) -> Dashboard:
    return Dashboard(
        title="待办事项",
        at="2026年3月10日 10:00 统计",
        tiles=tuple(
            Tile(label="临近到期", number=f"{number:,}", ground=ground)
            for ground in (Ground.RED, Ground.BLUE)
        ),
        days_title="未来 7 天到期的号码",
        days=tuple(Ahead(label=f"3/{day}", number=number * day, today=not day) for day in range(7)),
    )


def _evidence(*sizes: tuple[int, int] | None) -> bytes:
    exhibits = [
        Exhibit(label=f"照片 {place}", jpeg=None if size is None else _photo(size))
        for place, size in enumerate(sizes, start=1)
    ]
    return evidence_picture(exhibits, mark="仅供审核申诉", missing="照片缺失")


def _photo(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, "JPEG", quality=90)
    return file.getvalue()
