"""The life of a subscription: one test for each edge, and one for each edge that isn't there."""

from itertools import product

import pytest

from subscriptions.core.errors import Conflict
from subscriptions.subscribers.states import TRANSITIONS, Event, Status, after

EDGES = {
    ("pending", "requested"): "pending",
    ("pending", "confirmed"): "active",
    ("pending", "unsubscribed"): "ended",
    ("pending", "expired"): "ended",
    ("active", "requested"): "active",
    ("active", "confirmed"): "active",
    ("pending", "closed"): "ended",
    ("active", "unsubscribed"): "ended",
    ("active", "closed"): "ended",
    ("active", "lapsed"): "ended",
    ("ended", "requested"): "pending",
    ("ended", "unsubscribed"): "ended",
}
FORBIDDEN = [pair for pair in product(Status, Event) if pair not in EDGES]


@pytest.mark.parametrize(("before", "event", "expected"), [(*k, v) for k, v in EDGES.items()])
def test_an_event_leads_where_the_table_says(before: str, event: str, expected: str) -> None:
    assert after(Status(before), Event(event)) is Status(expected)


@pytest.mark.parametrize(("before", "event"), FORBIDDEN)
def test_an_event_that_can_not_happen_is_a_conflict(before: Status, event: Event) -> None:
    with pytest.raises(Conflict):
        after(before, event)


def test_the_table_has_no_other_edges() -> None:
    assert set(EDGES) == TRANSITIONS.keys()


def test_only_a_confirmation_makes_a_subscription_active() -> None:
    into_active = {
        (before, event)
        for (before, event), result in TRANSITIONS.items()
        if result is Status.ACTIVE and before is not Status.ACTIVE
    }
    assert into_active == {(Status.PENDING, Event.CONFIRMED)}


def test_what_has_ended_comes_back_only_through_a_new_request() -> None:
    back = {
        event
        for (before, event), result in TRANSITIONS.items()
        if before is Status.ENDED and result is not Status.ENDED
    }
    assert back == {Event.REQUESTED}
