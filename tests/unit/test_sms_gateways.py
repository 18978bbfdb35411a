"""Every provider that the settings offer has a gateway."""

import pytest

from core.bootstrap import _gateway_of
from core.errors.settings import SettingsRefused
from core.settings.tables import SMS_PROVIDERS, SmsHttpSettings, SmsSettings
from core.sms.console import ConsoleGateway
from core.sms.http import HttpGateway

SETTINGS = SmsSettings(http=SmsHttpSettings(url="http://127.0.0.1:9/sms"))


def test_every_provider_of_the_settings_has_its_gateway() -> None:
    assert {provider: type(_gateway_of(provider, SETTINGS)) for provider in SMS_PROVIDERS} == {
        "console": ConsoleGateway,
        "http": HttpGateway,
    }


def test_a_provider_without_a_gateway_is_refused() -> None:
    with pytest.raises(SettingsRefused, match=r"sms\.provider: pigeon"):
        _gateway_of("pigeon", SETTINGS)
