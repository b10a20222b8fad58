"""``flask newsletter``: create, close, list."""

from typing import TextIO

import click
from flask.cli import AppGroup

from subscriptions.cli.output import plain_errors
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.operations import (
    add_topic,
    create_form,
    create_newsletter,
)
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.subscribers.announcing import readable
from subscriptions.subscribers.closing import close as close_with

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
@click.option(
    "--last-mail",
    type=click.File(encoding="utf-8"),
    help="Text file: a last mail to the subscribers. - reads the standard input.",
)
def close(slug: str, last_mail: TextIO | None) -> None:
    """Close a newsletter: its forms take no more sign-ups, and its list goes by its clause."""
    with plain_errors():
        text = _read(last_mail) if last_mail else ""
        with unit_of_work() as session:
            close_with(session, slug, text)
    sent = "; its last mail goes out now" if text else ""
    click.echo(f"Newsletter {slug} closed{sent}")


def _read(file: TextIO) -> str:
    try:
        return readable(file.read())
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name}: this is not UTF-8 text") from None


@newsletter.command("list")
def list_() -> None:
    """List the newsletters, a line each: slug, state, name."""
    with plain_errors():
        for found in all_newsletters(current_session()):
            state = "closed" if found.closed_at else "open"
            click.echo(f"{found.slug}\t{state}\t{found.name}")
