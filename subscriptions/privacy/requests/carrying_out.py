"""Carrying a request out, by the operations that people use behind their manage link."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from subscriptions.core.addresses import Address
from subscriptions.privacy.enquiries.operations import erase_enquiries_of
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.requests.models import DataRequest
from subscriptions.privacy.requests.operations import add_step, open_request
from subscriptions.privacy.requests.terms import IdentityUnknown, Kind, NothingHeld, Step
from subscriptions.subscribers.manage_link import Owner, owner_of_address
from subscriptions.subscribers.rights import erase, object_to_everything, restrict
from subscriptions.subscribers.suppressing import suppress
from subscriptions.subscribers.suppression import Reason


def carry_out(session: Session, reference: str) -> DataRequest:
    """Do what was asked for, at once: erase, restrict or object.

    Raises :class:`IdentityUnknown` before it is noted who asks, and :class:`NothingHeld`. Access,
    rectification and portability are for the person, with the manage link.
    """
    request = open_request(session, reference)
    if request.identity is None:
        raise IdentityUnknown
    address = Address(request.address, request.address_key)
    ACTS[Kind(request.kind)](session, address, owner_of_address(session, address))
    add_step(session, request, Step.CARRIED_OUT)
    return request


def _erase(session: Session, address: Address, owner: Owner | None) -> None:
    # Who never subscribed may have written to us.
    if owner is None and not erase_enquiries_of(session, address):
        raise NothingHeld
    if owner is not None:
        erase(session, owner, notify=_notify())


def _restrict(session: Session, _address: Address, owner: Owner | None) -> None:
    if owner is None:
        raise NothingHeld
    restrict(session, owner)


def _object(session: Session, address: Address, owner: Owner | None) -> None:
    if owner is not None:
        object_to_everything(session, owner, notify=_notify())
        return
    erase_enquiries_of(session, address)
    suppress(session, address, Reason.OBJECTION)


def _notify() -> bool:
    return current_policy().requests.notify_changes


ACTS: dict[Kind, Callable[[Session, Address, Owner | None], None]] = {
    Kind.ERASURE: _erase,
    Kind.RESTRICTION: _restrict,
    Kind.OBJECTION: _object,
}
