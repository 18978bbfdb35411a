"""Barcodes on paper, photographed at any angle: what reading a VIN from a photo is tried on."""

import random

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from tests.photographed import Shot, _font, exposed, photographed

FORMATS = {
    "QR": zxingcpp.BarcodeFormat.QRCode,
    "Data Matrix": zxingcpp.BarcodeFormat.DataMatrix,
    "Code 39": zxingcpp.BarcodeFormat.Code39,
    "Code 128": zxingcpp.BarcodeFormat.Code128,
    "PDF417": zxingcpp.BarcodeFormat.PDF417,
}
