"""Workers behind Debian's nginx with the configuration of deploy/: one is killed, all are replaced."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox import Sandbox
from tests.e2e.behind_nginx import Opening, run_opening
from tests.e2e.nginx import adapted, call_nginx, needs_nginx
from tests.e2e.opening_minute import Crowd
from tests.e2e.several_workers import free_port

pytestmark = [pytest.mark.both_engines, needs_nginx]


def _certificate(folder: Path) -> None:
    """Write a certificate that nobody has signed."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plates.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@pytest.mark.parametrize("broken", [False, True], ids=["as it is", "control"])
async def test_nginx_accepts_its_configuration(tmp_path: Path, *, broken: bool) -> None:
    _certificate(tmp_path / "tls")
    path = tmp_path / "nginx.conf"
    text = adapted(tmp_path, [free_port(), free_port()], port=free_port(), tls=True)
    path.write_text(text.replace("least_conn", "most_conn") if broken else text, encoding="utf-8")
    process = await call_nginx("-t", "-p", str(tmp_path), "-c", str(path))
    _, said = await process.communicate()
    assert ("test is successful" in said.decode()) is not broken, said.decode()


async def test_control_late_update_is_found() -> None:
    async with Sandbox() as sandbox:
        crowd = Crowd(sandbox, 0)
        crowd.sent = {
            1: (5000, "message"),
            2: (5000, "callback_query"),
            3: (5000, "message"),
            4: (5001, "message"),
        }
    assert crowd.out_of_order([(5000, 2), (5000, 1), (5001, 4), (5000, 3)]) == []
    assert crowd.out_of_order([(5000, 2), (5000, 3), (5001, 4), (5000, 1)]) == [(5000, 1)]


@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_forty_owners_select_while_a_worker_is_killed_and_all_are_replaced(tmp_path: Path) -> None:
    opening = Opening(workers=2, owners=40, thinks=(0.0, 0.5), disturbed=True)
    figures = await run_opening(tmp_path, opening)
    assert len(figures.latencies) >= 4 * opening.owners
    assert figures.bursts > 0


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("workers", [1, 2, 4])
async def test_five_hundred_owners_select_while_workers_die_and_are_replaced(
    tmp_path: Path, workers: int
) -> None:
    opening = Opening(workers=workers, owners=500, spread=5.0, thinks=(0.5, 3.0), disturbed=True)
    figures = await run_opening(tmp_path, opening)
    assert len(figures.latencies) >= 4 * opening.owners
    assert figures.bursts > 0
