"""The migrations: they lead to what the models say, up and down, with data in the tables."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select

from subscriptions import MIGRATIONS, create_app
from subscriptions.core import clock
from subscriptions.core.db import Base
from subscriptions.core.identity import store_identity
from subscriptions.core.transactions import unit_of_work
from subscriptions.extensions import db
from subscriptions.newsletters.form_editing import draft_of, edit_form
from subscriptions.newsletters.logos import read_logo
from subscriptions.newsletters.models import SignupForm
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.newsletters.redirects import link_site
from subscriptions.operators.first_steps import Step, step_done
from subscriptions.operators.sessions import Client, begin
from subscriptions.privacy.incidents.models import Incident, IncidentEntry
from subscriptions.privacy.policy.loading import read_policy
from subscriptions.privacy.versions import note_version
from subscriptions.subscribers.bulk.asking import Wanted, begin_change
from subscriptions.subscribers.bulk_models import Act
from subscriptions.subscribers.filtering import Filter
from subscriptions.subscribers.segments import add_segment
from subscriptions.webhooks.events import OFFERED
from subscriptions.webhooks.operations import Draft, add_webhook, send_test
from tests.support.announcements import announce_in
from tests.support.api import make_api_key
from tests.support.applications import Visitor, close, make_settings
from tests.support.data_requests import record_in
from tests.support.exports import keep_export
from tests.support.operators import make_operator
from tests.support.pictures import png
from tests.support.second_factor import passkey_of
from tests.support.suppressions import suppress_in
from tests.support.visits import dump, open_newsletter, rows_of, sign_up, subscribe

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
STEPS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
BEFORE_THE_FIRST = "base"


@pytest.fixture
def app(empty_database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without any table."""
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    made = create_app(make_settings(data_dir, empty_database_url))
    with made.app_context():
        yield made
    close(made)


def _differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def _tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def _fill(app: Flask) -> None:
    visitor = Visitor(app)
    open_newsletter(app)
    subscribe(app, visitor, topics=["art"], name="Ada")
    sign_up(visitor, "pending@example.org", topics=["law"])
    visitor.post("/contact", data={"email": "writer@example.org", "message": "Hello"})
    record_in(app, "writer@example.org")
    suppress_in(app, "gone@example.org")
    suppress_in(app, "gone@example.org", newsletter="news")
    with app.app_context(), unit_of_work() as session:
        note_version(session, read_policy("default"), clock.now())
    _record_incident(app)
    announce_in(app, f"policy {len(rows_of(app, 'announcements'))}")
    keep_export(app)
    _select(app)
    _listen(app)
    _dress_form(app)
    _sign_in(app)
    make_api_key(app, newsletter="news")
    with app.app_context(), unit_of_work() as session:
        store_identity(session, organisation="Example")
        step_done(session, Step.SENDER)


def _select(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        news = newsletter_by_slug(session, "news")
        add_segment(session, news, "Art", Filter(topic="art"))
        begin_change(session, news, Wanted(Act.LIFT, filter=Filter()), "a test", [news.id])


def _listen(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        draft = Draft("https://hooks.example.org/", "Somebody", None, OFFERED)
        send_test(session, add_webhook(session, draft, ["Somebody"]))


def _sign_in(app: Flask) -> None:
    operator = make_operator(app)
    with app.app_context(), unit_of_work() as session:
        begin(session, operator, "a-session", Client("192.0.2.0/24", "Firefox"))
        session.add(passkey_of(operator))


def _dress_form(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        form = session.scalars(select(SignupForm)).one()
        link_site(session, "https://example.org")
        edit_form(session, form, replace(draft_of(form), logo=read_logo(png()), thanks="Thanks!"))


def _record_incident(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        incident = Incident(
            title="Title",
            noticed_at=clock.now(),
            what="What",
            newsletter_ids=[],
            categories=["address"],
            consequences="Consequences",
            measures="Measures",
        )
        session.add(incident)
        session.flush()
        session.add(IncidentEntry(incident_id=incident.id, actor="a test", what="Recorded."))


def test_the_last_migration_leads_to_what_the_models_say(app: Flask) -> None:
    flask_migrate.upgrade()
    assert _differences() == []
    assert _tables() == set(Base.metadata.tables)


def test_there_is_one_way_through_the_migrations() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


def test_each_migration_can_be_undone_and_done_again(app: Flask) -> None:
    for step in STEPS:
        flask_migrate.upgrade(revision=step)
        flask_migrate.downgrade(revision="-1")
        flask_migrate.upgrade(revision=step)
    assert _differences() == []


def test_everything_can_be_undone_with_data_in_the_tables(app: Flask) -> None:
    flask_migrate.upgrade()
    _fill(app)
    flask_migrate.downgrade(revision=BEFORE_THE_FIRST)
    assert _tables() == set()
    flask_migrate.upgrade()
    assert _differences() == []
    _fill(app)


def test_a_step_back_and_forth_keeps_the_people(app: Flask) -> None:
    flask_migrate.upgrade()
    _fill(app)
    before = dump(app)
    if len(STEPS) > 1:
        flask_migrate.downgrade(revision=STEPS[0])
        flask_migrate.upgrade()
    after = dump(app)
    assert {name: after[name] for name in ("subscribers", "subscriptions", "consent_records")} == {
        name: before[name] for name in ("subscribers", "subscriptions", "consent_records")
    }


def test_upgrading_again_changes_nothing(app: Flask) -> None:
    flask_migrate.upgrade()
    _fill(app)
    before = dump(app)
    flask_migrate.upgrade()
    assert dump(app) == before


def test_every_constraint_has_the_name_that_the_convention_gives_it(app: Flask) -> None:
    flask_migrate.upgrade()
    inspector = inspect(db.engine)
    for table in _tables():
        for key in inspector.get_foreign_keys(table):
            assert str(key["name"]).startswith(f"fk_{table}_"), key
        for unique in inspector.get_unique_constraints(table):
            assert str(unique["name"]).startswith(f"uq_{table}_"), unique
