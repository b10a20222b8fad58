"""Backup and restore around the real service, as its administrator does it."""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.backups import place_by_hand
from tests.support.databases import Databases
from tests.support.fixtures.services import MakeService
from tests.support.service import Service
from tests.support.waiting import wait_until

ADA, NOISE = "ada@example.org", "noise@example.org"
pytestmark = pytest.mark.processes


@pytest.fixture(params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, make_service: MakeService, databases: Databases
) -> Service:
    """A service that has run, with two subscribers; on each kind of database."""
    settings = {}
    if request.param == "postgresql":
        settings["ASSENT_DATABASE_URL"] = request.getfixturevalue("_postgresql_url")
    made = make_service(**settings)
    made.start()
    for address in (ADA, NOISE):
        assert _post(made, "/forms/news", email=address, consent="y", name="Somebody")[0] == 200
        assert _post(made, _link(made, address, "confirm"))[0] == 200
    return made


@pytest.fixture
def _postgresql_url(databases: Databases) -> Iterator[str]:
    with databases.fresh("postgresql", migrated=False) as url:
        yield url


def _ask(service: Service, path: str, data: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(service.url + path, data, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def _post(service: Service, path: str, **fields: str) -> tuple[int, str]:
    return _ask(service, path, urllib.parse.urlencode(fields).encode())


def _link(service: Service, address: str, kind: str) -> str:
    body = service.wait_for_mail(address).get_body(("plain",))
    words = str(body.get_content()).split() if body else []
    link = next(word for word in words if f"/{kind}/" in word)
    return urllib.parse.urlsplit(link).path


def _leave(service: Service, address: str) -> None:
    token = _ask(service, _link(service, address, "confirm"))
    page = _post(service, _link(service, address, "confirm"))[1]
    centre = "/preferences/" + page.partition("/preferences/")[2].partition('"')[0]
    leave = _ask(service, centre)[1].partition("/unsubscribe/")[2].partition('"')[0]
    assert token[0] == 200
    assert _post(service, f"/unsubscribe/{leave}")[0] == 200


def _done(service: Service, *words: str | Path) -> str:
    result = service.flask(*map(str, words))
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_restored_backup_that_held_an_erased_person_serves_without_them(
    service: Service, tmp_path: Path
) -> None:
    backup = tmp_path / "assent.tar"
    _done(service, "backup", backup)  # while it runs
    _leave(service, ADA)
    assert ADA.encode() in backup.read_bytes()
    assert "stop `flask serve`" in service.flask("restore", str(backup)).stderr
    service.stop()
    said = _done(service, "restore", backup)
    assert "Subscriptions erased again: 1." in said
    service.start()
    assert _ask(service, "/forms/news")[0] == 200
    found = service.flask("privacy", "verify-erasure", ADA)
    assert (found.returncode, found.stderr) == (0, ""), found.stdout
    assert service.flask("privacy", "verify-erasure", NOISE).returncode == 1
    exported = _done(service, "export", "subscribers", "--newsletter", "news")
    assert NOISE in exported
    assert ADA not in exported


def test_a_copy_placed_by_hand_serves_nobody_and_sends_nothing_until_it_is_finished(
    make_service: MakeService, tmp_path: Path
) -> None:
    service = make_service()
    service.start()
    backup, journal = tmp_path / "assent.tar", tmp_path / "journal.tar"
    assert _post(service, "/forms/news", email=ADA, consent="y")[0] == 200
    assert _post(service, _link(service, ADA, "confirm"))[0] == 200
    _done(service, "backup", backup)
    _leave(service, ADA)
    _done(service, "backup", "--journal-only", journal)
    service.stop()
    place_by_hand(backup, service.data_dir / "assent.sqlite")
    _start_refusing(service)
    assert _post(service, "/forms/news", email=NOISE, consent="y")[0] == 503
    assert _ask(service, "/healthz")[0] == 200
    assert "restore --finish" in service.log
    assert "--journal FILE" in service.flask("restore", "--finish").stderr
    _done(service, "restore", "--finish", "--journal", journal)
    wait_until("service that is ready", lambda: _ask(service, "/readyz")[0] == 200)
    sign_up = partial(_post, service, "/forms/news", email=NOISE, consent="y")
    wait_until("each process that is ready", lambda: sign_up()[0] == 200)
    service.wait_for_mail(NOISE)  # so the worker works again too
    wait_until("store that is held", lambda: _is_held(service, "--finish"))
    log = service.data_dir / "assent.sqlite-wal"
    wait_until("empty log", lambda: log.stat().st_size == 0, 60)
    assert service.flask("privacy", "verify-erasure", ADA).returncode == 0
    assert "Traceback" not in service.log


def test_a_worker_alone_holds_the_store_too(make_service: MakeService, tmp_path: Path) -> None:
    service = make_service()
    service.start()
    backup = tmp_path / "assent.tar"
    _done(service, "backup", backup)
    service.stop()
    begun = service.data_dir / "worker.lock"
    begun.unlink(missing_ok=True)
    service.spawn("worker")
    wait_until("worker that has begun", begun.exists)  # it would end if it met a restore before
    assert _is_held(service, "--finish")
    service.stop()
    _done(service, "restore", backup)


def test_a_new_machine_gets_its_keys_and_old_links_work(
    make_service: MakeService, tmp_path: Path
) -> None:
    old, new = make_service(), make_service()
    old.start()
    backup, journal = tmp_path / "assent.tar", tmp_path / "journal.tar"
    assert _post(old, "/forms/news", email=ADA, consent="y")[0] == 200
    link = _link(old, ADA, "confirm")
    _done(old, "backup", backup)
    _done(old, "backup", "--journal-only", journal)
    old.stop()
    assert "--journal FILE" in new.flask("restore", str(backup)).stderr
    _done(new, "restore", backup, "--journal", journal)
    assert (new.data_dir / "secret_keys").stat().st_mode & 0o777 == 0o600
    new.start()
    assert _post(new, link)[0] == 200


def _start_refusing(service: Service) -> None:
    service.spawn()
    wait_until("refusal", lambda: _status(service) == 503, 30)
    assert "flask restore --finish" in _ask(service, "/readyz")[1]


def _status(service: Service) -> int:
    try:
        return _ask(service, "/readyz")[0]
    except OSError:
        return 0


def _is_held(service: Service, what: str | Path) -> bool:
    return "stop `flask serve`" in service.flask("restore", str(what)).stderr
