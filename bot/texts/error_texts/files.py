"""Errors of photos, attachments and tables."""

from collections.abc import Callable, Sequence
from html import escape

from bot.errors import attachments as attachment_errors
from bot.errors import tables as table_errors
from bot.i18n.columns import HEADS
from bot.i18n.formatting import listed
from bot.i18n.language import Phrase, _, phrase
from bot.texts.desk import confirm_many
from bot.texts.owner import files, photos
from core.errors import desk as desk_errors
from core.errors import photos as photos_errors
from core.errors.base import XuanhaoError


def _wrong_columns(error: table_errors.WrongColumns) -> str:
    parts = [_("第一行应为列名:vin,certificate,kind,state(或车辆识别代号等中文列名)。")]
    if error.missing:
        parts.append(_("缺少:{columns}。").format(columns=_named(error.missing)))
    if error.doubled:
        parts.append(_("重复:{columns}。").format(columns=_named(error.doubled)))
    if error.unknown:
        parts.append(
            _("不认识:{columns}。").format(columns=listed(escape(one[:20]) for one in error.unknown))
        )
    return "".join(parts)


def _named(columns: Sequence[str]) -> str:
    return listed(f"{HEADS[column]()}({column})" for column in columns)


PLAIN: dict[type[XuanhaoError], Phrase] = {
    table_errors.NotATable: phrase("这不是 CSV 或 XLSX 表格(旧版 .xls 请另存为 .xlsx)。"),
    table_errors.UnknownEncoding: phrase("文件编码无法识别,请用 UTF-8 或 GBK 保存。"),
    table_errors.TableTooLarge: phrase("文件太大:每次最多 300,000 行,请拆分后分次导入。"),
    table_errors.TableUnreadable: files.TABLE_UNREADABLE,
    table_errors.TableEmpty: phrase("文件中没有数据行。"),
    desk_errors.ImportOver: phrase("这次导入已确认、放弃或撤销,或已过撤销期限。"),
    photos_errors.PhotoError: photos.NOT_A_PICTURE,
    photos_errors.PhotoFormatNotInstalled: photos.FORMAT_NOT_INSTALLED,
    photos_errors.PhotoAnimated: photos.ANIMATED,
    photos_errors.PhotoTooNarrow: photos.TOO_NARROW,
    photos_errors.PhotoBlurred: photos.BLURRED,
    photos_errors.PhotoUnreadable: photos.UNREADABLE,
    photos_errors.PhotoRepeated: photos.REPEATED,
    photos_errors.PhotoStoreError: photos.FAILED,
    photos_errors.BarcodeReaderNotInstalled: photos.READER_NOT_INSTALLED,
    photos_errors.BarcodeNotFound: photos.NO_BARCODE,
    photos_errors.BarcodeWithoutVin: photos.NO_VIN,
    photos_errors.BarcodeWithoutCertificate: photos.NO_CERTIFICATE,
    attachment_errors.AttachmentNotFetched: files.NOT_FETCHED,
    attachment_errors.AttachmentsBusy: files.BUSY,
}

MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    photos_errors.PhotoTooHeavy: lambda error: photos.too_heavy(error.most_bytes),
    photos_errors.PhotoTooLarge: lambda error: photos.too_large(error.most_pixels),
    photos_errors.BarcodeVinMistyped: lambda error: photos.vin_mistyped(error.grouped),
    photos_errors.PhotoTooSmall: lambda error: photos.too_small(error.width, error.height, error.min_side),
    table_errors.StrayCells: lambda error: files.stray_cells(error.rows, error.columns),
    table_errors.TableFileTooLarge: lambda error: files.table_too_large(error.most_bytes),
    attachment_errors.AttachmentsTooFast: lambda error: files.too_fast(error.seconds),
    attachment_errors.AttachmentTooLarge: lambda error: files.too_large(error.most_bytes),
    table_errors.WrongColumns: _wrong_columns,
    desk_errors.ImportUnderWay: lambda error: _("请先确认或放弃 {name},再发送新的文件。").format(
        name=escape(error.name) or _("上一次导入")
    ),
    table_errors.RegistrationColumnsMissing: lambda error: confirm_many.columns_missing(error.missing),
    table_errors.RegistrationRowsTooMany: lambda error: confirm_many.rows_too_many(error.most),
}
