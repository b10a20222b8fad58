"""A past for a service that was started a moment ago: a chart of one day says little."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from subscriptions.core import clock
from tests.support.service import Service

PAST_DAYS = range(1, 100)
WEBHOOK = "a-webhook-of-some-days"
HAPPENED = (
    ("requested", 0, 3),
    ("confirmed", 7, 1),
    ("confirmed", 9, 1),
    ("unsubscribed", 0, 1),
    ("expired", 0, 1),
)
NOW_AND_THEN = (("imported", 30, 2_400), ("bounced", 7, 35))
COUNTED = (
    ("status", "active", 58_430),
    ("status", "pending", 611),
    ("topic", "events", 32_040),
    ("topic", "product", 29_760),
    ("topic", "stories", 8_310),
    ("form", "news", 56_500),
    ("form", "", 1_930),
    ("language", "en", 44_220),
    ("language", "de", 14_207),
    ("language", "fr", None),
)


def remember_months(service: Service) -> None:
    """Write down counts of days gone by."""
    with closing(sqlite3.connect(service.data_dir / "assent.sqlite")) as store, store:
        store.executemany(
            "INSERT OR IGNORE INTO daily_counts (day, newsletter_id, event, took, shard, count)"
            " SELECT ?, id, ?, ?, 0, ? FROM newsletters",
            [
                *_every_day(),
                *(
                    (_day(ago), event, 0, number)
                    for event, every, number in NOW_AND_THEN
                    for ago in PAST_DAYS[5::every]
                ),
            ],
        )
        store.executemany(
            "INSERT OR REPLACE INTO snapshots (day, newsletter_id, kind, name, number, counted_at)"
            " SELECT ?, id, ?, ?, ?, ? FROM newsletters",
            [
                (_day(ago), kind, name, number and int(number * 0.995**ago), f"{_day(ago)} 08:15")
                for ago in (0, *PAST_DAYS)
                for kind, name, number in COUNTED
            ],
        )


def remember_webhook(service: Service) -> None:
    """Write down a webhook whose receiver has been down for days."""
    with closing(sqlite3.connect(service.data_dir / "assent.sqlite")) as store, store:
        store.execute(
            "INSERT OR IGNORE INTO webhooks (reference, url, recipient, types, created_at,"
            " paused_at, paused_why, failing_since, last_error)"
            """ VALUES (?, 'https://hooks.example.org/assent', 'Example Shop',"""
            """ '["subscription.ended"]', ?, ?, 'failing', ?, 'HTTP 502')""",
            [WEBHOOK, *(f"{_day(ago)} 08:15:00.000000" for ago in (20, 0, 3))],
        )


def _every_day() -> list[tuple[str, str, int, int]]:
    return [
        (_day(ago), event, took, few * (40 + ago * 50 % 70 + ago % 3))
        for ago in PAST_DAYS
        for event, took, few in HAPPENED
    ]


def _day(ago: int) -> str:
    return (clock.today() - timedelta(days=ago)).isoformat()
