"""Errors of the vehicle that a number is selected for."""

from bot.i18n.language import Phrase, phrase, verbatim
from core.errors import preselection as preselection_errors
from core.errors.base import XuanhaoError

VIN_PRESELECTED = verbatim("该车辆已预选号牌,不允许再次预选号牌!")
VIN_REGISTERED = verbatim("该车辆已上牌,不能选号,请核对输入!")
VIN_BEING_SELECTED = phrase("该车辆正在由他人选号")
VIN_AWARDED = phrase("该车辆经申诉审核,只能由其车主选号。")


PLAIN: dict[type[XuanhaoError], Phrase] = {
    preselection_errors.StepOutOfOrder: phrase("现在不能进行这一步,请按当前画面继续。"),
    preselection_errors.DataIncomplete: phrase("信息还没有填写完整。"),
    preselection_errors.VinPreselected: VIN_PRESELECTED,
    preselection_errors.VinRegistered: VIN_REGISTERED,
    preselection_errors.VinAwarded: VIN_AWARDED,
    preselection_errors.VinBeingSelected: phrase("该车辆正在由他人选号,请稍后再试。"),
    preselection_errors.VehicleUnknown: phrase(
        "登记系统中没有该车辆的信息,请核对车辆识别代号;如无误,请联系销售商或车辆管理所。"
    ),
    preselection_errors.CertificateMismatch: phrase("证书编号与该车辆登记的编号不一致,请核对输入。"),
    preselection_errors.KindMismatch: phrase("该车辆应使用其他种类的号牌,请返回修改号牌种类。"),
}
