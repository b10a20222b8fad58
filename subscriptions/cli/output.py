"""How commands speak and fail."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DatabaseError

from subscriptions.core.errors import AssentError
from subscriptions.core.transactions import store_failed


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn refusals and a store that is away into one line on stderr and exit code 1."""
    try:
        yield
    except AssentError as error:
        raise click.ClickException(str(error.message)) from None
    except DatabaseError as error:
        if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
            raise click.ClickException(
                "the database has no tables yet: run `flask setup`"
            ) from None
        if store_failed(error):
            raise click.ClickException("the database can't be reached or written") from None
        raise
    except BrokenPipeError:
        raise  # whoever read our output has seen enough; click ends quietly
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'file'}: {error.strerror}") from None
