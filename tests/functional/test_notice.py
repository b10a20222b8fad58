"""The privacy notice: all that it owes people, from the policy in force."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.cli.preparing import prepare
from subscriptions.core.client import Recording
from subscriptions.core.periods import Period
from subscriptions.privacy.policy import Policy, Trigger, load_policy
from subscriptions.privacy.policy.in_words import action_in_words, kept_in_words
from subscriptions.privacy.policy.model import Change, Controller, Officer, RecordingRules
from tests.support.applications import BASE_URL, Visitor
from tests.support.managing import let_policy
from tests.support.operators import desk_of, make_operator
from tests.support.time_travel import FrozenClock

SHIPPED = ("default", "mail-manager", "mmunic", "mailpro", "mailigen", "mailissa")
ROW = re.compile(r'<tr role="row">\s*<th role="rowheader"(.*?)</tr>', re.DOTALL)
CELL = re.compile(r">([^<]+)</t[hd]>")
ENTRY = re.compile(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def under(policy: str) -> pytest.MarkDecorator:
    """Run the test under this policy."""
    return pytest.mark.settings(policy=policy)


def _page(client: Visitor) -> str:
    answer = client.get("/privacy")
    assert answer.status_code == 200
    return unescape(answer.text)


def _rows(page: str) -> list[list[str]]:
    return [CELL.findall(row) for row in ROW.findall(page)]


def _entries(page: str) -> dict[str, str]:
    """The rows of the lists: what stands before, and what behind with its tags."""
    return {
        " ".join(TAG.sub("", name).split()): " ".join(text.split())
        for name, text in ENTRY.findall(page)
    }


def _put(app: Flask, policy: Policy) -> None:
    app.extensions["assent_policy"] = policy


@under("mailigen")
def test_it_says_who_is_responsible_and_who_watches_over_them(client: Visitor) -> None:
    """MG16, MC15, MM12."""
    page = _page(client)
    assert "<strong>Example Organisation</strong>\n1 Example Street, 12345 Exampleton" in page
    assert '<a href="mailto:privacy@example.org">privacy@example.org</a>' in page
    assert "The data protection officer of this organisation, By the contact address" in page
    assert '<a href="https://www.dvi.gov.lv/en">Data State Inspectorate of Latvia</a>' in page


def test_the_policy_knows_better_than_the_settings(app: Flask, client: Visitor) -> None:
    """MM12: the contact that it names is on every page."""
    who = Controller(name="Society Ltd", postal_address="2 Side Road", contact="dp@society.example")
    officer = Officer(name="Dana", contact="https://society.example/officer")
    let_policy(app, controller=who, data_protection_officer=officer)
    page = _page(client)
    assert "<strong>Society Ltd</strong>\n2 Side Road" in page
    assert 'Dana, <a href="https://society.example/officer">' in page
    for path in ("/", "/nowhere"):
        assert "mailto:dp@society.example" in client.get(path).text
    said = client.get("/privacy.json").get_json()
    assert said["controller"] == {"name": "Society Ltd", "postal_address": "2 Side Road"}
    assert said["contact"] == "dp@society.example"
    assert said["dpo"] == {"name": "Dana", "contact": "https://society.example/officer"}


def test_a_row_for_each_clause_says_what_is_done(app: Flask, client: Visitor) -> None:
    """MM7, MC10: under every policy."""
    for name in SHIPPED:
        _put(app, load_policy(name))
        rows = _rows(_page(client))
        with app.test_request_context():
            assert [row[:5] for row in rows] == [
                [each.title, each.purpose, each.basis, kept_in_words(each), action_in_words(each)]
                for each in app.extensions["assent_policy"].clauses
            ]


def test_it_says_when_each_clause_was_last_carried_out(
    client: Visitor, runner: FlaskCliRunner, clock: FrozenClock
) -> None:
    assert {row[5] for row in _rows(_page(client))} == {"Not yet", "With every unsubscribe"}
    runner.invoke(args=["retention", "run"])
    assert {row[5] for row in _rows(_page(client))} == {"2 Mar 2026", "With every unsubscribe"}


def test_a_hold_is_said_with_its_reason(app: Flask, client: Visitor) -> None:
    policy: Policy = app.extensions["assent_policy"]
    held = {"keep": Period(months=72), "hold": Period(months=72), "hold_reason": "Orders: tax law"}
    clauses = [
        each.model_copy(update=held) if each.trigger is Trigger.UNSUBSCRIBED else each
        for each in policy.clauses
    ]
    let_policy(app, clause=tuple(clauses))
    assert "Kept for 6 years even if you ask for its erasure: Orders: tax law" in _page(client)


def test_it_says_what_is_recorded_of_the_client(app: Flask, client: Visitor) -> None:
    """MG1, MS4."""
    for how, of_address, of_browser in (
        (Recording.NONE, "(IP address): not recorded", "browser: not recorded"),
        (Recording.TRUNCATED, "only its first part", "only the first word"),
        (Recording.FULL, "(IP address), in full", "the name and version"),
    ):
        let_policy(app, recording=RecordingRules(client_address=how, user_agent=how))
        page = _page(client)
        for words in (of_address, of_browser, "Day and time, the form, its exact words"):
            assert words in page, how


def test_it_says_whether_anything_is_counted_and_how_we_reach_you(
    app: Flask, client: Visitor
) -> None:
    """MC4, MG2, MG15, MM8: nothing without permission. MC11: a channel is agreed to by itself."""
    page = _page(client)
    assert "no hidden pictures and no counted links" in page
    assert "by mail only" in page
    _put(app, load_policy("mmunic"))
    page = _page(client)
    assert "counted only if you have said yes to it" in page
    assert "by telephone and by post only if you have agreed to that as well" in page


def test_it_names_who_else_receives_data_or_that_nobody_does(app: Flask, client: Visitor) -> None:
    """MM11, MG11, MS9, MC16, MG14."""
    assert "Nobody. We pass your data on to no one." in _page(client)
    _put(app, load_policy("mailigen"))
    page = _page(client)
    told = _entries(page)["Provider of the servers and of mail delivery"]
    assert told == (
        "Runs the machines and hands the mails over, on our instructions. "
        "Place: Where the data is kept"
    )
    assert "only on our instructions" in page
    for name in SHIPPED:
        _put(app, load_policy(name))
        page = _page(client)
        assert "used only for what is said above" in page
        assert "not sold, rented or shared for marketing" in page
        assert "With the organisation that runs this service" in page


def test_it_asks_for_nothing_sensitive_and_calls_a_hash_personal(client: Visitor) -> None:
    """MM10."""
    page = _page(client)
    assert "keyed hash of an address" in page
    assert "it is personal data too" in page
    assert "nothing about health, belief, origin, politics" in page
    assert "not aimed at children" in page


def test_each_right_has_a_link_that_does_it(client: Visitor) -> None:
    """MS5, MC15: Articles 7(3), 15 to 18, 20, 21 and 77."""
    rights = {name: text for name, text in _entries(_page(client)).items() if "(Article" in name}
    links = {
        re.findall(r"Article (\S+)\)", name)[0]: re.findall(r'<a href="([^"]+)">([^<]+)', text)[0]
        for name, text in rights.items()
    }
    own = ("7(3)", "15", "16", "17", "18", "20", "21")
    assert list(links) == [*own, "77"]
    assert {links[article][0] for article in own} == {"/manage"}
    assert len({label for _url, label in links.values()}) == 8
    assert client.get("/manage").status_code == 200
    assert links["77"][0].startswith("https://www.edpb.europa.eu/")


def test_it_says_how_soon_a_request_is_answered(app: Flask, client: Visitor) -> None:
    """MG5, MP4."""
    assert "answered within 1 month" in _page(client)
    _put(app, load_policy("mailigen"))
    assert "answered within 30 days" in _page(client)
    assert "a mail about each change and erasure" not in _page(client)
    _put(app, load_policy("mailpro"))
    assert "a mail about each change and erasure" in _page(client)


def test_it_lists_every_cookie_there_is(app: Flask, client: Visitor) -> None:
    """MS8, MP8, MS7."""
    page = _page(client)
    make_operator(app)
    desk = desk_of(app)
    for path in ("/admin/", "/admin/account", "/admin/change", "/", "/privacy"):
        desk.get(path)
    cookies = [cookie.key for cookie in (desk._cookies or {}).values()]
    assert cookies == re.findall(r"<dt><code>(\w+)</code></dt>", page) == ["assent"]
    assert "set no cookies" in page
    assert "no fonts, no files, no pictures" in page


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        pytest.param(url, said, marks=pytest.mark.settings(base_url=url))
        for url, said in ((BASE_URL, True), ("http://127.0.0.1:8000", False))
    ],
)
def test_it_promises_tls_only_where_there_is_some(
    client: Visitor, base_url: str, said: bool
) -> None:
    """MP12, MS6."""
    assert ("encrypted (TLS)" in _page(client)) is said


def test_it_says_what_each_version_changed_and_since_when(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MP9."""
    with app.app_context():
        prepare()
    older = Change(date="2025-05-05", what="Telephone numbers are no longer asked for.")
    let_policy(app, change=(older, *app.extensions["assent_policy"].change))
    versions = {
        name: TAG.sub("", text)
        for name, text in _entries(_page(client)).items()
        if re.match(r"\d{4}-", name)
    }
    assert list(versions) == ["2026-11-24", "2025-05-05"]
    assert versions["2025-05-05"] == "Telephone numbers are no longer asked for."
    assert versions["2026-11-24"].endswith("In force here since 2 Mar 2026.")
    said = client.get("/privacy.json").get_json()["versions"]
    assert [each["in_force_since"] for each in said] == ["2026-03-02T09:30:00+00:00", None]


def test_machines_are_told_the_same(client: Visitor) -> None:
    said = client.get("/privacy.json").get_json()
    clauses = said.pop("clauses")
    assert len(clauses) == len(_rows(_page(client)))
    assert all("last_run" in clause for clause in clauses)
    assert said == {
        "version": "2026-11-24",
        "controller": {
            "name": "Example Organisation",
            "postal_address": "1 Example Street, 12345 Exampleton",
        },
        "contact": "privacy@example.org",
        "dpo": None,
        "authority": {
            "name": "The data protection authority of the country you live in",
            "url": "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en",
        },
        "location": "With the organisation that runs this service",
        "recipients": [],
        "channels": ["mail"],
        "recording": {"client_address": "truncated", "user_agent": "truncated"},
        "tracking": {"may_be_asked": False},
        "requests": {"answer_within": "P1M", "remind_before": "P7D", "notify_changes": False},
        "versions": [
            {
                "date": "2026-11-24",
                "what": "The notice is made from the policy in force; newsletters that close are "
                "spoken of.",
                "in_force_since": None,
            }
        ],
    }
