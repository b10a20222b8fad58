"""What a file that was exported and is kept says of a person: how it is found and forgotten.

A piece goes as a whole: what others have in it is read anew at the next download.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from subscriptions.core.personal_data import Category
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit
from subscriptions.core.words import mark
from subscriptions.subscribers.export_models import EXPORT_FILE, ExportContent
from subscriptions.subscribers.models import Subscription

CONTENTS = table_of(ExportContent)
FORGET = Prepared(
    delete(CONTENTS).where(
        CONTENTS.c.newsletter_id == bindparam("of"),
        CONTENTS.c.last_id >= bindparam("lowest"),
        CONTENTS.c.first_id <= bindparam("highest"),
    )
)


def forget_exported(unit: Unit, subscriptions: Iterable[tuple[int, int]]) -> None:
    """Let no file that is kept say anything of these subscriptions any more.

    They are named by newsletter and id, and are locked by the caller.
    """
    ids: dict[int, list[int]] = {}
    for newsletter_id, subscription_id in subscriptions:
        ids.setdefault(newsletter_id, []).append(subscription_id)
    for newsletter_id, those in ids.items():
        bounds = {"of": newsletter_id, "lowest": min(those), "highest": max(those)}
        FORGET.run(unit.connection(), bounds)


def forget_exported_of(session: Session, subscriber_id: int) -> None:
    """The same for everything that a person is subscribed to."""
    theirs = select(Subscription.newsletter_id, Subscription.id).where(
        Subscription.subscriber_id == subscriber_id
    )
    forget_exported(session, [(row.newsletter_id, row.id) for row in session.execute(theirs)])


def _export(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    theirs = (
        select(Subscription.reference, ExportContent.recorded_at, ExportContent.content)
        .join(
            ExportContent,
            (ExportContent.newsletter_id == Subscription.newsletter_id)
            & Subscription.id.between(ExportContent.first_id, ExportContent.last_id),
        )
        .where(Subscription.subscriber_id == subscriber_id)
        .order_by(ExportContent.piece_id)
    )
    return [
        {"recorded_at": recorded_at, "row": row}
        for reference, recorded_at, content in session.execute(theirs)
        for row in json.loads(content)
        if reference in row
    ]


def _erase(_unit: Unit, _subscriber_ids: Sequence[int]) -> int:
    """Nothing by itself: it goes with the end of each subscription, whoever else stays."""
    return 0


CATEGORIES = (Category(EXPORT_FILE, mark("Rows of a list that was exported"), _export, _erase),)
