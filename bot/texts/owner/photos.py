"""Texts about photos: what is wrong with one, what to do, and reading a VIN from one."""

from bot.i18n.language import _, phrase

NOT_A_PICTURE = phrase("这不是可以识别的图片,或者图片已损坏。请发送 JPEG、PNG、WebP 或 HEIC 格式的照片。")
FORMAT_NOT_INSTALLED = phrase("暂不支持 HEIC 格式。请直接以「照片」方式发送,或转成 JPEG 后再发。")
ANIMATED = phrase("不能使用动图或多页图片,请发送一张普通照片。")
TOO_NARROW = phrase("图片过于狭长,请重新拍摄,使证件占满画面。")
BLURRED = phrase("照片不清晰,请对焦后在光线充足处重新拍摄,手不要抖,使文字清楚可读。")
UNREADABLE = phrase(
    "这张照片处理不了:解码所需的内存或时间过多,或者文件已损坏。请重新拍摄,以「照片」方式发送。"
)
REPEATED = phrase(
    "这张照片与已发送的一张相同,请发送另一份材料的照片。两张照片发反了的,可以在核对申诉内容时点「对调两张照片」。"
)
FAILED = phrase("照片暂时无法保存,请稍后再发一次。")


def too_heavy(most_bytes: int) -> str:
    """Return that a file is too large, and the limit."""
    return _("图片文件太大,最大 {megabytes} MB。请以「照片」方式发送,或压缩后再发。").format(
        megabytes=f"{most_bytes / 1_000_000:g}"
    )


def too_large(most_pixels: int) -> str:
    """Return that a picture has too many pixels, and the limit."""
    return _("图片像素太多,最多 {pixels} 像素。请以「照片」方式发送,或缩小后再发。").format(
        pixels=f"{most_pixels:,}"
    )


def too_small(width: int, height: int, min_side: int) -> str:
    """Return that a picture has too few pixels, and the minimum."""
    return _(
        "图片太小({width}×{height}),短边至少要有 {min_side} 像素。请靠近重新拍摄,或以「文件」方式发送原图。"
    ).format(width=width, height=height, min_side=min_side)


READER_NOT_INSTALLED = phrase("暂时不能识别照片中的条码,请直接输入 17 位车辆识别代号。")
NO_BARCODE = phrase(
    "没有在照片中找到条码或二维码。请在光线充足处靠近、正对着拍,避开反光,使整个条码都在画面内且清晰;"
    "也可以直接输入 17 位车辆识别代号。"
)
NO_VIN = phrase(
    "照片中的条码里没有车辆识别代号。请拍合格证上的二维码,或前挡风玻璃下方车辆识别代号旁的条码;"
    "也可以直接输入 17 位车辆识别代号。"
)
NO_CERTIFICATE = phrase("照片中的条码里没有合格证编号。请拍合格证上的二维码,或直接输入编号。")
READING = phrase("📷 正在识别照片,请稍候…")
MAY_BE_PHOTOGRAPHED = phrase(
    "\n\n📷 也可以直接发送照片:合格证上的二维码,或前挡风玻璃下方车辆识别代号旁的条码,由系统识别。"
)
WHICH_VIN = phrase("<b>照片中有几个车辆识别代号</b>\n请选择您的车辆的车辆识别代号:")


def read(grouped: str) -> str:
    return _("📷 已识别车辆识别代号:<code>{vin}</code>,请与证书核对。").format(vin=grouped)


def read_certificate(number: str) -> str:
    return _("📷 已识别合格证编号:<code>{number}</code>,请与证书核对。").format(number=number)


def vin_mistyped(grouped: str) -> str:
    return _(
        "照片中的条码是 <code>{vin}</code>,但校验位不符,其中有一位不对。请与证书核对,拍另一处的条码,"
        "或直接输入 17 位车辆识别代号。"
    ).format(vin=grouped)
