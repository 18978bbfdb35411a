"""The client of a vehicle registry: what counts as an answer, and how it shows who it is."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.registry.client import TRIAL_VIN, RegistryClient
from core.errors.registry import RegistryAskFailed, RegistryFailure
from core.registry.lookup import RegistryVehicle
from core.settings.tables import RegistryHttpSettings
from core.values.plates import PlateKind
from core.values.vehicles import is_right_vin
from tests import factories
from tests.http_parts import json_in_parts

VIN, CERTIFICATE = factories.vin(0), factories.certificate(0)
GOOD = {"vin": VIN, "state": "new", "kind": "small", "certificate": CERTIFICATE}
TOKEN = "a-token"


@asynccontextmanager
async def answering(
    answer: Callable[[web.Request], web.Response], **settings: Any
) -> AsyncIterator[RegistryClient]:
    async def handle(request: web.Request) -> web.Response:
        await asyncio.sleep(0)
        return answer(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(application) as server:
        url = str(server.make_url("/vehicles"))
        yield RegistryClient(
            RegistryHttpSettings.model_validate(
                {"url": url, "token": TOKEN, "timeout_seconds": 1, **settings}
            )
        )


async def test_question_and_answer() -> None:
    asked: list[tuple[str, str, str]] = []

    def answer(request: web.Request) -> web.Response:
        asked.append((request.method, request.path, request.headers["Authorization"]))
        return web.json_response({**GOOD, "certificate": f" {CERTIFICATE.lower()} ", "more": 1})

    async with answering(answer) as client:
        assert await client.ask(VIN) == RegistryVehicle(
            vin=VIN, certificate=CERTIFICATE, kind=PlateKind.SMALL, registered=False
        )
    assert asked == [("POST", "/vehicles", f"Bearer {TOKEN}")]


async def test_answer_in_several_packets() -> None:
    async with answering(lambda _request: json_in_parts(GOOD)) as client:
        assert await client.ask(VIN) is not None


async def test_unknown_needs_nothing_else() -> None:
    async with answering(lambda _request: web.json_response({"vin": VIN, "state": "unknown"})) as client:
        assert await client.ask(VIN) is None


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (lambda: web.json_response({**GOOD, "vin": factories.vin(1)}), RegistryFailure.UNREADABLE),
        (lambda: web.json_response({**GOOD, "state": "sold"}), RegistryFailure.UNREADABLE),
        (lambda: web.json_response({**GOOD, "kind": "bus"}), RegistryFailure.UNREADABLE),
        (lambda: web.json_response({**GOOD, "certificate": ""}), RegistryFailure.UNREADABLE),
        (lambda: web.json_response({**GOOD, "certificate": None}), RegistryFailure.UNREADABLE),
        (lambda: web.json_response({"vin": VIN}), RegistryFailure.UNREADABLE),
        (lambda: web.json_response([GOOD]), RegistryFailure.UNREADABLE),
        (lambda: web.json_response(None), RegistryFailure.UNREADABLE),
        (lambda: web.Response(text="[" * 5000), RegistryFailure.UNREADABLE),
        (lambda: web.Response(text="<html>log in</html>"), RegistryFailure.UNREADABLE),
        (lambda: web.Response(body=b"\xff\xfe\x00"), RegistryFailure.UNREADABLE),
        (lambda: web.json_response({**GOOD, "more": "x" * 20_000}), RegistryFailure.UNREADABLE),
        (lambda: web.json_response({"error": "unknown"}, status=404), RegistryFailure.REFUSED),
        (lambda: web.json_response(GOOD, status=201), RegistryFailure.REFUSED),
        (lambda: web.Response(status=307, headers={"Location": "/elsewhere"}), RegistryFailure.REFUSED),
        (lambda: web.Response(status=503), RegistryFailure.REFUSED),
    ],
)
async def test_anything_else_is_a_failure(
    answer: Callable[[], web.Response], failure: RegistryFailure
) -> None:
    paths: list[str] = []

    def counted(request: web.Request) -> web.Response:
        paths.append(request.path)
        return answer()

    async with answering(counted) as client:
        with pytest.raises(RegistryAskFailed) as failed:
            await client.ask(VIN)
    assert failed.value.failure == failure
    assert paths == ["/vehicles"]
    assert VIN not in str(failed.value)
    assert TOKEN not in repr(client._settings)


async def test_nobody_there() -> None:
    client = RegistryClient(
        RegistryHttpSettings.model_validate({"url": "http://127.0.0.1:9/", "token": TOKEN})
    )
    with pytest.raises(RegistryAskFailed) as failed:
        await client.ask(VIN)
    assert failed.value.failure == RegistryFailure.UNREACHABLE


def test_trial_vin_belongs_to_nobody() -> None:
    assert len(TRIAL_VIN) == 17
    assert not is_right_vin(TRIAL_VIN)


def _certificate(folder: Path) -> Path:
    """Write a self-signed certificate for 127.0.0.1, for both sides, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize(("shows_itself", "is_answered"), [(True, True), (False, False)])
async def test_mutual_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, shows_itself: bool, is_answered: bool
) -> None:
    pem = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_verify_locations(pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(pem)

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(GOOD)

    application = web.Application()
    application.router.add_post("/vehicles", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        url = f"https://127.0.0.1:{runner.addresses[0][1]}/vehicles"
        shown = {"client_certificate": str(pem)} if shows_itself else {"token": TOKEN}
        client = RegistryClient(RegistryHttpSettings.model_validate({"url": url, **shown}))
        if is_answered:
            assert (await client.ask(VIN)) is not None
        else:
            with pytest.raises(RegistryAskFailed) as failed:
                await client.ask(VIN)
            assert failed.value.failure == RegistryFailure.UNREACHABLE
    finally:
        await runner.cleanup()


async def test_missing_certificate_is_said_without_its_path(tmp_path: Path) -> None:
    client = RegistryClient(
        RegistryHttpSettings.model_validate(
            {"url": "https://127.0.0.1:9/", "client_certificate": str(tmp_path / "absent.pem")}
        )
    )
    with pytest.raises(RegistryAskFailed) as failed:
        await client.ask(VIN)
    assert str(tmp_path) not in str(failed.value)
