"""Segments: filters of a newsletter's subscribers that are kept under a name."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscriptions.core.errors import Conflict, Invalid, NotFound
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.filtering import Filter, criteria_of
from subscriptions.subscribers.segment_models import NAME_LENGTH, Segment


def segments_of(session: Session, newsletter_id: int) -> Sequence[Segment]:
    """The segments of a newsletter, by name."""
    mine = select(Segment).where(Segment.newsletter_id == newsletter_id)
    return session.scalars(mine.order_by(Segment.name)).all()


def segment_of(session: Session, newsletter_id: int, reference: str) -> Segment:
    """The newsletter's segment with this reference, or :class:`NotFound`."""
    return _one(session, newsletter_id, reference=reference)


def segment_named(session: Session, newsletter_id: int, name: str) -> Segment:
    """The newsletter's segment with this name, or :class:`NotFound`."""
    return _one(session, newsletter_id, name=name)


def add_segment(session: Session, newsletter: Newsletter, name: str, wanted: Filter) -> Segment:
    """Keep a filter. Raises :class:`Conflict` if another of the newsletter has the name."""
    segment = Segment(newsletter_id=newsletter.id, name="", filter={})
    session.add(segment)
    change_segment(session, newsletter, segment, name, wanted)
    return segment


def change_segment(
    session: Session, newsletter: Newsletter, segment: Segment, name: str, wanted: Filter
) -> None:
    """Give it another name or filter; what was exported or changed by it before stays as it is."""
    if not name.strip() or len(name) > NAME_LENGTH or not name.isprintable() or "@" in name:
        raise Invalid(_("A segment has a name of up to 100 characters, and no address in it."))
    criteria_of(newsletter, wanted)  # a topic or form that there is not has no place in it
    try:
        with session.begin_nested():
            segment.name, segment.filter = name.strip(), wanted.as_json()
            session.flush()
    except IntegrityError:
        raise Conflict(_("There is a segment with this name already.")) from None


def delete_segment(session: Session, segment: Segment) -> None:
    """Forget the filter; the people stay."""
    session.delete(segment)
    session.flush()


def filter_of(segment: Segment) -> Filter:
    """Whom the segment takes."""
    return Filter.from_json(segment.filter)


def _one(session: Session, newsletter_id: int, **by: str) -> Segment:
    mine = select(Segment).where(Segment.newsletter_id == newsletter_id).filter_by(**by)
    # PostgreSQL can't even be asked for what no text holds.
    found = session.scalar(mine) if all(value.isprintable() for value in by.values()) else None
    if found is None:
        raise NotFound(_("There is no such segment."))
    return found
