"""A form is remembered between sign-ups, and nobody ever signs up by what it was before."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.asking import AskedField
from subscriptions.newsletters.drafts import FormDraft
from subscriptions.newsletters.editing import rename_topic, retire_form, retire_topic
from subscriptions.newsletters.form_editing import edit_form
from subscriptions.newsletters.models import Newsletter, SignupForm, Topic
from subscriptions.newsletters.operations import add_topic, close_newsletter
from tests.support.applications import Visitor
from tests.support.counting import counting
from tests.support.visits import ADA, open_newsletter, rows_of, sign_up


@pytest.fixture(autouse=True)
def _remembered(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    open_newsletter(app, "tips")
    assert sign_up(client, "noise@example.org").status_code == 303


@contextmanager
def _changing(app: Flask) -> Iterator[Session]:
    with app.app_context(), unit_of_work() as session:
        yield session


def test_a_second_sign_up_does_not_read_the_form_again(app: Flask, client: Visitor) -> None:
    with counting(app) as counted:
        sign_up(client)
    assert not any("wordings" in statement for statement in counted.statements)


@pytest.mark.parametrize("end", [close_newsletter, None], ids=["closed", "retired"])
def test_a_form_that_is_over_takes_nobody(app: Flask, client: Visitor, end: object) -> None:
    with _changing(app) as session:
        if end is close_newsletter:
            close_newsletter(session, "news")
        else:
            retire_form(session, session.scalars(select(SignupForm).filter_by(slug="news")).one())
    assert sign_up(client).status_code == 404
    assert sign_up(client, "").status_code == 404
    assert [row["address"] for row in rows_of(app, "subscribers")] == ["noise@example.org"]


def test_a_topic_that_is_retired_can_not_be_chosen(app: Flask, client: Visitor) -> None:
    with _changing(app) as session:
        news = session.scalars(select(Newsletter).filter_by(slug="news")).one()
        retire_topic(session, next(topic for topic in news.topics if topic.slug == "art"))
    assert sign_up(client, topics=["art"]).status_code == 422
    assert sign_up(client, topics=["law"]).status_code == 303


def test_what_is_new_counts_from_the_next_sign_up(app: Flask, client: Visitor) -> None:
    """A mistake is shown on the form as it is now, and a topic by its present name."""
    with _changing(app) as session:
        form = session.scalars(select(SignupForm).filter_by(slug="news")).one()
        add_topic(session, form.newsletter, "sea", "The sea")
        draft = FormDraft(
            title="Better news",
            fields=[AskedField("name")],
            topic_slugs=["art", "sea"],
            wording="Yes, I do.",
        )
        edit_form(session, form, draft)
    assert "Better news" in sign_up(client, "no address").text
    assert sign_up(client, topics=["sea"], name="Ada").status_code == 303
    [wording] = {row["wording_hash"] for row in rows_of(app, "consent_records")[1:]}
    texts = {row["hash"]: row["text"] for row in rows_of(app, "wordings")}
    assert texts[wording] == "Yes, I do."


def test_every_change_is_another_revision(app: Flask, client: Visitor) -> None:
    def revisions() -> dict[str, int]:
        return {row["slug"]: row["revision"] for row in rows_of(app, "newsletters")}

    seen = [revisions()]
    with _changing(app) as session:
        news = session.scalars(select(Newsletter).filter_by(slug="news")).one()
        news.name = "Other news"
    seen.append(revisions())
    with _changing(app) as session:
        rename_topic(session, session.scalars(select(Topic)).first() or Topic(), "Arts")
    seen.append(revisions())
    sign_up(client, ADA, topics=["law"])
    sign_up(client, "bob@example.org", form="tips")
    assert revisions() == seen[-1]
    assert [each["news"] - seen[0]["news"] for each in seen] == [0, 1, 2]
    assert len({each["tips"] for each in seen}) == 1
