"""A VIN and a certificate number in one message, in any order; and the codes of one photo."""

import pytest

from core.values.vehicle_texts import VehicleText, certificates_in, split_vehicle
from core.values.vehicles import CertificateKind, certificate_kind_of, mistyped_vin_in
from tests.factories import CERTIFICATE, VIN

IMPORTED, OF_IMPORT = "WVWZZZ1JZXW000010", "TEST20260001"
TOGETHER = (
    f"{VIN} {CERTIFICATE}",
    f"{CERTIFICATE}\n{VIN}",
    f"{VIN.lower()}，{CERTIFICATE.lower()}",
    f"车架号：{VIN} 合格证编号：{CERTIFICATE}",
    f"合格证:{CERTIFICATE} {VIN}",
    f"{VIN} 合格证号 {CERTIFICATE}",
    f"VIN:{VIN}\n{CERTIFICATE}",
    f"车辆识别代号(VIN):{VIN}\n证书编号 {CERTIFICATE}",
    "LSV TESTX3 RM000001 ABCD1 2345678901",
    VIN + CERTIFICATE,
    CERTIFICATE + VIN,
)


@pytest.mark.parametrize("text", TOGETHER)
def test_both_are_found_in_any_order(text: str) -> None:
    assert split_vehicle(text) == VehicleText(vin=VIN, certificate=CERTIFICATE)


@pytest.mark.parametrize("text", [f"{IMPORTED} {OF_IMPORT}", f"{OF_IMPORT}\n{IMPORTED}"])
def test_both_of_an_import_are_found(text: str) -> None:
    assert split_vehicle(text) == VehicleText(vin=IMPORTED, certificate=OF_IMPORT)


@pytest.mark.parametrize(
    "text", [VIN, "LSV TESTX3 RM000001", f"车架号:{VIN}", "我的车", "1" * 17, "x" * 300, ""]
)
def test_what_cannot_be_told_apart_is_judged_as_a_vin(text: str) -> None:
    assert split_vehicle(text) == VehicleText(vin=text)


@pytest.mark.parametrize("text", [CERTIFICATE, "ABCD1-2345 678901", f"合格证编号:{CERTIFICATE}"])
def test_certificate_number_alone_is_known_by_its_form(text: str) -> None:
    assert split_vehicle(text) == VehicleText(certificate=CERTIFICATE)


@pytest.mark.parametrize("mistyped", ["LSVTESTX3RM000002", "LSVTESTX3RMO00001", "LSVTESTX3RM00001"])
def test_mistyped_vin_beside_a_certificate_number_is_judged_alone(mistyped: str) -> None:
    assert split_vehicle(f"{CERTIFICATE} {mistyped}") == VehicleText(vin=mistyped, certificate=CERTIFICATE)


def test_codes_of_a_photo_are_told_apart() -> None:
    read = f"{CERTIFICATE}|{VIN}|2026-03-01|6901234567892|123456789012345"
    assert certificates_in(read) == (CERTIFICATE,)
    assert mistyped_vin_in(read) is None
    assert mistyped_vin_in("A;LSVTESTX3RM000002;B") == "LSVTESTX3RM000002"


def test_kind_of_certificate_follows_from_the_vin() -> None:
    assert certificate_kind_of(VIN) is CertificateKind.DOMESTIC
    assert certificate_kind_of(IMPORTED) is CertificateKind.IMPORT
