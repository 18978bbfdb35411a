"""All settings, validated against each other.

Nothing here opens a connection; secrets never appear in messages or in a repr.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from core.errors.offices import OfficeUnknown
from core.errors.settings import KeyFileLost
from core.settings.keys import KEY_FILE, Keys, SecuritySettings, ensure_keys
from core.settings.operation import LoggingSettings, MonitoringSettings
from core.settings.sms import SmsSettings
from core.settings.tables import (
    DATABASE,
    BeaconSettings,
    CalendarSettings,
    DatabaseSettings,
    DeskSettings,
    ElsewhereSettings,
    PhotoSettings,
    SuspicionSettings,
    VehicleRegistrySettings,
)
from core.settings.telegram import TelegramSettings
from core.settings.values import some
from core.values.offices import Office
from core.values.workdays import WorkingCalendar

OFFICIAL = "https://api.telegram.org/"
PLACEHOLDER = "广东省茂名市(车辆管理所地址)"
"""The address in config.example.toml, which receipts would show."""


class Settings(BaseSettings):
    """All settings, validated; created by ``load_settings``.

    The constructor itself reads neither files nor the environment.
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        case_sensitive=True,
        env_prefix="XUANHAO_",
        env_nested_delimiter="__",
    )

    telegram: TelegramSettings
    database: DatabaseSettings = DatabaseSettings()
    security: SecuritySettings = SecuritySettings()
    sms: SmsSettings = SmsSettings()
    registry: VehicleRegistrySettings = VehicleRegistrySettings()
    photos: PhotoSettings = PhotoSettings()
    calendar: CalendarSettings = CalendarSettings()
    desk: DeskSettings = DeskSettings()
    suspicion: SuspicionSettings = SuspicionSettings()
    beacon: BeaconSettings = BeaconSettings()
    monitoring: MonitoringSettings | None = None
    logging: LoggingSettings = LoggingSettings()
    offices: Annotated[tuple[Office, ...], AfterValidator(some)]
    elsewhere: tuple[ElsewhereSettings, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - as inherited
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the constructor's arguments; ``load_settings`` reads the environment itself."""
        return (init_settings,)

    @field_validator("offices")
    @classmethod
    def _served_once(cls, offices: tuple[Office, ...], info: ValidationInfo) -> tuple[Office, ...]:
        _ensure_distinct(office.code for office in offices)
        calendar: CalendarSettings | None = info.data.get("calendar")
        return _on_calendar(offices, calendar.ready()) if calendar else offices

    @field_validator("elsewhere")
    @classmethod
    def _only_elsewhere(
        cls, others: tuple[ElsewhereSettings, ...], info: ValidationInfo
    ) -> tuple[ElsewhereSettings, ...]:
        _ensure_distinct(other.code for other in others)
        here = {office.code for office in info.data.get("offices", ())}
        served = sorted(here & {other.code for other in others})
        if served:
            raise ValueError(f"{served[0]} is served here, in [[offices]]")
        return others

    @model_validator(mode="after")
    def _workers_share_keys(self) -> "Settings":
        if self.database.sqlite_path is None and not self.security.keys:
            raise ValueError("security.keys: is needed with PostgreSQL, for all workers share the keys")
        return self

    def office(self, code: str) -> Office:
        """Return the office with a code.

        Raises:
            OfficeUnknown: this deployment does not serve it.
        """
        for office in self.offices:
            if office.code == code:
                return office
        raise OfficeUnknown

    def photo_directory(self) -> Path:
        """Return the photo folder: as configured, else ``photos`` next to the database."""
        if self.photos.directory is not None:
            return self.photos.directory
        database = self.database.sqlite_path or Path(DATABASE.removeprefix("sqlite:///"))
        return database.parent / "photos"

    def working_calendar(self) -> WorkingCalendar:
        return self.calendar.ready()

    def keys(self) -> Keys:
        """Return the configured keys, else those of the key file next to the database.

        Must be called before the database is first opened, because an existing database without a key file
        is treated as a loss of the keys.

        Raises:
            KeyFileLost: the database exists, but the key file does not.
            KeyFileUnusable: the key file cannot be read or written.
        """
        path = self.database.sqlite_path
        if path is None or self.security.keys:
            return self.security.ready()
        key_file = path.parent / KEY_FILE
        if path.exists() and path.stat().st_size and not key_file.exists():
            raise KeyFileLost(path, key_file)
        return ensure_keys(path.parent)

    def key_source(self) -> str:
        """Return where the keys are configured, as the beginning of a message about one of them."""
        path = self.database.sqlite_path
        return "security." if path is None or self.security.keys else f"{path.parent / KEY_FILE}: "

    def advice(self) -> list[str]:
        """Return warnings about valid but questionable settings, one English line each."""
        found: list[str] = []
        if "console" in self.sms.provider:
            found.append("sms.provider: console prints codes instead of sending them; for testing only")
            if self.telegram.base_url.startswith(OFFICIAL):
                found.append(
                    "sms.provider: owners who meet this bot in the messenger wait for a code in vain"
                )
        found += [
            f"offices: the address of {office.code} is the placeholder of the example"
            for office in self.offices
            if office.address == PLACEHOLDER
        ]
        if self.telegram.mode == "webhook" and self.database.sqlite_path is not None:
            found.append("telegram.mode: webhook with SQLite supports one worker; several need PostgreSQL")
        if not self.security.keys:
            found.append(f"security.keys: not set; {KEY_FILE} next to the database has the keys; back it up")
        return found


def _ensure_distinct(codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise ValueError(f"{code} is listed twice")
        seen.add(code)


def _on_calendar(offices: Iterable[Office], calendar: WorkingCalendar) -> tuple[Office, ...]:
    """Return the offices with hours that use the configured holidays."""
    return tuple(
        replace(
            office,
            hours=replace(office.hours, calendar=calendar),
            counter_hours=replace(office.counter_hours, calendar=calendar),
        )
        for office in offices
    )
