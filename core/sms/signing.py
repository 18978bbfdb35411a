"""The signatures that the APIs of the vendors ask for: a page of HMAC each (docs/decisions).

ACS3-HMAC-SHA256 (阿里云, V3 版本请求体 & 签名机制) and TC3-HMAC-SHA256 (腾讯云, 签名方法 v3) both hash a
canonical form of the request and sign that hash. They differ in what is signed, and in how the key is made.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

_ACS3 = "ACS3-HMAC-SHA256"
_TC3 = "TC3-HMAC-SHA256"
_UNRESERVED = "-_.~"  # of RFC 3986, besides letters and digits


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Return a query string sorted and encoded as ACS3 signs it."""
    return "&".join(
        f"{quote(name, safe=_UNRESERVED)}={quote(value, safe=_UNRESERVED)}"
        for name, value in sorted(parameters.items())
    )


def acs3_authorization(key_id: str, secret: str, query: str, headers: Mapping[str, str]) -> str:
    """Return the ``Authorization`` of a POST to ``/`` with an empty body.

    Args:
        key_id: the AccessKey ID.
        secret: the AccessKey secret.
        query: the canonical query.
        headers: those that are signed, by their names in lower case; with the hash of the body.
    """
    canonical, signed = _canonical(query, headers, headers["x-acs-content-sha256"])
    signature = _hmac(secret.encode(), f"{_ACS3}\n{sha256_hex(canonical.encode())}").hex()
    return f"{_ACS3} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def tc3_authorization(
    secret_id: str, secret_key: str, service: str, *, headers: Mapping[str, str], body: bytes, at: datetime
) -> str:
    """Return the ``Authorization`` of a POST to ``/``.

    Args:
        secret_id: the SecretId.
        secret_key: the SecretKey.
        service: the service's short name, such as ``sms``.
        headers: those that are signed, by their names in lower case.
        body: the JSON that is sent.
        at: the time that ``X-TC-Timestamp`` says.
    """
    canonical, signed = _canonical("", headers, sha256_hex(body))
    day = f"{at.astimezone(UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    to_sign = f"{_TC3}\n{int(at.timestamp())}\n{scope}\n{sha256_hex(canonical.encode())}"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = _hmac(key, part)
    signature = _hmac(key, to_sign).hex()
    return f"{_TC3} Credential={secret_id}/{scope}, SignedHeaders={signed}, Signature={signature}"


def _canonical(query: str, headers: Mapping[str, str], body_hash: str) -> tuple[str, str]:
    """Return the canonical request, and the list of its signed headers."""
    signed = ";".join(sorted(headers))
    lines = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))
    return f"POST\n/\n{query}\n{lines}\n{signed}\n{body_hash}", signed


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
