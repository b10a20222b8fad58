"""How commands speak and fail."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import click
import psycopg
from flask import current_app
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from subscriptions.core.errors import AssentError
from subscriptions.core.transactions import store_failed
from subscriptions.transfer.backup.mark import WHAT_TO_DO, copied_at


@contextmanager
def plain_errors(*, on_copy: bool = False) -> Iterator[None]:
    """Turn refusals and a store that is away into one line on stderr and exit code 1.

    A restored backup that has not been cleaned yet is refused, unless ``on_copy``.
    """
    try:
        if not on_copy:
            _refuse_copy()
        yield
    except AssentError as error:
        raise click.ClickException(str(error.message)) from None
    except DatabaseError as error:
        if plain := _in_words(error):
            raise click.ClickException(plain) from None
        raise
    except (sqlite3.Error, psycopg.Error):
        # Their words may quote a row.
        raise click.ClickException("the database can't be reached, read or written") from None
    except BrokenPipeError:
        raise  # whoever read our output has seen enough; click ends quietly
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'file'}: {error.strerror}") from None


def _in_words(error: DatabaseError) -> str | None:
    if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
        return "the database has no tables yet: run `flask setup`"
    return "the database can't be reached or written" if store_failed(error) else None


def _refuse_copy() -> None:
    settings = current_app.extensions["assent_settings"]
    try:
        unfinished = copied_at(settings.database)
    except SQLAlchemyError:
        return  # what the command itself needs of the store, it will miss
    if unfinished:
        raise click.ClickException(WHAT_TO_DO.strip())
