"""What a policy allows is what the service does; what it forbids is not asked for."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from subscriptions.cli.preparing import prepare, refuse_forms_beyond_the_policy
from subscriptions.config import ConfigurationError
from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.fields import FIELDS_ALLOWED
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import create_form
from subscriptions.newsletters.queries import forms_on_the_web
from subscriptions.privacy.policy import Trigger
from tests.support.applications import Visitor
from tests.support.policies import put_in_force
from tests.support.visits import open_newsletter, rows_of, sign_up

ASKED = {
    "mail-manager": {
        *("name", "job_title", "role", "company", "industry", "employees", "phone"),
        "postal_address",
    },
    "mmunic": {"name", "job_title", "company", "phone"},
}


def test_a_form_can_not_ask_for_what_the_policy_forbids(app: Flask) -> None:
    """MS1: an address and nothing else."""
    open_newsletter(app)
    app.config[FIELDS_ALLOWED] = ()
    with pytest.raises(Invalid) as caught:
        _make_form(app, "name")
    assert str(caught.value.message) == "The privacy policy does not allow to ask for “Name”."


def _make_form(app: Flask, field: str) -> None:
    with app.app_context(), unit_of_work() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        create_form(session, newsletter, "more", "More", fields=[field])


def test_a_policy_that_forbids_what_a_form_asks_for_is_not_started_under(app: Flask) -> None:
    open_newsletter(app)
    app.config[FIELDS_ALLOWED] = ("name",)
    with app.app_context(), pytest.raises(ConfigurationError) as caught:
        refuse_forms_beyond_the_policy()
    assert "policy default: the form news asks for" in str(caught.value)
    assert "company" in str(caught.value)


def test_the_sample_form_asks_for_no_more_than_the_policy_allows(app: Flask) -> None:
    app.config[FIELDS_ALLOWED] = ()
    with app.app_context():
        prepare()
        assert list(forms_on_the_web(current_session())) == [("news", [])]


@pytest.mark.parametrize("name", ASKED)
def test_a_form_asks_for_what_the_policy_allows_says_what_for_and_warns_of_what_is_sensitive(
    app: Flask, client: Visitor, name: str
) -> None:
    """MM9, MC1: with topics; MM10."""
    policy = put_in_force(app, name, {})
    app.config[FIELDS_ALLOWED] = policy.fields
    open_newsletter(app, fields=policy.fields)
    page = client.get("/forms/news").text
    ours = {"viewport", "color-scheme", "robots", "email", "topics", "consent", "wording"}
    assert set(re.findall(r'name="([\w-]+)"', page)) - ours == ASKED[name]
    assert page.count("(optional)") == len(ASKED[name])
    assert policy.need("profile", Trigger.UNSUBSCRIBED).purpose in page
    assert "tell us nothing about health, belief or politics" in page
    told = {field: f"My {field}" for field in ASKED[name]}
    assert sign_up(client, topics=["art"], **told).status_code == 303
    [kept] = rows_of(app, "profiles")
    assert {field: text for field, text in kept.items() if field in told} == told
    assert len(rows_of(app, "subscription_topics")) == 1


def test_a_form_that_asks_for_nothing_more_speaks_of_nothing_more(
    app: Flask, client: Visitor
) -> None:
    """MS1."""
    open_newsletter(app, fields=())
    assert "tell us nothing" not in client.get("/forms/news").text


def test_nothing_is_ticked_beforehand_and_without_a_tick_nobody_is_asked(
    app: Flask, client: Visitor
) -> None:
    """MG7, MC11."""
    open_newsletter(app)
    page = client.get("/forms/news").text
    assert page.count('type="checkbox"') == 3
    assert " checked" not in page
    assert sign_up(client, consent=None).status_code == 422
    assert rows_of(app, "subscribers") == []
