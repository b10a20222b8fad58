"""What a worker knows of an import, and the lease that makes it the only one at it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import keep_wording
from subscriptions.newsletters.queries import newsletter_topics
from subscriptions.subscribers.import_models import AT_WORK, Import, ImportState
from subscriptions.subscribers.mails import Sender, sender_for
from subscriptions.transfer.importing.candidates import Offer, Reader, reader_of
from subscriptions.transfer.importing.consented import Grounds
from subscriptions.transfer.importing.pieces import forget_found
from subscriptions.transfer.importing.plans import HOW, Mode, Plan

LEASE = timedelta(seconds=30)
INVITATIONS_AT_ONCE = 20  # of one batch, so that a minute's share is spread over several
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Task:
    """An import as it is worked on. ``state`` says which pass it is in."""

    import_id: int
    newsletter_id: int
    lease: str
    state: ImportState
    rows: int
    plan: Plan
    read: Reader
    sender: Sender
    grounds: Grounds

    @property
    def per_batch(self) -> int:
        """How many rows a batch may have at the most."""
        inviting = self.plan.mode is Mode.INVITE and self.state is ImportState.RUNNING
        return min(INVITATIONS_AT_ONCE, self.plan.per_minute) if inviting else MANY

    def claim(self, session: Session) -> Import | None:
        """The import, locked; None if somebody else has it now or it is not in this pass."""
        found = session.get(Import, self.import_id, with_for_update=True, populate_existing=True)
        if found is None or (found.lease, found.state) != (self.lease, self.state):
            return None
        return found


def take_up(session: Session, import_id: int) -> tuple[Task, int] | None:
    """The task of an import and the row to go on with; None if somebody else works on it.

    A dry run begins anew: what it has met before is not kept.
    """
    found = session.scalar(
        select(Import)
        .where(
            Import.id == import_id,
            Import.state.in_([state.value for state in AT_WORK]),
            or_(Import.leased_until.is_(None), Import.leased_until <= clock.now()),
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if found is None or found.plan is None:
        return None
    newsletter = session.get_one(Newsletter, found.newsletter_id)
    if newsletter.closed_at is not None:
        found.state, found.finished_at = ImportState.CANCELLED.value, clock.now()
        return None
    found.lease, found.leased_until = new_reference(), clock.now() + LEASE
    if found.state == ImportState.CHECKING:
        found.cursor, found.totals = 0, {}
        forget_found(session.connection(), found.id)
    return _task(session, found, newsletter, Plan.from_json(found.plan)), found.cursor


def _task(session: Session, found: Import, newsletter: Newsletter, plan: Plan) -> Task:
    named = f"{HOW[plan.how]}. {plan.evidence.strip()}" if plan.how else ""
    return Task(
        import_id=found.id,
        newsletter_id=newsletter.id,
        lease=found.lease or "",
        state=ImportState(found.state),
        rows=found.rows,
        plan=plan,
        read=reader_of(plan, offer_of(session, newsletter)),
        sender=sender_for(newsletter),
        grounds=Grounds(
            newsletter.id,
            f"import:{found.reference}",
            keep_wording(session, plan.wording).hash,
            named,
        ),
    )


def offer_of(session: Session, newsletter: Newsletter) -> Offer:
    """What a row of a file may choose."""
    topics = newsletter_topics(session.connection(), newsletter.id)
    return Offer({topic.slug: topic for topic in topics}, newsletter.languages or ["en"])


def release_leases(session: Session) -> None:
    """Let go of every import; only for when no worker can be alive."""
    session.execute(update(Import).values(lease=None, leased_until=None))
