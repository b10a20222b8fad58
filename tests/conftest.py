"""Fixtures: real parts, made when they are first needed and removed afterwards."""

import gc

import pytest

pytest.register_assert_rewrite("tests.support")

pytest_plugins = [
    "tests.support.in_memory",
    "tests.support.fixtures.applications",
    "tests.support.fixtures.browsers",
    "tests.support.fixtures.services",
    "tests.support.reporting",
]


def pytest_collection_finish() -> None:
    """Search for garbage seldom, and not among what stays until the end.

    Each test makes an application, which is much for the collector to look at: it took more than a
    quarter of the time of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
