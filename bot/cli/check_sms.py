"""``check``, the SMS gateway: whether it can be reached; nothing is sent."""

import aiohttp

from bot.bot_api.errors import reason_of, translated
from bot.cli.report import Report
from core.settings import Settings


async def check_sms(settings: Settings, report: Report) -> None:
    """Ask the gateway of ``[sms.http]`` for an answer; whatever it answers, it is there."""
    sms = settings.sms
    if "http" not in sms.provider or sms.http is None:
        return
    timeout = aiohttp.ClientTimeout(total=sms.http.timeout_seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.head(sms.http.url, allow_redirects=False) as answer,
        ):
            report.ok("sms", f"the gateway answers (HTTP {answer.status} to HEAD)")
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        said = f"the gateway (sms.http.url) cannot be reached: {reason_of(translated(error))}"
        if len(sms.providers) > 1:
            report.warn(said)
        else:
            report.bad("sms", said)
