"""Texts about files that are sent and downloaded."""

from bot.i18n.language import _, phrase

NOT_FETCHED = phrase("暂时取不到您发送的文件,请稍后再发一次。")
ONE_OF_ALBUM = phrase("一次只收一张:只处理了您同时发送的第一张,其余的请在需要时逐张发送。")
NOT_SENT = phrase("文件没能生成或发送,请稍后再试一次。")


def too_large(most_bytes: int) -> str:
    return _("文件太大,最大 {megabytes} MB。").format(megabytes=most_bytes // 1_000_000)


def table_too_large(most_bytes: int) -> str:
    """Return that a table is too large, and what to do instead."""
    return _(
        "文件太大,最大 {megabytes} MB。请拆分成几个文件分次导入(每个都要有第一行列名),"
        "或在服务器上用命令行的 import 导入。"
    ).format(megabytes=most_bytes // 1_000_000)
