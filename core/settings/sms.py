"""``[sms]``: how codes and reminders are sent, and the gateways that send them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator

from core.settings.tables import SettingsTable
from core.settings.values import distinct, http_url, listed, secret, some
from core.values.offices import Whole

SMS_PROVIDERS = ("console", "http", "aliyun", "tencent")

_LONGEST = 100

Seconds = Annotated[float, Field(gt=0, le=60)]
_Secret = Annotated[SecretStr, AfterValidator(secret)]
_CodeParts = Annotated[
    tuple[Literal["code", "minutes"], ...], BeforeValidator(listed), AfterValidator(distinct)
]
_ReminderParts = Annotated[
    tuple[Literal["number", "deadline", "place"], ...],
    BeforeValidator(listed),
    AfterValidator(distinct),
    AfterValidator(some),
]


def _plain(value: str) -> str:
    if not value or value != value.strip() or len(value) > _LONGEST:
        raise ValueError("should be a text without blanks around it")
    return value


def _digits(value: str) -> str:
    if not (value.isascii() and value.isdecimal()):
        raise ValueError("should have digits only")
    return value


_Text = Annotated[str, AfterValidator(_plain)]


def _provider(value: str) -> str:
    if value not in SMS_PROVIDERS:
        raise ValueError(
            f"unknown provider; known are {', '.join(SMS_PROVIDERS[:-1])} and {SMS_PROVIDERS[-1]}"
        )
    return value


class SmsHttpSettings(SettingsTable):
    """``[sms.http]``: an HTTP gateway for codes.

    Attributes:
        url: the address that codes are posted to.
        timeout_seconds: timeout of a request.
    """

    url: Annotated[str, AfterValidator(http_url)] = Field(repr=False)
    timeout_seconds: Seconds = 10.0


class SmsVendorSettings(SettingsTable):
    """What the gateways of vendors with approved templates have in common.

    Attributes:
        sign_name: the approved signature (签名), without its brackets.
        code_template: the template of codes.
        reminder_template: the template of reminders; required unless ``sms.reminders`` is ``never``.
        code_parameters: the variables of the code's template, in their order: ``code``, ``minutes``.
        reminder_parameters: the variables of the reminder's template: ``number``, ``deadline``, ``place``.
        timeout_seconds: timeout of a request.
        receipts: whether the vendor is asked if a message was delivered; the key must permit it.
    """

    sign_name: _Text
    code_template: _Text
    reminder_template: _Text | None = None
    code_parameters: _CodeParts = ("code",)
    reminder_parameters: _ReminderParts = ("number", "deadline", "place")
    timeout_seconds: Seconds = 10.0
    receipts: bool = False

    @field_validator("code_parameters")
    @classmethod
    def _with_code(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "code" not in value:
            raise ValueError("should have the entry code")
        return value


class SmsAliyunSettings(SmsVendorSettings):
    """``[sms.aliyun]``: 阿里云 短信服务.

    Attributes:
        access_key_id: the AccessKey of a RAM user that may only send messages, and ask for receipts.
        access_key_secret: its secret.
        endpoint: the address of the API.
    """

    access_key_id: _Text
    access_key_secret: _Secret
    endpoint: Annotated[str, AfterValidator(http_url)] = "https://dysmsapi.aliyuncs.com"


class SmsTencentSettings(SmsVendorSettings):
    """``[sms.tencent]``: 腾讯云 短信.

    Attributes:
        secret_id: the key of a CAM user that may only send messages, and ask for receipts.
        secret_key: its secret.
        app_id: the SdkAppId of the application in the SMS console.
        region: one in which the service is offered.
        endpoint: the address of the API.
    """

    secret_id: _Text
    secret_key: _Secret
    app_id: Annotated[str, AfterValidator(_digits)]
    region: _Text = "ap-guangzhou"
    endpoint: Annotated[str, AfterValidator(http_url)] = "https://sms.tencentcloudapi.com"


class SmsSettings(SettingsTable):
    """``[sms]``: how codes are sent, and which reminders.

    Attributes:
        provider: one or several, in the order in which they are tried.
        per_phone_per_day: maximum codes per phone number and day, for registrations and for step 4 each.
        per_chat_per_day: maximum codes per chat and day.
        per_day: maximum codes per day in total.
        reserved_share: the share of ``per_day`` that only registered owners at step 4 can use.
        reminders: which reminders of deadlines are sent by SMS: ``unreachable`` those that the chat does not
            take, ``last`` the last one of every owner too, ``never`` none.
        http, aliyun, tencent: required if they are among the providers.
    """

    provider: Annotated[
        tuple[Annotated[str, AfterValidator(_provider)], ...],
        BeforeValidator(listed),
        AfterValidator(distinct),
        AfterValidator(some),
    ] = ("console",)
    per_phone_per_day: Annotated[Whole, Field(ge=1, le=100)] = 10
    per_chat_per_day: Annotated[Whole, Field(ge=1, le=100)] = 15
    per_day: Annotated[Whole, Field(ge=1, le=10_000_000)] = 5000
    reserved_share: Annotated[float, Field(ge=0, le=0.9)] = 0.5
    reminders: Literal["last", "unreachable", "never"] = "unreachable"
    http: SmsHttpSettings | None = None
    aliyun: SmsAliyunSettings | None = None
    tencent: SmsTencentSettings | None = None

    @model_validator(mode="after")
    def _complete(self) -> "SmsSettings":
        if "http" in self.provider and self.http is None:
            raise ValueError("provider names http, so a table [sms.http] with its url is needed")
        for name, vendor in (("aliyun", self.aliyun), ("tencent", self.tencent)):
            if name not in self.provider:
                continue
            if vendor is None:
                raise ValueError(f"provider names {name}, so a table [sms.{name}] is needed")
            if self.reminders != "never" and vendor.reminder_template is None:
                raise ValueError(
                    f'{name}.reminder_template is missing; it is needed unless reminders = "never"'
                )
        return self
