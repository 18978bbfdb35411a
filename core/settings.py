"""The settings: what stands in config.toml, checked, and ready to be used.

Every key is explained in config.example.toml. Environment variables ``XUANHAO_TABLE__KEY`` win
over the file. Nothing here opens a connection; secrets appear neither in messages nor in a repr.
"""

import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from core.calendar import WorkingCalendar
from core.errors import KeyFileLost, KeyFileUnusable, OfficeUnknown, SettingsError, SettingsRefused
from core.offices import OfferedCode, Office, Whole
from core.settings_check import (
    bot_token,
    bot_url,
    database_url,
    distinct,
    fernet_key,
    http_url,
    listed,
    long_enough,
    merged,
    problems_of,
    read_environment,
    read_toml,
    some,
)

SMS_PROVIDERS = ("console", "http")
KEY_FILE = "keys.toml"
"""The name of the file that ``ensure_keys`` writes beside the database."""

_DATABASE = "sqlite:///data/xuanhao.db"
_TELEGRAM = "api.telegram.org"
_KEY_FILE_TEXT = """\
# Written by xuanhao once, because [security] of the settings names no keys. Whoever has this file can
# read the personal data in the database beside it; without it nobody can. Back it up, apart from it.
"""


def _file_url(table: Mapping[str, str]) -> str:
    return table["base_url"].removesuffix("/bot") + "/file/bot"


def _provider(value: str) -> str:
    if value not in SMS_PROVIDERS:
        raise ValueError(f"there is no such provider; there are {' and '.join(SMS_PROVIDERS)}")
    return value


HttpUrl = Annotated[str, AfterValidator(http_url)]
Days = Annotated[tuple[date, ...], BeforeValidator(listed), AfterValidator(distinct)]


class Table(BaseModel):
    """A table of the settings: frozen, no key but its own, no value in an error's text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Webhook(Table):
    """``[telegram.webhook]``: where updates are received when they are sent to us.

    Attributes:
        listen: the address of the interface to listen on, behind the reverse proxy.
        port: the port there.
        public_url: the address that the messenger calls.
        secret_token: what the messenger sends along to show that it is the messenger.
    """

    listen: str = "127.0.0.1"
    port: Annotated[Whole, Field(ge=1, le=65535)] = 8443
    public_url: HttpUrl
    secret_token: SecretStr

    @field_validator("secret_token")
    @classmethod
    def _only_its_characters(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[\w-]{16,256}", value.get_secret_value(), re.ASCII):
            raise ValueError("should be 16 to 256 characters of A-Z, a-z, 0-9, _ and -")
        return value


class Telegram(Table):
    """``[telegram]``: the bot.

    Attributes:
        token: the bot's token.
        base_url: the Bot API, up to and with ``/bot``.
        base_file_url: where its files are; by default beside it, under ``/file/bot``.
        mode: whether updates are fetched or received.
        admins: chat ids of the first admins (chiefs).
        webhook: needed in webhook mode.
    """

    token: Annotated[SecretStr, AfterValidator(bot_token)]
    base_url: Annotated[str, AfterValidator(bot_url)] = f"https://{_TELEGRAM}/bot"
    base_file_url: Annotated[str, AfterValidator(bot_url)] = Field(default_factory=_file_url)
    mode: Literal["polling", "webhook"] = "polling"
    admins: Annotated[
        tuple[Annotated[Whole, Field(gt=0)], ...], BeforeValidator(listed), AfterValidator(distinct)
    ] = ()
    webhook: Webhook | None = None

    @model_validator(mode="after")
    def _webhook_is_there(self) -> "Telegram":
        if self.mode == "webhook" and self.webhook is None:
            raise ValueError("mode is webhook, so a table [telegram.webhook] is needed")
        return self

    @model_validator(mode="after")
    def _webhook_is_https(self) -> "Telegram":
        own_server = urlsplit(self.base_url).hostname != _TELEGRAM
        if self.webhook and not own_server and not self.webhook.public_url.startswith("https://"):
            raise ValueError("webhook.public_url should begin with https://, or the messenger refuses it")
        return self


class Database(Table):
    """``[database]``.

    Attributes:
        url: ``sqlite:///relative/path.db``, ``sqlite:////absolute/path.db`` or ``postgresql://…``.
    """

    url: Annotated[str, AfterValidator(database_url)] = Field(default=_DATABASE, repr=False)

    @property
    def sqlite_path(self) -> Path | None:
        """The database file; None when the database is PostgreSQL."""
        path = self.url.removeprefix("sqlite:///")
        return Path(path) if path != self.url else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of personal data in clear, as the vault takes them; not shown in a repr."""

    keys: tuple[str, ...] = field(repr=False)
    lookup_key: str = field(repr=False)


class Security(Table):
    """``[security]``: the keys of personal data; both or neither.

    Attributes:
        keys: Fernet keys, newest first: the first seals, all open.
        lookup_key: of the hashes by which identities are found; it never changes.
    """

    keys: Annotated[
        tuple[Annotated[SecretStr, AfterValidator(fernet_key)], ...], BeforeValidator(listed)
    ] = ()
    lookup_key: Annotated[SecretStr, AfterValidator(long_enough)] | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> "Security":
        if bool(self.keys) != (self.lookup_key is not None):
            raise ValueError("keys and lookup_key are given together, or neither is")
        return self

    def ready(self) -> Keys:
        """Return the keys in clear.

        Raises:
            ValueError: none are given.
        """
        if self.lookup_key is None:
            raise ValueError("no keys are given")
        return Keys(
            keys=tuple(key.get_secret_value() for key in self.keys),
            lookup_key=self.lookup_key.get_secret_value(),
        )


class SmsHttp(Table):
    """``[sms.http]``: a gateway that takes codes by HTTP.

    Attributes:
        url: where codes are posted to.
        timeout_seconds: after which the gateway has not answered.
    """

    url: Annotated[str, AfterValidator(http_url)] = Field(repr=False)
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0


class Sms(Table):
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
    http: SmsHttp | None = None

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers in the order in which they are tried."""
        return self.provider

    @model_validator(mode="after")
    def _http_is_there(self) -> "Sms":
        if "http" in self.provider and self.http is None:
            raise ValueError("provider names http, so a table [sms.http] with its url is needed")
        return self


class Registry(Table):
    """``[registry]``: what is known of vehicles.

    Attributes:
        mode: ``open`` takes every vehicle whose papers have the right form; ``strict`` only those
            that the office has imported.
    """

    mode: Literal["open", "strict"] = "open"


class Photos(Table):
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


class Calendar(Table):
    """``[calendar]``: days that the published schedule lacks or that differ here.

    Attributes:
        workdays: days that are worked, whatever else is known.
        holidays: days off, whatever else is known.
    """

    workdays: Days = ()
    holidays: Days = ()

    @model_validator(mode="after")
    def _not_both(self) -> "Calendar":
        both = sorted(set(self.workdays) & set(self.holidays))
        if both:
            raise ValueError(f"{both[0]} stands in workdays and in holidays")
        return self

    def ready(self) -> WorkingCalendar:
        """Return the calendar to count with."""
        return WorkingCalendar(
            overrides=dict.fromkeys(self.workdays, True) | dict.fromkeys(self.holidays, False)
        )


class Desk(Table):
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


class Elsewhere(Table):
    """``[[elsewhere]]``: an office that another bot serves.

    Attributes:
        code: the office, 粤A.
        url: where its owners are sent.
    """

    code: OfferedCode
    url: HttpUrl


class Settings(BaseSettings):
    """All settings, checked; made by ``load_settings``.

    Made directly it takes what it is given and looks neither at files nor at the environment.
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        case_sensitive=True,
        env_prefix="XUANHAO_",
        env_nested_delimiter="__",
    )

    telegram: Telegram
    database: Database = Database()
    security: Security = Security()
    sms: Sms = Sms()
    registry: Registry = Registry()
    photos: Photos = Photos()
    calendar: Calendar = Calendar()
    desk: Desk = Desk()
    offices: Annotated[tuple[Office, ...], AfterValidator(some)]
    elsewhere: tuple[Elsewhere, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - as inherited
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing but what is handed in; ``load_settings`` reads the environment itself."""
        return (init_settings,)

    @field_validator("offices")
    @classmethod
    def _served_once(cls, offices: tuple[Office, ...], info: ValidationInfo) -> tuple[Office, ...]:
        _refuse_twice(office.code for office in offices)
        calendar: Calendar | None = info.data.get("calendar")
        return _on_calendar(offices, calendar.ready()) if calendar else offices

    @field_validator("elsewhere")
    @classmethod
    def _only_elsewhere(cls, others: tuple[Elsewhere, ...], info: ValidationInfo) -> tuple[Elsewhere, ...]:
        _refuse_twice(other.code for other in others)
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
            OfficeUnknown: it is not served here.
        """
        for office in self.offices:
            if office.code == code:
                return office
        raise OfficeUnknown

    def photo_directory(self) -> Path:
        """Return the folder in which photos are kept."""
        if self.photos.directory is not None:
            return self.photos.directory
        database = self.database.sqlite_path or Path(_DATABASE.removeprefix("sqlite:///"))
        return database.parent / "photos"

    def working_calendar(self) -> WorkingCalendar:
        """Return the calendar to count with."""
        return self.calendar.ready()

    def keys(self) -> Keys:
        """Return the keys that are given, else those of the key file beside the database.

        To be called before the database is opened for the first time, for a database that stands
        there without its key file is taken as a loss of the keys.

        Raises:
            KeyFileLost: the database is there, the key file is not.
            KeyFileUnusable: the key file cannot be used or written.
        """
        path = self.database.sqlite_path
        if path is None or self.security.keys:
            return self.security.ready()
        key_file = path.parent / KEY_FILE
        if path.exists() and path.stat().st_size and not key_file.exists():
            raise KeyFileLost(path, key_file)
        return ensure_keys(path.parent)

    def advice(self) -> list[str]:
        """Return what works but should be known, one English line each."""
        found: list[str] = []
        if not self.telegram.admins:
            found.append("telegram.admins: is empty, so nobody can release numbers or confirm any")
        if "console" in self.sms.provider:
            found.append("sms.provider: console prints codes instead of sending them: for trying out")
        if self.telegram.mode == "webhook" and self.database.sqlite_path is not None:
            found.append("telegram.mode: webhook with SQLite is for one worker; several need PostgreSQL")
        if not self.security.keys:
            found.append(f"security.keys: none, so {KEY_FILE} beside the database holds them; back it up")
        return found


def _refuse_twice(codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise ValueError(f"{code} stands here twice")
        seen.add(code)


def _on_calendar(offices: Iterable[Office], calendar: WorkingCalendar) -> tuple[Office, ...]:
    """Return the offices with hours that know the holidays of the settings."""
    return tuple(
        replace(
            office,
            hours=replace(office.hours, calendar=calendar),
            counter_hours=replace(office.counter_hours, calendar=calendar),
        )
        for office in offices
    )


def load_settings(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file, lay the environment over it, and check everything at once.

    Args:
        path: the TOML file.
        environ: the environment; variables ``XUANHAO_TABLE__KEY`` win over the file. Lists are
            written as JSON or with commas, offices as ``XUANHAO_OFFICES__0__HOURS``.

    Raises:
        SettingsError: of the kind that fits; ``SettingsRefused`` has a line for each problem.
    """
    tables = merged(read_toml(path), read_environment(Settings, environ))
    try:
        return Settings(**tables)
    except ValidationError as error:
        problems = problems_of(Settings, error)
    # Outside of the except clause, so that the error does not carry the values along.
    raise SettingsRefused(problems)


def ensure_keys(directory: Path) -> Keys:
    """Return the keys kept in a directory; the first call makes them, in a file of mode 0600.

    Two processes that begin at once get the same keys.

    Raises:
        KeyFileUnusable: others may read the file, it is damaged, or it cannot be written.
    """
    path = directory / KEY_FILE
    try:
        if not path.exists():
            directory.mkdir(parents=True, exist_ok=True)
            _write_keys(path)
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileUnusable(path, "others may read it; chmod 600 it first")
    except OSError as error:
        raise KeyFileUnusable(path, f"cannot be written or read: {error.strerror}") from None
    return _read_keys(path)


def _write_keys(path: Path) -> None:
    sealing, hashing = Fernet.generate_key().decode(), secrets.token_urlsafe(32)
    text = f'{_KEY_FILE_TEXT}keys = ["{sealing}"]\nlookup_key = "{hashing}"\n'
    # Written elsewhere (mode 0600 from the start) and then linked: whole or not there, and first come stays.
    with NamedTemporaryFile("w", dir=path.parent, prefix=KEY_FILE, encoding="utf-8") as draft:
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            path.hardlink_to(draft.name)
        except FileExistsError:
            return


def _read_keys(path: Path) -> Keys:
    try:
        return Security(**read_toml(path)).ready()
    except (ValueError, SettingsError):
        damaged = KeyFileUnusable(path, "holds no keys that can be used; put the file back from a backup")
    # Outside of the except clause, so that the error does not carry the keys along.
    raise damaged
