"""Whatever people do and in whatever order: nothing outlives its clause, nothing held goes early.

Hypothesis makes up sequences of what people do, moves of the clock and purges. Each kind of
database has one application for all sequences; the tables are emptied in between.
"""

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.applications import Visitor
from tests.support.lives import Lives
from tests.support.policies import put_in_force
from tests.support.time_travel import FrozenClock
from tests.support.visits import open_newsletter

HELD = 'keep = "P90D"\nhold = "P30D"\nhold_reason = "It may have to be proven."'
ENDS = {"subscription": HELD, "consent": HELD, "profile": 'keep = "P20D"'}
EXAMPLES = {"sqlite": (15, 20), "postgresql": (3, 12)}


@pytest.fixture
def machine(app: Flask, client: Visitor, clock: FrozenClock) -> type[Lives]:
    """People on an application whose policy keeps and holds."""
    policy = put_in_force(app, "default", ENDS)
    for letter in ("news", "tips"):
        open_newsletter(app, letter)
    parts = {"app": app, "client": client, "clock": clock, "policy": policy}
    return type("LivesHere", (Lives,), parts)


def test_nothing_outlives_its_clause_and_nothing_under_a_hold_goes_early(
    machine: type[Lives],
) -> None:
    """MC9, MM7."""
    kind = "sqlite" if machine.app.extensions["assent_settings"].is_sqlite else "postgresql"
    examples, steps = EXAMPLES[kind]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
