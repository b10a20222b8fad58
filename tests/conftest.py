"""Fixtures: real parts, made when they are first needed and removed afterwards."""

import pytest

pytest.register_assert_rewrite("tests.support")

pytest_plugins = [
    "tests.support.in_memory",
    "tests.support.fixtures.applications",
    "tests.support.fixtures.browsers",
    "tests.support.fixtures.services",
    "tests.support.reporting",
]
