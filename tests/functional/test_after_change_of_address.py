"""What a change of address does to what hangs on the old one."""

import pytest
from flask import Flask

from subscriptions.mail.mailbox import start_local_mailbox
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.managing import NEW, act, manage_path, new_address_link, own_row, put_new_address
from tests.support.smtp import SmtpServer
from tests.support.suppressions import entries, plant_entry
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    links_in,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, "noise@example.org", topics=["law"], name="Noise")
    subscribe(app, client, topics=["art"], name="Ada")
    deliver(app, smtp)


@pytest.fixture
def path(app: Flask, client: Visitor, smtp: SmtpServer) -> str:
    """Ada's fresh link."""
    return manage_path(app, client, smtp)


def test_what_waits_for_its_confirmation_is_asked_again_at_the_new_address(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    sign_up(client, form="other", topics=["law"])
    [mail] = deliver(app, smtp)
    old = links_in(mail)["confirm"]
    client.post(new_address_link(app, client, smtp, path))
    mails = {mail.recipients[0]: mail for mail in deliver(app, smtp)}
    assert set(mails) == {ADA, NEW}
    assert client.post(old).status_code == 410
    assert own_row(app, NEW, "other")["status"] == "pending"
    assert "Law & order" in mails[NEW].text()
    assert client.post(links_in(mails[NEW])["confirm"]).status_code == 200
    assert own_row(app, NEW, "other")["status"] == "active"


def test_mail_that_waits_for_the_old_address_goes(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, clock: FrozenClock
) -> None:
    link = new_address_link(app, client, smtp, path)
    clock.advance(minutes=11)
    sign_up(client)
    assert [row["recipient"] for row in rows_of(app, "outbox_messages")] == [ADA]
    client.post(link)
    assert [row["template"] for row in rows_of(app, "outbox_messages")] == ["address_changed"]


def test_confirming_lifts_what_stood_against_the_new_address(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    plant_entry(app, NEW, "news")
    client.post(new_address_link(app, client, smtp, path))
    assert entries(app) == []


@pytest.mark.settings(smtp_url="")
def test_the_local_mailbox_forgets_the_new_address_too(app: Flask, client: Visitor) -> None:
    listener = start_local_mailbox(app)
    try:
        client.post("/manage", data={"email": ADA})
        run_jobs(app)
        names = app.extensions["assent_mailbox"].names()
        text = app.extensions["assent_mailbox"].read(names[0]).get_body(("plain",)).get_content()
        path = "/manage/" + text.partition("/manage/")[2].split()[0]
        assert put_new_address(client, path) == 200
        run_jobs(app)
    finally:
        listener.stop()
    assert [line for line in held(app, NEW) if "/mailbox/" in line]
    assert act(client, path, "erase").status_code == 200
    assert held(app, ADA, NEW) == []
