"""``flask privacy``: show that an erasure is complete."""

import click
from flask import current_app
from flask.cli import AppGroup

from subscriptions.cli.output import plain_errors
from subscriptions.core.addresses import Address, InvalidAddress, parse_address
from subscriptions.core.transactions import current_session
from subscriptions.extensions import db
from subscriptions.privacy.suppression import kept_until
from subscriptions.privacy.verification import Place, search_everything
from subscriptions.subscribers.suppression import entries_of

privacy = AppGroup("privacy", help="Show what is held about a person.")

SHOWN = 5  # offsets of one file: enough to look at, however many there are
HEAD = """\
Searching everything that is held for {address}: as plain text in any case, in UTF-16, and
percent-, base64-, quoted-printable-, punycode-, hexadecimal-, JSON- and HTML-encoded.
"""
POSTGRESQL = """\
Not searched: the files of the PostgreSQL server. It keeps the bytes of deleted rows until it
vacuums their table, and longer in its log and in backups.
"""
SUPPRESSED = """\
Kept on purpose until {until}: {count} suppression entries, keyed hashes by which this address is
not mailed again. The privacy notice names them. They are no trace of the address itself.
"""


class EmailAddress(click.ParamType[Address]):
    """A mail address on the command line."""

    name = "address"

    def convert(
        self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """Parse it, or say that it is none."""
        try:
            return value if isinstance(value, Address) else parse_address(value)
        except InvalidAddress:
            self.fail("this is not a mail address", param, ctx)


@privacy.command("verify-erasure")
@click.argument("address", type=EmailAddress())
@click.pass_context
def verify_erasure(context: click.Context, address: Address) -> None:
    """Search every file and table for ADDRESS; exit 1 if there is any trace of it."""
    click.echo(HEAD.format(address=address))
    places = []
    with plain_errors():
        data_dir = current_app.extensions["assent_settings"].data_dir
        for place in search_everything(address, data_dir, db.engine):
            places.append(place)
            _show(place)
    click.echo(f"\nSearched {len(places)} places, {sum(p.size for p in places):,} bytes in all.")
    if db.engine.dialect.name == "postgresql":
        click.echo(POSTGRESQL)
    with plain_errors():
        _name_suppression(address)
    _conclude(context, places)


def _name_suppression(address: Address) -> None:
    """Say what stays on purpose: a keyed hash, which is no trace and doesn't fail the search."""
    entries = entries_of(current_session().connection(), address.key)
    if entries:
        last = max(kept_until(entry.created_at) for entry in entries)
        click.echo(SUPPRESSED.format(count=len(entries), until=last.date()))


def _show(place: Place) -> None:
    kind = "table" if place.is_table else "file "
    found = f"could not be read: {place.unreadable}" if place.unreadable else _found(place)
    click.echo(f"{kind} {place.name}  {place.size:,} bytes  {found}")


def _found(place: Place) -> str:
    if not place.findings:
        return "nothing found"
    forms = sorted({finding.encoding for finding in place.findings})
    return f"FOUND {len(place.findings)} times: " + "; ".join(_form(place, f) for f in forms)


def _form(place: Place, encoding: str) -> str:
    offsets = [f"{f.offset:,}" for f in place.findings if f.encoding == encoding]
    if place.is_table:
        return encoding
    more = f" and {len(offsets) - SHOWN} more" if len(offsets) > SHOWN else ""
    return f"{encoding} at byte {', '.join(offsets[:SHOWN])}{more}"


def _conclude(context: click.Context, places: list[Place]) -> None:
    """Say what it means; exit 1 unless every place was searched and nothing was found."""
    holding = [place for place in places if place.findings]
    if holding:
        click.echo(
            f"Traces in {len(holding)} places. A longer address that contains this one counts too.",
            err=True,
        )
        if all(place.name.endswith("-wal") for place in holding):
            click.echo(
                "Only the log of recent changes holds it. While the service runs, that is "
                "emptied within a minute: try again then.",
                err=True,
            )
    if unread := [place for place in places if place.unreadable]:
        click.echo(f"{len(unread)} places could not be read, so nothing is proved.", err=True)
    if holding or unread:
        context.exit(1)
    click.echo("No trace of the address is held.")
