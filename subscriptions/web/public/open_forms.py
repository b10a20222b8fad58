"""The forms that take sign-ups, remembered between requests.

A form hardly ever changes, and reading it was a sixth of a sign-up. What is remembered is checked
in the transaction that relies on it, so that nobody signs up by a form that is no longer so.
"""

from flask import Flask, current_app
from sqlalchemy import Connection

from subscriptions.core.errors import Conflict
from subscriptions.core.transactions import reading
from subscriptions.newsletters.queries import is_current
from subscriptions.newsletters.queries import open_form as read
from subscriptions.newsletters.shown import OpenForm

REMEMBERED = "assent_open_forms"


class FormChanged(Conflict):
    """The form has changed since it was read."""

    code = "form_changed"


def configure(app: Flask) -> None:
    """Begin with nothing remembered."""
    app.extensions[REMEMBERED] = {}


def open_form(slug: str) -> OpenForm:
    """The form as it is now; :class:`NotFound` if it takes no sign-ups."""
    with reading() as connection:
        return read(connection, slug)


def remembered_form(slug: str) -> OpenForm:
    """The form as it was when it was last read, maybe by another request."""
    remembered: dict[str, OpenForm] = current_app.extensions[REMEMBERED]
    form = remembered.get(slug)
    if form is None:
        form = remembered[slug] = open_form(slug)
    return form


def check_form(connection: Connection, form: OpenForm) -> None:
    """Raise :class:`FormChanged`, and forget the form, if it is no longer what was remembered."""
    if not is_current(connection, form):
        current_app.extensions[REMEMBERED].pop(form.slug, None)
        raise FormChanged
