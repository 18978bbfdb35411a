"""腾讯云 短信: SendSms and PullSmsSendStatusByPhoneNumber of the API ``sms``.

Version 2021-01-11, signed with TC3-HMAC-SHA256.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from core.clock import SystemClock
from core.errors.verification import SmsFailure
from core.ports import SentSms, SmsReceipt
from core.sms import signing, vendors
from core.sms.vendors import Access, TemplateGateway, Templates

_VENDOR: Final = "tencent"
_VERSION: Final = "2021-01-11"
_TYPE: Final = "application/json; charset=utf-8"
_ACCEPTED: Final = "Ok"
_MOST: Final = 100
_CLOCKS_DIFFER: Final = timedelta(minutes=10)
_STATES: Final = {"SUCCESS": True, "FAIL": False}
"""Whether a message was delivered, by its ReportStatus."""

CODES: Final[Mapping[str, SmsFailure]] = {
    "InvalidParameterValue.IncorrectPhoneNumber": SmsFailure.NUMBER,
    "FailedOperation.PhoneNumberInBlacklist": SmsFailure.NUMBER,
    "LimitExceeded.DeliveryFrequencyLimit": SmsFailure.NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberDailyLimit": SmsFailure.NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberOneHourLimit": SmsFailure.NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberThirtySecondLimit": SmsFailure.NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": SmsFailure.NUMBER_LIMIT,
    "LimitExceeded": SmsFailure.QUOTA,
    "RequestLimitExceeded": SmsFailure.BUSY,
    "FailedOperation.InsufficientBalanceInSmsPackage": SmsFailure.BALANCE,
    "UnauthorizedOperation.ServiceSuspendDueToArrears": SmsFailure.BALANCE,
    "UnauthorizedOperation": SmsFailure.ACCESS,
    "AuthFailure": SmsFailure.ACCESS,
    "FailedOperation.ContainSensitiveWord": SmsFailure.TEMPLATE,
    "FailedOperation.SignatureIncorrectOrUnapproved": SmsFailure.TEMPLATE,
    "FailedOperation.TemplateIncorrectOrUnapproved": SmsFailure.TEMPLATE,
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": SmsFailure.TEMPLATE,
    "InvalidParameter": SmsFailure.TEMPLATE,
    "InvalidParameterValue": SmsFailure.TEMPLATE,
    "MissingParameter": SmsFailure.TEMPLATE,
    "InternalError": SmsFailure.BROKEN,
}
"""The documented codes that something follows from; any other is certainly a refusal."""


class TencentGateway(TemplateGateway):
    """The gateway of 腾讯云.

    Args:
        access: the SecretId with its key, and the address.
        templates: the signature and the templates.
        app_id: the SdkAppId of the application.
        region: one in which the service is offered.
        now: the real time, by default the host's: a request whose time is off by five minutes is refused.
    """

    def __init__(
        self,
        access: Access,
        templates: Templates,
        *,
        app_id: str,
        region: str,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(templates)
        self._access = access
        self._app_id = app_id
        self._region = region
        self._now = now or SystemClock().now

    async def receipt(self, sent: SentSms) -> SmsReceipt | None:
        """Return what has become of a message: the one of its number among those to the telephone since then.

        Raises:
            SmsGatewayError: as the port says.
        """
        wanted = {
            "BeginTime": int((sent.at - _CLOCKS_DIFFER).timestamp()),
            "Offset": 0,
            "Limit": _MOST,
            "PhoneNumber": sent.phone,
            "SmsSdkAppId": self._app_id,
        }
        response = await self._ask("PullSmsSendStatusByPhoneNumber", wanted)
        return _receipt_of(response.get("PullSmsSendStatusSet"), sent.message_id)

    async def _send(self, phone: str, template: str, variables: Mapping[str, str]) -> SentSms | None:
        wanted = {
            "PhoneNumberSet": [phone],
            "SmsSdkAppId": self._app_id,
            "SignName": self._templates.sign_name,
            "TemplateId": template,
            "TemplateParamSet": list(variables.values()),
        }
        at = self._now()
        response = await self._ask("SendSms", wanted)
        messages = response.get("SendStatusSet")
        message = messages[0] if isinstance(messages, list) and len(messages) == 1 else None
        if not isinstance(message, dict) or message.get("Code") != _ACCEPTED:
            raise vendors.refused(_VENDOR, message.get("Code") if isinstance(message, dict) else None, CODES)
        return vendors.sent(_VENDOR, message.get("SerialNo"), phone, at)

    async def _ask(self, action: str, wanted: Mapping[str, object]) -> dict[str, Any]:
        """Return the response to a request.

        Raises:
            SmsGatewayError: it is refused as a whole, or there is none.
        """
        body = json.dumps(wanted, ensure_ascii=False).encode()
        _status, answer = await vendors.post(
            _VENDOR,
            f"{self._access.endpoint.rstrip('/')}/",
            headers=self._headers(action, body),
            body=body,
            timeout_seconds=self._access.timeout_seconds,
        )
        response = answer.get("Response")
        error = response.get("Error") if isinstance(response, dict) else None
        if not isinstance(response, dict) or isinstance(error, dict):
            raise vendors.refused(_VENDOR, error.get("Code") if isinstance(error, dict) else None, CODES)
        return response

    def _headers(self, action: str, body: bytes) -> dict[str, str]:
        access, at = self._access, self._now()
        host = urlsplit(access.endpoint).netloc
        signed = {"content-type": _TYPE, "host": host, "x-tc-action": action.lower()}
        authorization = signing.tc3_authorization(
            access.key_id, access.secret, "sms", headers=signed, body=body, at=at
        )
        return {
            "Content-Type": _TYPE,
            "Host": host,
            "Authorization": authorization,
            "X-TC-Action": action,
            "X-TC-Version": _VERSION,
            "X-TC-Timestamp": str(int(at.timestamp())),
            "X-TC-Region": self._region,
        }


def _receipt_of(reports: object, message_id: str) -> SmsReceipt | None:
    """Return the receipt of a message; the reports of others are none of its."""
    for report in reports if isinstance(reports, list) else []:
        if isinstance(report, dict) and report.get("SerialNo") == message_id:
            state = str(report.get("ReportStatus"))
            if state in _STATES:
                reason = vendors.code_of(report.get("Description"))
                return SmsReceipt(is_delivered=_STATES[state], reason=reason)
    return None
