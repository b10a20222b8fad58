"""What people do on the public side, in a few words, and what the store holds afterwards."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from subscriptions.core.db import Base
from subscriptions.core.tokens import Purpose, Reference, TokenService
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.mail_texts import MailTexts, set_mail_texts
from subscriptions.newsletters.operations import add_topic, create_form, create_newsletter
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.subscribers.models import Subscriber, Subscription
from tests.support.applications import Visitor, run_jobs
from tests.support.smtp import Received, SmtpServer

ADA = "Ada@example.org"
LINK = re.compile(r"https://\S+?/(confirm|preferences|unsubscribe|manage|address)/([\w.-]+)")
# Where what a job has to do is kept, not what anybody did.
MACHINERY = {"rate_limits", "alembic_version"}


def open_newsletter(app: Flask, slug: str = "news", **form: Any) -> None:
    """A newsletter with two topics and a form of the same slug that asks for everything."""
    options = {"fields": ("name", "company", "phone", "postal_address")} | form
    with app.app_context(), unit_of_work() as session:
        made = create_newsletter(session, slug, f"The {slug} letter", languages=("en", "de"))
        add_topic(session, made, "art", "Art")
        add_topic(session, made, "law", "Law & order")
        create_form(session, made, slug, f"Subscribe to {slug}", **options)


def say(app: Flask, words: MailTexts, *, welcomes: bool = False, locale: str = "en") -> None:
    """Have the newsletter ``news`` say this in its mails in one language."""
    with app.app_context(), unit_of_work() as session:
        set_mail_texts(
            session, newsletter_by_slug(session, "news"), {locale: words}, welcomes=welcomes
        )


def sign_up(visitor: Visitor, address: str = ADA, form: str = "news", **more: Any) -> TestResponse:
    """Send the form in as a browser does, with the box ticked unless told otherwise."""
    data = {"email": address, "consent": "y"} | more
    return visitor.post(f"/forms/{form}", data={k: v for k, v in data.items() if v is not None})


def subscribe(
    app: Flask, visitor: Visitor, address: str = ADA, form: str = "news", **more: Any
) -> None:
    """Sign up and press the button of the confirmation page."""
    assert sign_up(visitor, address, form, **more).status_code == 303
    link = link_to(app, Purpose.CONFIRM, address, form)
    assert visitor.post(link).status_code == 200


def link_to(app: Flask, purpose: Purpose, address: str = ADA, newsletter: str = "news") -> str:
    """The path of the link that a mail to this address would hold."""
    with reading(app) as session:
        rows = session.execute(
            select(Subscription.reference, Subscription.epoch, Subscription.newsletter_id)
            .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
            .where(Subscriber.address_key == address.casefold())
            .order_by(Subscription.id)
        ).all()
    wanted = newsletter_id(app, newsletter)
    row = next(row for row in rows if row.newsletter_id == wanted)
    return path_of(app, purpose, Reference(row.reference, row.epoch))


def path_of(app: Flask, purpose: Purpose, reference: Reference) -> str:
    """The path of a link with a genuine token."""
    tokens: TokenService = app.extensions["assent_tokens"]
    return f"/{purpose.name.lower()}/{tokens.make(purpose, reference)}"


def links_in(mail: Received) -> dict[str, str]:
    """The links in the text of a mail: what they are for, and their path."""
    return {found[1]: f"/{found[1]}/{found[2]}" for found in LINK.finditer(mail.text())}


def deliver(app: Flask, smtp: SmtpServer) -> list[Received]:
    """Run the jobs that wait; return the mails that came of it, in the order of arrival."""
    before = len(smtp.messages)
    run_jobs(app)
    return smtp.messages[before:]


@contextmanager
def reading(app: Flask) -> Iterator[Session]:
    """A session to look around with."""
    with app.app_context():
        session = current_session()
        yield session
        session.rollback()


def newsletter_id(app: Flask, slug: str) -> int:
    """The id of a newsletter."""
    return int(rows_of(app, "newsletters", slug=slug)[0]["id"])


def rows_of(app: Flask, table: str, **where: Any) -> list[dict[str, Any]]:
    """All rows of a table with these values, as they are now."""
    source: Table = Base.metadata.tables[table]
    statement = select(source).filter_by(**where).order_by(*source.primary_key.columns)
    with reading(app) as session:
        return [dict(row._mapping) for row in session.execute(statement)]


def dump(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the tables hold about what is on offer and about people."""
    with reading(app) as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
            if table.name not in MACHINERY
        }


def sizes(app: Flask) -> dict[str, int]:
    """How many rows each table has; those with none are left out."""
    with reading(app) as session:
        counted = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
    return {name: number for name, number in counted.items() if number}
