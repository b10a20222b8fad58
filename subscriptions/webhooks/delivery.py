"""Delivers events: those of one webhook in their order, and no webhook for long.

When an event could not be delivered, its webhook is left alone for a minute, so that a receiver
that is down costs one request a minute. A worker has one thread for all of it: the other goes on
with the mail.
"""

import json
import time
from collections.abc import Collection, Sequence
from threading import Lock

from structlog import get_logger

from subscriptions.core import clock
from subscriptions.core.transactions import current_session, leave_reading, unit_of_work, writing
from subscriptions.webhooks import queue
from subscriptions.webhooks.events import wake_delivery
from subscriptions.webhooks.listening import anybody_listens
from subscriptions.webhooks.posting import NotDelivered, post
from subscriptions.webhooks.queue import Due
from subscriptions.webhooks.signing import signed_headers
from subscriptions.webhooks.targets import BadTarget, target_of

log = get_logger()
RUN = 30.0  # seconds within which a run begins something; far less than a lease
ALONE = Lock()
NAMED = {"content-type": "application/json", "user-agent": "Assent"}


def deliver_due(recipients: Collection[str]) -> None:
    """Tell webhooks of these recipients what is due, in a run of bounded length.

    What is left then is for the next run. Other webhooks are paused.
    """
    if not anybody_listens() or not ALONE.acquire(blocking=False):
        return
    try:
        with unit_of_work() as session:
            queue.pause_all_but(session, recipients)
        queue.forget_old_ones()
        _run(time.monotonic() + RUN)
    finally:
        ALONE.release()


def _run(until: float) -> None:
    while webhooks := _with_something_due():
        for webhook_id in webhooks:
            _serve(webhook_id, until)
            if time.monotonic() >= until:
                wake_delivery()
                return


def _with_something_due() -> Sequence[int]:
    session = current_session()
    found = queue.webhooks_with_something_due(session, clock.now())
    leave_reading(session)
    return found


def _serve(webhook_id: int, until: float) -> None:
    """Send one batch to a webhook, up to the first that it does not take."""
    with unit_of_work() as session:
        batch = queue.lease_due(session, webhook_id, clock.now())
    for number, due in enumerate(batch, start=1):
        if not _send(due) or time.monotonic() >= until:
            with writing() as unit:
                queue.give_back(unit, batch[number:])
            return


def _send(due: Due) -> bool:
    """Whether there is nothing against sending the next one."""
    wanted = queue.still_wanted(current_session(), due)
    leave_reading(current_session())  # the receiver may take its time
    if not wanted:
        return True
    try:
        body = body_of(due)
        headers = signed_headers(due.webhook, due.reference, int(clock.now().timestamp()), body)
        post(target_of(due.url), body, {**NAMED, **headers})
    except BadTarget as error:
        return _failed(due, error.code)
    except NotDelivered as error:
        return _failed(due, error.reason)
    with writing() as unit:
        queue.note_delivered(unit, due)
    return True


def _failed(due: Due, reason: str) -> bool:
    log.warning("webhook_failed", webhook=due.webhook, id=due.reference, reason=reason)
    with unit_of_work() as session:
        if queue.note_failure(session, due, reason):
            log.error("webhook_given_up", webhook=due.webhook)
    return False


def body_of(due: Due) -> bytes:
    """What is sent: that something happened, to which random id, and no word about a person."""
    told = {
        "id": due.reference,
        "type": due.type,
        "at": due.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "newsletter": due.newsletter,
        "subscription": due.subscription,
    }
    return json.dumps(told, separators=(",", ":")).encode()
