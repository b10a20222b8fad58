"""The banner of an incident on the public pages (GDPR Article 34(3)(c)).

Pages that are looked at show it; what a form's button answers doesn't, so that a sign-up, a
confirmation and an unsubscribe ask the store for nothing more. A process asks once in a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app, request

from subscriptions.core import clock
from subscriptions.core.transactions import reading
from subscriptions.privacy.incidents.queries import banners

REMEMBERED = timedelta(seconds=10)  # a banner is on every page within this time
MEMORY = "assent_banners"
LOOKING = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the pages showed when the store was last asked."""

    texts: Sequence[str]
    at: datetime


def configure(app: Flask) -> None:
    """Give the public templates the function ``banners``, which they call where they show them."""
    app.context_processor(lambda: {"banners": shown_banners})


def shown_banners() -> Sequence[str]:
    """The words of the banners for this page, newest first."""
    if request.method not in LOOKING:
        return ()
    known: Remembered | None = current_app.extensions.get(MEMORY)
    now = clock.now()
    if known is None or not known.at <= now < known.at + REMEMBERED:
        with reading() as connection:
            known = Remembered(banners(connection), now)
        current_app.extensions[MEMORY] = known
    return known.texts
