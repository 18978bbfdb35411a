"""The tables of the settings, one class each; every key is explained in config.example.toml."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from core.settings.values import Days, HttpUrl, database_url, distinct, http_url, listed, some
from core.values.offices import OfferedCode, Whole
from core.values.workdays import WorkingCalendar

SMS_PROVIDERS = ("console", "http")
DATABASE = "sqlite:///data/xuanhao.db"
"""The database where the settings name none."""


def _provider(value: str) -> str:
    if value not in SMS_PROVIDERS:
        raise ValueError(f"unknown provider; known are {' and '.join(SMS_PROVIDERS)}")
    return value


class SettingsTable(BaseModel):
    """A table of the settings: frozen, no key but its own, no value in an error's text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DatabaseSettings(SettingsTable):
    """``[database]``.

    Attributes:
        url: ``sqlite:///relative/path.db``, ``sqlite:////absolute/path.db`` or ``postgresql://…``.
    """

    url: Annotated[str, AfterValidator(database_url)] = Field(default=DATABASE, repr=False)

    @property
    def sqlite_path(self) -> Path | None:
        """The database file; None when the database is PostgreSQL."""
        path = self.url.removeprefix("sqlite:///")
        return Path(path) if path != self.url else None


class SmsHttpSettings(SettingsTable):
    """``[sms.http]``: a gateway that takes codes by HTTP.

    Attributes:
        url: where codes are posted to.
        timeout_seconds: after which the gateway has not answered.
    """

    url: Annotated[str, AfterValidator(http_url)] = Field(repr=False)
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0


class SmsSettings(SettingsTable):
    """``[sms]``: how codes reach telephones.

    Attributes:
        provider: one or several; the next is tried when one fails.
        per_phone_per_day: codes that one telephone may get in a day.
        per_day: codes that the service sends in a day.
        http: needed when ``http`` is among the providers.
    """

    provider: Annotated[
        tuple[Annotated[str, AfterValidator(_provider)], ...],
        BeforeValidator(listed),
        AfterValidator(distinct),
        AfterValidator(some),
    ] = ("console",)
    per_phone_per_day: Annotated[Whole, Field(ge=1, le=100)] = 10
    per_day: Annotated[Whole, Field(ge=1, le=10_000_000)] = 5000
    http: SmsHttpSettings | None = None

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers in the order in which they are tried."""
        return self.provider

    @model_validator(mode="after")
    def _http_is_there(self) -> "SmsSettings":
        if "http" in self.provider and self.http is None:
            raise ValueError("provider names http, so a table [sms.http] with its url is needed")
        return self


class VehicleRegistrySettings(SettingsTable):
    """``[registry]``: what is known of vehicles.

    Attributes:
        mode: ``open`` takes every vehicle whose papers have the right form; ``strict`` only those
            that the office has imported.
    """

    mode: Literal["open", "strict"] = "open"


class PhotoSettings(SettingsTable):
    """``[photos]``: what photos are taken, where they are kept and for how long.

    Attributes:
        directory: the folder, which is made when it is needed; not given: ``photos`` beside the database.
        most_bytes: how large a file may be; the messenger hands out no more than 20 MB.
        most_pixels: how many pixels a picture may have, width times height.
        min_side: how many pixels its shorter side must have.
        min_sharpness: how sharp a photo must be (``bot/photos/sharpness.py``); 0 takes any.
        keep_days: days after a decision when the photos of an appeal are deleted.
    """

    directory: Path | None = None
    most_bytes: Annotated[Whole, Field(ge=100_000, le=20_000_000)] = 20_000_000
    most_pixels: Annotated[Whole, Field(ge=1_000_000, le=25_000_000)] = 25_000_000
    min_side: Annotated[Whole, Field(ge=100, le=2000)] = 600
    min_sharpness: Annotated[float, Field(ge=0, le=100)] = 3.0
    keep_days: Annotated[Whole, Field(ge=0, le=3650)] = 30


class CalendarSettings(SettingsTable):
    """``[calendar]``: days that the published schedule lacks or that differ here.

    Attributes:
        workdays: days that are worked, whatever else is known.
        holidays: days off, whatever else is known.
    """

    workdays: Days = ()
    holidays: Days = ()

    @model_validator(mode="after")
    def _not_both(self) -> "CalendarSettings":
        both = sorted(set(self.workdays) & set(self.holidays))
        if both:
            raise ValueError(f"{both[0]} stands in workdays and in holidays")
        return self

    def ready(self) -> WorkingCalendar:
        """Return the calendar to count with."""
        return WorkingCalendar(
            overrides=dict.fromkeys(self.workdays, True) | dict.fromkeys(self.holidays, False)
        )


class DeskSettings(SettingsTable):
    """``[desk]``: what those at the desk are told.

    Attributes:
        summary_at: from when on a working day they are told what waits.
    """

    summary_at: time = time(8, 30)

    @field_validator("summary_at")
    @classmethod
    def _local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("should be a local time, such as 08:30")
        return value


class ElsewhereSettings(SettingsTable):
    """``[[elsewhere]]``: an office that another bot serves.

    Attributes:
        code: the office, 粤A.
        url: where its owners are sent.
    """

    code: OfferedCode
    url: HttpUrl
