"""``flask setup``, ``flask serve`` and ``flask worker``."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from flask.globals import app_ctx

from subscriptions.cli.output import plain_errors
from subscriptions.cli.preparing import prepare, refuse_forms_beyond_the_policy, welcome
from subscriptions.cli.presence import presence_in
from subscriptions.cli.server import port_is_free, run_server, tell_of_difference
from subscriptions.cli.worker import end_with_parent, run_worker
from subscriptions.core.jobs import create_queue_tables, current_queue
from subscriptions.core.transactions import current_session
from subscriptions.transfer.backup.mark import WHAT_TO_DO


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
    with presence_in(settings) as presence:
        with plain_errors(on_copy=True):
            if presence.may_serve:
                prepare()
                click.echo(welcome())
            else:
                create_queue_tables(current_queue())
                click.echo(WHAT_TO_DO, err=True)
        # A read left open here would pin the write-ahead log for as long as we serve.
        current_session().close()
        sys.stdout.flush()
        run_server(app_ctx.app, settings, with_worker=not without_worker)


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when stdin is closed.")
@with_appcontext
def worker(with_parent: bool) -> None:
    """Deliver mail, purge and tidy up, until stopped."""
    if with_parent:
        end_with_parent()
        tell_of_difference(app_ctx.app)
    settings = current_app.extensions["assent_settings"]
    with presence_in(settings) as presence:
        if not presence.may_serve:
            if not with_parent:  # which has said it
                click.echo(WHAT_TO_DO, err=True)
            presence.wait()
        with plain_errors():
            refuse_forms_beyond_the_policy()
        current_session().close()
        run_worker(app_ctx.app)
