"""The demo can be tried at any hour, wherever in the world."""

from datetime import datetime
from pathlib import Path

from bot.demo.data import SETTINGS
from core.clock import CHINA
from core.settings import load_settings
from sandbox import BotSpec


def test_all_offices_of_the_demo_are_open_at_night(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = SETTINGS.format(
        token=BotSpec().token,
        base_url="http://127.0.0.1:1/bot",
        admin=1001,
        database="xuanhao.db",
        sms_url="http://127.0.0.1:1/sms",
    )
    file.write_text(text, encoding="utf-8")
    offices = load_settings(file, environ={}).offices
    night = datetime(2026, 12, 1, 3, 0, tzinfo=CHINA)
    assert {office.code: office.hours.is_open(night) for office in offices} == dict.fromkeys(
        ("粤K", "粤A", "粤G"), True
    )
