"""An import whose process is killed in the middle, on real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.databases import Databases
from tests.support.fixtures.services import MakeService
from tests.support.imports import csv_of
from tests.support.service import Service
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
ROWS = 8_000
CONSENTED = ("--consented", "paper", "--evidence", "List 7", "--consented-on", "2024-05-01")


@pytest.fixture(params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, make_service: MakeService, databases: Databases
) -> Service:
    """An installation that is set up, on each kind of database."""
    settings = {}
    if request.param == "postgresql":
        settings["ASSENT_DATABASE_URL"] = request.getfixturevalue("_postgresql_url")
    made = make_service(**settings)
    assert made.flask("setup").returncode == 0
    return made


@pytest.fixture
def _postgresql_url(databases: Databases) -> Iterator[str]:
    with databases.fresh("postgresql", migrated=False) as url:
        yield url


@pytest.fixture
def store(service: Service) -> Iterator["Store"]:
    """The service's database."""
    made = Store(service.database_url)
    yield made
    made.close()


class Store:
    """Looks into a database beside the service."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)

    def number(self, statement: str) -> int:
        """The number that a statement yields."""
        with self._engine.connect() as connection:
            return int(connection.scalar(text(statement)) or 0)

    def end_leases(self) -> None:
        """As if the thirty seconds were over for which a killed process keeps an import."""
        with self._engine.begin() as connection:
            connection.execute(text("UPDATE imports SET leased_until = NULL"))

    def close(self) -> None:
        """Close its connections."""
        self._engine.dispose()


def test_a_killed_import_goes_on_with_no_row_twice_and_none_lost(
    service: Service, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(csv_of("email", *(f"person-{n}@example.org" for n in range(ROWS))))
    service.spawn("import", "subscribers", str(file), "--newsletter", "news", *CONSENTED)
    wait_until("some rows", lambda: store.number("SELECT cursor FROM imports"), 60)
    service.kill()
    done = store.number("SELECT cursor FROM imports")
    assert 0 < done < ROWS
    assert store.number("SELECT count(*) FROM subscriptions") == done
    assert store.number("SELECT count(*) FROM consent_records") == done
    store.end_leases()
    service.start()
    wait_until(
        "the rest", lambda: store.number("SELECT count(*) FROM imports WHERE state = 'done'"), 60
    )
    assert store.number("SELECT count(DISTINCT address_key) FROM subscribers") == ROWS
    assert store.number("SELECT count(*) FROM consent_records") == ROWS
    assert store.number("SELECT count(*) FROM import_pieces") == 0
    assert "Traceback" not in service.log
