"""``flask docs``: the documents that are made from the code."""

from pathlib import Path

import click
from flask.cli import AppGroup
from pydantic_core import PydanticUndefined

from subscriptions.config import PREFIX, Settings

docs = AppGroup("docs", help="Documents that are made from the code.")

FILE = Path("docs/configuration.md")
HEAD = """# Configuration

Made from `subscriptions/config.py` by `flask docs write`; don't edit it here.

Every setting is an environment variable, or a line of a `.env` file in the working folder; the
environment wins. They are checked at start, and a name that is no setting stops the start.

| setting | default | what it does |
| --- | --- | --- |
"""


def render_configuration() -> str:
    """The text of ``docs/configuration.md``."""
    rows = []
    for name, field in Settings.model_fields.items():
        value = field.get_default()
        secret = getattr(value, "get_secret_value", None)
        shown = secret() if secret else ("" if value is PydanticUndefined else str(value))
        default = f"`{shown}`" if shown else "unset"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |\n")
    return HEAD + "".join(rows)


@docs.command()
def write() -> None:
    """Write the documents."""
    FILE.write_text(render_configuration())
    click.echo(f"{FILE} written")


@docs.command()
def check() -> None:
    """Fail if a document is not what the code would write."""
    if not FILE.exists() or FILE.read_text() != render_configuration():
        raise click.ClickException(f"{FILE} is out of date: run `flask docs write`")
    click.echo(f"{FILE} is up to date")
