"""The register of processing: made from the policy, seen and taken along by those who may."""

import csv
import re
from html import unescape
from io import StringIO

import pytest
from flask import Flask

from subscriptions.operators.roles import Role
from subscriptions.privacy.policy import load_policy
from subscriptions.privacy.policy.model import Recipient
from tests.support.managing import let_policy
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.visits import open_newsletter

PAGE = "/admin/register"


@pytest.fixture
def desk(app: Flask) -> Desk:
    """An owner's browser."""
    make_operator(app)
    return desk_of(app)


def _lines(desk: Desk) -> list[dict[str, str]]:
    answer = desk.send(f"{PAGE}/csv")
    assert answer.mimetype == "text/csv"
    assert re.search(
        r'attachment; filename="register-.*\.csv"', answer.headers["Content-Disposition"]
    )
    return list(csv.DictReader(StringIO(answer.text, newline="")))


@pytest.mark.settings(policy="mailigen")
def test_it_holds_what_article_30_asks_for(app: Flask, desk: Desk) -> None:
    """MG11, MG16, MM11, MM7."""
    lines = {line["activity"]: line for line in _lines(desk)}
    clauses = [clause for clause in load_policy("mailigen").clauses if clause.is_personal]
    own = ["Protection against floods", "Operators and audit trail"]
    assert list(lines) == [*(clause.title for clause in clauses), *own]
    line = lines["The record of your consent"]
    assert line["purpose"].startswith("To be able to show")
    assert line["legal_basis"] == "Our duty to demonstrate consent, GDPR Article 7(1)"
    assert line["data_subjects"] == "Subscribers"
    assert "IP address in full, browser in full" in line["personal_data"]
    assert (line["kept"], line["then"]) == (
        "Until you unsubscribe; erased in the same moment",
        "Erased",
    )
    assert line["recipients"].startswith("Provider of the servers and of mail delivery (Runs")
    assert line["location"] == "With the organisation that runs this service"
    assert "argon2" in line["security_measures"]
    assert "TLS" in line["security_measures"]
    assert line["controller"] == "Example Organisation"
    assert line["controller_contact"] == "privacy@example.org"
    assert line["data_protection_officer"].startswith("The data protection officer")
    fields = lines["What else you chose to tell on the form"]["personal_data"]
    assert "Name, Job title, Role, Company, Industry, Phone" in fields


def test_the_page_and_the_file_say_the_same_as_the_csv(app: Flask, desk: Desk) -> None:
    page = unescape(desk.get(PAGE).text)
    answer = desk.send(f"{PAGE}/html")
    assert answer.headers["Content-Disposition"].endswith('.html"')
    alone = unescape(answer.text)
    for line in _lines(desk):
        for column in ("activity", "purpose", "legal_basis", "personal_data", "kept", "location"):
            assert line[column] in page
            assert line[column] in alone
    assert not re.search(r"\b(src|href)=|@import|url\(", alone)


def test_a_cell_that_a_spreadsheet_would_run_is_defused(app: Flask, desk: Desk) -> None:
    let_policy(app, location="=1+1", recipient=(Recipient(name="@x", purpose="y", location="z"),))
    line = _lines(desk)[0]
    assert line["location"] == "'=1+1"
    assert line["recipients"] == "'@x (y; z)"


def test_taking_it_along_is_in_the_audit_trail(app: Flask, desk: Desk) -> None:
    desk.get(PAGE)
    assert "register.exported" not in str(trail(app))
    for kind in ("csv", "html"):
        desk.send(f"{PAGE}/{kind}")
    assert trail(app).count((OWNER, "register.exported", "register of processing")) == 2


def test_viewers_may_have_it_and_whoever_sees_one_newsletter_may_not(app: Flask) -> None:
    open_newsletter(app)
    make_operator(app, "all@example.org", Role.VIEWER)
    make_operator(app, "one@example.org", None, {"news": Role.EDITOR})
    everything, one = desk_of(app, "all@example.org"), desk_of(app, "one@example.org")
    assert PAGE in everything.get("/admin/retention").text
    assert PAGE not in one.get("/admin/").text
    for desk, status in ((everything, 200), (one, 403)):
        assert desk.get(PAGE).status_code == status
        assert desk.send(f"{PAGE}/csv").status_code == status
        assert desk.send(f"{PAGE}/html").status_code == status
    assert [entry[0] for entry in trail(app) if entry[1] == "register.exported"] == [
        "all@example.org"
    ] * 2
