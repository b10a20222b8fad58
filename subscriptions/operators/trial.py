"""The test mail of the guided first run: really sent, by the outbox, and its fate looked up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from subscriptions.core.statements import table_of
from subscriptions.core.transactions import Unit
from subscriptions.mail.handing_over import HandedOver
from subscriptions.mail.models import OutboxMessage
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.datastore import LOCALE
from subscriptions.operators.first_steps import Step, outcomes, step_done
from subscriptions.operators.models import Operator

TEMPLATE = "test_mail"
OUTBOX = table_of(OutboxMessage)


@dataclass(frozen=True, slots=True)
class Fate:
    """What has become of the last test mail.

    ``delivered_at`` is when a mail server took it; ``waits`` that it is yet to be tried, or tried
    again after ``error``; with an error and no wait it was given up.
    """

    delivered_at: datetime | None = None
    waits: bool = False
    error: str = ""


def send_test_mail(session: Session, operator: Operator) -> None:
    """Promise a mail to the operator themselves. One that is still on its way is replaced."""
    session.execute(delete(OUTBOX).where(OUTBOX.c.template == TEMPLATE))
    queue_mail(session, TEMPLATE, operator.email, LOCALE, {})


def fate_of_test_mail(session: Session) -> Fate:
    """How the last one fares."""
    found = session.execute(
        select(OUTBOX.c.dead_at, OUTBOX.c.last_error).where(OUTBOX.c.template == TEMPLATE)
    ).first()
    if found:
        return Fate(waits=found.dead_at is None, error=found.last_error or "")
    outcome = outcomes(session).get(Step.TEST_MAIL)
    return Fate(delivered_at=None if outcome is None or outcome.skipped else outcome.at)


def note_test_mail(unit: Unit, mail: HandedOver) -> None:
    """The mail server has taken it, and with that the last step is done."""
    step_done(unit, Step.TEST_MAIL, mail.at)
