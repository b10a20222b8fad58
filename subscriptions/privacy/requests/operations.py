"""Every write of a recorded request but carrying it out."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import Address
from subscriptions.core.db import new_reference
from subscriptions.core.errors import NotFound
from subscriptions.core.periods import Period
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.requests.models import DataRequest, RequestStep
from subscriptions.privacy.requests.telling import tell_of_address
from subscriptions.privacy.requests.terms import (
    CameBy,
    Closed,
    FromTheFuture,
    Kind,
    Outcome,
    Proof,
    ReasonMissing,
    Step,
    TooLate,
)
from subscriptions.subscribers.manage_link import ask_for_manage_link

EXTENSION = Period(months=2)  # GDPR Article 12(3)


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    kind: Kind
    address: Address
    came_by: CameBy
    on: date
    details: str = ""


def record_request(session: Session, received: Received) -> DataRequest:
    """Write a request down; it is due when the policy says. :class:`FromTheFuture` if it is not."""
    if received.on > clock.today():
        raise FromTheFuture
    request = DataRequest(
        reference=new_reference(),
        kind=received.kind.value,
        address=received.address.display,
        address_key=received.address.key,
        came_by=received.came_by.value,
        details=received.details,
        received_on=received.on,
        due_on=current_policy().requests.answer_within.day_after(received.on),
        reason="",
    )
    session.add(request)
    session.flush()
    add_step(session, request, Step.RECORDED)
    return request


def mail_manage_link(session: Session, reference: str) -> DataRequest:
    """Mail the manage link to the address: who opens it has proven who they are.

    An address that nobody subscribed gets nothing, and the cap holds here as well.
    """
    request = open_request(session, reference)
    ask_for_manage_link(session, Address(request.address, request.address_key))
    add_step(session, request, Step.LINK_MAILED)
    return request


def note_identity(session: Session, reference: str, proof: Proof) -> DataRequest:
    """Note how we know that it is the person who asks."""
    request = open_request(session, reference)
    request.identity = proof.value
    add_step(session, request, Step.IDENTITY, proof.value)
    return request


def note_contact(session: Session, reference: str, words: str) -> DataRequest:
    """Note that there was contact, and in a few words what about."""
    request = open_request(session, reference)
    add_step(session, request, Step.CONTACT, words)
    return request


def extend_request(session: Session, reference: str, reason: str) -> DataRequest:
    """Give it two further months, which needs a reason (GDPR Article 12(3)).

    Raises :class:`TooLate` when that was done before, or when it is overdue.
    """
    request = open_request(session, reference)
    if request.extended_at or request.due_on < clock.today():
        raise TooLate
    if not reason:
        raise ReasonMissing
    request.extended_at = clock.now()
    request.due_on = EXTENSION.day_after(request.due_on)
    request.reminded_at = None
    add_step(session, request, Step.EXTENDED, reason)
    return request


def close_request(
    session: Session, reference: str, outcome: Outcome, reason: str = ""
) -> DataRequest:
    """Note what came of it; anything but *done* needs a reason (GDPR Article 12(4)).

    Unless it was refused, webhooks are told.
    """
    request = open_request(session, reference)
    if outcome is not Outcome.DONE and not reason:
        raise ReasonMissing
    request.outcome, request.reason, request.closed_at = outcome.value, reason, clock.now()
    add_step(session, request, Step.CLOSED)
    if outcome is not Outcome.REFUSED:
        tell_of_address(session, request.address_key)
    return request


def open_request(session: Session, reference: str) -> DataRequest:
    """The one with this random id, locked; :class:`NotFound`, or :class:`Closed`."""
    request = session.scalar(
        select(DataRequest)
        .where(DataRequest.reference == reference)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if request is None:
        raise NotFound
    if request.closed_at:
        raise Closed
    return request


def add_step(session: Session, request: DataRequest, step: Step, note: str = "") -> None:
    """Write something that happened into the timeline."""
    session.add(RequestStep(request_id=request.id, step=step.value, at=clock.now(), note=note))
