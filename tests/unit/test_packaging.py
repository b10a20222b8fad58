"""What is shipped: the image, the compose file, the locks."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.dockerfile import Stage, read_dockerfile

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.fixture
def image() -> Stage:
    return read_dockerfile(ROOT / "Dockerfile")[-1]


@pytest.fixture
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return parsed


def test_the_image_is_built_on_a_slim_python_that_we_support(image: Stage) -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    found = re.fullmatch(r"python:3\.(\d+)-slim-\w+", image.base)
    assert found is not None
    assert int(found[1]) >= int(wanted.removeprefix(">=3."))


def test_all_stages_stand_on_the_same_base() -> None:
    assert len({stage.base for stage in read_dockerfile(ROOT / "Dockerfile")}) == 1


def test_the_image_does_not_run_as_root(image: Stage) -> None:
    uid, _, gid = image.last("USER").partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    after = image.instructions[image.instructions.index(("USER", image.last("USER"))) :]
    assert not [name for name, _ in after if name in {"RUN", "COPY", "ADD"}]


def test_the_image_keeps_its_data_in_the_volume(image: Stage) -> None:
    assert image.last("VOLUME") == "/data"
    assert "ASSENT_DATA_DIR=/data" in image.last("ENV")


def test_the_image_asks_itself_whether_it_is_alive(image: Stage) -> None:
    check = image.last("HEALTHCHECK")
    assert "/healthz" in check
    code = re.search(r'CMD \["python", "-c", "(.+)"\]', check)
    assert code is not None
    compile(code[1], "healthcheck", "exec")


def test_the_image_runs_the_service_unless_told_otherwise(image: Stage) -> None:
    words = image.command("ENTRYPOINT") + image.command("CMD")
    assert words == ["python", "-m", "flask", "--app", "app", "serve"]


def test_the_image_installs_only_what_the_lock_names() -> None:
    installs = [
        command
        for stage in read_dockerfile(ROOT / "Dockerfile")
        for command in stage.all("RUN")
        if "pip install" in command
    ]
    assert installs
    assert all("--require-hashes" in command for command in installs)


def test_everything_that_is_copied_exists_and_reaches_the_build(image: Stage) -> None:
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = [words.split()[0] for words in image.all("COPY") if not words.startswith("--from")]
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert source in allowed


def test_web_and_worker_are_the_same_image_and_the_same_installation(
    compose: dict[str, Any],
) -> None:
    web, worker = compose["services"]["web"], compose["services"]["worker"]
    for key in ("image", "build", "environment", "env_file", "volumes"):
        assert web[key] == worker[key]


@pytest.mark.parametrize("name", ["web", "worker"])
def test_our_containers_can_change_nothing_but_their_data(
    compose: dict[str, Any], name: str
) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


def test_the_worker_waits_until_the_store_is_migrated(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["worker"]["depends_on"]["web"]["condition"] == "service_healthy"
    assert services["web"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_nothing_in_the_compose_file_is_open_to_the_network(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_in_the_compose_file(compose: dict[str, Any]) -> None:
    environments = [service.get("environment", {}) for service in compose["services"].values()]
    secrets = [
        value
        for environment in environments
        for name, value in environment.items()
        if "PASSWORD" in name or "SECRET" in name
    ]
    assert secrets
    assert all(re.fullmatch(r"\$\{\w+:\?.+\}", value) for value in secrets)


@pytest.mark.parametrize("service", ["postgres", "mail"])
def test_what_others_made_is_pinned_to_a_version(compose: dict[str, Any], service: str) -> None:
    _, _, tag = compose["services"][service]["image"].partition(":")
    assert re.search(r"\d", tag)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_with_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text())[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+", entry)
        assert "--hash=sha256:" in entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_tells_nothing_of_the_machine_that_made_it(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--find-links" not in text
    assert "--index-url" not in text
    assert not re.search(r"(^|\s)/\w+", text)


def test_every_package_we_name_is_in_its_lock() -> None:
    for lock in LOCKS:
        wanted = (ROOT / lock.replace(".txt", ".in")).read_text().split("\n")
        locked = (ROOT / lock).read_text()
        for line in filter(lambda line: line and not line.startswith("-"), wanted):
            name = line.partition("[")[0]
            assert re.search(rf"^{re.escape(name)}(\[.*?\])?==", locked, re.MULTILINE), name
