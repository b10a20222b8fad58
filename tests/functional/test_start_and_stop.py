"""``flask serve`` as a process: it starts, ends, and starts again."""

import socket
import sqlite3
from pathlib import Path

import psutil

from tests.support.fixtures.services import MakeService
from tests.support.service import Service


def _family(service: Service) -> list[psutil.Process]:
    process = psutil.Process(service.pid)
    return [process, *process.children(recursive=True)]


def _newsletters(data_dir: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(data_dir / "assent.sqlite") as connection:
        rows = connection.execute("SELECT slug, id FROM newsletters ORDER BY id").fetchall()
    connection.close()
    return rows


def test_ctrl_c_ends_every_process_without_a_word_and_empties_the_log_of_deleted_rows(
    make_service: MakeService,
) -> None:
    service = make_service(anew=True)
    service.start()
    family = _family(service)
    before = service.log
    assert service.stop() == 0
    assert not [process for process in family if process.is_running()]
    assert service.log == before
    log = service.data_dir / "assent.sqlite-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_nothing_goes_on_when_the_server_is_killed(make_service: MakeService) -> None:
    service = make_service(anew=True)
    service.start()
    main, *others = _family(service)
    main.kill()
    main.wait()
    _, alive = psutil.wait_procs(others, timeout=10)
    assert others
    assert alive == []
    service.start()


def test_a_second_start_keeps_everything(make_service: MakeService) -> None:
    service = make_service(anew=True)
    service.start()
    service.stop()
    newsletters = _newsletters(service.data_dir)
    key = (service.data_dir / "secret_keys").read_text()
    service.start()
    assert newsletters
    assert _newsletters(service.data_dir) == newsletters
    assert (service.data_dir / "secret_keys").read_text() == key


def test_a_port_that_is_taken_is_said_in_one_line(make_service: MakeService) -> None:
    service = make_service(anew=True)
    with socket.create_server(("127.0.0.1", service.port)):
        found = service.flask("serve")
    assert found.returncode == 1
    assert found.stderr.splitlines() == [
        f"Error: port {service.port} on 127.0.0.1 is in use already"
    ]


def test_only_its_owner_can_read_the_data_folder(make_service: MakeService) -> None:
    service = make_service(anew=True)
    assert service.flask("setup").returncode == 0
    assert service.data_dir.stat().st_mode & 0o777 == 0o700
    assert (service.data_dir / "secret_keys").stat().st_mode & 0o777 == 0o600
