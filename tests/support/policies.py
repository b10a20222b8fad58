"""Another policy than the shipped ones, put in force for the rest of a test."""

from importlib.resources import files

from flask import Flask
from sqlalchemy import select

from subscriptions.core.addresses import address_key
from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.keeping import keeping_of
from subscriptions.privacy.policy import Policy, parse_policy
from subscriptions.subscribers.ending import erase_subscriber
from subscriptions.subscribers.keeping import bind_keeping
from subscriptions.subscribers.models import Subscriber
from subscriptions.subscribers.states import Event


def put_in_force(app: Flask, name: str, ends: dict[str, str]) -> Policy:
    """A shipped policy in which some clauses on the end say something else, as start-up does it.

    ``ends`` has for the id of a clause that keeps nothing the lines to stand in the place of that.
    """
    text = (files("subscriptions.privacy") / "policies" / f"{name}.toml").read_text()
    for clause, lines in ends.items():
        at = text.index(f'id = "{clause}"')
        text = text[:at] + text[at:].replace('keep = "P0D"', lines, 1)
    policy = parse_policy("changed.toml", text.encode())
    app.extensions["assent_policy"] = policy
    bind_keeping(app, keeping_of(policy))
    return policy


def erase_in(app: Flask, address: str) -> None:
    """Erase a person at their wish."""
    with app.app_context(), unit_of_work() as session:
        key = address_key(address)
        person = session.scalars(select(Subscriber.id).where(Subscriber.address_key == key)).one()
        erase_subscriber(session, person, Event.UNSUBSCRIBED)
