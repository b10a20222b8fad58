"""Makes the receipt of one confirmed subscription, and the link that it is fetched with.

The receipt is for the person, who gets it behind a short-lived link only: it holds the address in
plain, because proof that doesn't say whose consent it is proves nothing. A plain hash would hide
the address from nobody who guesses, a keyed one could be checked by us alone. Where from and with
which browser somebody signed up is left out: others may be shown the receipt and needn't know.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.links import PATHS, current_links
from subscriptions.core.tokens import Purpose
from subscriptions.privacy.notice.facts import controller_of
from subscriptions.privacy.policy import Clause, Policy, Trigger, current_policy
from subscriptions.privacy.receipts.document import (
    Controller,
    DataSubject,
    Notice,
    Process,
    Receipt,
    Record,
    Right,
    Step,
    Storage,
    Withdrawal,
)
from subscriptions.privacy.receipts.keys import KEYS_PATH, key_id, signing_keys
from subscriptions.privacy.receipts.proof import Document, sign, timestamp
from subscriptions.subscribers.consent import OPT_IN, REQUESTED
from subscriptions.subscribers.listing import ConsentStep, consent_steps
from subscriptions.subscribers.queries import SubscriptionView

MANAGE_PATH = f"/{PATHS[Purpose.MANAGE]}"
RECEIPT_WITHIN = timedelta(minutes=30)
ASKED, GAVE = "box ticked on a form", "button pressed on the page that the mailed link opens"
# Access, rectification, erasure, restriction, portability, objection: all behind a manage link.
RIGHTS = ("A15", "A16", "A17", "A18", "A20", "A21")


def receipt_link(reference: str, epoch: int) -> str:
    """The link to a subscription's receipt. It shows personal data: it works for 30 minutes."""
    return current_links().to(Purpose.RECEIPT, reference, epoch)


def just_confirmed(confirmed_at: datetime | None) -> bool:
    """Whether a confirmation is so fresh that its page may offer the receipt.

    The confirmation link itself works for days, and mails get forwarded.
    """
    return confirmed_at is None or clock.now() - confirmed_at <= RECEIPT_WITHIN


def issue_receipt(session: Session, view: SubscriptionView) -> Document:
    """The signed receipt of a confirmed subscription. Nothing of it is kept here."""
    now = clock.now()
    steps = [step for step in consent_steps(session, view.id) if step.step in OPT_IN]
    key = signing_keys()[0]
    document = build_receipt(view, steps, current_policy(), now).model_dump()
    method = f"{current_links().base_url}{KEYS_PATH}#{key_id(key.public_key())}"
    return sign(document, key, method, now)


def build_receipt(
    view: SubscriptionView, steps: Sequence[ConsentStep], policy: Policy, now: datetime
) -> Receipt:
    """What the receipt says: the recorded steps, and the policy in force ``now``."""
    base_url = current_links().base_url
    manage = f"{base_url}{MANAGE_PATH}"
    leave = current_links().to(Purpose.UNSUBSCRIBE, view.reference, view.epoch)
    controller = _controller(policy)
    record = Record(
        identifier=view.reference,
        subject=DataSubject(contact=view.address),
        controller=controller,
        service=view.newsletter_name,
        steps=[_step(step) for step in steps],
        processes=[_process(clause) for clause in policy.clauses if _concerns(clause)],
        notice=Notice(source=f"{base_url}/privacy", version=policy.version),
        withdrawal=Withdrawal(exercised_at=leave),
        rights=[
            Right(kind="eu-gdpr:A7-3", exercised_at=leave),
            *(Right(kind=f"eu-gdpr:{article}", exercised_at=manage) for article in RIGHTS),
        ],
    )
    return Receipt(identifier=new_reference(), created=timestamp(now), record=record)


def _controller(policy: Policy) -> Controller:
    said = controller_of(policy)
    return Controller(name=said.name, address=said.postal_address, contact=said.contact)


def _step(step: ConsentStep) -> Step:
    asked = step.step == REQUESTED
    return Step(
        kind="dpv:ConsentRequested" if asked else "dpv:ConsentGiven",
        method=step.evidence or (ASKED if asked else GAVE),
        at=timestamp(step.at),
        source=step.source,
        language=step.locale,
        topics=list(step.topics),
        wording=step.wording,
        wording_sha256=step.wording_hash,
    )


def _concerns(clause: Clause) -> bool:
    """Whether a clause speaks of personal data that a confirmed subscription may have."""
    return clause.is_personal and clause.trigger is not Trigger.UNCONFIRMED


def _process(clause: Clause) -> Process:
    return Process(
        identifier=clause.id,
        title=clause.title,
        purpose=clause.purpose,
        basis=clause.basis,
        categories=list(clause.categories),
        storage=Storage(duration=str(clause.over_after), counted_from=clause.trigger.value),
    )
