"""Words about photos and files that are sent and fetched."""

from bot.texts.language import _, phrase

NOT_FETCHED = phrase("暂时取不到您发送的文件,请稍后再发一次。")
NOT_SENT = phrase("文件没能生成或发送,请稍后再试一次。")


def too_large(most_bytes: int) -> str:
    """Return that a file is too large, and how large it may be."""
    return _("文件太大,最大 {megabytes} MB。").format(megabytes=most_bytes // 1_000_000)
