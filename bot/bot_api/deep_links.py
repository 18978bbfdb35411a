"""Deep links: ``https://t.me/BOT?start=57KkSw`` opens the office 粤K.

The messenger hands what stands behind ``start=`` to the bot as ``/start 57KkSw``; it may be 1 to 64 of A–Z,
a–z, 0–9, ``_`` and ``-``. So an office's code is written in base64url of its UTF-8, without the padding.
"""

import base64
import binascii
import re
from urllib.parse import urlencode

from core.errors.offices import NoSuchOffice
from core.values.offices import IssuingOffice, find

_PAYLOAD = re.compile(r"[\w-]{6}", re.ASCII)
"""Three bytes of a province's character and one of the letter, in base64."""


def payload_of(code: str) -> str:
    """Return what opens an office, by its code: 粤K is 57KkSw."""
    return base64.urlsafe_b64encode(code.encode()).decode().rstrip("=")


def office_of(payload: str) -> IssuingOffice | None:
    """Return the office that a payload opens, None when it is no office's; nothing is guessed at."""
    if not _PAYLOAD.fullmatch(payload):
        return None
    try:
        code = base64.urlsafe_b64decode(f"{payload}==").decode()
        office = find(code)
    except (binascii.Error, UnicodeDecodeError, NoSuchOffice):
        return None
    return office if payload_of(office.code) == payload else None


def link_to(username: str, code: str) -> str:
    """Return the address that opens an office in a bot."""
    return f"https://t.me/{username}?start={payload_of(code)}"


def sharing(link: str, words: str) -> str:
    """Return the address at which the messenger asks to whom a link shall be passed on."""
    return "https://t.me/share/url?" + urlencode({"url": link, "text": words})
