"""Names of the columns of a vehicle table and of their values, in every language."""

from bot.i18n.formatting import KINDS
from bot.i18n.language import phrase
from core.registry.lookup import RegistryState

HEADS = {
    "vin": phrase("车辆识别代号"),
    "certificate": phrase("合格证编号"),
    "kind": phrase("号牌种类"),
    "state": phrase("状态"),
}
STATES = {RegistryState.NEW.value: phrase("未上牌"), RegistryState.REGISTERED.value: phrase("已上牌")}

COLUMNS = {
    "车架号": "vin",
    "证书编号": "certificate",
    **{said.lower(): column for column, head in HEADS.items() for said in head.wordings()},
}
"""Column by accepted heading, in lower case."""
KIND_NAMES = {
    said.lower().removesuffix(ending): kind
    for kind, name in KINDS.items()
    for said in name.wordings()
    for ending in ("", "汽车")
}
STATE_NAMES = {said.lower(): state for state, name in STATES.items() for said in name.wordings()} | {
    **dict.fromkeys(("新车", "未登记", "未注册", "未注册登记"), RegistryState.NEW.value),
    **dict.fromkeys(("已登记", "已注册", "已注册登记"), RegistryState.REGISTERED.value),
}
"""State by accepted name, in lower case; the Chinese ones besides are those of registration systems."""

REGISTRATION_HEADS = {"plate": phrase("号牌号码"), "vin": phrase("车辆识别代号")}
REGISTRATION_COLUMNS = {
    **dict.fromkeys(("号牌", "车牌", "车牌号", "车牌号码", "号码", "机动车号牌", "机动车号牌号码"), "plate"),
    **dict.fromkeys(("plate", "plate number", "number", "license plate", "licence plate"), "plate"),
    **dict.fromkeys(("车架号", "车架号码", "车辆识别代码", "车架号后六位", "后六位", "vin"), "vin"),
    **{said.lower(): column for column, head in REGISTRATION_HEADS.items() for said in head.wordings()},
}
"""Column by accepted heading, in lower case, of a file from a registration system."""
