"""``flask suppression``: addresses that must not be mailed."""

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from subscriptions.cli.output import plain_errors
from subscriptions.cli.privacy import EmailAddress
from subscriptions.core.addresses import Address
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.queries import all_newsletters, newsletter_by_slug
from subscriptions.operators.audit import COMMAND_LINE, record
from subscriptions.privacy.suppression import kept_until
from subscriptions.subscribers import suppressing
from subscriptions.subscribers.suppressing import LiftReason
from subscriptions.subscribers.suppression import Entry, Reason, entries_of

suppression = AppGroup("suppression", help="Addresses that must not be mailed.")

ADDRESS = click.argument("address", type=EmailAddress())
NEWSLETTER = click.option(
    "--newsletter", metavar="SLUG", help="Only this newsletter. Without it: every one."
)


@suppression.command()
@ADDRESS
@NEWSLETTER
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in Reason]),
    default=Reason.OPERATOR.value,
    show_default=True,
)
def add(address: Address, newsletter: str | None, reason: str) -> None:
    """Never mail ADDRESS again; its subscriptions are ended and erased."""
    with plain_errors(), unit_of_work() as session:
        scope = _id_of(session, newsletter)
        made = suppressing.suppress(session, address, Reason(reason), scope)
        record(
            session,
            COMMAND_LINE,
            "suppression.added",
            f"suppression {made.entry_id}",
            reason=reason,
            newsletter=newsletter,
            ended=made.ended,
        )
    click.echo(f"The address is suppressed. Subscriptions ended: {made.ended}")


@suppression.command()
@ADDRESS
def check(address: Address) -> None:
    """Say whether ADDRESS is suppressed, why, for what and until when."""
    with plain_errors():
        session = current_session()
        slugs = {found.id: found.slug for found in all_newsletters(session)}
        entries = entries_of(session.connection(), address.key)
    for entry in entries:
        click.echo(_describe(entry, slugs))
    if not entries:
        click.echo("not suppressed")


@suppression.command()
@ADDRESS
@NEWSLETTER
@click.option(
    "--reason",
    required=True,
    type=click.Choice([reason.value for reason in LiftReason]),
    help="For the audit trail.",
)
def lift(address: Address, newsletter: str | None, reason: str) -> None:
    """Allow mail to ADDRESS again; it brings no subscription back."""
    with plain_errors(), unit_of_work() as session:
        entry_id = suppressing.lift(session, address, _id_of(session, newsletter))
        record(
            session,
            COMMAND_LINE,
            "suppression.lifted",
            f"suppression {entry_id}",
            reason=reason,
            newsletter=newsletter,
        )
    click.echo("The suppression is lifted.")


def _describe(entry: Entry, slugs: dict[int, str]) -> str:
    scope = "every newsletter" if entry.newsletter_id is None else slugs[entry.newsletter_id]
    since, until = entry.created_at, kept_until(entry.created_at)
    return f"suppressed\t{scope}\t{entry.reason}\tsince {since:%Y-%m-%d}\tuntil {until:%Y-%m-%d}"


def _id_of(session: Session, slug: str | None) -> int | None:
    return None if slug is None else newsletter_by_slug(session, slug).id
