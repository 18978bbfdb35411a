"""``check``, the SMS gateways: whether they can be reached; nothing is sent."""

import aiohttp

from bot.bot_api.errors import reason_of, translated
from bot.cli.report import Report
from core.settings import Settings
from core.settings.sms import SmsSettings


def _addresses(sms: SmsSettings) -> dict[str, tuple[str, str, float]]:
    """Return the key, the address and the timeout of each provider that has an address."""
    found = {}
    if sms.http is not None:
        found["http"] = ("sms.http.url", sms.http.url, sms.http.timeout_seconds)
    for name, vendor in (("aliyun", sms.aliyun), ("tencent", sms.tencent)):
        if vendor is not None:
            found[name] = (f"sms.{name}.endpoint", vendor.endpoint, vendor.timeout_seconds)
    return {provider: found[provider] for provider in sms.provider if provider in found}


async def check_sms(settings: Settings, report: Report) -> None:
    """Ask each gateway for an answer; whatever it answers, it is there. Keys and templates: ``sms-test``."""
    for provider, (key, url, seconds) in _addresses(settings.sms).items():
        subject = "sms" if provider == "http" else f"sms.{provider}"
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.head(url, allow_redirects=False) as answer,
            ):
                report.ok(subject, f"the gateway answers (HTTP {answer.status} to HEAD)")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            said = f"the gateway ({key}) cannot be reached: {reason_of(translated(error))}"
            if len(settings.sms.provider) > 1:
                report.warn(said)
            else:
                report.bad(subject, said)
