"""An export whose worker is killed in the middle, on real processes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from subscriptions.core import clock
from tests.support.databases import Databases
from tests.support.fixtures.services import MakeService
from tests.support.imports import csv_of
from tests.support.service import Service
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
ROWS = 20_000
CONSENTED = ("--consented", "paper", "--evidence", "List 7", "--consented-on", "2024-05-01")
ASK = """
INSERT INTO exports (reference, newsletter_id, state, kept, made_by, format, status, columns,
  purpose, rows, cursor, final_id, recorded_at)
SELECT 'reference', newsletter_id, 'making', true, 'nobody', 'csv', 'active', '["email"]',
  'A test', 0, 0, max(id), :now FROM subscriptions GROUP BY newsletter_id
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, make_service: MakeService, databases: Databases, tmp_path: Path
) -> Service:
    """An installation with many subscribers, on each kind of database."""
    settings = {}
    if request.param == "postgresql":
        settings["ASSENT_DATABASE_URL"] = request.getfixturevalue("_postgresql_url")
    made = make_service(**settings)
    assert made.flask("setup").returncode == 0
    file = tmp_path / "list.csv"
    file.write_bytes(csv_of("email", *(f"person-{n}@example.org" for n in range(ROWS))))
    took = made.flask("import", "subscribers", str(file), "--newsletter", "news", *CONSENTED)
    assert took.returncode == 0, took.stderr
    return made


@pytest.fixture
def _postgresql_url(databases: Databases) -> Iterator[str]:
    with databases.fresh("postgresql", migrated=False) as url:
        yield url


def test_a_killed_export_goes_on_with_nobody_twice_and_none_lost(service: Service) -> None:
    engine = create_engine(service.database_url)

    def number(statement: str) -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text(statement)) or 0)

    with engine.begin() as connection:
        connection.execute(text(ASK), {"now": str(clock.now())[:19]})
    service.start()
    wait_until("some rows", lambda: number("SELECT cursor FROM exports"), 90)
    service.kill()
    done = number("SELECT rows FROM exports")
    assert 0 < done < ROWS
    with engine.begin() as connection:  # as if the thirty seconds of its lease were over
        connection.execute(text("UPDATE exports SET leased_until = NULL"))
    service.start()
    wait_until("the rest", lambda: number("SELECT count(*) FROM exports WHERE state = 'ready'"), 90)
    with engine.connect() as connection:
        pieces = connection.scalars(text("SELECT content FROM export_contents ORDER BY piece_id"))
        people = [row[3] for content in pieces for row in json.loads(content)]
    engine.dispose()
    assert sorted(people) == sorted(f"person-{n}@example.org" for n in range(ROWS))
    assert "Traceback" not in service.log
