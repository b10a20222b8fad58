"""Fills django-newsletter: one newsletter, and subscribers whose unsubscribe links it prints.

Run inside the peer's virtual environment; standard input has one address per line.
"""

import sys

import django  # type: ignore[import-not-found]

django.setup()

from django.conf import settings  # type: ignore[import-not-found]  # noqa: E402
from newsletter.models import Newsletter, Subscription  # type: ignore[import-not-found]  # noqa: E402


def main() -> None:
    """Prints one line per subscriber: the path and the activation code, parted by a tab."""
    news = Newsletter.objects.create(
        title="News", slug="news", email="news@example.com", sender="News"
    )
    news.site.add(settings.SITE_ID)
    rows = [
        Subscription(newsletter=news, email_field=address.strip(), subscribed=True)
        for address in sys.stdin
    ]
    Subscription.objects.bulk_create(rows, batch_size=1000)
    for row in rows:
        print(row.unsubscribe_activate_url(), row.activation_code, sep="\t")


main()
