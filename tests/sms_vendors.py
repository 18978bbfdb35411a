"""Stand-ins for the SMS APIs of vendors: they check the signature as it is documented, and answer as told.

What they compute is written from the vendors' documents, not with the code under test.
"""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.http_parts import json_in_parts

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
        in_parts: whether its answers come in several packets.
        sent: what it has accepted: telephone, template and variables.
        calls: how many requests there were.
        receipts: what has become of messages, by their numbers: whether delivered, and the carrier's code.
        numbers: the numbers of the messages that it has accepted, with their telephones.
        asked: the telephones for which receipts were asked.
        receipt_code: what it answers to a question for receipts, in place of them.
        day: the day in China on which it lists all messages, 20260301; today by default.
    """

    code: str = ""
    status: int = 200
    page: str = ""
    slow: float = 0
    in_parts: bool = False
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    calls: int = 0
    receipts: dict[str, tuple[bool, str]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    receipt_code: str = ""
    day: str = ""

    @property
    def last(self) -> str:
        """The number of the newest message."""
        return list(self.numbers)[-1]

    async def _answer(self, answer: dict[str, Any]) -> web.Response:
        await asyncio.sleep(self.slow)
        if self.page:
            return web.Response(text=self.page, content_type="text/html", status=self.status)
        if self.in_parts:
            return json_in_parts(answer, self.status)
        return web.json_response(answer, status=self.status)


class Aliyun(Vendor):
    """SendSms and QuerySendDetails of dysmsapi."""

    async def handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given, _acs3(request, await request.read())):
            return web.json_response(
                {"Code": "SignatureDoesNotMatch", "Message": "…", "RequestId": "1"}, status=400
            )
        wanted = dict(parse_qsl(request.raw_path.partition("?")[2], strict_parsing=True))
        assert request.headers["x-acs-version"] == "2017-05-25"
        if request.headers["x-acs-action"] == "QuerySendDetails":
            return await self._details(wanted)
        assert request.headers["x-acs-action"] == "SendSms"
        assert wanted["SignName"] == _COMMON["sign_name"]
        if not self.code:
            variables = json.loads(wanted["TemplateParam"])
            self.sent.append((wanted["PhoneNumbers"], wanted["TemplateCode"], variables))
        message = f"{wanted['PhoneNumbers']} is in the vendor's message"
        answer = {"Code": self.code or "OK", "Message": message, "RequestId": "1"}
        if not self.code:
            answer["BizId"] = f"90061{len(self.sent)}^0"
            self.numbers[answer["BizId"]] = wanted["PhoneNumbers"]
        return await self._answer(answer)

    async def _details(self, wanted: dict[str, str]) -> web.Response:
        """List the messages to a telephone of a day in China; those of other numbers are not listed."""
        assert len(wanted["PhoneNumber"]) == 11  # without +86, unlike in SendSms
        assert 1 <= int(wanted["PageSize"]) <= 50
        assert wanted["CurrentPage"] == "1"
        self.asked.append(wanted["PhoneNumber"])
        if self.receipt_code:
            return await self._answer({"Code": self.receipt_code, "Message": "…", "RequestId": "1"})
        today = datetime.fromtimestamp(time.time(), timezone(timedelta(hours=8))).strftime("%Y%m%d")
        number, found, day = wanted["BizId"], [], self.day or today
        if self.numbers.get(number) == f"+86{wanted['PhoneNumber']}" and wanted["SendDate"] == day:
            is_known = number in self.receipts
            is_delivered, code = self.receipts.get(number, (False, ""))
            detail: dict[str, Any] = {
                "PhoneNum": wanted["PhoneNumber"],
                "SendStatus": (3 if is_delivered else 2) if is_known else 1,
                "Content": "【茂名车管所】您的验证码为654321",
                "SendDate": "2026-01-01 00:00:00",
            }
            found = [{**detail, "ErrCode": code} if is_known else detail]
        details = {"SmsSendDetailDTO": found}
        answer = {"Code": "OK", "Message": "OK", "RequestId": "1", "TotalCount": len(found)}
        return await self._answer({**answer, "SmsSendDetailDTOs": details})


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
    """SendSms and PullSmsSendStatusByPhoneNumber of sms."""

    as_a_whole: bool = False
    """Whether a code refuses the request, not its message."""

    async def handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        body = await request.read()
        if not hmac.compare_digest(request.headers.get("Authorization", ""), _tc3(request, body)):
            return self._whole("AuthFailure.SignatureFailure")
        assert request.headers["X-TC-Version"] == "2021-01-11"
        assert request.headers["X-TC-Region"] == "ap-guangzhou"
        wanted = json.loads(body)
        if request.headers["X-TC-Action"] == "PullSmsSendStatusByPhoneNumber":
            return await self._reports(wanted)
        assert request.headers["X-TC-Action"] == "SendSms"
        (phone,) = wanted["PhoneNumberSet"]
        assert (wanted["SmsSdkAppId"], wanted["SignName"]) == ("1400006666", _COMMON["sign_name"])
        if self.code and self.as_a_whole:
            return self._whole(self.code)
        if not self.code:
            self.sent.append((phone, wanted["TemplateId"], wanted["TemplateParamSet"]))
        number = f"2640:{len(self.sent)}" if not self.code else ""
        if number:
            self.numbers[number] = phone
        message = {
            "SerialNo": number,
            "PhoneNumber": phone,
            "Fee": 1,
            "Code": self.code or "Ok",
            "IsoCode": "CN",
        }
        return await self._answer({"Response": {"SendStatusSet": [message], "RequestId": "1"}})

    async def _reports(self, wanted: dict[str, Any]) -> web.Response:
        """List the reports on messages to a telephone; what no carrier has reported on is missing."""
        assert wanted["SmsSdkAppId"] == "1400006666"
        assert (wanted["Offset"], wanted["Limit"]) == (0, 100)
        assert time.time() - 7 * 86_400 < wanted["BeginTime"] <= time.time()
        phone = wanted["PhoneNumber"]
        assert phone.startswith("+86")
        self.asked.append(phone)
        if self.receipt_code:
            return self._whole(self.receipt_code)
        reports = [
            {
                "UserReceiveTime": int(time.time()),
                "CountryCode": "86",
                "SubscriberNumber": phone.removeprefix("+86"),
                "PhoneNumber": phone,
                "SerialNo": number,
                "ReportStatus": "SUCCESS" if is_delivered else "FAIL",
                "Description": code,
                "SessionContext": "",
            }
            for number, (is_delivered, code) in self.receipts.items()
            if self.numbers.get(number, phone) == phone
        ]
        return await self._answer({"Response": {"PullSmsSendStatusSet": reports, "RequestId": "1"}})

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
