"""The mails to people: about a sign-up, and about their own data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import format_date

from subscriptions.core.identity import current_identity
from subscriptions.core.languages import in_language
from subscriptions.core.links import PATHS, current_links
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import Unit
from subscriptions.mail.outbox import queue_mail
from subscriptions.mail.rendering import RenderedMail, render_mail
from subscriptions.newsletters.models import Newsletter

CONFIRM_WITHIN = "ASSENT_CONFIRM_WITHIN"
WELCOME = "welcome"
CONFIRM = "confirm"  # the template of the mail with the confirmation link


def confirm_within() -> timedelta:
    """How long a confirmation link works, and an unconfirmed address is kept: the policy says."""
    within: timedelta = current_app.config[CONFIRM_WITHIN]
    return within


@dataclass(frozen=True, slots=True)
class Sender:
    """Which newsletter a mail speaks for."""

    newsletter_id: int
    slug: str
    name: str
    sender_name: str
    reply_to: str
    confirmation_texts: Mapping[str, str] = field(default_factory=dict)

    def context(self) -> dict[str, Any]:
        """The part of an outbox context that the headers are made from."""
        return {
            "newsletter_slug": self.slug,
            "newsletter_name": self.name,
            "sender_name": self.sender_name,
            "reply_to": self.reply_to,
        }


def sender_for(newsletter: Newsletter) -> Sender:
    """For whom the mails of a newsletter speak."""
    return Sender(
        newsletter.id,
        newsletter.slug,
        newsletter.name,
        newsletter.sender_name,
        newsletter.reply_to,
        newsletter.confirmation_texts,
    )


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a mail goes, and about which subscription."""

    subscriber_id: int
    address: str
    reference: str
    epoch: int
    locale: str


def send_confirmation(unit: Unit, sender: Sender, recipient: Recipient, topics: list[str]) -> None:
    """Promise the mail with the confirmation link. It carries no advertising (§7 UWG)."""
    confirm_url = current_links().to(Purpose.CONFIRM, recipient.reference, recipient.epoch)
    context = confirmation_context(sender, recipient.locale, confirm_url, topics)
    _queue(unit, CONFIRM, sender, recipient, context)


def confirmation_context(
    sender: Sender, locale: str, confirm_url: str, topics: list[str]
) -> dict[str, Any]:
    """What the template of that mail needs to know, beside who sends it."""
    context = {"confirm_url": confirm_url, "topics": topics, "days": confirm_within().days}
    words = sender.confirmation_texts.get(locale)
    return context | {"words": words} if words else context


def send_welcome(unit: Unit, sender: Sender, recipient: Recipient, mail: Mapping[str, str]) -> None:
    """Promise the mail that welcomes somebody who has confirmed; ``mail`` is what it says."""
    links = current_links()
    context = {
        "subject": mail["subject"],
        "text": mail["welcome"],
        "preferences_url": links.to(Purpose.PREFERENCES, recipient.reference, recipient.epoch),
        "unsubscribe_url": links.to(Purpose.UNSUBSCRIBE, recipient.reference, recipient.epoch),
    }
    _queue(unit, WELCOME, sender, recipient, context)


def send_already_subscribed(unit: Unit, sender: Sender, recipient: Recipient) -> None:
    """Promise the mail that tells an active subscriber of a sign-up with their address."""
    links = current_links()
    context = {
        "preferences_url": links.to(Purpose.PREFERENCES, recipient.reference, recipient.epoch),
        "unsubscribe_url": links.to(Purpose.UNSUBSCRIBE, recipient.reference, recipient.epoch),
    }
    _queue(unit, "already_subscribed", sender, recipient, context)


def send_still_wanted(unit: Unit, sender: Sender, recipient: Recipient, until: datetime) -> None:
    """Promise the mail that asks whether somebody still wants a newsletter, and says until when."""
    links = current_links()
    with in_language(recipient.locale):
        last_day = format_date(until.date(), "long")
    context = {
        "stay_url": links.to(Purpose.STAY, recipient.reference, recipient.epoch),
        "preferences_url": links.to(Purpose.PREFERENCES, recipient.reference, recipient.epoch),
        "unsubscribe_url": links.to(Purpose.UNSUBSCRIBE, recipient.reference, recipient.epoch),
        "until": last_day,
    }
    _queue(unit, "still_wanted", sender, recipient, context)


def send_announcement(
    unit: Unit,
    template: str,
    sender: Sender,
    recipient: Recipient,
    context: dict[str, Any],
    *,
    of_newsletter: bool,
) -> None:
    """Promise somebody their copy of an announcement.

    One ``of_newsletter`` goes when the person leaves it; any other goes only with the person.
    """
    links = current_links()
    own_links = {
        "preferences_url": links.to(Purpose.PREFERENCES, recipient.reference, recipient.epoch),
        "unsubscribe_url": links.to(Purpose.UNSUBSCRIBE, recipient.reference, recipient.epoch),
    }
    queue_mail(
        unit,
        template,
        recipient.address,
        recipient.locale,
        sender.context() | own_links | _notice() | context,
        subscriber_id=recipient.subscriber_id,
        newsletter_id=sender.newsletter_id if of_newsletter else None,
    )


def preview_announcement(template: str, locale: str, context: dict[str, Any]) -> RenderedMail:
    """A mail to a subscriber as somebody would get it, but for their own links."""
    own_links = {
        f"{purpose}_url": f"{current_links().base_url}/{PATHS[at]}/…"
        for purpose, at in (
            ("preferences", Purpose.PREFERENCES),
            ("unsubscribe", Purpose.UNSUBSCRIBE),
        )
    }
    return render_mail(template, locale, own_links | _notice() | context)


def preview_confirmation(sender: Sender, locale: str, topics: list[str]) -> RenderedMail:
    """The confirmation mail as somebody would get it, but for their own link."""
    url = f"{current_links().base_url}/{PATHS[Purpose.CONFIRM]}/…"
    context = sender.context() | confirmation_context(sender, locale, url, topics)
    return render_mail(CONFIRM, locale, context)


def preview_welcome(sender: Sender, locale: str, subject: str, text: str) -> RenderedMail:
    """The welcome mail as somebody would get it, but for their own links."""
    context = {"subject": subject, "text": text}
    return preview_announcement(WELCOME, locale, sender.context() | context)


def _notice() -> dict[str, str]:
    return {"notice_url": f"{current_links().base_url}/privacy"}


@dataclass(frozen=True, slots=True)
class Person:
    """To whom a mail goes that is about the person and no newsletter in particular."""

    id: int | None
    address: str
    locale: str


def send_manage_link(unit: Unit, person: Person, reference: str, within: timedelta) -> None:
    """Promise the mail with the link to everything that is held of a person."""
    url = current_links().to(Purpose.MANAGE, reference, 0)
    _tell(unit, "manage_link", person, {"manage_url": url, "minutes": _minutes(within)})


def send_address_change(unit: Unit, person: Person, reference: str, within: timedelta) -> None:
    """Promise the mail that asks a new address whether it is the person's."""
    url = current_links().to(Purpose.ADDRESS, reference, 0)
    hours = _minutes(within) // 60
    _tell(unit, "change_address", person, {"address_url": url, "hours": hours})


def tell_address_changed(unit: Unit, old_address: str, locale: str) -> None:
    """Promise the mail that tells an old address that it has been replaced, not by which.

    It belongs to nobody, so that it goes out even if the person is erased in the next moment.
    """
    _tell(unit, "address_changed", Person(None, old_address, locale), _contact())


def tell_changed(unit: Unit, person: Person) -> None:
    """Promise the mail that says that somebody's data were changed."""
    _tell(unit, "data_changed", person, _way_in())


def tell_erased(unit: Unit, address: str, locale: str) -> None:
    """Promise the last mail, which says that everything was erased. The address goes with it."""
    _tell(unit, "data_erased", Person(None, address, locale), {})


def _way_in() -> dict[str, Any]:
    return {"ask_url": f"{current_links().base_url}/{PATHS[Purpose.MANAGE]}"}


def _contact() -> dict[str, Any]:
    # The old address opens nothing any more, so whoever reads it there can only write or call.
    identity = current_identity()
    return {"contact": identity.privacy_contact or identity.postal_address}


def _minutes(within: timedelta) -> int:
    return int(within.total_seconds()) // 60


def _tell(unit: Unit, template: str, person: Person, context: dict[str, Any]) -> None:
    queue_mail(unit, template, person.address, person.locale, context, subscriber_id=person.id)


def _queue(
    unit: Unit, template: str, sender: Sender, recipient: Recipient, context: dict[str, Any]
) -> None:
    queue_mail(
        unit,
        template,
        recipient.address,
        recipient.locale,
        sender.context() | context,
        subscriber_id=recipient.subscriber_id,
        newsletter_id=sender.newsletter_id,
    )
