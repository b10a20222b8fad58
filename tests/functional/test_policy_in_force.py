"""What a policy allows is what the service does; what it forbids is not asked for."""

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
from tests.support.visits import open_newsletter


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
