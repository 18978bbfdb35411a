"""``demo``: sandbox and bot in one process, with offices, segments and vehicles to try.

The bot talks to the sandbox over HTTP by ``telegram.base_url``, as to any Bot API. Only the clock is
shared, so that it can be put forward in the page.
"""

from pathlib import Path

from bot import app
from bot.sandbox import PersonSpec, Sandbox
from core import pool
from core.bootstrap import Core, Ports
from core.clock import ShiftedClock
from core.masks import parse_mask
from core.offices import Office
from core.plates import PlateKind
from core.ports import Tx
from core.settings import load_settings

OWNERS = (
    PersonSpec(chat_id=2001, last_name="陈", first_name="晓东", phone="+8613800138001"),
    PersonSpec(chat_id=2002, last_name="李", first_name="小梅", phone="+8613800138002"),
)
ADMIN = PersonSpec(
    chat_id=1001, last_name="王", first_name="主任", phone="+8613800138003", role="admin", started=True
)
HINTS = (
    (
        "点 /start →【预选号牌】,按提示填写:姓名随意,身份证号可用 11010519491231002X,"
        "车辆识别代号可用 LSVTESTX3RM000001,合格证编号可用 ABCD12345678901。"
    ),
    "随机选号:【随机一次(5)】→ 点号码放入备选 →【确认选号】;或【自编选号】输入 12345 A6789。",
    "切换到「王主任」发送 /release 粤K small B####;车主选定后发送 /confirm 号码 车辆识别代号后六位。",
)
_SEGMENTS = (
    ("粤K", PlateKind.SMALL, "#####"),
    ("粤K", PlateKind.SMALL, "A####"),
    ("粤K", PlateKind.SMALL_NEV, "D#####"),
    ("粤K", PlateKind.LARGE_NEV, "#####D"),
    ("粤A", PlateKind.SMALL, "A####"),
    ("粤G", PlateKind.SMALL, "C####"),
)
_SETTINGS = """\
# Written by the demo; the names, keys and values are those of config.example.toml.
[telegram]
token = "{token}"
base_url = "{base_url}"
admins = [{admin}]

[database]
url = "sqlite:///{database}"

[sms]
provider = "http"

[sms.http]
url = "{sms_url}"

[[offices]]
code = "粤K"
name = "茂名市公安局交通警察支队车辆管理所"
address = "广东省茂名市茂南区(演示地址)"
latitude = 21.66
longitude = 110.92

[[offices]]
code = "粤A"
name = "广州市公安局交通警察支队车辆管理所"
address = "广东省广州市白云区(演示地址)"

[[offices]]
code = "粤G"
name = "湛江市公安局交通警察支队车辆管理所"
address = "广东省湛江市霞山区(演示地址)"
"""


async def demo(data: Path, port: int) -> None:
    """Start sandbox and bot, print where the page is and what to try, run until cancelled."""
    clock = ShiftedClock()
    sandbox = Sandbox(clock, data_dir=data / "sandbox", people=(*OWNERS, ADMIN), hints=HINTS)
    await sandbox.start(port=port)
    try:
        settings = load_settings(_write_settings(sandbox, data), environ={})
        async with app.service(settings, Ports(clock=clock), app.Options(limits=app.UNHURRIED)) as service:
            await service.core.store.run(_release_once, service.core)
            _greet(sandbox.url)
            await service.run()
    finally:
        await sandbox.stop()


def _write_settings(sandbox: Sandbox, data: Path) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    path = data / "config.toml"
    path.write_text(
        _SETTINGS.format(
            token=sandbox.token,
            base_url=sandbox.base_url,
            admin=ADMIN.chat_id,
            database=(data / "xuanhao.db").as_posix(),
            sms_url=sandbox.sms_url,
        ),
        encoding="utf-8",
    )
    return path


def _release_once(tx: Tx, core: Core) -> None:
    """Release the demo's segments, at the first start."""
    for code, kind, pattern in _SEGMENTS:
        office: Office = core.offices[code]
        if not any(one.mask.pattern == pattern for one in pool.segments(tx, office, kind)):
            mask = parse_mask(kind, pattern, nev_letters=office.nev_letters)
            core.pools.release(tx, pool.Release(office=office, mask=mask, actor="demo", compose_now=True))


def _greet(url: str) -> None:
    print(f"\n  选号 demo · {url}\n")  # noqa: T201 - the command line prints
    for number, hint in enumerate(HINTS, 1):
        print(f"  {number}. {hint}")  # noqa: T201 - the same
    ending = "Ctrl-C ends it; a second start finds everything again; make demo-reset clears it."
    print(f"\n  {ending}\n", flush=True)  # noqa: T201 - the same
