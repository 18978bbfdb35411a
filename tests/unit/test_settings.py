"""Settings: parsing, layering, validation, and never revealing a secret."""

import os
import re
import stat
import traceback
from datetime import date
from pathlib import Path

import pytest

from core.errors.base import SettingsError
from core.errors.offices import OfficeUnknown
from core.errors.settings import (
    KeyFileLost,
    KeyFileUnusable,
    SettingsFileMissing,
    SettingsFileUnreadable,
    SettingsRefused,
    SettingsSyntax,
)
from core.security.vault import Vault
from core.settings import Settings, load_settings
from core.settings.keys import KEY_FILE, ensure_keys
from core.settings.reading import FILE, ignored_variables, merged
from core.settings.values import database_url

TOKEN = "123456:ABC-def_0"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
BOT = f'[telegram]\ntoken = "{TOKEN}"\n'
OFFICE = '[[offices]]\ncode = "粤K"\nname = "茂名车管所"\naddress = "茂名市"\n'
LEAST = BOT + OFFICE
ALIYUN = (
    '[sms.aliyun]\naccess_key_id = "LTAI"\naccess_key_secret = "a"\nsign_name = "车管所"\n'
    'code_template = "SMS_1"\n'
)
TENCENT = '[sms.tencent]\nsecret_id = "A"\nsecret_key = "a"\nsign_name = "车管所"\ncode_template = "1"\n'
KEYS = f'[security]\nkeys = ["{KEY}"]\nlookup_key = "0123456789abcdef"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(file: Path, text: str = LEAST, **environ: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    return load_settings(file, {f"XUANHAO_{name}": value for name, value in environ.items()})


def problems(file: Path, text: str = LEAST, **environ: str) -> list[str]:
    with pytest.raises(SettingsRefused) as caught:
        load(file, text, **environ)
    return list(caught.value.problems)


# --- what is enough ----------------------------------------------------------------------------------


def test_a_token_and_an_office_are_enough(file: Path) -> None:
    assert load(file).offices[0].code == "粤K"


def test_defaults_are_those_of_the_design(file: Path) -> None:
    found = load(file)
    assert (found.database.url, found.telegram.mode, found.registry.mode, found.sms.provider) == (
        f"sqlite:///{file.parent}/data/xuanhao.db",
        "polling",
        "open",
        ("console",),
    )


def test_caps_of_codes_have_defaults(file: Path) -> None:
    sms = load(file).sms
    assert (sms.per_phone_per_day, sms.per_day) == (10, 5000)


def test_a_byte_order_mark_does_no_harm(file: Path) -> None:
    assert load(file, "\ufeff" + LEAST).offices[0].code == "粤K"


def test_nothing_at_all_names_what_is_needed(file: Path) -> None:
    assert problems(file, "") == ["telegram: is missing", "offices: is missing"]


def test_files_stand_beside_the_bot_api(file: Path) -> None:
    found = load(file, BOT + 'base_url = "http://127.0.0.1:8081/bot/"\n' + OFFICE)
    assert (found.telegram.base_url, found.telegram.base_file_url) == (
        "http://127.0.0.1:8081/bot",
        "http://127.0.0.1:8081/file/bot",
    )


def test_an_address_of_files_can_be_given(file: Path) -> None:
    found = load(file, BOT + 'base_file_url = "http://files.example/bot"\n' + OFFICE)
    assert found.telegram.base_file_url == "http://files.example/bot"


def test_the_same_file_gives_equal_settings(file: Path) -> None:
    assert load(file) == load(file)


def test_settings_cannot_be_changed(file: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(file).telegram = None  # type: ignore[assignment]


def test_office_is_found_by_code(file: Path) -> None:
    assert load(file).office("粤K").name == "茂名车管所"


def test_office_served_elsewhere_is_unknown(file: Path) -> None:
    with pytest.raises(OfficeUnknown):
        load(file).office("粤A")


def test_settings_made_directly_ignore_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUANHAO_TELEGRAM__TOKEN", "9:other")
    tables = {"telegram": {"token": TOKEN}, "offices": [{"code": "粤K", "name": "n", "address": "a"}]}
    assert Settings(**tables).telegram.token.get_secret_value() == TOKEN  # type: ignore[arg-type]


# --- the calendar ------------------------------------------------------------------------------------


def test_days_of_settings_reach_the_calendar(file: Path) -> None:
    calendar = load(file, LEAST + "[calendar]\nworkdays = [2027-02-20]\n").working_calendar()
    assert calendar.is_workday(date(2027, 2, 20))


def test_days_of_settings_reach_the_hours(file: Path) -> None:
    text = LEAST + '[offices.hours]\nmon = "09:00-17:00"\nholiday = ""\n[calendar]\nholidays = [2026-07-06]\n'
    assert load(file, text).offices[0].hours.spans_on(date(2026, 7, 6)) == ()


def test_days_of_settings_reach_the_counter(file: Path) -> None:
    text = (
        LEAST
        + '[offices.counter_hours]\nmon = "09:00-17:00"\nholiday = ""\n[calendar]\nholidays = [2026-07-06]\n'
    )
    assert load(file, text).offices[0].counter_hours.last_closing(date(2026, 7, 6)) is None


# --- the file -----------------------------------------------------------------------------------------


def test_a_missing_file_is_said_to_be_missing(file: Path) -> None:
    with pytest.raises(SettingsFileMissing, match="no such file"):
        load_settings(file, {})


def test_a_directory_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileUnreadable):
        load_settings(tmp_path, {})


def test_another_encoding_is_said_to_be_one(file: Path) -> None:
    file.write_bytes('name = "茂名"'.encode("gbk"))
    with pytest.raises(SettingsFileUnreadable, match="not UTF-8"):
        load_settings(file, {})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[telegram]\ntoken = abc"\n', "at line 2, column 9"),
        ("[telegram]\nadmins = [1,\n", "at line 3, column 1"),
        ("[a]\n[a]\n", "at line 2, column 3"),
    ],
)
def test_broken_toml_says_where(file: Path, text: str, place: str) -> None:
    with pytest.raises(SettingsSyntax) as caught:
        load(file, text)
    assert place in str(caught.value)
    assert str(file) in str(caught.value)


# --- one line for each problem --------------------------------------------------------------------------

OFFICE_PROBLEMS = [
    ("batch_sise = 10", "offices[0].batch_sise: unknown key, did you mean batch_size?"),
    ("batch_size = 0", "offices[0].batch_size: should be greater than or equal to 1"),
    ('batch_size = "ten"', "offices[0].batch_size: should be a whole number"),
    ("batch_size = 1.5", "offices[0].batch_size: should be a whole number"),
    ("batch_size = true", "offices[0].batch_size: should be a whole number, not true or false"),
    ("papers = 5", "offices[0].papers: should be a list"),
    ("papers = [5]", "offices[0].papers[0]: should be a text"),
    ("latitude = 'x'", "offices[0].latitude: should be a number"),
    ("latitude = 21.0", "offices[0]: latitude and longitude belong together"),
    (
        "hours = '8-23'",
        "offices[0].hours: 8-23: not of the form 08:00-23:00, several spans with commas between",
    ),
    (
        "hours = { mon = '9' }",
        "offices[0].hours: mon: 9: not of the form 08:00-23:00, several spans with commas between",
    ),
    ("[[offices]]\ncode = '粤K'\nname = 'n'\naddress = 'a'", "offices: 粤K is listed twice"),
    ("[[offices]]\ncode = '粤A'\nname = 'n'", "offices[1].address: is missing"),
    ("[telgram]", "telgram: unknown key, did you mean telegram?"),
    ("[Sms]", "Sms: unknown key, did you mean sms?"),
    (
        "[database]\nurl = 'mysql://h/n'",
        "database.url: should be sqlite:///path/to/file.db or postgresql://user@host/name",
    ),
    (
        "[database]\nurl = 'sqlite://x.db'",
        "database.url: should be sqlite:///path/to/file.db or postgresql://user@host/name",
    ),
    (
        "[database]\nurl = 'sqlite:///:memory:'",
        "database.url: should be sqlite:///path/to/file.db or postgresql://user@host/name",
    ),
    (
        "[database]\nurl = 'postgresql://h/n'",
        "security.keys: is needed with PostgreSQL, for all workers share the keys",
    ),
    (
        "[security]\nkeys = ['abc']",
        "security.keys[0]: is no Fernet key (44 characters, from Fernet.generate_key())",
    ),
    (f"[security]\nkeys = ['{KEY}']", "security: set both keys and lookup_key, or neither"),
    ("[security]\nlookup_key = 'short'", "security.lookup_key: should have at least 16 characters"),
    (
        "[sms]\nprovider = 'pigeon'",
        "sms.provider[0]: unknown provider; known are console, http, aliyun and tencent",
    ),
    ("[sms]\nprovider = 'aliyun'", "sms: provider names aliyun, so a table [sms.aliyun] is needed"),
    ("[sms]\nprovider = 'tencent'", "sms: provider names tencent, so a table [sms.tencent] is needed"),
    (
        f"[sms]\nprovider = 'aliyun'\n{ALIYUN}",
        'sms: aliyun.reminder_template is missing; it is needed unless reminders = "never"',
    ),
    (f"{ALIYUN}code_parameters = 'minutes'", "sms.aliyun.code_parameters: should have the entry code"),
    (ALIYUN.replace("车管所", " "), "sms.aliyun.sign_name: should be a text without blanks around it"),
    (f"{TENCENT}app_id = 'SDK'", "sms.tencent.app_id: should have digits only"),
    (f"{ALIYUN}reminder_parameters = []", "sms.aliyun.reminder_parameters: should have at least one entry"),
    ("[sms]\nprovider = []", "sms.provider: should have at least one entry"),
    ("[sms]\nprovider = ['console', 'console']", "sms.provider: has a duplicate entry"),
    ("[sms]\nprovider = 'http'", "sms: provider names http, so a table [sms.http] with its url is needed"),
    ("[sms]\nper_phone_a_day = 1", "sms.per_phone_a_day: unknown key, did you mean per_phone_per_day?"),
    ("[sms.http]\nurl = 'h/x'", "sms.http.url: should be an address that begins with http:// or https://"),
    (
        "[sms.http]\nurl = 'http://h:99999/'",
        "sms.http.url: should be an address that begins with http:// or https://",
    ),
    ("[registry]\nmode = 'hard'", "registry.mode: should be 'open', 'strict' or 'http'"),
    (
        "[registry]\nmode = 'http'",
        "registry: mode is http, so a table [registry.http] with its url is needed",
    ),
    (
        "[registry.http]\nurl = 'http://h/'",
        "registry.http: set token or client_certificate, by which the registry knows this service",
    ),
    ("[calendar]\nworkdays = ['soon']", "calendar.workdays[0]: should be a day such as 2027-02-20"),
    (
        "[calendar]\nworkdays = [2027-02-20]\nholidays = [2027-02-20]",
        "calendar: 2027-02-20 is listed in both workdays and holidays",
    ),
    ("[[elsewhere]]\ncode = '粤K'\nurl = 'https://t.me/x'", "elsewhere: 粤K is served here, in [[offices]]"),
    (
        "[[elsewhere]]\ncode = '粤A'\nurl = 't.me/x'",
        "elsewhere[0].url: should be an address that begins with http:// or https://",
    ),
    (
        "[[elsewhere]]\ncode = '粤Z'\nurl = 'https://t.me/x'",
        (
            "elsewhere[0].code: 粤Z is in the list, but not offered "
            "(Hong Kong/Macao cross-border; ends in 港/澳; do not offer)"
        ),
    ),
]

TELEGRAM_PROBLEMS = [
    ("mode = 'webhok'", "telegram.mode: should be 'polling' or 'webhook'"),
    ("mode = 'webhook'", "telegram: mode is webhook, so a table [telegram.webhook] is needed"),
    ("base_url = 'https://h'", "telegram.base_url: should end in /bot, as https://api.telegram.org/bot does"),
    ("admins = [0]", "telegram.admins[0]: should be greater than 0"),
    ("admins = [1, 1]", "telegram.admins: has a duplicate entry"),
    ("[telegram.webhook]\npublic_url = 'https://h'", "telegram.webhook.secret_token: is missing"),
    (
        "[telegram.webhook]\npublic_url = 'https://h'\nsecret_token = 'short'",
        "telegram.webhook.secret_token: should be 16 to 256 characters of A-Z, a-z, 0-9, _ and -",
    ),
    (
        "[telegram.webhook]\npublic_url = 'http://h'\nsecret_token = '0123456789abcdef'",
        "telegram: webhook.public_url should begin with https://, or the messenger refuses it",
    ),
    (
        "[telegram.webhook]\npublik_url = ''\nsecret_token = '0123456789abcdef'\npublic_url = 'https://h'",
        "telegram.webhook.publik_url: unknown key, did you mean public_url?",
    ),
    (
        "[desk]\ntwo_chiefs = ['unban', 'ban']",
        "desk.two_chiefs[1]: should be 'unban', 'grant', 'undo' or 'identity'",
    ),
]


@pytest.mark.parametrize(("text", "line"), OFFICE_PROBLEMS)
def test_what_is_wrong_is_one_line(file: Path, text: str, line: str) -> None:
    assert problems(file, f"{LEAST}{text}\n") == [line]


@pytest.mark.parametrize(("text", "line"), TELEGRAM_PROBLEMS)
def test_what_is_wrong_with_the_bot(file: Path, text: str, line: str) -> None:
    assert problems(file, f"{BOT}{text}\n{OFFICE}") == [line]


@pytest.mark.parametrize("token", ["", "abc", "123456", "123456:", ":abc", "123 456:abc", "１２３:abc"])
def test_a_token_of_wrong_form_is_refused(file: Path, token: str) -> None:
    lines = problems(file, LEAST.replace(TOKEN, token))
    assert lines == [
        "telegram.token: should be the token of the bot: digits, a colon and characters, as 123456:ABC"
    ]


def test_an_unknown_office_brings_near_ones(file: Path) -> None:
    (line,) = problems(file, LEAST.replace("粤K", "粤I"))
    assert line.startswith("offices[0].code: 粤I: no issuing office has this code, did you mean 粤H, 粤J")


def test_a_key_like_no_other_brings_all(file: Path) -> None:
    (line,) = problems(file, LEAST + "[registry]\nzzz = 1\n")
    assert line == "registry.zzz: unknown key; the keys here are mode, open_living_numbers, http"


def test_all_problems_are_told_at_once(file: Path) -> None:
    lines = problems(file, LEAST + "batch_sise = 1\nban_years = -1\n[sms]\nper_day = 0\n")
    assert [line.split(":")[0] for line in lines] == [
        "sms.per_day",
        "offices[0].ban_years",
        "offices[0].batch_sise",
    ]


# --- the environment ----------------------------------------------------------------------------------


def test_environment_wins_over_the_file(file: Path) -> None:
    assert load(file, TELEGRAM__TOKEN="9:other").telegram.token.get_secret_value() == "9:other"


def test_environment_fills_what_the_file_lacks(file: Path) -> None:
    assert load(file, OFFICE, TELEGRAM__TOKEN="9:other").telegram.mode == "polling"


def test_an_empty_variable_is_not_given(file: Path) -> None:
    assert load(file, TELEGRAM__TOKEN="").telegram.token.get_secret_value() == TOKEN


@pytest.mark.parametrize("written", ["5,7", "[5, 7]", "5, 7"])
def test_lists_are_written_with_commas_or_json(file: Path, written: str) -> None:
    assert load(file, TELEGRAM__ADMINS=written).telegram.admins == (5, 7)


def test_a_list_of_one_needs_no_comma(file: Path) -> None:
    assert load(file, TELEGRAM__ADMINS="5").telegram.admins == (5,)


def test_deep_tables_are_reached(file: Path) -> None:
    found = load(file, SMS__PROVIDER="http,console", SMS__HTTP__URL="http://127.0.0.1:9000/sms")
    assert found.sms.http is not None
    assert (found.sms.provider, found.sms.http.url) == (("http", "console"), "http://127.0.0.1:9000/sms")


def test_an_office_is_reached_by_its_place(file: Path) -> None:
    office = load(file, OFFICES__0__HOURS="00:00-24:00", OFFICES__0__BATCH_SIZE="8").offices[0]
    assert (office.hours.always, office.batch_size, office.name) == (True, 8, "茂名车管所")


def test_an_office_can_be_added_by_environment(file: Path) -> None:
    found = load(file, OFFICES__1__CODE="粤A", OFFICES__1__NAME="广州车管所", OFFICES__1__ADDRESS="广州市")
    assert [office.code for office in found.offices] == ["粤K", "粤A"]


def test_offices_can_come_as_json(file: Path) -> None:
    found = load(file, BOT, OFFICES='[{"code": "粤A", "name": "n", "address": "a"}]')
    assert found.offices[0].code == "粤A"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("TELEGARM__TOKEN", "XUANHAO_TELEGARM__TOKEN: unknown table telegarm, did you mean telegram?"),
        (
            "TELEGRAM__TOKN",
            "telegram.tokn (XUANHAO_TELEGRAM__TOKN in the environment): unknown key, did you mean token?",
        ),
        (
            "OFFICES__0__BATCH_SISE",
            (
                "offices[0].batch_sise (XUANHAO_OFFICES__0__BATCH_SISE in the environment): "
                "unknown key, did you mean batch_size?"
            ),
        ),
        (
            "SMS__HTTP__ULR",
            "sms.http.ulr (XUANHAO_SMS__HTTP__ULR in the environment): unknown key, did you mean url?",
        ),
    ],
)
def test_misspelt_variables_are_refused(file: Path, name: str, line: str) -> None:
    assert line in problems(file, **{name: "x"})


def test_other_variables_are_none_of_ours(file: Path) -> None:
    file.write_text(LEAST, encoding="utf-8")
    assert load_settings(file, {"PATH": "/bin", "XUANHAO_CONFIG": "x", "OTHER__TOKEN": "y"}) == load(file)


def test_laying_over_keeps_what_is_not_named() -> None:
    assert merged({"a": {"b": 1, "c": [1]}, "d": 2}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}, "d": 2}


# --- secrets ----------------------------------------------------------------------------------------------

SECRET = "SECRETSECRETSECRET"
WITH_SECRETS = [
    f'[telegram]\ntoken = "{SECRET}"\n{OFFICE}',
    f'{BOT}[telegram.webhook]\npublic_url = "https://h"\nsecret_token = "{SECRET}!"\n{OFFICE}',
    f'{LEAST}[security]\nkeys = ["{SECRET}"]\nlookup_key = "{SECRET}"\n',
    f'{LEAST}[security]\nlookup_key = "{SECRET}"\n',
    f'{LEAST}[database]\nurl = "mysql://u:{SECRET}@h/n"\n',
    f'{LEAST}[database]\nurl = "postgresql://u:{SECRET}@h/n"\n',
    f'{LEAST}[sms.http]\nurl = "ftp://h/?key={SECRET}"\n',
    f'[telegram]\ntoken = "{SECRET}\n',
]


@pytest.mark.parametrize("text", WITH_SECRETS)
def test_no_secret_is_in_an_error(file: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(file, text)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert SECRET not in repr((caught.value.__context__, caught.value.__cause__, caught.value.args))


def test_no_secret_is_in_a_repr(file: Path) -> None:
    text = (
        f'[telegram]\ntoken = "1:{SECRET}"\n'
        f'[telegram.webhook]\npublic_url = "https://h"\nsecret_token = "{SECRET}"\n'
        f'[security]\nkeys = ["{KEY}"]\nlookup_key = "{SECRET}"\n'
        f'[database]\nurl = "postgresql://u:{SECRET}@h/n"\n'
        f'[sms.http]\nurl = "http://h/?key={SECRET}"\n{OFFICE}'
    )
    shown = repr(load(file, text)) + str(load(file, text)) + repr(load(file, text).keys())
    assert SECRET not in shown
    assert KEY not in shown


# --- keys -------------------------------------------------------------------------------------------------


def test_given_keys_are_used(file: Path) -> None:
    keys = load(file, LEAST + KEYS).keys()
    assert (keys.keys, keys.lookup_key) == ((KEY,), "0123456789abcdef")


def test_keys_are_made_once(tmp_path: Path) -> None:
    assert ensure_keys(tmp_path / "data") == ensure_keys(tmp_path / "data")


def test_every_place_gets_keys_of_its_own(tmp_path: Path) -> None:
    assert ensure_keys(tmp_path / "one") != ensure_keys(tmp_path / "other")


def test_made_keys_fit_the_vault(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    vault = Vault(keys.keys, keys.lookup_key)
    assert vault.open(vault.seal("茂名")) == "茂名"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_key_file_is_the_owners_alone(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_making_keys_leaves_nothing_else(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(KeyFileUnusable, match="other users can read it"):
        ensure_keys(tmp_path)


@pytest.mark.parametrize("content", ["", "keys = [", 'keys = ["abc"]\nlookup_key = "0123456789abcdef"\n'])
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: str) -> None:
    ensure_keys(tmp_path)
    (tmp_path / KEY_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(KeyFileUnusable, match="contains no usable keys"):
        ensure_keys(tmp_path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(KeyFileUnusable):
        ensure_keys(tmp_path / "data")


def test_who_comes_second_takes_the_first_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ensure_keys(tmp_path)
    # The second process looked before the first one had written.
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert ensure_keys(tmp_path) == first


def test_keys_stand_beside_the_database(file: Path, tmp_path: Path) -> None:
    keys = load(file, f'{LEAST}[database]\nurl = "sqlite:///{tmp_path}/data/x.db"\n').keys()
    assert keys == ensure_keys(tmp_path / "data")


def test_a_database_without_its_keys_is_refused(file: Path, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite format 3")
    settings = load(file, f'{LEAST}[database]\nurl = "sqlite:///{tmp_path}/x.db"\n')
    with pytest.raises(KeyFileLost, match="restore the file"):
        settings.keys()


def test_a_database_of_given_keys_needs_no_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite format 3")
    settings = load(file, f'{LEAST}{KEYS}[database]\nurl = "sqlite:///{tmp_path}/x.db"\n')
    assert settings.keys().keys == (KEY,)


# --- photos -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, "data/photos"),
        ({"DATABASE__URL": "sqlite:////var/lib/xuanhao/x.db"}, "/var/lib/xuanhao/photos"),
        ({"DATABASE__URL": "postgresql://a@b/c"}, "data/photos"),
        ({"PHOTOS__DIRECTORY": "/mnt/photos"}, "/mnt/photos"),
    ],
)
def test_photos_lie_beside_the_database(file: Path, environ: dict[str, str], folder: str) -> None:
    assert load(file, LEAST + KEYS, **environ).photo_directory() == file.parent / folder


# --- advice -----------------------------------------------------------------------------------------------


def named(advice: list[str]) -> list[str]:
    return [line.split(":")[0] for line in advice]


def test_a_newcomer_is_told_what_to_know(file: Path) -> None:
    assert named(load(file).advice()) == [
        "sms.provider",
        "sms.provider",
        "security.keys",
    ]


def test_webhook_with_sqlite_is_for_one(file: Path) -> None:
    text = (
        f"{BOT}mode = 'webhook'\nadmins = [1]\n"
        "[telegram.webhook]\npublic_url = 'https://h'\nsecret_token = '0123456789abcdef'\n"
        f"{KEYS}[sms]\nprovider = 'http'\n[sms.http]\nurl = 'http://h'\n{OFFICE}"
    )
    assert named(load(file, text).advice()) == ["telegram.mode"]


def test_a_finished_installation_needs_no_advice(file: Path) -> None:
    text = f"{BOT}admins = [1]\n{KEYS}[sms]\nprovider = 'http'\n[sms.http]\nurl = 'http://h'\n{OFFICE}"
    assert load(file, text).advice() == []


def test_the_database_file_is_a_path(file: Path) -> None:
    found = load(file, f'{LEAST}[database]\nurl = "sqlite:////var/lib/x.db"\n')
    assert found.database.sqlite_path == Path("/var/lib/x.db")


def test_postgresql_is_no_path(file: Path) -> None:
    found = load(file, f'{LEAST}{KEYS}[database]\nurl = "postgresql://h/n"\n')
    assert found.database.sqlite_path is None


@pytest.mark.parametrize("where", ["", "elsewhere"])
def test_relative_paths_count_from_the_folder_of_the_settings(
    file: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Started from another folder, the service must not find, or make, another database."""
    (file.parent / "elsewhere").mkdir()
    monkeypatch.chdir(file.parent / where)
    text = f'{LEAST}[database]\nurl = "sqlite:///data/x.db"\n[photos]\ndirectory = "pictures"\n'
    found = load(file, text)
    assert found.database.sqlite_path == file.parent / "data" / "x.db"
    assert found.photo_directory() == file.parent / "pictures"
    assert load(file, LEAST, DATABASE__URL="sqlite:///y.db").database.sqlite_path == file.parent / "y.db"


def test_settings_named_relatively_count_from_their_folder(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(LEAST, encoding="utf-8")
    monkeypatch.chdir(file.parent)
    assert load_settings(Path(file.name), {}).database.sqlite_path == file.parent / "data" / "xuanhao.db"


URLS = {
    "postgres://user@host/name": "postgresql://user@host/name",
    "postgresql://user:p%40ss@host:5432/name?sslmode=require": None,
    "postgresql://user@one:5432,two:5433/name": None,
    "postgresql:///name?host=/var/run/postgresql": None,
    "postgresql://user@[::1]:5432/name": None,
}
WRONG_URLS = {
    "postgresql://user:p@ss@host/name": "has an @ or : too many",
    "postgresql://user:p:ss@host/name": "has an @ or : too many",
    "postgresql://user:p/ss@host/name": "has an @ behind a /, ? or #",
    "postgresql://user:p#ss@host/name": "has an @ behind a /, ? or #",
    "postgresql://user:p%zz@host/name": "has a % without two hex digits behind it",
    "postgresql://user@host:port/name": "has a port that is no number",
    "postgresql://": "names no host",
    "mysql://user@host/name": "should be sqlite:///path/to/file.db or postgresql://user@host/name",
}


@pytest.mark.parametrize("url", URLS)
def test_database_urls_are_taken_or_completed(url: str) -> None:
    assert database_url(url) == (URLS[url] or url)


@pytest.mark.parametrize("url", WRONG_URLS)
def test_mistyped_database_urls_are_refused_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=re.escape(WRONG_URLS[url])) as caught:
        database_url(url)
    assert "ss@" not in str(caught.value)
    assert "zz" not in str(caught.value)


# --- the environment alone ---------------------------------------------------------------------------

ALONE = {
    "XUANHAO_TELEGRAM__TOKEN": TOKEN,
    "XUANHAO_TELEGRAM__ADMINS": "1001,1002",
    "XUANHAO_OFFICES__0__CODE": "粤K",
    "XUANHAO_OFFICES__0__NAME": "茂名车管所",
    "XUANHAO_OFFICES__0__ADDRESS": "茂名市",
    "XUANHAO_OFFICES__0__LATITUDE": "21.66",
    "XUANHAO_OFFICES__0__LONGITUDE": "110.92",
    "XUANHAO_OFFICES__0__REMINDER_WORKDAYS": "3,1,0",
    "XUANHAO_OFFICES__1__CODE": "粤A",
    "XUANHAO_OFFICES__1__NAME": "广州车管所",
    "XUANHAO_OFFICES__1__ADDRESS": "广州市",
    "XUANHAO_OFFICES__1__RANDOM_BATCHES": "7",
    "XUANHAO_OFFICES__1__PAPERS": '["一", "二"]',
    "XUANHAO_OFFICES__1__HOURS": '{"mon": "08:00-20:00"}',
}


def test_environment_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = load_settings(FILE, ALONE)
    assert [office.code for office in found.offices] == ["粤K", "粤A"]
    assert (found.offices[0].latitude, found.offices[1].random_batches) == (21.66, 7)
    assert (found.offices[0].reminder_workdays, found.offices[1].papers) == ((3, 1, 0), ("一", "二"))
    assert found.offices[1].hours != found.offices[0].hours
    assert found.telegram.admins == (1001, 1002)
    assert found.database.sqlite_path == tmp_path / "data/xuanhao.db"


def test_offices_may_be_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    offices = '[{"code": "粤K", "name": "茂名车管所", "address": "茂名市"}]'
    found = load_settings(FILE, {"XUANHAO_TELEGRAM__TOKEN": TOKEN, "XUANHAO_OFFICES": offices})
    assert found.offices[0].name == "茂名车管所"


def test_half_an_environment_names_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsRefused, match="offices: is missing"):
        load_settings(FILE, {"XUANHAO_TELEGRAM__TOKEN": TOKEN})
    with pytest.raises(SettingsFileMissing):
        load_settings(FILE, {"XUANHAO_SMS__PER_DAY": "9"})
    with pytest.raises(SettingsFileMissing):  # one that was named must be there
        load_settings(tmp_path / "named.toml", ALONE)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "XUANHAO_TOKEN",
            "XUANHAO_TOKEN: is no setting, and is ignored; did you mean XUANHAO_TELEGRAM__TOKEN?",
        ),
        ("XUANHAO_DATABASE_URL", "did you mean XUANHAO_DATABASE__URL?"),
        ("XUANHAO_SERVICE_HOST", "XUANHAO_SERVICE_HOST: is no setting, and is ignored"),
    ],
)
def test_variables_that_are_no_settings_are_named(name: str, said: str) -> None:
    (line,) = ignored_variables({**ALONE, name: "x", "XUANHAO_OFFICES": "[]", "PATH": "/bin"})
    assert said in line
    assert "x" not in line.partition(":")[2].replace("XUANHAO", "")


def test_variables_that_are_settings_are_not_named() -> None:
    assert ignored_variables({**ALONE, "XUANHAO_BACKUP_PASSPHRASE": "x"}) == []
