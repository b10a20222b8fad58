"""``flask operator``: accounts for the admin."""

import click
from flask.cli import AppGroup

from subscriptions.cli.output import plain_errors
from subscriptions.core.addresses import Address, InvalidAddress, parse_address
from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.audit import COMMAND_LINE
from subscriptions.operators.operations import invite
from subscriptions.operators.roles import Role

operator = AppGroup("operator", help="Operators, who work in the admin: create.")


def _address(context: click.Context, parameter: click.Parameter, value: str) -> Address:
    try:
        return parse_address(value)
    except InvalidAddress:
        raise click.BadParameter("this is not an e-mail address") from None


@operator.command()
@click.argument("address", metavar="EMAIL", callback=_address)
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role]), help="For all."
)
def create(address: Address, role: str) -> None:
    """Create an account and print its one-time set-up link, which is mailed as well."""
    with plain_errors(), unit_of_work() as session:
        link = invite(session, COMMAND_LINE, address, Role(role))
    click.echo(
        f"Operator created. The link to set a password, which works once within a day:\n{link}"
    )
