"""Says what the run stood on and how much ran where; the closing line stays pytest's own."""

from collections import Counter

import pytest

from tests.support.chromium import NAMES, find_chromium

PLACES = {"sqlite": "on SQLite", "postgresql": "on PostgreSQL"}
KINDS = {"browser": "in Chromium", "processes": "on real processes"}


def pytest_report_header() -> str:
    """Name the browser; the databases bring themselves."""
    return f"chromium: {find_chromium() or 'none of ' + ', '.join(NAMES)}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser or starts the service, by the fixtures it asks for."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "chromium" in names:
            item.add_marker("browser")
        if "make_service" in names or "live_server" in names:
            item.add_marker("processes")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Note where a test ran, in a form that also crosses from a worker process."""
    if call.when != "setup":
        return
    callspec = getattr(item, "callspec", None)
    kinds = [name for name in KINDS if item.get_closest_marker(name)]
    params = list(callspec.params.values()) if callspec else []
    kinds += [value for value in params if isinstance(value, str) and value in PLACES]
    item.user_properties.append(("ran", ",".join(map(str, kinds))))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what passed in each place."""
    passed = terminalreporter.getreports("passed")
    counted = Counter(
        place
        for report in passed
        if report.when == "call"
        for place in str(dict(report.user_properties).get("ran", "")).split(",")
    )
    parts = [f"{counted[key]} {words}" for key, words in (PLACES | KINDS).items() if counted[key]]
    if parts:
        terminalreporter.write_line(f"passed: {', '.join(parts)}")
