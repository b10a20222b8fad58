"""The job that works on imports, and goes on with what a killed worker has left."""

from collections.abc import Callable

from huey import crontab
from sqlalchemy import select

from subscriptions.core.jobs import Job
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.subscribers.import_models import AT_WORK, Import
from subscriptions.transfer.importing.ahead import Ahead
from subscriptions.transfer.importing.leftovers import forget_what_is_over
from subscriptions.transfer.importing.passes import Pass
from subscriptions.transfer.importing.planning import WORK
from subscriptions.transfer.importing.tasks import take_up

Tell = Callable[[int], None]


def work() -> None:
    """Do what can be done now for every import."""
    session = current_session()
    waiting = select(Import.id).where(Import.state.in_([state.value for state in AT_WORK]))
    ids = session.scalars(waiting.order_by(Import.id)).all()
    session.commit()  # a snapshot that stays open would keep SQLite's log from emptying
    for import_id in ids:
        go_on(import_id)
    forget_what_is_over()


def go_on(import_id: int, tell: Tell = lambda _done: None) -> None:
    """Work on one import until it is over, has to wait for its next minute, or is somebody else's.

    ``tell`` hears how many rows are done, after each batch.
    """
    with unit_of_work() as session:
        taken_up = take_up(session, import_id)
    if taken_up is None:
        return
    task, cursor = taken_up
    with Ahead(task, cursor) as ahead:
        under_way = Pass(task, cursor, ahead)
        while under_way.step():
            tell(under_way.cursor)


JOBS = (Job(WORK, work, every=crontab()),)
