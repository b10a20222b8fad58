"""Fills django-freeletter with confirmed subscribers and prints their unsubscribe links.

Run inside the peer's virtual environment; standard input has one address per line.
"""

import sys

import django  # type: ignore[import-not-found]

django.setup()

from django.urls import reverse  # type: ignore[import-not-found]  # noqa: E402
from freeletter.models import Subscriber  # type: ignore[import-not-found]  # noqa: E402


def main() -> None:
    """Prints one line per subscriber: the path of the unsubscribe link."""
    rows = [Subscriber(email=address.strip(), is_confirmed=True) for address in sys.stdin]
    Subscriber.objects.bulk_create(rows, batch_size=1000)
    for row in rows:
        print(reverse("freeletter:unsubscribe", kwargs={"token": row.unsubscribe_token}))


main()
