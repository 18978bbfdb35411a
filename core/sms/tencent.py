"""腾讯云 短信: SendSms of the API ``sms``, version 2021-01-11, signed with TC3-HMAC-SHA256."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from core.clock import SystemClock
from core.errors.verification import SmsFailure
from core.sms import signing, vendors
from core.sms.vendors import Access, Templates

_VENDOR: Final = "tencent"
_VERSION: Final = "2021-01-11"
_TYPE: Final = "application/json; charset=utf-8"
_ACCEPTED: Final = "Ok"

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


class TencentGateway:
    """Sends codes and reminders by approved templates.

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
        self._access = access
        self._templates = templates
        self._app_id = app_id
        self._region = region
        self._now = now or SystemClock().now

    async def send(self, *, phone: str, code: str, purpose: str) -> None:  # noqa: ARG002 - one template for all
        """Send a code.

        Raises:
            SmsRejected, SmsGatewayError: as the port says.
        """
        await self._send(phone, self._templates.code, self._templates.of_code(code))

    async def remind(self, *, phone: str, text: str, parameters: Mapping[str, str]) -> None:  # noqa: ARG002 - as above
        """Send a reminder.

        Raises:
            SmsRejected, SmsGatewayError: as the port says.
        """
        await self._send(phone, self._templates.reminder, self._templates.of_reminder(parameters))

    async def _send(self, phone: str, template: str, variables: Mapping[str, str]) -> None:
        wanted = {
            "PhoneNumberSet": [phone],
            "SmsSdkAppId": self._app_id,
            "SignName": self._templates.sign_name,
            "TemplateId": template,
            "TemplateParamSet": list(variables.values()),
        }
        body = json.dumps(wanted, ensure_ascii=False).encode()
        _status, answer = await vendors.post(
            _VENDOR,
            f"{self._access.endpoint.rstrip('/')}/",
            headers=self._headers("SendSms", body),
            body=body,
            timeout_seconds=self._access.timeout_seconds,
        )
        code = _code_of(answer)
        if code != _ACCEPTED:
            raise vendors.refused(_VENDOR, code, CODES)

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


def _code_of(answer: Mapping[str, Any]) -> object:
    """Return the code of the request if it failed as a whole, else that of its only message."""
    response = answer.get("Response")
    if not isinstance(response, dict):
        return None
    error, sent = response.get("Error"), response.get("SendStatusSet")
    if isinstance(error, dict):
        return error.get("Code")
    if isinstance(sent, list) and len(sent) == 1 and isinstance(sent[0], dict):
        return sent[0].get("Code")
    return None
