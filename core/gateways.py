"""Builds the SMS gateways that the settings name."""

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from core.errors.settings import SettingsRefused
from core.errors.verification import SmsFailure
from core.people.verification import CODE_LIFE
from core.ports import SmsGateway, SmsReceiptSource
from core.settings import Settings
from core.settings.sms import SmsAliyunSettings, SmsSettings, SmsTencentSettings, SmsVendorSettings
from core.sms.aliyun import AliyunGateway
from core.sms.console import ConsoleGateway
from core.sms.http import HttpGateway
from core.sms.routes import Routes
from core.sms.tencent import TencentGateway
from core.sms.vendors import Access, Templates
from core.sms.watched import Report, WatchedGateway

_MINUTES = CODE_LIFE // timedelta(minutes=1)


def build_routes(settings: Settings, *reports: Report | None) -> Routes:
    """Return the gateways of codes and reminders.

    A reminder that is only printed reaches nobody, and must not let its owner be barred. So the console takes
    reminders only alone, and with the sandbox.
    """
    made = gateways_of(settings)
    watching = [report for report in reports if report is not None]

    def report(provider: str, failure: SmsFailure | None) -> None:
        for one in watching:
            one(provider, failure)

    watched = {provider: WatchedGateway(gateway, provider, report) for provider, gateway in made.items()}
    return Routes(watched, receipt_sources(settings, made))


def receipt_sources(settings: Settings, gateways: dict[str, SmsGateway]) -> dict[str, SmsReceiptSource]:
    """Return the gateways whose vendor may be asked for receipts, by the settings."""
    asked = {
        name
        for name, vendor in (("aliyun", settings.sms.aliyun), ("tencent", settings.sms.tencent))
        if vendor is not None and vendor.receipts
    }
    return {
        name: gateway
        for name, gateway in gateways.items()
        if name in asked and isinstance(gateway, SmsReceiptSource)
    }


def gateways_of(settings: Settings) -> dict[str, SmsGateway]:
    """Return the gateway of each provider, in the order in which they are tried."""
    providers = settings.sms.provider
    prints = len(providers) == 1 and _is_loopback(settings.telegram.base_url)
    return {provider: gateway_of(provider, settings.sms, prints_reminders=prints) for provider in providers}


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def gateway_of(provider: str, sms: SmsSettings, *, prints_reminders: bool = False) -> SmsGateway:
    """Return a provider's gateway; one without a case is refused, so that its codes are never printed."""
    match provider:
        case "console":
            return ConsoleGateway(takes_reminders=prints_reminders)
        case "http" if sms.http is not None:
            return HttpGateway(sms.http.url, sms.http.timeout_seconds)
        case "aliyun" if sms.aliyun is not None:
            return aliyun_gateway(sms.aliyun)
        case "tencent" if sms.tencent is not None:
            return tencent_gateway(sms.tencent)
        case _:
            raise SettingsRefused((f"sms.provider: {provider} has no gateway, or no table [sms.{provider}]",))


def aliyun_gateway(vendor: SmsAliyunSettings) -> AliyunGateway:
    secret = vendor.access_key_secret.get_secret_value()
    return AliyunGateway(_access(vendor, vendor.access_key_id, secret, vendor.endpoint), _templates(vendor))


def tencent_gateway(vendor: SmsTencentSettings) -> TencentGateway:
    secret = vendor.secret_key.get_secret_value()
    access = _access(vendor, vendor.secret_id, secret, vendor.endpoint)
    return TencentGateway(access, _templates(vendor), app_id=vendor.app_id, region=vendor.region)


def _access(vendor: SmsVendorSettings, key_id: str, secret: str, endpoint: str) -> Access:
    return Access(key_id=key_id, secret=secret, endpoint=endpoint, timeout_seconds=vendor.timeout_seconds)


def _templates(vendor: SmsVendorSettings) -> Templates:
    return Templates(
        sign_name=vendor.sign_name,
        code=vendor.code_template,
        reminder=vendor.reminder_template or "",
        code_parameters=vendor.code_parameters,
        reminder_parameters=vendor.reminder_parameters,
        code_minutes=_MINUTES,
    )
