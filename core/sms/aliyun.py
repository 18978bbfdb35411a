"""阿里云 短信服务: SendSms and QuerySendDetails of the API ``dysmsapi``.

Version 2017-05-25, signed with ACS3-HMAC-SHA256.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from core.clock import CHINA, SystemClock
from core.errors.verification import SmsFailure
from core.ports import SentSms, SmsReceipt
from core.sms import signing, vendors
from core.sms.vendors import Access, TemplateGateway, Templates

_VENDOR: Final = "aliyun"
_VERSION: Final = "2017-05-25"
_ACCEPTED: Final = "OK"
_IN_CHINA: Final = "+86"
_NOT_DELIVERED, _DELIVERED = 2, 3  # SendStatus; 1 is still awaited

CODES: Final[Mapping[str, SmsFailure]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": SmsFailure.NUMBER,
    "isv.BUSINESS_LIMIT_CONTROL": SmsFailure.NUMBER_LIMIT,
    "isv.DAY_LIMIT_CONTROL": SmsFailure.QUOTA,
    "isv.MONTH_LIMIT_CONTROL": SmsFailure.QUOTA,
    "isv.OUT_OF_SERVICE": SmsFailure.BALANCE,
    "isv.AMOUNT_NOT_ENOUGH": SmsFailure.BALANCE,
    "isv.SMS_TEMPLATE_ILLEGAL": SmsFailure.TEMPLATE,
    "isv.SMS_SIGNATURE_ILLEGAL": SmsFailure.TEMPLATE,
    "isv.SMS_SIGN_ILLEGAL": SmsFailure.TEMPLATE,
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": SmsFailure.TEMPLATE,
    "isv.SIGN_STATE_ILLEGAL": SmsFailure.TEMPLATE,
    "isv.SMS_CONTENT_ILLEGAL": SmsFailure.TEMPLATE,
    "isv.TEMPLATE_MISSING_PARAMETERS": SmsFailure.TEMPLATE,
    "isv.TEMPLATE_PARAMS_ILLEGAL": SmsFailure.TEMPLATE,
    "isv.PARAM_LENGTH_LIMIT": SmsFailure.TEMPLATE,
    "isv.PARAM_NOT_SUPPORT_URL": SmsFailure.TEMPLATE,
    "isv.BLACK_KEY_CONTROL_LIMIT": SmsFailure.TEMPLATE,
    "isv.INVALID_JSON_PARAM": SmsFailure.TEMPLATE,
    "isv.INVALID_PARAMETERS": SmsFailure.TEMPLATE,
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": SmsFailure.TEMPLATE,
    "isp.RAM_PERMISSION_DENY": SmsFailure.ACCESS,
    "isv.ACCOUNT_NOT_EXISTS": SmsFailure.ACCESS,
    "isv.ACCOUNT_ABNORMAL": SmsFailure.ACCESS,
    "isv.PRODUCT_UN_SUBSCRIPT": SmsFailure.ACCESS,
    "isv.PRODUCT_UNSUBSCRIBE": SmsFailure.ACCESS,
    "isv.DENY_IP_RANGE": SmsFailure.ACCESS,
    "SignatureDoesNotMatch": SmsFailure.ACCESS,
    "SignatureNonceUsed": SmsFailure.ACCESS,
    "IncompleteSignature": SmsFailure.ACCESS,
    "InvalidAccessKeyId": SmsFailure.ACCESS,
    "InvalidTimeStamp": SmsFailure.ACCESS,
    "Forbidden": SmsFailure.ACCESS,
    "Throttling": SmsFailure.BUSY,
    "isp.SYSTEM_ERROR": SmsFailure.BROKEN,
    "isp.GATEWAY_ERROR": SmsFailure.BROKEN,
    "InternalError": SmsFailure.BROKEN,
    "ServiceUnavailable": SmsFailure.BROKEN,
}
"""The documented codes that something follows from; any other is certainly a refusal."""


class AliyunGateway(TemplateGateway):
    """The gateway of 阿里云.

    Args:
        access: the AccessKey and the address.
        templates: the signature and the templates.
        now: the real time, by default the host's: a request whose time is off by 15 minutes is refused.
    """

    def __init__(
        self, access: Access, templates: Templates, now: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__(templates)
        self._access = access
        self._now = now or SystemClock().now

    async def receipt(self, sent: SentSms) -> SmsReceipt | None:
        """Return what has become of a message.

        The vendor lists messages by the day in China on which it has sent them, which may be the next one.

        Raises:
            SmsGatewayError: as the port says.
        """
        late = sent.at + timedelta(seconds=self._access.timeout_seconds)
        for day in dict.fromkeys(f"{at.astimezone(CHINA):%Y%m%d}" for at in (sent.at, late)):
            wanted = {
                "PhoneNumber": sent.phone.removeprefix(_IN_CHINA),
                "BizId": sent.message_id,
                "SendDate": day,
                "PageSize": "10",
                "CurrentPage": "1",
            }
            if found := _receipt_of(await self._ask("QuerySendDetails", wanted)):
                return found
        return None

    async def _send(self, phone: str, template: str, variables: Mapping[str, str]) -> SentSms | None:
        wanted = {
            "PhoneNumbers": phone,
            "SignName": self._templates.sign_name,
            "TemplateCode": template,
            "TemplateParam": json.dumps(variables, ensure_ascii=False),
        }
        at = self._now()
        answer = await self._ask("SendSms", wanted)
        return vendors.sent(_VENDOR, answer.get("BizId"), phone, at)

    async def _ask(self, action: str, wanted: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer to a request.

        Raises:
            SmsGatewayError: it is refused, or there is none.
        """
        access, query = self._access, signing.canonical_query(wanted)
        headers = self._headers(action)
        authorization = signing.acs3_authorization(access.key_id, access.secret, query, headers)
        status, answer = await vendors.post(
            _VENDOR,
            f"{access.endpoint.rstrip('/')}/?{query}",
            headers={**headers, "Authorization": authorization},
            body=b"",
            timeout_seconds=access.timeout_seconds,
        )
        if status != HTTPStatus.OK or answer.get("Code") != _ACCEPTED:
            raise vendors.refused(_VENDOR, answer.get("Code"), CODES)
        return answer

    def _headers(self, action: str) -> dict[str, str]:
        return {
            "host": urlsplit(self._access.endpoint).netloc,
            "x-acs-action": action,
            "x-acs-content-sha256": signing.sha256_hex(b""),
            "x-acs-date": f"{self._now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": _VERSION,
        }


def _receipt_of(answer: Mapping[str, Any]) -> SmsReceipt | None:
    """Return the receipt of the only message that was asked about. Of its record, the content is the code."""
    found = answer.get("SmsSendDetailDTOs")
    details = found.get("SmsSendDetailDTO") if isinstance(found, dict) else None
    if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
        return None
    status = str(details[0].get("SendStatus"))
    if status not in {str(_DELIVERED), str(_NOT_DELIVERED)}:
        return None
    reason = vendors.code_of(details[0].get("ErrCode"))
    return SmsReceipt(is_delivered=status == str(_DELIVERED), reason=reason)
