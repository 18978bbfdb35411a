"""Sample data of the demo: people, offices, segments, vehicles, things to try. All invented."""

from core.registry.lookup import RegistryVehicle
from core.values.plates import PlateKind
from sandbox import PersonSpec

OWNERS = (
    PersonSpec(chat_id=2001, last_name="陈", first_name="晓东", phone="+8613800138001"),
    PersonSpec(chat_id=2002, last_name="李", first_name="小梅", phone="+8613800138002"),
)
ADMIN = PersonSpec(
    chat_id=1001, last_name="王", first_name="主任", phone="+8613800138003", role="admin", started=True
)
IDENTITIES = ("11010519491231002X", "110105195001010063")
"""Well-formed identity numbers that belong to nobody."""

VEHICLES = (
    RegistryVehicle(
        vin="LSVTESTX3RM000001", certificate="ABCD12345678901", kind=PlateKind.SMALL, registered=False
    ),
    RegistryVehicle(
        vin="LFVTESTX9SK000002", certificate="ABCD12345678902", kind=PlateKind.SMALL, registered=False
    ),
    RegistryVehicle(
        vin="LSVTEST02RM000011", certificate="ABCD12345678911", kind=PlateKind.SMALL, registered=False
    ),
    RegistryVehicle(
        vin="LRWTESTX7RC000010", certificate="ABCD12345678910", kind=PlateKind.SMALL_NEV, registered=False
    ),
    RegistryVehicle(
        vin="LGBTEST00TA000013", certificate="ABCD12345678913", kind=PlateKind.LARGE_NEV, registered=False
    ),
    RegistryVehicle(
        vin="LGBTESTX1TA000003", certificate="ABCD12345678903", kind=PlateKind.SMALL, registered=True
    ),
)
"""Rows of the vehicle registry; the last vehicle already has a number."""

HINTS = (
    (
        f"陈晓东：`/start` →【预选号牌】。注册地 粤K，身份证号 `{IDENTITIES[0]}`；小型汽车，"
        "车辆识别代号 `LSVTESTX3RM000001`，合格证编号 `ABCD12345678901`；"
        "然后【随机一次(5)】→ 点一个号码 → 确定选用。\n"
        "Chen: /start → Preselect; plate prefix 粤K, these numbers; then draw a batch and tap a number."
    ),
    (
        f"李小梅：身份证号 `{IDENTITIES[1]}`；`LFVTESTX9SK000002`，`ABCD12345678902`；"
        "用【自编选号】输入 `12345 A6789`。\n"
        "Li: the same with these numbers; compose numbers of your own."
    ),
    (
        "申诉：李小梅输入车辆识别代号 `LGBTESTX1TA000003`（小型汽车），登记为已上牌 → "
        "点【异常选号资料修改】，"
        "照片用 📎「示例证件照」「示例购车发票」；王主任发送 `/appeals` 审核；李小梅收到通知后继续选号，"
        "合格证编号 `ABCD12345678903`。\n"
        "Appeal: this VIN is registered already. Li appeals with the sample photos under 📎, Wang decides."
    ),
    (
        "王主任：发送 `/release 粤K small B####` 投放号段；"
        "车主选定后发送 `/confirm 号码 车辆识别代号后六位`。"
        "右侧的时钟可以向前拨：看保留时间结束，几天后收到提醒，逾期后过期并列入黑名单。\n"
        "Wang, a chief: release numbers, confirm at the counter. Put the clock forward and see what runs out."
    ),
)
"""Things to try."""

SEGMENTS = (
    ("粤K", PlateKind.SMALL, "#####"),
    ("粤K", PlateKind.SMALL, "A####"),
    ("粤K", PlateKind.SMALL_NEV, "D#####"),
    ("粤K", PlateKind.LARGE_NEV, "#####D"),
    ("粤A", PlateKind.SMALL, "A####"),
    ("粤G", PlateKind.SMALL, "C####"),
)
SETTINGS = """\
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

[registry]
mode = "strict"

[[offices]]
code = "粤K"
name = "茂名市公安局交通警察支队车辆管理所"
address = "广东省茂名市茂南区（演示地址）"
hours = "00:00-24:00"
phone = "0668-0000000"
latitude = 21.66
longitude = 110.92

[[offices]]
code = "粤A"
name = "广州市公安局交通警察支队车辆管理所"
address = "广东省广州市白云区（演示地址）"
hours = "00:00-24:00"

[[offices]]
code = "粤G"
name = "湛江市公安局交通警察支队车辆管理所"
address = "广东省湛江市霞山区（演示地址）"
hours = "00:00-24:00"

[[elsewhere]]
code = "京A"
url = "https://t.me/example_plates_bot"
"""

STRICT = 'mode = "strict"'
"""The line of the settings that a registry over HTTP replaces."""
OVER_HTTP = """\
mode = "http"

[registry.http]
url = "{url}"
token = "{token}"
"""
