"""Who is signed in where: each session has a row, so that one can be seen and ended by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huey import crontab
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.jobs import Job
from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.audit import record
from subscriptions.operators.models import Operator, OperatorSession

LASTS = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)  # finer would be a diary of somebody's day
FORGET = "operators.sessions"


@dataclass(frozen=True, slots=True)
class Client:
    """What is kept of a browser: its network and its family, as far as the policy allows."""

    address: str | None
    browser: str | None


def begin(session: Session, operator_id: int, reference: str, client: Client) -> None:
    """Begin a session. Those that are over go, of everybody."""
    _forget_expired(session)
    now = clock.now()
    session.add(
        OperatorSession(
            reference=reference,
            operator_id=operator_id,
            began_at=now,
            seen_at=now,
            expires_at=now + LASTS,
            client_address=client.address,
            browser=client.browser,
        )
    )


def seen_at(session: Session, operator_id: int, reference: str) -> datetime | None:
    """When the session was last used, to about five minutes; None if it is over."""
    return session.scalar(
        select(OperatorSession.seen_at).where(
            OperatorSession.reference == reference,
            OperatorSession.operator_id == operator_id,
            OperatorSession.expires_at > clock.now(),
        )
    )


def note_seen(session: Session, reference: str) -> None:
    """Note that the session is in use now."""
    this = OperatorSession.reference == reference
    session.execute(update(OperatorSession).where(this).values(seen_at=clock.now()))


def sessions_of(session: Session, operator_id: int) -> Sequence[OperatorSession]:
    """The sessions of an operator, the one that was used last first."""
    theirs = select(OperatorSession).where(
        OperatorSession.operator_id == operator_id, OperatorSession.expires_at > clock.now()
    )
    return session.scalars(
        theirs.order_by(OperatorSession.seen_at.desc(), OperatorSession.id.desc())
    ).all()


def end(session: Session, reference: str) -> None:
    """End a session because its own browser signs out."""
    session.execute(delete(OperatorSession).where(OperatorSession.reference == reference))


def end_one(session: Session, operator: Operator, reference: str) -> None:
    """End one of an operator's own sessions; one that is over already is fine."""
    ended = delete(OperatorSession).where(
        OperatorSession.operator_id == operator.id, OperatorSession.reference == reference
    )
    if session.execute(ended.returning(OperatorSession.id)).first():
        record(session, operator, "account.session ended", f"operator {operator.email}")


def end_others(session: Session, operator: Operator, but: str) -> None:
    """End all of an operator's own sessions but this one."""
    forget_all(session, operator.id, but)
    record(session, operator, "account.other sessions ended", f"operator {operator.email}")


def forget_all(session: Session, operator_id: int, but: str = "") -> None:
    """Take out every session of an operator but this one."""
    session.execute(
        delete(OperatorSession).where(
            OperatorSession.operator_id == operator_id, OperatorSession.reference != but
        )
    )


def forget_everybody(session: Session) -> None:
    """Take out every session of everybody; a restored backup has some that were ended since."""
    session.execute(delete(OperatorSession))


def forget_expired() -> None:
    """Take out what is over; each sign-in does so too."""
    with unit_of_work() as session:
        _forget_expired(session)


def _forget_expired(session: Session) -> None:
    session.execute(delete(OperatorSession).where(OperatorSession.expires_at <= clock.now()))


JOBS = (Job(FORGET, forget_expired, every=crontab(minute="5")),)
