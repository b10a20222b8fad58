"""The delivery job: leases what is due, sends it, notes each result by itself."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app
from huey import crontab
from jinja2 import TemplateError
from structlog import get_logger

from subscriptions.core import clock
from subscriptions.core.identity import current_identity
from subscriptions.core.jobs import Job
from subscriptions.core.transactions import current_session, leave_reading, unit_of_work, writing
from subscriptions.extensions import mail
from subscriptions.mail import outbox
from subscriptions.mail.guards import guards_that_stop
from subscriptions.mail.handing_over import note_handed_over
from subscriptions.mail.mailbox import forget_recipient, local_url
from subscriptions.mail.message import build_message, envelope_address
from subscriptions.mail.models import OutboxMessage
from subscriptions.mail.refusals import note_refused
from subscriptions.mail.transport import DeliveryFailed, ServerUnreachable, Transport

log = get_logger()

# A send may take several time-outs; what is not begun by then waits for the lease to end.
SAFE = outbox.LEASE - timedelta(seconds=80)


def deliver_due() -> None:
    """Send everything that is due, batch by batch, until nothing is."""
    while True:
        leased_at = clock.now()
        with unit_of_work() as session:
            messages = outbox.lease_due(session, leased_at)
        if not messages:
            return
        _deliver(messages, leased_at)


@contextmanager
def leaving_half_to_others() -> Iterator[None]:
    """Rest for as long as the processor was used, so that a pile of mail slows no sign-up.

    A mail server far away is waited for much longer than that: nothing is lost on it.
    """
    began = time.thread_time()
    yield
    time.sleep(time.thread_time() - began)


def smtp_url() -> str:
    """Where mail goes: the configured server, or this process's local mailbox."""
    settings = current_app.extensions["assent_settings"]
    configured: str = settings.smtp_url.get_secret_value()
    return configured or local_url()


def _deliver(messages: Sequence[OutboxMessage], leased_at: datetime) -> None:
    waiting = deque(messages)
    while waiting and clock.now() < leased_at + SAFE:
        try:
            with Transport(mail, smtp_url()) as transport:
                while waiting and transport.is_open and clock.now() < leased_at + SAFE:
                    with leaving_half_to_others():
                        _send(transport, waiting.popleft())
        except ServerUnreachable as error:
            for message in waiting:
                _note_failure(message, error)
            return


def _send(transport: Transport, message: OutboxMessage) -> None:
    if not outbox.still_wanted(current_session(), message.id) or _stopped(message):
        return
    leave_reading(current_session())  # the server may take its time
    try:
        mime = build_message(message)
        sender = current_identity().sender
        transport.deliver(mime, sender, envelope_address(message.recipient))
    except DeliveryFailed as error:
        _note_failure(message, error)
        return
    except (TemplateError, ValueError) as error:
        log.exception("mail_not_built", template=message.template)
        _note_failure(message, DeliveryFailed(type(error).__name__, permanent=True))
        return
    with writing() as unit:
        wanted = outbox.note_sent(unit, message.id)
        if wanted:
            note_handed_over(unit, message, mime)
    if not wanted:
        # Erased while it was on its way: the local mailbox must not keep what the rest forgot.
        forget_recipient(message.recipient)


def _stopped(message: OutboxMessage) -> bool:
    """Whether a guard keeps the message from going out; if so, it is gone for good."""
    guards = guards_that_stop(current_session(), message)
    if not guards:
        return False
    with unit_of_work() as session:
        stopped = not all(guard.spares(session, message) for guard in guards)
        if stopped:
            outbox.drop(session, message.id)
    if stopped:
        log.info("mail_stopped", message=message.id, template=message.template)
    return stopped


def _note_failure(message: OutboxMessage, error: DeliveryFailed) -> None:
    log.warning("mail_failed", message=message.id, reason=error.reason, attempt=message.attempts)
    with unit_of_work() as session:
        dead = outbox.note_failure(session, message.id, error.reason, permanent=error.permanent)
        if dead and error.bounced:
            note_refused(session, message)


JOBS = (Job(outbox.DELIVER, deliver_due, every=crontab()),)
