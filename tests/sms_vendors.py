"""Stand-ins for the SMS APIs of vendors: they check the signature as it is documented, and answer as told.

What they compute is written from the vendors' documents, not with the code under test.
"""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY, SECRET = "LTAItestkey", "a-secret-of-the-tests"
_COMMON = {"sign_name": "茂名车管所", "reminder_template": "SMS_2", "code_template": "SMS_1"}
ALIYUN = {**_COMMON, "access_key_id": KEY, "access_key_secret": SECRET}
TENCENT = {**_COMMON, "secret_id": KEY, "secret_key": SECRET, "app_id": "1400006666"}


@dataclass
class Vendor:
    """One vendor's API.

    Attributes:
        code: what it answers to a request that is signed well.
        status: the HTTP status then.
        page: an answer that is no JSON, instead.
        slow: seconds until it answers.
        sent: what it has accepted: telephone, template and variables.
        calls: how many requests there were.
    """

    code: str = ""
    status: int = 200
    page: str = ""
    slow: float = 0
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    calls: int = 0

    async def _answer(self, answer: dict[str, Any]) -> web.Response:
        await asyncio.sleep(self.slow)
        if self.page:
            return web.Response(text=self.page, content_type="text/html", status=self.status)
        return web.json_response(answer, status=self.status)


class Aliyun(Vendor):
    """SendSms of dysmsapi."""

    async def handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given, _acs3(request, await request.read())):
            return web.json_response(
                {"Code": "SignatureDoesNotMatch", "Message": "…", "RequestId": "1"}, status=400
            )
        wanted = dict(parse_qsl(request.raw_path.partition("?")[2], strict_parsing=True))
        assert request.headers["x-acs-action"] == "SendSms"
        assert request.headers["x-acs-version"] == "2017-05-25"
        assert wanted["SignName"] == _COMMON["sign_name"]
        if not self.code:
            variables = json.loads(wanted["TemplateParam"])
            self.sent.append((wanted["PhoneNumbers"], wanted["TemplateCode"], variables))
        message = f"{wanted['PhoneNumbers']} is in the vendor's message"
        return await self._answer(
            {"Code": self.code or "OK", "Message": message, "RequestId": "1", "BizId": "9^0"}
        )


def _acs3(request: web.Request, body: bytes) -> str:
    """Return the Authorization that the document derives from a request as it came."""
    names = sorted(
        name.lower()
        for name in request.headers
        if name.lower().startswith("x-acs-") or name.lower() in {"host", "content-type"}
    )
    names = [name for name in names if name != "content-type"]
    query = "&".join(sorted(request.raw_path.partition("?")[2].split("&")))
    digest = hashlib.sha256(body).hexdigest()
    text = f"POST\n/\n{query}\n"
    for name in names:
        text += f"{name}:{request.headers[name].strip()}\n"
    text += "\n" + ";".join(names) + "\n" + digest
    assert request.headers["x-acs-content-sha256"] == digest
    sent_at = datetime.strptime(request.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(sent_at.timestamp() - time.time()) < 900
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(text.encode()).hexdigest()
    signature = hmac.new(SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={KEY},SignedHeaders={';'.join(names)},Signature={signature}"


class Tencent(Vendor):
    """SendSms of sms."""

    as_a_whole: bool = False
    """Whether a code refuses the request, not its message."""

    async def handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        body = await request.read()
        if not hmac.compare_digest(request.headers.get("Authorization", ""), _tc3(request, body)):
            return self._whole("AuthFailure.SignatureFailure")
        assert request.headers["X-TC-Action"] == "SendSms"
        assert request.headers["X-TC-Version"] == "2021-01-11"
        assert request.headers["X-TC-Region"] == "ap-guangzhou"
        wanted = json.loads(body)
        (phone,) = wanted["PhoneNumberSet"]
        assert (wanted["SmsSdkAppId"], wanted["SignName"]) == ("1400006666", _COMMON["sign_name"])
        if self.code and self.as_a_whole:
            return self._whole(self.code)
        if not self.code:
            self.sent.append((phone, wanted["TemplateId"], wanted["TemplateParamSet"]))
        message = {
            "SerialNo": "1",
            "PhoneNumber": phone,
            "Fee": 1,
            "Code": self.code or "Ok",
            "IsoCode": "CN",
        }
        return await self._answer({"Response": {"SendStatusSet": [message], "RequestId": "1"}})

    @staticmethod
    def _whole(code: str) -> web.Response:
        return web.json_response({"Response": {"Error": {"Code": code, "Message": "…"}, "RequestId": "1"}})


def _tc3(request: web.Request, body: bytes) -> str:
    """Return the Authorization that the document derives from a request as it came."""
    at = int(request.headers["X-TC-Timestamp"])
    assert abs(at - time.time()) < 300
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    action = request.headers["X-TC-Action"].lower()
    text = (
        f"POST\n/\n\ncontent-type:{request.headers['Content-Type']}\nhost:{request.headers['Host']}\n"
        f"x-tc-action:{action}\n\ncontent-type;host;x-tc-action\n{hashlib.sha256(body).hexdigest()}"
    )
    scope = f"{day}/sms/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(text.encode()).hexdigest()}"
    key = hmac.new(b"TC3" + SECRET.encode(), day.encode(), hashlib.sha256).digest()
    key = hmac.new(key, b"sms", hashlib.sha256).digest()
    key = hmac.new(key, b"tc3_request", hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders=content-type;host;x-tc-action, "
        f"Signature={signature}"
    )


def serving(vendor: Aliyun | Tencent) -> TestServer:
    """Return a server of a vendor's API, to be entered."""
    application = web.Application()
    application.router.add_post("/", vendor.handle)
    return TestServer(application)
