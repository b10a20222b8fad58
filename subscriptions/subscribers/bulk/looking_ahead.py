"""A look at whom a change in bulk would be for, as things stand.

What no index leads to is gone through row by row, newest first, as a list does: one look takes so
many people and no more, and the next one goes on from there. So the number is whole in the end, and
no request waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core.addresses import mask
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.bulk.asking import Wanted, check, held_criteria
from subscriptions.subscribers.filtering import Filter
from subscriptions.subscribers.finding import MOST_COUNTED, Count, floor_of, ids_statement
from subscriptions.subscribers.models import Subscriber, Subscription

SHOWN = 10


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the looks before have come to, and the id ``before`` which the next one goes on.

    ``first`` are the random ids of the first who were met.
    """

    before: int | None = None
    number: int = 0
    first: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """How many it would be for, and the first of them, masked.

    With ``rest`` that is what was met so far, and another look is to go on from there.
    """

    count: Count
    masked: Sequence[str]
    rest: SoFar | None = None


BEGINNING = SoFar()


def look_ahead(
    session: Session, newsletter: Newsletter, wanted: Wanted, so_far: SoFar = BEGINNING
) -> Preview:
    """One look. Counts no further than a list does.

    Raises :class:`.Invalid` or :class:`.Conflict` if the change can't be asked for.
    """
    check(newsletter, wanted)
    if wanted.filter is None:
        return _at_ticked(session, newsletter, wanted.members)
    return _at_fitting(session, newsletter, wanted.filter, so_far)


def _at_ticked(session: Session, newsletter: Newsletter, members: Sequence[str]) -> Preview:
    ticked = Subscription.newsletter_id == newsletter.id, Subscription.reference.in_(members)
    number = session.scalar(select(func.count()).select_from(Subscription).where(*ticked)) or 0
    return Preview(Count(number, more=False), _masked(session, newsletter, members))


def _at_fitting(session: Session, newsletter: Newsletter, wanted: Filter, so_far: SoFar) -> Preview:
    criteria = held_criteria(newsletter, wanted)
    floor = floor_of(session, criteria, so_far.before) if criteria.rest else 0
    fitting = ids_statement(criteria, so_far.before, floor, MOST_COUNTED + 1).subquery()
    # Counted and shown by one statement: each would look at as many.
    newest = select(fitting.c.id, func.count().over()).order_by(fitting.c.id.desc()).limit(SHOWN)
    found = session.execute(newest).all()
    first = [*so_far.first, *_references(session, [row[0] for row in found])][:SHOWN]
    number = so_far.number + (found[0][1] if found else 0)
    more = number > MOST_COUNTED
    return Preview(
        Count(min(number, MOST_COUNTED), more=more),
        _masked(session, newsletter, first),
        SoFar(floor + 1, number, first) if floor and not more else None,
    )


def _references(session: Session, ids: Sequence[int]) -> Sequence[str]:
    found = select(Subscription.reference).where(Subscription.id.in_(ids))
    return session.scalars(found.order_by(Subscription.id.desc())).all()


def _masked(session: Session, newsletter: Newsletter, members: Sequence[str]) -> list[str]:
    theirs = (
        select(Subscriber.address)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscription.newsletter_id == newsletter.id, Subscription.reference.in_(members))
        .order_by(Subscription.id.desc())
        .limit(SHOWN)
    )
    return [mask(address) for address in session.scalars(theirs)]
