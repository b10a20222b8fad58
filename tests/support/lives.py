"""What people do, made up by hypothesis, and a small model of what may then be held of them.

After each purge the model says what may still be there and what has to be: every row of every
table with a personal column, of each person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)
from sqlalchemy import delete, select, update

from subscriptions.core.addresses import parse_address
from subscriptions.core.clock import now
from subscriptions.core.db import Base
from subscriptions.core.periods import Period
from subscriptions.core.personal_data import personal_columns
from subscriptions.core.statements import table_of
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import close_newsletter
from subscriptions.privacy.policy import Policy, Trigger
from subscriptions.privacy.policy.terms import PROFILE, SUBSCRIPTION
from subscriptions.privacy.retention.running import run_retention
from subscriptions.subscribers.change_of_address import ask_for_change
from subscriptions.subscribers.manage_link import Owner
from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.rights import restrict
from tests.support.applications import Visitor
from tests.support.policies import erase_in
from tests.support.time_travel import START, FrozenClock
from tests.support.visits import link_to, reading, sign_up

PEOPLE = st.sampled_from(["ada@example.org", "bob@example.org"])
LETTERS = st.sampled_from(["news", "tips"])
MOVES = st.sampled_from(
    [timedelta(seconds=1), timedelta(hours=20), *(timedelta(days=days) for days in (1, 3, 7, 20))]
)
OF_PEOPLE = ("subscribers", "erased_references", "daily_counts", "outbox_messages")


# Mail that waits belongs to who is there, and goes with them; the stories look at what is dead.
QUEUED = {"outbox_messages"}


@dataclass
class Known:
    """What the model knows of one subscription; ``ended_at`` since when it is kept."""

    status: str
    since: datetime
    ended_at: datetime | None = None
    unwanted: bool = False
    profile: bool = True


class Lives(RuleBasedStateMachine):
    """People and their subscriptions, as they ought to be."""

    app: Flask
    client: Visitor
    clock: FrozenClock
    policy: Policy

    def __init__(self) -> None:
        super().__init__()
        self.clock.move_to(START)
        self.known: dict[tuple[str, str], Known] = {}
        self.closed: dict[str, datetime] = {}
        self.changes: dict[str, datetime] = {}
        with self.app.app_context(), unit_of_work() as session:
            for table in OF_PEOPLE:
                session.execute(delete(Base.metadata.tables[table]))
            session.execute(update(Newsletter).values(closed_at=None, over_at=None))

    @initialize(address=PEOPLE)
    def begin(self, address: str) -> None:
        """Somebody reads both newsletters."""
        for letter in ("news", "tips"):
            self.sign_up(address, letter)
            self.confirm(address, letter)

    @rule(address=PEOPLE, letter=LETTERS)
    def sign_up(self, address: str, letter: str) -> None:
        """Ask for a newsletter, anew or for the first time."""
        sign_up(self.client, address, letter, name="Augusta Lovelace", topics=["art"])
        there = self.known.get((address, letter))
        if letter in self.closed or (there and there.status == "active"):
            return
        ended_at = there.ended_at if there else None
        unwanted = there.unwanted if there else False
        self.known[address, letter] = Known("pending", now(), ended_at, unwanted)

    @precondition(lambda self: self.known)
    @rule(address=PEOPLE, letter=LETTERS)
    def confirm(self, address: str, letter: str) -> None:
        """Press the button of the confirmation page."""
        if there := self._there(address, letter, "pending"):
            assert self._press(Purpose.CONFIRM, address, letter) == 200
            self.known[address, letter] = Known("active", there.since)

    @precondition(lambda self: self.known)
    @rule(address=PEOPLE, letter=LETTERS)
    def leave(self, address: str, letter: str) -> None:
        """Unsubscribe, once or again."""
        if there := self.known.get((address, letter)):
            assert self._press(Purpose.UNSUBSCRIBE, address, letter) == 200
            self._end(address, letter, there, unwanted=False)

    @precondition(lambda self: self.known)
    @rule(address=PEOPLE)
    def erase(self, address: str) -> None:
        """Have everything erased."""
        theirs = {key: it for key, it in self.known.items() if key[0] == address}
        if theirs:
            erase_in(self.app, address)
            for (_, letter), there in theirs.items():
                self._end(address, letter, there, unwanted=True)

    @precondition(lambda self: self.known)
    @rule(address=PEOPLE, letter=LETTERS, what=st.sampled_from(["choose", "restrict", "move"]))
    def change(self, address: str, letter: str, what: str) -> None:
        """Change the preferences, restrict what is confirmed, or ask for another address."""
        if not self._there(address, letter, "active"):
            return
        if what == "choose":
            path = link_to(self.app, Purpose.PREFERENCES, address, letter)
            sent = {"frequency": "monthly", "locale": "de", "topics": ["law"]}
            assert self.client.post(path, data=sent).status_code == 200
            return
        with self.app.app_context(), unit_of_work() as session:
            person = select(Subscriber.id).where(Subscriber.address_key == address)
            owner = Owner(session.scalars(person).one(), parse_address(address), now(), "en")
            if what == "restrict":
                restrict(session, owner)
            elif address not in self.changes:
                ask_for_change(session, owner, parse_address(f"new-{address}"))
                self.changes[address] = now()

    @precondition(lambda self: len(self.closed) < 2)
    @rule(letter=LETTERS)
    def close(self, letter: str) -> None:
        """Close a newsletter for good."""
        if letter in self.closed:
            return
        with self.app.app_context(), unit_of_work() as session:
            close_newsletter(session, letter)
        self.closed[letter] = now()

    @rule(by=MOVES, purged=st.booleans())
    def wait(self, by: timedelta, purged: bool) -> None:
        """Let time go by; the purge may run then, or stand still."""
        self.clock.advance(seconds=by.total_seconds())
        if purged:
            self.purge()

    def purge(self) -> None:
        """Execute the clauses, and compare every table with what ought to be there."""
        with self.app.app_context():
            run_retention(now())
        self._pass_time()
        assert self._held() == self._expected()

    def teardown(self) -> None:
        """Let years go by: at the end nothing is left but who is still subscribed."""
        self.clock.advance(days=500)
        self.purge()

    def _there(self, address: str, letter: str, status: str) -> Known | None:
        there = self.known.get((address, letter))
        return there if there and there.status == status else None

    def _press(self, purpose: Purpose, address: str, letter: str) -> int:
        return self.client.post(link_to(self.app, purpose, address, letter)).status_code

    def _end(self, address: str, letter: str, there: Known, *, unwanted: bool) -> None:
        ended_at = there.ended_at or (now() if there.status == "active" else None)
        if ended_at is None or _over(ended_at, self._period(SUBSCRIPTION, held=unwanted)):
            self._forget(address, letter)
            return
        told = there.profile and not unwanted
        wish = there.unwanted or unwanted
        self.known[address, letter] = Known("ended", there.since, ended_at, wish, told)

    def _forget(self, address: str, letter: str) -> None:
        del self.known[address, letter]
        if not any(person == address for person, _ in self.known):
            self.changes.pop(address, None)

    def _pass_time(self) -> None:
        for (address, letter), there in list(self.known.items()):
            self._unconfirmed(address, letter, there)
            self._after_the_end(address, letter)
            self._of_closed(address, letter)
        for address, asked_at in list(self.changes.items()):
            if _over(asked_at, self.policy.need("address_change", Trigger.RECORDED).acts_after):
                del self.changes[address]

    def _unconfirmed(self, address: str, letter: str, there: Known) -> None:
        limit = self.policy.need(SUBSCRIPTION, Trigger.UNCONFIRMED).acts_after
        if there.status == "pending" and _over(there.since, limit):
            self._end(address, letter, there, unwanted=False)

    def _after_the_end(self, address: str, letter: str) -> None:
        there = self._there(address, letter, "ended")
        if there is None or there.ended_at is None:
            return
        if _over(there.ended_at, self._period(SUBSCRIPTION, held=there.unwanted)):
            self._forget(address, letter)
        elif _over(there.ended_at, self._period(PROFILE)):
            there.profile = False

    def _of_closed(self, address: str, letter: str) -> None:
        limit = self.policy.need(SUBSCRIPTION, Trigger.NEWSLETTER_CLOSED).acts_after
        there = self.known.get((address, letter))
        if there and letter in self.closed and _over(self.closed[letter], limit):
            if there.ended_at is None:
                self._forget(address, letter)
            else:
                self._end(address, letter, there, unwanted=True)

    def _period(self, category: str, *, held: bool = False) -> Period:
        clause = self.policy.need(category, Trigger.UNSUBSCRIBED)
        return clause.hold if held else clause.acts_after

    def _expected(self) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = {("address_changes", each) for each in self.changes}
        for (address, letter), there in self.known.items():
            parts = ["subscriptions", "subscription_topics", "consent_records"]
            found |= {(part, address, letter) for part in parts + ["profiles"] * there.profile}
            found.add(("subscribers", address))
        return found

    def _held(self) -> set[tuple[str, ...]]:
        """Every row of every table with something personal in it, by whose it is."""
        with reading(self.app) as session:
            people = dict(session.execute(select(Subscriber.id, Subscriber.address_key)).all())
            letters = dict(session.execute(select(Newsletter.id, Newsletter.slug)).all())
            mine = {
                row.id: (people[row.subscriber_id], letters[row.newsletter_id])
                for row in session.execute(select(table_of(Subscription)))
            }
            return {
                found
                for table in {column.table for _, column in personal_columns(Base.metadata)}
                if table.name not in QUEUED
                for row in session.execute(select(table))
                for found in [_whose(table.name, row._asdict(), people, mine)]
            }


def _whose(
    table: str, row: Mapping[str, Any], people: dict[int, str], mine: dict[int, tuple[str, str]]
) -> tuple[str, ...]:
    if "subscription_id" in row:
        return (table, *mine[row["subscription_id"]])
    if table == "subscriptions":
        return (table, *mine[row["id"]])
    return (table, people[row["id" if table == "subscribers" else "subscriber_id"]])


def _over(began: datetime, period: Period) -> bool:
    return period.after(began) <= now()
