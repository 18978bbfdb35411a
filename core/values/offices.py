"""Issuing offices: the national list of codes, and the offices that this deployment serves.

``IssuingOffice`` is a row of the list (GA 36-2018, appendix, supplemented from public tables);
``Office`` is a configured office with its hours, quotas and validity periods, as services use it.
Rules: docs/domain.md, sections 1, 5, 6 and 8.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, cast

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator

from core.errors.offices import HoursUnreadable, NoSuchOffice
from core.values.hours import ServiceHours
from core.values.plates import LETTERS, NEV_LETTERS, NEV_LETTERS_BATTERY, NEV_LETTERS_OTHER
from core.values.text import DOTS, HYPHENS, clean, compact, is_oversized

Status = Literal["active", "new", "legacy", "special", "unsure"]
OFFERED: tuple[Status, ...] = ("active", "new")
"""Statuses offered to owners; the others are discontinued, not for private cars, or unconfirmed."""

PAPERS = (
    "预选号凭证",
    "机动车所有人的身份证明",
    "机动车整车出厂合格证(国产车)或货物进口证明书(进口车)",
    "购车发票等机动车来历证明",
    "机动车交通事故责任强制保险凭证",
    "车辆购置税、车船税完税证明或免税凭证",
)
"""Documents to bring to the registration (机动车登记规定, article 12), the receipt first."""

LARGEST_BATCH = 20
"""Maximum numbers in a batch that stay legible in the picture and usable as buttons."""

_NEAR = 5
_PROVINCE_ENDING = re.compile("(维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingOffice:
    """One issuing office (发牌机关) of the country.

    Attributes:
        province: e.g. 广东省.
        abbreviation: the province's character, e.g. 粤.
        letter: the office's letter, e.g. K.
        city: the city that it serves, e.g. 茂名市.
        status: whether it is in use; see ``OFFERED``.
        note: a remark on the source, in English; may be empty.
        latin: the city's name in Latin letters, the established spelling first: Harbin/Ha'erbin.
        province_latin: the province's, likewise.
    """

    province: str
    abbreviation: str
    letter: str
    city: str
    status: Status
    note: str = ""
    latin: str = ""
    province_latin: str = ""

    @property
    def city_in_english(self) -> str:
        """The city's name for readers of English: Maoming."""
        return self.latin.partition("/")[0]

    @property
    def province_in_english(self) -> str:
        """The province's name for readers of English: Guangdong."""
        return self.province_latin.partition("/")[0]

    @property
    def code(self) -> str:
        """The prefix of its plates: 粤K."""
        return self.abbreviation + self.letter

    @property
    def short_province(self) -> str:
        """The short name of the province: 广东, 内蒙古, 新疆."""
        return _PROVINCE_ENDING.sub("", self.province)

    @property
    def is_offered(self) -> bool:
        """Whether it is offered to owners."""
        return self.status in OFFERED


@lru_cache(maxsize=1)
def _all() -> Mapping[str, IssuingOffice]:
    text = files("core.values.data").joinpath("issuing_offices.csv").read_text(encoding="utf-8")
    offices = [_read(row) for row in csv.DictReader(text.splitlines())]
    return MappingProxyType({office.code: office for office in offices})


def _read(row: Mapping[str, str]) -> IssuingOffice:
    return IssuingOffice(
        province=row["province"],
        abbreviation=row["abbreviation"],
        letter=row["letter"],
        city=row["city"],
        status=cast("Status", row["status"]),  # the list is our own, and a test checks it
        note=row["note"],
        latin=row["latin"],
        province_latin=row["province_latin"],
    )


def find(code: str) -> IssuingOffice:
    """Return the office with a code, whatever its status; ignores width, case and spaces.

    Raises:
        NoSuchOffice: there is none; the error has the nearest codes, or those of the city if the input
            is a city.
    """
    plain = compact(code)
    office = _all().get(plain)
    if office is None:
        raise NoSuchOffice(plain, _near(plain))
    return office


def offered() -> tuple[IssuingOffice, ...]:
    """Return the offices offered to owners, grouped by province."""
    return tuple(office for office in _all().values() if office.is_offered)


def by_province() -> Mapping[str, tuple[IssuingOffice, ...]]:
    """Return the offered offices by province name, in the order of the list."""
    grouped = groupby(offered(), key=lambda office: office.province)
    return {province: tuple(group) for province, group in grouped}


def search(text: str) -> tuple[IssuingOffice, ...]:
    """Search the offered offices by code, province or part of a name, also in Latin letters.

    A plate number matches its office, 广东省茂名市 matches 茂名市, maoming and Maoming City match it too. An
    oversized text matches nothing.
    """
    plain = "" if is_oversized(text) else compact(text, DOTS + HYPHENS)
    if not plain:
        return ()
    of_code = [office for office in offered() if office.code == plain[:2]]
    if of_code:
        return tuple(of_code)
    if len(plain) == 1:
        return tuple(office for office in offered() if plain in office.code + office.city + office.province)
    if plain.isascii() or "Ü" in plain:
        return _search_latin(plain)
    named = [office for office in offered() if plain in office.city or plain in office.province]
    return tuple(named or (office for office in offered() if _stem(office.city) in plain))


def _search_latin(plain: str) -> tuple[IssuingOffice, ...]:
    """Return the offices of a city, else of a province, that is written in Latin letters."""
    wanted = _letters_of(plain)
    names = {wanted, wanted.removesuffix("CITY"), wanted.removesuffix("SHI"), wanted.removesuffix("PROVINCE")}
    names.discard("")
    of_city = tuple(office for office in offered() if names & _spellings(office.latin))
    return of_city or tuple(office for office in offered() if names & _spellings(office.province_latin))


def _spellings(latin: str) -> set[str]:
    return {_letters_of(spelling) for spelling in latin.split("/")}


def _letters_of(text: str) -> str:
    """Return a name in Latin letters as anybody types it: without apostrophes and umlauts."""
    return "".join(char for char in clean(text).replace("Ü", "U").replace("ü", "U") if char.isalpha())


def _stem(city: str) -> str:
    return city.removesuffix("市")


def _near(plain: str) -> tuple[str, ...]:
    """Return offered codes of the same province (nearest letter first), else of a matching city."""
    if not plain:
        return ()
    of_province = [office for office in offered() if office.abbreviation == plain[0]]
    of_province.sort(key=lambda office: abs(ord(office.letter) - ord(plain[-1])))
    of_city = [office for office in offered() if plain in office.city or plain in office.province]
    return tuple(office.code for office in (of_province or of_city)[:_NEAR])


# --- offices in the settings -------------------------------------------------------------------


def _offered_code(code: str) -> str:
    try:
        office = find(code)
    except NoSuchOffice as error:
        raise ValueError(str(error)) from None
    if not office.is_offered:
        raise ValueError(f"{office.code} is in the list, but not offered ({office.note or office.status})")
    return office.code


def _ready_hours(written: object) -> ServiceHours:
    try:
        return written if isinstance(written, ServiceHours) else ServiceHours.parse(written)
    except HoursUnreadable as error:
        raise ValueError(str(error)) from None


def _last_first(days: tuple[int, ...]) -> tuple[int, ...]:
    if not days or len(set(days)) != len(days):
        raise ValueError("should name at least one day, and none twice")
    return tuple(sorted(days, reverse=True))


def _line(text: str) -> str:
    plain = text.strip()
    if not plain or not plain.isprintable():
        raise ValueError("should be one line of text, not blank")
    return plain


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("should be a whole number, not true or false")  # noqa: TRY004 - only this becomes a line of the report
    return value


def _letters(text: str) -> str:
    plain = compact(text)
    if not plain or len(set(plain)) != len(plain) or not set(plain) <= set(LETTERS):
        raise ValueError("should be different letters, without I and O")
    if not {NEV_LETTERS_BATTERY[0], NEV_LETTERS_OTHER[0]} <= set(plain):
        raise ValueError(
            f"should contain {NEV_LETTERS_BATTERY[0]} and {NEV_LETTERS_OTHER[0]}, the first letters of"
            f" electric and of other new-energy vehicles (GA 36-2018); add further ones to {NEV_LETTERS}"
        )
    return plain


OfferedCode = Annotated[str, AfterValidator(_offered_code)]
"""In settings: the code of an offered office, such as 粤K."""

ReadyHours = Annotated[ServiceHours, PlainValidator(_ready_hours)]
"""In settings: hours in any form that ``ServiceHours.parse`` accepts."""

Line = Annotated[str, AfterValidator(_line)]
"""In settings: one non-blank line of text to display."""

Whole = Annotated[int, BeforeValidator(_no_truth)]
"""In settings: an integer; booleans are rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A served office, as configured. Defaults: docs/domain.md.

    The bounds in the annotations are enforced on values read from the settings.

    Attributes:
        code: 粤K.
        name: the office's full name, as displayed.
        address: the address of its counter.
        phone: the telephone number of its counter, as displayed.
        latitude: degrees north, for a pin on the map; requires ``longitude``.
        longitude: degrees east.
        hours: the online hours of phase 2.
        counter_hours: the hours of the counter on working days; deadlines end with them.
        papers: documents to bring to the counter.
        nev_letters: the letters of new-energy plates; offices may have additional ones (GA 36-2018).
        random_batches: draws per vehicle.
        draw_gap_seconds: minimum time between two draws for a vehicle.
        batch_size: numbers per draw, at most ``LARGEST_BATCH``.
        batch_seconds: lifetime of a batch.
        batch_grace_seconds: how long after the end of a batch a press still counts.
        shortlist_seconds: lifetime of the shortlist.
        compose_total: wishes per vehicle.
        compose_per_try: maximum wishes per try.
        compose_gap_seconds: minimum time between two tries.
        compose_after_days: how long a new segment is open for random selection only.
        compose_draw_days: number of days after that, on one of which, drawn at random, it opens for
            self-composition.
        validity_workdays: working days, from the next day on, within which a number must be confirmed.
        expiry_grace_minutes: how long after the deadline the counter can still confirm a number; owners are
            told the deadline only.
        rest_days: days before a returned number can be selected again.
        undo_minutes: how long a number that the desk has voided or revoked rests at least, so that a chief
            can take that back.
        extension_workdays: by how many working days the desk may extend a deadline at a time.
        extensions: how often the desk may extend the deadline of one number.
        ban_years: years on the blacklist for letting a number expire; 0: no ban.
        reminder_workdays: working days before the deadline on which owners are reminded, 0 being the
            last morning; in descending order.
        idle_minutes: how long an SMS verification stays valid without a press.
    """

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}

    code: OfferedCode
    name: Line
    address: Line
    phone: Line | None = None
    latitude: Annotated[float | None, Field(ge=3, le=54)] = None
    longitude: Annotated[float | None, Field(ge=73, le=136)] = None
    hours: ReadyHours = field(default_factory=lambda: ServiceHours.parse("08:00-23:00"))
    counter_hours: ReadyHours = field(default_factory=lambda: ServiceHours.parse("09:00-17:00"))
    papers: tuple[Line, ...] = PAPERS
    nev_letters: Annotated[str, AfterValidator(_letters)] = NEV_LETTERS
    random_batches: Annotated[Whole, Field(ge=0, le=100)] = 5
    draw_gap_seconds: Annotated[Whole, Field(ge=0, le=60)] = 1
    batch_size: Annotated[Whole, Field(ge=1, le=LARGEST_BATCH)] = 10
    batch_seconds: Annotated[Whole, Field(ge=10, le=3600)] = 90
    batch_grace_seconds: Annotated[Whole, Field(ge=0, le=60)] = 5
    shortlist_seconds: Annotated[Whole, Field(ge=10, le=7200)] = 180
    compose_total: Annotated[Whole, Field(ge=0, le=1000)] = 20
    compose_per_try: Annotated[Whole, Field(ge=1, le=20)] = 5
    compose_gap_seconds: Annotated[Whole, Field(ge=0, le=3600)] = 8
    compose_after_days: Annotated[Whole, Field(ge=0, le=365)] = 7
    compose_draw_days: Annotated[Whole, Field(ge=1, le=365)] = 7
    validity_workdays: Annotated[Whole, Field(ge=1, le=60)] = 5
    expiry_grace_minutes: Annotated[Whole, Field(ge=0, le=2880)] = 240
    rest_days: Annotated[Whole, Field(ge=0, le=3650)] = 0
    undo_minutes: Annotated[Whole, Field(ge=0, le=1440)] = 60
    extension_workdays: Annotated[Whole, Field(ge=1, le=60)] = 10
    extensions: Annotated[Whole, Field(ge=0, le=20)] = 2
    ban_years: Annotated[Whole, Field(ge=0, le=20)] = 2
    reminder_workdays: Annotated[
        tuple[Annotated[Whole, Field(ge=0, le=60)], ...], AfterValidator(_last_first)
    ] = (3, 1, 0)
    idle_minutes: Annotated[Whole, Field(ge=1, le=1440)] = 30

    def __post_init__(self) -> None:
        """Validate combinations of fields."""
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together")
        if self.random_batches == 0 and self.compose_total == 0:
            raise ValueError("random_batches and compose_total are both 0: nothing could be selected")

    @property
    def expiry_grace(self) -> timedelta:
        """How long after the deadline a number can still be confirmed."""
        return timedelta(minutes=self.expiry_grace_minutes)

    @property
    def rest_after_desk(self) -> timedelta:
        """How long a number rests that the desk has voided or revoked."""
        return max(timedelta(days=self.rest_days), timedelta(minutes=self.undo_minutes))

    @property
    def issuing(self) -> IssuingOffice:
        """The office's row in the national list."""
        return find(self.code)
