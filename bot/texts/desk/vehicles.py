"""Texts of the vehicle import."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n.columns import HEADS, STATES
from bot.i18n.formatting import KINDS, listed, moment, plain
from bot.i18n.language import Phrase, _, phrase
from bot.spreadsheets import Cell
from bot.texts.errors import of_error
from core.errors.base import XuanhaoError
from core.registry.imports import Differences, Import, ImportState
from core.registry.lookup import RegistryVehicle
from core.registry.vehicle_file import (
    MAX_ROWS,
    DateCell,
    NumberTooLong,
    RepeatedVin,
    VehicleFile,
    WrongCellCount,
    WrongKind,
    WrongRow,
    WrongState,
)

EXPORT = phrase("📤 导出登记数据(XLSX)")
TEMPLATE = phrase("📄 下载模板")
CONFIRM = phrase("✅ 确认导入")
DROP = phrase("放弃")
UNDO = phrase("撤销这次导入")
UNDO_SURE = phrase("⛔ 确认撤销")
ALL_IMPORTS = phrase("« 车辆数据")
HINT = phrase("请把 CSV 或 XLSX 文件作为文件发送到这里。")
RECEIVED = phrase("⏳ 已收到文件,正在逐行检查,请稍候…")
CONFIRMED = phrase("✅ 已导入,立即生效。")
DROPPED = phrase("已放弃,登记数据没有任何更改。")
UNDONE = phrase("✅ 已撤销,登记数据恢复到导入前。")
WRONG_FILE = phrase("逐行错误清单")
SHEET = phrase("车辆")
TEMPLATE_CAPTION = phrase(
    "车辆登记数据的导入模板。车辆不分发牌机关,由全部发牌机关的负责人用 /vehicles 导入。"
    "从第二行起填写,示例行请删去。"
)
TEMPLATE_NAME = "vehicles-template.xlsx"
EXPORT_NAME = "vehicles.xlsx"
WRONG_NAME = "vehicles-errors.xlsx"

_STATES = {
    ImportState.LOADING: phrase("读取中"),
    ImportState.READY: phrase("待确认"),
    ImportState.DONE: phrase("已生效"),
    ImportState.UNDONE: phrase("已撤销"),
    ImportState.DROPPED: phrase("已放弃"),
}
_BAR = 20
_NAMED = 5
_MOST_NAMES = 8
_LONGEST_NAME = 20


def head() -> tuple[str, ...]:
    return tuple(head() for head in HEADS.values())


def home(latest: Sequence[Import], *, strict: bool) -> str:
    """Return the page that accepts files."""
    lines = [
        _("<b>车辆登记数据</b>"),
        _(
            "把 CSV 或 XLSX 文件发到这里(最多 {rows:,} 行、20 MB)。第一行为列名:\n"
            "<code>vin,certificate,kind,state</code>(或 车辆识别代号、合格证编号、号牌种类、状态);\n"
            "种类:small、small_nev、large_nev;状态:new(未上牌)或 registered(已上牌)。\n"
            "文件编码可以是 UTF-8 或 GBK。先预览,确认后整体生效;有一行错误则全部不导入。"
        ).format(rows=MAX_ROWS),
    ]
    if not strict:
        lines.append(_('⚠️ 设置中 registry.mode 不是 "strict",目前不核对这些数据。'))
    if latest:
        lines.append(_("<b>最近的导入</b>"))
        lines += [_line(import_) for import_ in latest]
    return (
        "\n\n".join(lines[:2])
        + "".join(f"\n\n{line}" for line in lines[2:3])
        + "".join(f"\n{line}" for line in lines[3:])
    )


def _line(import_: Import) -> str:
    return _("#{number} {name} · {total:,} 辆 · {state} · {at}").format(
        number=import_.import_id,
        name=escape(import_.file_name) or "—",
        total=import_.total,
        state=_STATES[import_.state](),
        at=moment(import_.done_at or import_.begun_at),
    )


def loading(import_: Import) -> str:
    done = _BAR * import_.loaded // import_.total if import_.total else _BAR
    return _(
        "<b>正在读取 {name}</b>\n{bar} {loaded:,}/{total:,}\n读取期间不影响车主,确认前不会生效。"
    ).format(
        name=escape(import_.file_name),
        bar="■" * done + "□" * (_BAR - done),
        loaded=import_.loaded,
        total=import_.total,
    )


def preview(import_: Import, found: Differences) -> str:
    return _(
        "<b>导入预览</b>\n{name}\n共 {total:,} 辆:新增 <b>{new:,}</b>,更新 <b>{changed:,}</b>,"
        "无变化 {same:,};其中已上牌 {registered:,}。\n\n确认后整体立即生效,7 天内可以撤销。"
    ).format(
        name=escape(import_.file_name),
        total=found.total,
        new=found.new,
        changed=found.changed,
        same=found.same,
        registered=found.registered,
    )


def no_longer_registered(count: int) -> str:
    """Return the warning about vehicles that would be unregistered again; empty if there are none."""
    if not count:
        return ""
    return _("\n\n⚠️ 其中 <b>{count:,}</b> 辆现为已上牌,导入后变为未上牌。请核对文件是否过旧。").format(
        count=count
    )


def ended(import_: Import, now: datetime) -> str:
    undo = _("\n7 天内可以撤销。") if import_.can_be_undone(now) else ""
    return _("<b>导入</b>\n{line}{undo}").format(line=_line(import_), undo=undo)


def undo_question(import_: Import) -> str:
    return _("<b>撤销这次导入?</b>\n{line}\n\n登记数据将恢复到导入之前。").format(line=_line(import_))


def refused(file: VehicleFile) -> str:
    """Return the errors in the first invalid rows of a file that was rejected as a whole."""
    lines = [
        _("❌ 文件中有 {wrong:,} 行错误(正确 {right:,} 行),没有导入任何数据。").format(
            wrong=len(file.wrong), right=len(file.vehicles)
        )
    ]
    lines += [
        _("第 {number} 行:{reason}").format(number=row.number, reason=reason(row))
        for row in file.wrong[:_NAMED]
    ]
    if len(file.wrong) > _NAMED:
        lines.append(_("……全部错误见随后发送的文件。"))
    return "\n".join(lines)


def file_name(name: str, sheet: str) -> str:
    """Return how a file is called in previews: with its sheet, if it was one of several."""
    return f"{name} [{sheet}]" if sheet else name


def sheet_read(file: VehicleFile) -> str:
    """Return which sheet was read, if the workbook has several visible ones."""
    if not file.sheet:
        return ""
    return _("文件有多个工作表,只读取第一个可见的工作表「{sheet}」。").format(sheet=escape(file.sheet))


def ignored(file: VehicleFile) -> str:
    """Return which further columns were not used."""
    if not file.ignored:
        return ""
    names = listed(escape(name[:_LONGEST_NAME]) for name in file.ignored[:_MOST_NAMES])
    return _("其他列没有使用:{names}。").format(names=names)


def repeated(file: VehicleFile) -> str:
    """Return how many duplicate rows were merged."""
    return _("文件中有 {count:,} 行重复,已合并。").format(count=file.repeated) if file.repeated else ""


_OF_ROWS: dict[type[XuanhaoError], Phrase] = {
    WrongKind: phrase("应为 小型汽车、小型新能源汽车 或 大型新能源汽车(small、small_nev、large_nev)。"),
    WrongState: phrase("应为 未上牌 或 已上牌(new、registered)。"),
    WrongCellCount: phrase("列数与列名那一行不一致。"),
    NumberTooLong: phrase(
        "单元格是超过 15 位的数字,表格软件只保留前 15 位。请把该列的格式设为「文本」后重新输入。"
    ),
    DateCell: phrase("单元格是日期或时间,不是原来输入的内容。请把该列的格式设为「文本」后重新输入。"),
    RepeatedVin: phrase("该车辆识别代号在前面出现过,但内容不同。"),
}


def reason(row: WrongRow) -> str:
    """Return what is wrong with a row, and in which column."""
    known = _OF_ROWS.get(type(row.error))
    said = known() if known else of_error(row.error)
    return _("【{column}】{reason}").format(column=HEADS[row.column](), reason=said) if row.column else said


def wrong_columns() -> tuple[str, ...]:
    return (_("行号"), _("错误"), *head())


def export_row(vehicle: RegistryVehicle) -> tuple[Cell, ...]:
    """Return a vehicle as a row of a file that can be imported again, in the language of its heads."""
    return (vehicle.vin, vehicle.certificate, KINDS[vehicle.kind](), STATES[vehicle.state.value]())


def wrong_row(row: WrongRow) -> tuple[Cell, ...]:
    return (row.number, plain(reason(row)), *row.cells)
