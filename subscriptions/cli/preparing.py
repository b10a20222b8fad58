"""What must be there before an installation serves, and what its operator is told at start."""

import flask_migrate
from flask import current_app
from sqlalchemy import select

from subscriptions.config import ConfigurationError
from subscriptions.core import clock
from subscriptions.core.jobs import create_queue_tables, current_queue
from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.fields import allowed_fields
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import add_topic, create_form, create_newsletter
from subscriptions.newsletters.queries import forms_on_the_web
from subscriptions.operators.queries import FIRST, any_operator
from subscriptions.privacy.policy.in_force import accepted_policy
from subscriptions.privacy.versions import note_version

SAMPLE_TOPICS = {
    "product": "Product news",
    "events": "Events",
    "stories": "Stories from our work",
}


def prepare() -> None:
    """Bring the tables up to date, note which policy is in force, and make the sample newsletter.

    The sample is made only if there is no newsletter at all.
    """
    flask_migrate.upgrade()
    create_queue_tables(current_queue())
    refuse_forms_beyond_the_policy()
    with unit_of_work() as session:
        note_version(session, accepted_policy(), clock.now())
        if session.scalar(select(Newsletter.id).limit(1)) is None:
            sample = create_newsletter(
                session,
                "news",
                "News",
                description="What is new with us, once or twice a month.",
                languages=("en", "de"),
            )
            for slug, title in SAMPLE_TOPICS.items():
                add_topic(session, sample, slug, title)
            create_form(session, sample, "news", "Subscribe to our news", fields=_sample_fields())


def refuse_forms_beyond_the_policy() -> None:
    """Raise :class:`ConfigurationError` if a form asks for a field that the policy forbids."""
    allowed = [field.name for field in allowed_fields()]
    for form, fields in forms_on_the_web(current_session()):
        if beyond := [name for name in fields if name not in allowed]:
            policy = current_app.extensions["assent_settings"].policy
            raise ConfigurationError(
                f"policy {policy}: the form {form} asks for {', '.join(beyond)}, which no clause "
                "allows. Allow it there, or start with the old policy and change the form."
            )


def _sample_fields() -> list[str]:
    return [field.name for field in allowed_fields() if field.name == "name"]


def welcome() -> str:
    """The lines that tell a newcomer where to go."""
    settings = current_app.extensions["assent_settings"]
    url = settings.public_url
    lines = ["", f"  Sign-up form    {url}/forms/{_first_form()}"]
    if settings.uses_local_mailbox:
        lines.append(f"  Local mailbox   {url}/dev/mailbox")
    if any_operator(current_session()):
        lines.append(f"  Sign in         {url}/admin/login")
    else:
        lines.append(f"  First operator  {current_links().to(Purpose.SETUP, *FIRST)}")
    return "\n".join([*lines, "", "  Ctrl-C ends it.", ""])


def _first_form() -> str:
    slug = current_session().scalar(
        select(Newsletter.slug).where(Newsletter.closed_at.is_(None)).order_by(Newsletter.id)
    )
    return slug or ""
