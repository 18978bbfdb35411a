"""Deep links: ``https://t.me/BOT?start=57KkSw`` opens the office 粤K, ``…?start=admin_TOKEN`` an invitation.

Telegram passes the payload after ``start=`` to the bot as ``/start 57KkSw``; it may have 1 to 64 of A–Z, a–z,
0–9, ``_`` and ``-``. So an office's code is encoded as base64url of its UTF-8, without padding.
"""

import base64
import binascii
import re
from urllib.parse import urlencode

from core.errors.offices import NoSuchOffice
from core.values.offices import IssuingOffice, find

_PAYLOAD = re.compile(r"[\w-]{6}", re.ASCII)
"""Base64 of three bytes (the province's character) and one byte (the letter)."""
_INVITATION = "admin_"


def payload_of(code: str) -> str:
    """Return the payload that opens an office: 57KkSw for 粤K."""
    return base64.urlsafe_b64encode(code.encode()).decode().rstrip("=")


def office_of(payload: str) -> IssuingOffice | None:
    """Return the office that a payload opens, None if it is not exactly the payload of an office."""
    if not _PAYLOAD.fullmatch(payload):
        return None
    try:
        code = base64.urlsafe_b64decode(f"{payload}==").decode()
        office = find(code)
    except (binascii.Error, UnicodeDecodeError, NoSuchOffice):
        return None
    return office if payload_of(office.code) == payload else None


def link_to(username: str, code: str) -> str:
    """Return the URL that opens an office in the bot."""
    return f"https://t.me/{username}?start={payload_of(code)}"


def invitation_payload(token: str) -> str:
    """Return the payload that opens a one-time link for an admin."""
    return f"{_INVITATION}{token}"


def token_of(payload: str) -> str | None:
    """Return the token of a one-time link for an admin; None if the payload is of another kind."""
    return payload.removeprefix(_INVITATION) if payload.startswith(_INVITATION) else None


def invitation_link(username: str, token: str) -> str:
    """Return the URL that opens a one-time link for an admin in the bot."""
    return f"https://t.me/{username}?start={invitation_payload(token)}"


def sharing(link: str, words: str) -> str:
    """Return the URL that opens Telegram's dialog for sharing a link."""
    return "https://t.me/share/url?" + urlencode({"url": link, "text": words})
