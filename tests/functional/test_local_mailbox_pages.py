"""The pages of the local mailbox: they show a mail as it is, and exist only without a server."""

import pytest
from flask import Flask

from tests.support.applications import Visitor
from tests.support.visits import ADA

MAIL = b"""\
From: newsletter@news.example.org
To: Ada@example.org
Subject: Hello
Date: Sun, 22 Nov 2026 08:00:00 +0000
Content-Type: text/html

<p style="color: teal">Hello</p>
"""

without_server = pytest.mark.settings(smtp_url="")


@pytest.fixture
def name(app: Flask) -> str:
    app.extensions["assent_mailbox"].keep(ADA, MAIL)
    return str(app.extensions["assent_mailbox"].names()[0])


@without_server
def test_the_html_part_may_be_framed_by_us_and_keeps_its_own_style(
    client: Visitor, name: str
) -> None:
    answer = client.get(f"/dev/mailbox/{name}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy


@without_server
def test_a_link_in_the_html_part_leads_to_a_page_whose_buttons_work(
    client: Visitor, name: str
) -> None:
    policy = client.get(f"/dev/mailbox/{name}/html").headers["Content-Security-Policy"]
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy


@without_server
def test_the_page_around_it_may_frame_what_is_ours_only(client: Visitor, name: str) -> None:
    policy = client.get(f"/dev/mailbox/{name}").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_with_a_mail_server_there_is_no_local_mailbox(client: Visitor) -> None:
    assert client.get("/dev/mailbox").status_code == 404
