"""What is held, as the page shows it: every category of the registry, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, format_datetime
from sqlalchemy.orm import Session

from subscriptions.core.personal_data import registry
from subscriptions.core.words import gettext
from subscriptions.transfer.own_copy import text
from subscriptions.web.languages import own_name
from subscriptions.web.manage.labels import LABELS, VALUES

# What an entry is about comes before what else there is of it.
FIRST = ("newsletter", "status", "step", "channel", "at", "wording")
INNER = frozenset({"id", "address_key", "epoch", "mailed_at", "mails", "mails_on"})
INNER_ENDINGS = ("_id", "_hash", "_reference")


@dataclass(frozen=True, slots=True)
class Held:
    """One category: what it is, and its entries as terms and texts."""

    title: str
    entries: Sequence[Sequence[tuple[str, str]]]


def held_of(session: Session, subscriber_id: int) -> list[Held]:
    """Everything held, but for what means something to the machine alone; the files have that."""
    return [
        Held(
            gettext(registry.categories[name].description),
            [entry for row in rows if (entry := _entry(row))],
        )
        for name, rows in registry.export(session, subscriber_id).items()
    ]


def _entry(row: dict[str, Any]) -> list[tuple[str, str]]:
    names = [*(name for name in FIRST if name in row), *(name for name in row if name not in FIRST)]
    return [
        (str(LABELS.get(name, name.replace("_", " "))), _text(name, row[name]))
        for name in names
        if row[name] not in (None, "", [], {}) and not _is_inner(name)
    ]


def _is_inner(name: str) -> bool:
    return name in INNER or name.endswith(INNER_ENDINGS)


def _text(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return str(format_datetime(value))
    if isinstance(value, date):
        return str(format_date(value))
    if name == "locale":
        return own_name(value)
    return str(VALUES.get((name, str(value)), text(value)))
