"""What stands in deploy/ fits together, and fits the program."""

import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import parser_of_commands
from core.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MADE_BY_THE_OPERATOR = {"config.toml", "tls"}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def _run(*words: str, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def _text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_text("compose.yaml"))
    return loaded


def _workers(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in compose["services"].items() if name.startswith("worker-")}


# --- compose.yaml ------------------------------------------------------------------------------------------


def test_there_are_the_services_that_the_manual_names(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {
        *("proxy", "worker-1", "worker-2", "worker-3", "postgres", "prometheus", "grafana")
    }


def test_every_service_is_watched_and_cannot_change_its_own_program(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert ":" in service["image"], f"{name}: an image without a version changes by itself"


def test_workers_differ_in_their_address_only(compose: dict[str, Any]) -> None:
    plain = [{**one, "networks": None} for one in _workers(compose).values()]
    assert len(plain) == 3
    assert plain[0] == plain[1] == plain[2]
    assert plain[0]["cap_drop"] == ["ALL"]


def test_every_file_and_volume_of_the_services_exists(compose: dict[str, Any]) -> None:
    sources = {
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
    }
    files = {source.removeprefix("./") for source in sources if source.startswith("./")}
    assert {file for file in files - MADE_BY_THE_OPERATOR if not (DEPLOY / file).exists()} == set()
    assert {source for source in sources if not source.startswith("./")} == set(compose["volumes"])


def test_every_variable_is_explained_and_every_explained_one_is_used() -> None:
    used = set(re.findall(r"\$\{(\w+)", _text("compose.yaml"))) - {"XUANHAO_VERSION"}
    explained = set(re.findall(r"^(\w+)=", _text("env.example"), re.MULTILINE)) - {"COMPOSE_PROJECT_NAME"}
    assert used == explained


def _settings_named() -> set[str]:
    environment = {
        name
        for worker in _workers(yaml.safe_load(_text("compose.yaml"))).values()
        for name in worker["environment"]
    } | set(re.findall(r"\b(XUANHAO_\w+)=", _text("Dockerfile")))
    return {name for name in environment if name.startswith("XUANHAO_")}


def test_every_setting_in_the_environment_exists() -> None:
    named = _settings_named()
    assert len(named) > 10
    assert [name for name in sorted(named) if not _is_setting(name)] == []
    assert not _is_setting("XUANHAO_TELEGRAM__NO_SUCH_KEY")


def _is_setting(variable: str) -> bool:
    fields = Settings.model_fields
    for part in variable.removeprefix("XUANHAO_").lower().split("__"):
        if part not in fields:
            return False
        kind = fields[part].annotation
        tables = [one for one in (kind, *getattr(kind, "__args__", ())) if hasattr(one, "model_fields")]
        fields = tables[0].model_fields if tables else {}
    return True


def test_addresses_agree(compose: dict[str, Any]) -> None:
    """nginx and Prometheus know the workers; the webhook's path is the same everywhere."""
    addresses = {one["networks"]["inner"]["ipv4_address"] for one in _workers(compose).values()}
    assert {f"{address}:8443" for address in addresses} == set(
        re.findall(r"^ *server ([\d.]+:\d+) ", _text("nginx.conf"), re.MULTILINE)
    )
    (job,) = yaml.safe_load(_text("prometheus.yml"))["scrape_configs"]
    assert set(job["static_configs"][0]["targets"]) == {f"{name}:9464" for name in _workers(compose)}
    (path,) = re.findall(r"PUBLIC_URL=https://[\w.]+(/\w+)", _text("env.example"))
    assert f"location = {path} {{" in _text("nginx.conf")


def _compose_client() -> list[str] | None:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if shutil.which("docker"):
        return ["docker", "compose"] if _run("docker", "compose", "version").returncode == 0 else None
    return None


def test_compose_itself_accepts_the_file(tmp_path: Path) -> None:
    """Its client needs no engine for this."""
    client = _compose_client()
    if client is None:
        pytest.skip("neither docker-compose nor docker compose is installed")
    folder = tmp_path / "deploy"
    shutil.copytree(DEPLOY, folder)
    filled = re.sub(r"=$", "=0123456789abcdef0123", _text("env.example"), flags=re.MULTILINE)
    (folder / ".env").write_text(filled, encoding="utf-8")
    done = _run(*client, "config", "-q", folder=folder)
    assert done.returncode == 0, done.stderr


# --- Dockerfile --------------------------------------------------------------------------------------------


def test_image_is_made_of_files_that_exist_and_are_sent_to_the_builder() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", _text("Dockerfile"), re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert {"requirements.lock", "bot", "core"} <= set(copied)
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert set(re.findall(r"^!(.+)$", _text("Dockerfile.dockerignore"), re.MULTILINE)) == set(copied)


def test_image_runs_as_nobody_in_particular() -> None:
    assert re.findall(r"^USER (.+)$", _text("Dockerfile"), re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes -r requirements.lock" in _text("Dockerfile")


def _health_checks() -> list[str]:
    """Return the programs of the health checks: of the image, and of the workers."""
    (found,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*?\])$", _text("Dockerfile"), re.MULTILINE | re.DOTALL)
    of_image = json.loads(found.replace("\\\n", ""))
    worker = yaml.safe_load(_text("compose.yaml"))["services"]["worker-1"]["healthcheck"]["test"][1:]
    for command in (of_image, worker):
        assert command[:2] == ["python", "-c"]
    return [of_image[2], worker[2]]


@pytest.fixture
def health() -> Iterator[http.server.HTTPServer]:
    """Serve /healthz with the status that ``status`` of the server says."""

    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(self.server.status if self.path == "/healthz" else 404)  # type: ignore[attr-defined]
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_health_checks_tell_well_from_ill(health: http.server.HTTPServer) -> None:
    for program in _health_checks():
        here = program.replace("9464", str(health.server_port))
        for status, expected in ((200, 0), (503, 1)):
            health.status = status  # type: ignore[attr-defined]
            done = _run(sys.executable, "-c", here)
            assert done.returncode == expected, done.stderr


# --- systemd -----------------------------------------------------------------------------------------------


def _unit(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_unit_starts_a_command_that_exists(path: Path) -> None:
    unit = _unit(path)
    program, option, package, *words = unit["ExecStart"].split()
    started = [program, option, package, unit["Environment"]]
    assert started == ["/opt/xuanhao/bin/python", "-m", "bot", "PYTHONUNBUFFERED=1 PYTHONSAFEPATH=1"], (
        "follows a switched link"
    )
    given = parser_of_commands().parse_args(words)
    assert (given.name, given.workers > 1) == ("run", "workers" in path.name)
    assert ("ExecReload" in unit) == ("workers" in path.name), "SIGHUP ends a single process"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_unit_is_watched_and_hardened(path: Path) -> None:
    expected = {
        "Type": "notify",
        "WatchdogSec": "30",
        "Restart": "on-failure",
        "RestartPreventExitStatus": "2",
        "StateDirectory": "xuanhao",
        "ProtectSystem": "strict",
        "NoNewPrivileges": "yes",
        "UMask": "0077",
    }
    assert {name: _unit(path).get(name) for name in expected} == expected


def _verified(
    path: Path, folder: Path, *, change: tuple[str, str] = ("", "")
) -> "subprocess.CompletedProcess[str]":
    """Let systemd-analyze look at a unit whose program exists."""
    text = path.read_text(encoding="utf-8").replace("/opt/xuanhao/bin/python", sys.executable)
    copy = folder / path.name
    copy.write_text(text.replace(*change), encoding="utf-8")
    return _run("systemd-analyze", "verify", "--man=no", str(copy))


needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")


@needs_systemd
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_accepts_the_unit(path: Path, tmp_path: Path) -> None:
    done = _verified(path, tmp_path)
    assert (done.returncode, path.name in done.stderr) == (0, False), done.stderr


@needs_systemd
def test_control_systemd_refuses_an_unknown_option(tmp_path: Path) -> None:
    assert (
        "ProtectSystems" in _verified(UNITS[0], tmp_path, change=("ProtectSystem=", "ProtectSystems=")).stderr
    )


# --- Prometheus and Grafana --------------------------------------------------------------------------------


def _metrics(expressions: list[str]) -> set[str]:
    names = {name for expression in expressions for name in re.findall(r"\bxuanhao_\w+", expression)}
    return {re.sub(r"_bucket$", "", name) for name in names}


def test_every_metric_that_is_looked_at_is_in_the_manual() -> None:
    (group,) = yaml.safe_load(_text("alerts.yml"))["groups"]
    panels = json.loads(_text("grafana/dashboard.json"))["panels"]
    shown = _metrics([target["expr"] for panel in panels for target in panel["targets"]])
    warned = _metrics([rule["expr"] for rule in group["rules"]])
    manual = set(re.findall(r"\bxuanhao_\w+", (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")))
    assert len(shown) > 10
    assert len(warned) > 5
    assert (shown | warned) - manual == set()


def test_a_percentage_that_an_alert_names_is_one_of_the_whole() -> None:
    """Sends and failed sends are counted apart: their quotient is no share, and infinite if all fail."""
    (group,) = yaml.safe_load(_text("alerts.yml"))["groups"]
    shares = [
        rule["expr"] for rule in group["rules"] if "humanizePercentage" in rule["annotations"]["summary"]
    ]
    assert len(shares) > 1
    for expression in shares:
        part, whole = (re.sub(r"\{[^}]*\}", "", side) for side in expression.split("/", 1))
        assert _metrics([part]) <= _metrics([whole]), expression


def test_dashboard_is_found_by_grafana(compose: dict[str, Any]) -> None:
    (provider,) = yaml.safe_load(_text("grafana/provisioning/dashboards/xuanhao.yaml"))["providers"]
    (source,) = yaml.safe_load(_text("grafana/provisioning/datasources/prometheus.yaml"))["datasources"]
    mounted = [volume.split(":")[1] for volume in compose["services"]["grafana"]["volumes"]]
    assert f"{provider['options']['path']}/dashboard.json" in mounted
    panels = json.loads(_text("grafana/dashboard.json"))["panels"]
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"]}
    assert len({panel["id"] for panel in panels}) == len(panels)
