"""``flask newsletter``: create, close, list."""

import click
from flask.cli import AppGroup

from subscriptions.cli.output import plain_errors
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.operations import (
    add_topic,
    close_newsletter,
    create_form,
    create_newsletter,
)
from subscriptions.newsletters.queries import all_newsletters

newsletter = AppGroup("newsletter", help="Newsletters: create, close, list.")


def _topic(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> list[str]:
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"{value!r} is not slug=Title")
    return list(values)


@newsletter.command()
@click.argument("slug")
@click.option("--name", required=True, help="Name as subscribers see it.")
@click.option("--topic", "topics", multiple=True, callback=_topic, metavar="SLUG=TITLE")
def create(slug: str, name: str, topics: list[str]) -> None:
    """Create a newsletter with a hosted form of the same slug."""
    with plain_errors(), unit_of_work() as session:
        made = create_newsletter(session, slug, name)
        for topic in topics:
            topic_slug, _, title = topic.partition("=")
            add_topic(session, made, topic_slug, title)
        create_form(session, made, slug, name)
    click.echo(f"Newsletter {slug} created; its form is at /forms/{slug}")


@newsletter.command()
@click.argument("slug")
def close(slug: str) -> None:
    """Close a newsletter: its forms take no more sign-ups."""
    with plain_errors(), unit_of_work() as session:
        close_newsletter(session, slug)
    click.echo(f"Newsletter {slug} closed")


@newsletter.command("list")
def list_() -> None:
    """List the newsletters, a line each: slug, state, name."""
    with plain_errors():
        for found in all_newsletters(current_session()):
            state = "closed" if found.closed_at else "open"
            click.echo(f"{found.slug}\t{state}\t{found.name}")
