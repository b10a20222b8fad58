"""``flask privacy verify-receipt``: whether a receipt is genuine, and what it says."""

from datetime import datetime
from typing import BinaryIO

import click
from flask.cli import with_appcontext
from pydantic import ValidationError

from subscriptions.cli.output import plain_errors
from subscriptions.core.periods import Period
from subscriptions.privacy.policy.in_words import period_in_words
from subscriptions.privacy.receipts.document import Process, Receipt, Record, Step
from subscriptions.privacy.receipts.keys import public_keys, read_key_set
from subscriptions.privacy.receipts.proof import (
    MAX_BYTES,
    NO_RECEIPT,
    NotGenuine,
    parse_json,
    verify,
)

AT_ONCE = "P0D"
STEPS = {"dpv:ConsentRequested": "Signed up", "dpv:ConsentGiven": "Confirmed"}
STARTS = {
    "unsubscribed": "the unsubscribe",
    "newsletter-closed": "the newsletter has closed",
    "inactive": "the last thing the person did",
    "undeliverable": "a mail could not be delivered",
    "recorded": "it was recorded",
}


@click.command("verify-receipt")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--keys",
    type=click.File("rb"),
    help="The published keys, as a file. Without it: the keys of this installation.",
)
@with_appcontext
def verify_receipt(file: BinaryIO, keys: BinaryIO | None) -> None:
    """Check the consent receipt FILE offline; exit 1 unless it is genuine. Asks no database."""
    with plain_errors():
        known = read_key_set(keys.read(MAX_BYTES + 1)) if keys else public_keys()
        proven = verify(parse_json(file.read(MAX_BYTES + 1)), known)
        try:
            receipt = Receipt.model_validate(proven.document)
        except ValidationError:
            raise NotGenuine(NO_RECEIPT) from None
    place = list(known).index(proven.key_id)
    age = "the newest key" if place == 0 else f"an older key, number {place + 1} of {len(known)}"
    whose = "of those in the file of keys" if keys else "of this installation"
    click.echo(f"Genuine. Signed with {age} {whose}: {proven.key_id}\n")
    for line in _in_words(receipt):
        click.echo(_printable(line))


def _in_words(receipt: Receipt) -> list[str]:
    record = receipt.record
    return [
        f"{record.subject.contact} agreed to receive “{record.service}”",
        f"from {_who(record)}.",
        f"Receipt {receipt.identifier}, made {_moment(receipt.created)}.",
        f"Its consent is recorded as {record.identifier}.",
        *(line for step in record.steps for line in _step(step)),
        "",
        f"Held about the person, by the privacy notice of {record.notice.version}:",
        *map(_process, record.processes),
        "",
        f"To take the consent back: {record.withdrawal.exercised_at}",
    ]


def _who(record: Record) -> str:
    told = (record.controller.name, record.controller.address, record.controller.contact)
    return ", ".join(part.replace("\n", ", ") for part in told if part)


def _step(step: Step) -> list[str]:
    return [
        "",
        f"{STEPS[step.kind]} {_moment(step.at)}: {step.method} ({step.source}, {step.language})",
        f"  Topics: {', '.join(step.topics) or 'none'}",
        f"  In these words: “{step.wording}”",
        f"  Their SHA-256: {step.wording_sha256}",
    ]


def _process(process: Process) -> str:
    start = STARTS.get(process.storage.counted_from, process.storage.counted_from)
    ends = "with" if process.storage.duration == AT_ONCE else f"{_duration(process)} after"
    return f"- {process.title} ({process.basis}): {process.purpose} Erased {ends} {start}."


def _duration(process: Process) -> str:
    try:
        return period_in_words(Period.parse(process.storage.duration))
    except ValueError:
        return process.storage.duration


def _moment(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return text


def _printable(line: str) -> str:
    """Without what would steer a terminal: whose keys are in the file is not ours to know."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in line)
