"""Suppression, in a few words."""

from flask import Flask
from sqlalchemy import insert

from subscriptions.core import clock
from subscriptions.core.addresses import parse_address
from subscriptions.core.transactions import unit_of_work
from subscriptions.subscribers.models import Suppression
from subscriptions.subscribers.suppressing import Made, suppress
from subscriptions.subscribers.suppression import Reason, hasher
from tests.support.visits import ADA, newsletter_id, rows_of


def suppress_in(
    app: Flask,
    address: str = ADA,
    reason: Reason = Reason.OPERATOR,
    newsletter: str | None = None,
) -> Made:
    """Suppress an address, for one newsletter or for all."""
    scope = newsletter_id(app, newsletter) if newsletter else None
    with app.app_context(), unit_of_work() as session:
        return suppress(session, parse_address(address), reason, scope)


def plant_entry(app: Flask, address: str, newsletter: str | None = None) -> None:
    """An entry that appears between a sign-up and its mail: the subscription goes on."""
    scope = newsletter_id(app, newsletter) if newsletter else None
    with app.app_context(), unit_of_work() as session:
        made = hasher().newest(parse_address(address).key)
        session.execute(
            insert(Suppression).values(
                address_hash=made.value,
                key_id=made.key_id,
                newsletter_id=scope,
                reason=Reason.OPERATOR.value,
                created_at=clock.now(),
            )
        )


def entries(app: Flask) -> list[tuple[int | None, str]]:
    """Scope and reason of every entry, in the order in which they were made."""
    return [(row["newsletter_id"], row["reason"]) for row in rows_of(app, "suppressions")]
