"""Which subscriptions an export takes, and which columns it has."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from subscriptions.core.errors import Invalid, NotFound
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.newsletters.models import Newsletter, SignupForm, Topic
from subscriptions.subscribers.filtering import Filter, criteria_of
from subscriptions.subscribers.states import Status

COLUMNS = (
    "email",
    "status",
    "topics",
    "frequency",
    "locale",
    "requested_at",
    "confirmed_at",
    "source_form",
    "consent_wording",
    "unsubscribe_url",
    "preferences_url",
)
EVERYBODY = Filter()


class Choice(StrEnum):
    """Whom an export takes; all but ``all`` are also what its column ``status`` says.

    *Active* people are those who may be mailed now: confirmed and not paused, so that a mailer
    that is fed with the default export follows the preferences. *Restricted* people are in no
    export: their data may only be stored (GDPR Article 18(2)).
    """

    ACTIVE = "active"
    PAUSED = "paused"
    PENDING = "pending"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Selection:
    """What to export, checked: a newsletter, whom of it, and the columns in their order.

    ``rest`` is asked of each subscription besides.
    """

    newsletter_id: int
    choice: Choice
    topic_id: int | None
    header: tuple[str, ...]
    rest: tuple[ColumnElement[bool], ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The profile fields among the columns."""
        return tuple(name for name in self.header if name not in COLUMNS)


def select_for_export(
    session: Session,
    newsletter_id: int,
    status: str | None = None,
    topic: str | None = None,
    columns: Collection[str] = (),
    wanted: Filter = EVERYBODY,
) -> Selection:
    """Check what is asked for. ``status`` is a :class:`Choice`, ``topic`` a slug.

    Of ``wanted``, only what says how people came counts: they may be mailed or not by the status.
    No ``columns`` are all of them. One that no form asks for any more is left out. Raises
    :class:`Invalid` for an unknown status and :class:`NotFound` for an unknown topic or form.
    """
    if status and status not in list(Choice):
        raise Invalid(_("The status is one of active, paused, pending and all."))
    return Selection(
        newsletter_id,
        Choice(status) if status else Choice.ACTIVE,
        _topic_id(session, newsletter_id, topic) if topic else None,
        tuple(
            name for name in columns_of(session, newsletter_id) if not columns or name in columns
        ),
        criteria_of(session.get_one(Newsletter, newsletter_id), wanted.of_sign_up()).rest,
    )


def choice_for(wanted: Filter) -> Choice:
    """Whom of a filter an export takes unless it says otherwise: those who may be mailed, if any.

    Raises :class:`Invalid` for restricted people, who are in no export.
    """
    if wanted.restricted:
        raise Invalid(_("People who have restricted the use of their data are in no export."))
    if wanted.status is Status.PENDING:
        return Choice.PENDING
    return Choice.PAUSED if wanted.paused else Choice.ACTIVE


def columns_of(session: Session, newsletter_id: int) -> tuple[str, ...]:
    """Every column that an export of the newsletter can have, in their order."""
    return COLUMNS + _profile_fields(session, newsletter_id)


def _topic_id(session: Session, newsletter_id: int, slug: str) -> int:
    found = session.scalar(
        select(Topic.id).where(Topic.newsletter_id == newsletter_id, Topic.slug == slug)
    )
    if found is None:
        raise NotFound(_("The newsletter has no topic with this slug."))
    return found


def _profile_fields(session: Session, newsletter_id: int) -> tuple[str, ...]:
    """What any form of the newsletter asks for, retired ones too: their answers are still held."""
    forms = session.scalars(
        select(SignupForm.fields).where(SignupForm.newsletter_id == newsletter_id)
    ).all()
    return tuple(name for name in PROFILE_FIELDS if any(name in fields for fields in forms))
