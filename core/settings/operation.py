"""The tables of the settings for who runs the service: its log, and how it is watched."""

from typing import Annotated, Literal

from pydantic import Field

from core.settings.tables import SettingsTable
from core.values.offices import Whole


class LoggingSettings(SettingsTable):
    """``[logging]``: the log, which goes to standard error.

    Attributes:
        level: what is logged: this and what is worse.
        format: lines of text, or one JSON object a line.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class MonitoringSettings(SettingsTable):
    """``[monitoring]``: the endpoint for health checks and metrics; without the table there is none.

    Attributes:
        port: of the first worker; the next ones take the ports after it.
        listen: the address that is listened on. Everybody who reaches it can read the metrics.
    """

    port: Annotated[Whole, Field(ge=1, le=65535)] = 9464
    listen: Annotated[str, Field(min_length=1)] = "127.0.0.1"
