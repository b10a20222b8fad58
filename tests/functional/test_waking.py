"""What was promised wakes the job that keeps it."""

from flask import Flask

from subscriptions.core.jobs import start
from subscriptions.privacy.retention.running import PURGE
from tests.support.applications import Visitor, queue_of
from tests.support.visits import open_newsletter, sign_up


def test_a_mail_goes_out_soon_though_another_job_waits(app: Flask, client: Visitor) -> None:
    """And however many mails there are, their job waits once."""
    open_newsletter(app)
    with app.app_context():
        start(PURGE)
    sign_up(client)
    sign_up(client, "bob@example.org")
    waiting = [bytes(task) for task in queue_of(app).storage.enqueued_items()]
    assert [b"mail_deliver" in task for task in waiting] == [False, True]
