"""``flask setup``, ``flask serve`` and ``flask worker``."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from flask.globals import app_ctx

from subscriptions.cli.output import plain_errors
from subscriptions.cli.preparing import prepare, refuse_forms_beyond_the_policy, welcome
from subscriptions.cli.server import port_is_free, run_server
from subscriptions.cli.worker import run_worker
from subscriptions.core.transactions import current_session


@click.command()
@with_appcontext
def setup() -> None:
    """Make tables, keys and a sample newsletter where they are missing; keep everything else."""
    with plain_errors():
        prepare()
    click.echo("Ready")


@click.command()
@click.option("--without-worker", is_flag=True, help="For when `flask worker` runs elsewhere.")
@with_appcontext
def serve(without_worker: bool) -> None:
    """Set up, then serve the web and run the worker until Ctrl-C."""
    settings = current_app.extensions["assent_settings"]
    if not port_is_free(settings.host, settings.port):
        raise click.ClickException(f"port {settings.port} on {settings.host} is in use already")
    with plain_errors():
        prepare()
        click.echo(welcome())
    # A read left open here would pin the write-ahead log for as long as we serve.
    current_session().close()
    sys.stdout.flush()
    run_server(app_ctx.app, settings, with_worker=not without_worker)


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when stdin is closed.")
@with_appcontext
def worker(with_parent: bool) -> None:
    """Deliver mail, purge and tidy up, until stopped."""
    with plain_errors():
        refuse_forms_beyond_the_policy()
    current_session().close()
    run_worker(app_ctx.app, with_parent)
