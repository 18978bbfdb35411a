"""The tables of the settings, one class each; config.example.toml documents every key."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from core.settings.values import Days, HttpUrl, database_url, http_url, secret
from core.values.grave_acts import GraveAct
from core.values.offices import OfferedCode, Whole
from core.values.workdays import WorkingCalendar

DATABASE = "sqlite:///data/xuanhao.db"
"""The default database."""


class SettingsTable(BaseModel):
    """A table of the settings: frozen, without unknown keys, and with no values in error messages."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DatabaseSettings(SettingsTable):
    """``[database]``.

    Attributes:
        url: ``sqlite:///relative/path.db``, ``sqlite:////absolute/path.db`` or ``postgresql://…``.
    """

    url: Annotated[str, AfterValidator(database_url)] = Field(default=DATABASE, repr=False)

    @property
    def sqlite_path(self) -> Path | None:
        """The database file; None for PostgreSQL."""
        path = self.url.removeprefix("sqlite:///")
        return Path(path) if path != self.url else None


class RegistryHttpSettings(SettingsTable):
    """``[registry.http]``: a registry that is asked over HTTP (docs/registry.md).

    Attributes:
        url: the address that a VIN is posted to.
        token: sent as a bearer token.
        client_certificate: a PEM file with a certificate and its key, for mutual TLS.
        timeout_seconds: timeout of a request.
        fresh_minutes: how long an answer counts.
        failures: how many failures in a row suspend further requests.
        pause_seconds: for how long, until one is tried.
    """

    url: Annotated[str, AfterValidator(http_url)] = Field(repr=False)
    token: Annotated[SecretStr, AfterValidator(secret)] | None = None
    client_certificate: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=20)] = 5.0
    fresh_minutes: Annotated[Whole, Field(ge=1, le=1440)] = 30
    failures: Annotated[Whole, Field(ge=1, le=100)] = 5
    pause_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0

    @model_validator(mode="after")
    def _authenticates(self) -> "RegistryHttpSettings":
        if self.token is None and self.client_certificate is None:
            raise ValueError("set token or client_certificate, by which the registry knows this service")
        return self


class VehicleRegistrySettings(SettingsTable):
    """``[registry]``: the vehicle registry.

    Attributes:
        mode: ``open`` accepts every vehicle with well-formed documents; ``strict`` only imported
            vehicles; ``http`` asks another service.
        open_living_numbers: maximum reserved numbers of one account at one time, if ``mode`` is ``open``.
        http: required if ``mode`` is ``http``.
    """

    mode: Literal["open", "strict", "http"] = "open"
    open_living_numbers: Annotated[Whole, Field(ge=1, le=1000)] = 2
    http: RegistryHttpSettings | None = None

    @property
    def most_living(self) -> int | None:
        """The maximum reserved numbers of one account at one time; None for no limit."""
        return self.open_living_numbers if self.mode == "open" else None

    @model_validator(mode="after")
    def _http_is_there(self) -> "VehicleRegistrySettings":
        if self.mode == "http" and self.http is None:
            raise ValueError("mode is http, so a table [registry.http] with its url is needed")
        return self


class PhotoSettings(SettingsTable):
    """``[photos]``: requirements on photos, and where and how long they are stored.

    Attributes:
        directory: the folder, created on demand; by default ``photos`` next to the database.
        most_bytes: maximum file size; the Bot API delivers at most 20 MB.
        most_pixels: maximum width times height, in pixels.
        min_side: minimum of the shorter side, in pixels.
        min_sharpness: minimum sharpness (``bot/photos/sharpness.py``); 0 accepts any.
        keep_days: days after a decision until the photos of an appeal are deleted.
    """

    directory: Path | None = None
    most_bytes: Annotated[Whole, Field(ge=100_000, le=20_000_000)] = 20_000_000
    most_pixels: Annotated[Whole, Field(ge=1_000_000, le=25_000_000)] = 25_000_000
    min_side: Annotated[Whole, Field(ge=100, le=2000)] = 600
    min_sharpness: Annotated[float, Field(ge=0, le=100)] = 3.0
    keep_days: Annotated[Whole, Field(ge=0, le=3650)] = 30


class CalendarSettings(SettingsTable):
    """``[calendar]``: additions to and corrections of the published schedule.

    Attributes:
        workdays: working days, overriding the schedule.
        holidays: days off, overriding the schedule.
    """

    workdays: Days = ()
    holidays: Days = ()

    @model_validator(mode="after")
    def _not_both(self) -> "CalendarSettings":
        both = sorted(set(self.workdays) & set(self.holidays))
        if both:
            raise ValueError(f"{both[0]} is listed in both workdays and holidays")
        return self

    def ready(self) -> WorkingCalendar:
        return WorkingCalendar(
            overrides=dict.fromkeys(self.workdays, True) | dict.fromkeys(self.holidays, False)
        )


class DeskSettings(SettingsTable):
    """``[desk]``: messages to the desk, and who may confirm there.

    Attributes:
        summary_at: the local time on working days from which the summary of pending tasks is sent.
        second_chief_hours: how long a chief must have been one before they can confirm the end of a
            withholding, or agree to what ``two_chiefs`` names; 0 for no minimum. Below the seven days of a
            request.
        two_chiefs: the acts to which another chief of the office must agree, if there is one.
    """

    summary_at: time = time(8, 30)
    second_chief_hours: Annotated[Whole, Field(ge=0, le=120)] = 24
    two_chiefs: tuple[GraveAct, ...] = ()

    @field_validator("summary_at")
    @classmethod
    def _local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("should be a local time, such as 08:30")
        return value


class BeaconSettings(SettingsTable):
    """``[beacon]``: a public source of randomness whose values go into the public journal.

    Attributes:
        url: the address of its newest value, in the form of drand; None for no source.
        minutes: between two values.
    """

    url: Annotated[str, AfterValidator(http_url)] | None = None
    minutes: Annotated[Whole, Field(ge=1, le=1440)] = 10


class SuspicionSettings(SettingsTable):
    """``[suspicion]``: when what an owner or an admin does is listed at the desk as suspicious.

    A rule whose first value is 0 is off.

    Attributes:
        pace_presses: draws and self-composed tries that are normal within ``pace_seconds``.
        pace_seconds: see there.
        reaction_milliseconds: more than half of the presses come sooner than this after a batch was shown.
        reaction_presses: minimum number of presses for that.
        shared_accounts: accounts that may carry one telephone or identity while selecting at one office.
        shared_days: the days in which they are counted; presses are kept as long.
        together_accounts: minimum accounts that press at the same moments.
        together_seconds: how far apart presses of one moment may be.
        together_times: minimum moments in a day.
        freed_seconds: how long after a number is freed a wish for it is suspicious.
        insider_times: minimum favours of an admin that were followed by a success.
        insider_hours: the hours in which a success follows a favour.
    """

    pace_presses: Annotated[Whole, Field(ge=0, le=1000)] = 10
    pace_seconds: Annotated[Whole, Field(ge=1, le=3600)] = 5
    reaction_milliseconds: Annotated[Whole, Field(ge=0, le=5000)] = 400
    reaction_presses: Annotated[Whole, Field(ge=2, le=100)] = 5
    shared_accounts: Annotated[Whole, Field(ge=0, le=100)] = 3
    shared_days: Annotated[Whole, Field(ge=1, le=365)] = 30
    together_accounts: Annotated[Whole, Field(ge=0, le=100)] = 3
    together_seconds: Annotated[Whole, Field(ge=1, le=60)] = 2
    together_times: Annotated[Whole, Field(ge=1, le=100)] = 3
    freed_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 10
    insider_times: Annotated[Whole, Field(ge=0, le=100)] = 2
    insider_hours: Annotated[Whole, Field(ge=1, le=720)] = 24

    @field_validator("together_accounts")
    @classmethod
    def _not_alone(cls, value: int) -> int:
        if value in {1, 2}:
            raise ValueError("should be 0 or at least 3: any two meet by chance")
        return value


class ElsewhereSettings(SettingsTable):
    """``[[elsewhere]]``: an office served by another bot.

    Attributes:
        code: the office's code, e.g. 粤A.
        url: the link that its owners are sent to.
    """

    code: OfferedCode
    url: HttpUrl
