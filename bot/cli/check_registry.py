"""``check``, the vehicle registry of another service: whether it answers as documented."""

from bot.cli.report import Report
from bot.registry.client import TRIAL_VIN, RegistryClient
from core.errors.registry import RegistryAskFailed
from core.settings import Settings


async def check_registry(settings: Settings, report: Report) -> None:
    """Ask about a vehicle that does not exist, which shows that address and credentials are right."""
    asked = settings.registry.http
    if settings.registry.mode != "http" or asked is None:
        return
    try:
        await RegistryClient(asked).ask(TRIAL_VIN)
    except RegistryAskFailed as error:
        report.bad("registry", f"{error} ({error.failure}; registry.http.url)")
        return
    report.ok("registry", "it answers a question about a vehicle")
