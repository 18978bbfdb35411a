"""Texts about files that are sent and downloaded."""

from bot.i18n.language import _, phrase

NOT_FETCHED = phrase("暂时取不到您发送的文件,请稍后再发一次。")
ONE_OF_ALBUM = phrase("一次只收一张:只处理了您同时发送的第一张,其余的请在需要时逐张发送。")
NOT_SENT = phrase("文件没能生成或发送,请稍后再试一次。")
BUSY = phrase("现在发送照片或文件的人较多,您的这一份没有处理,请过一分钟再发一次。")

TABLE_UNREADABLE = phrase(
    "这个表格读取不了:所需的内存或时间过多,或者文件已损坏。"
    "请把有数据的区域复制到新的表格,另存为 CSV 或 XLSX 后再发。"
)


def stray_cells(rows: int, columns: int) -> str:
    """Return that the cells of a table are spread too far, and what to do."""
    return _(
        "表格有内容的范围是 {rows:,} 行 × {columns:,} 列,太大,很可能是远处有多余的单元格(例如一个空格)。"
        "请把有数据的区域复制到新的表格,保存后再发;每次最多 300,000 行。"
    ).format(rows=rows, columns=columns)


def too_fast(seconds: int) -> str:
    return _("您发送照片或文件太快,这一份没有处理,请 {seconds} 秒后再发一次。").format(seconds=seconds)


def too_large(most_bytes: int) -> str:
    return _("文件太大,最大 {megabytes} MB。").format(megabytes=most_bytes // 1_000_000)


def table_too_large(most_bytes: int) -> str:
    """Return that a table is too large, and what to do instead."""
    return _(
        "文件太大,最大 {megabytes} MB。请拆分成几个文件分次导入(每个都要有第一行列名),"
        "或在服务器上用命令行的 import 导入。"
    ).format(megabytes=most_bytes // 1_000_000)
