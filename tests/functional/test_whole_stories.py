"""Time travel, whole: under each policy from the first sign-up to the last erasure.

Every clause of the file is told, on every table, the moment before its limit and the moment after.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import close_newsletter
from subscriptions.privacy.policy import Trigger, current_policy, shipped_policies
from subscriptions.privacy.policy.terms import IMPERSONAL, PERSON
from tests.support.applications import Visitor, run_jobs
from tests.support.data_requests import close_in, record_in
from tests.support.exports import keep_export, kept_addresses
from tests.support.imports import csv_of, upload
from tests.support.managing import manage_path, put_new_address
from tests.support.policies import erase_in, put_in_force
from tests.support.smtp import SmtpServer
from tests.support.stories import Scene, Story, kept_by_hold
from tests.support.suppressions import suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import link_to, open_newsletter, rows_of, sign_up, subscribe

STAYER = "stayer@example.org"
LEAVES = tuple((Trigger.UNSUBSCRIBED, category) for category in PERSON)
HELD = 'keep = "P7Y"\nhold = "P6Y"\nhold_reason = "Orders are kept for six years."'

every_policy = pytest.mark.parametrize(
    "policy",
    [pytest.param(name, marks=pytest.mark.settings(policy=name)) for name in shipped_policies()],
)


def _open(app: Flask, policy: str) -> dict[str, str]:
    """Two newsletters, and what somebody tells them: what the policy allows."""
    told = {} if policy == "mailissa" else {"name": "Augusta Lovelace"}
    for slug in ("news", "tips"):
        open_newsletter(app, slug, fields=tuple(told))
    return told


def _close(app: Flask, slug: str = "news") -> None:
    with app.app_context(), unit_of_work() as session:
        close_newsletter(session, slug)


def _scenes(
    app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer, told: dict[str, str]
) -> list[Scene]:
    """One for every event that starts a period of some clause."""

    def leave() -> None:
        subscribe(app, client, "leaver@example.org", **told)
        assert (
            client.post(link_to(app, Purpose.UNSUBSCRIBE, "leaver@example.org")).status_code == 200
        )

    def stay_with_one_that_closes() -> None:
        subscribe(app, client, "closing@example.org", "tips", **told)
        _close(app, "tips")

    def be_out_of_reach() -> None:
        clock.advance(minutes=11)
        smtp.refuse(STAYER)
        sign_up(client, STAYER)
        run_jobs(app)
        smtp.reset()

    def ask_for_another_address() -> None:
        assert put_new_address(client, manage_path(app, client, smtp, STAYER)) == 200

    return [
        Scene(lambda: subscribe(app, client, STAYER, **told)),
        Scene(
            lambda: sign_up(client, "unconfirmed@example.org", **told),
            tuple((Trigger.UNCONFIRMED, category) for category in PERSON),
        ),
        Scene(leave, LEAVES),
        Scene(
            stay_with_one_that_closes,
            tuple((Trigger.NEWSLETTER_CLOSED, category) for category in PERSON),
        ),
        Scene(be_out_of_reach, ((Trigger.UNDELIVERABLE, "mail"),)),
        Scene(ask_for_another_address, ((Trigger.RECORDED, "address_change"),)),
        *_scenes_of_papers(app, client),
    ]


def _scenes_of_papers(app: Flask, client: Visitor) -> list[Scene]:
    """Those in which somebody is written about, and not only subscribed."""

    def write_to_us() -> None:
        client.post("/contact", data={"email": "writer@example.org", "message": "Hello"})

    def ask_by_letter() -> None:
        close_in(app, record_in(app, "letter@example.org"))

    def be_exported() -> None:
        assert kept_addresses(app, keep_export(app)) == [STAYER]

    return [
        Scene(lambda: suppress_in(app, "never@example.org"), ((Trigger.RECORDED, "suppression"),)),
        Scene(write_to_us, ((Trigger.LAST_CONTACT, "enquiry"),)),
        Scene(ask_by_letter, ((Trigger.REQUEST_CLOSED, "request"),)),
        Scene(
            lambda: upload(app, csv_of("email", "listed@example.org")),
            ((Trigger.RECORDED, "import_file"),),
        ),
        Scene(be_exported, ((Trigger.RECORDED, "export_file"),)),
    ]


def _tell(app: Flask, clock: FrozenClock, scenes: list[Scene], end: Callable[[], Any]) -> None:
    """All scenes; then from limit to limit, until nothing is left of anybody."""
    with app.app_context():
        story = Story(app, clock, current_policy())
    for scene in scenes:
        story.play(scene)
    assert story.untold() == [], "clauses that no scene brings to life"
    story.tell()
    story.end(end)


def _leave(client: Visitor, app: Flask) -> None:
    if rows_of(app, "subscribers"):
        assert client.post(link_to(app, Purpose.UNSUBSCRIBE, STAYER)).status_code == 200


@every_policy
def test_from_the_first_sign_up_to_the_last_erasure(
    app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer, policy: str
) -> None:
    """MM6, MM7, MC5, MC10, MP2, MG6: each clause of the file, to the second, on every table."""
    told = _open(app, policy)
    _tell(app, clock, _scenes(app, client, clock, smtp, told), lambda: _leave(client, app))


def test_a_hold_of_six_years_keeps_what_it_holds_and_nothing_else(
    app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer
) -> None:
    """MC9."""
    put_in_force(app, "mmunic", {"subscription": HELD, "consent": HELD})
    told = _open(app, "mmunic")

    def be_erased() -> None:
        subscribe(app, client, "erased@example.org", **told)
        erase_in(app, "erased@example.org")

    held = Scene(be_erased, LEAVES, kept_by_hold)
    scenes = [*_scenes(app, client, clock, smtp, told), held]
    _tell(app, clock, scenes, lambda: _close(app))


def test_a_story_fails_for_a_clause_that_it_does_not_tell(app: Flask, clock: FrozenClock) -> None:
    with app.app_context():
        story = Story(app, clock, current_policy())
    about_people = (c.id for c in story.policy.clauses if not IMPERSONAL & set(c.categories))
    assert set(story.untold()) == set(about_people)
