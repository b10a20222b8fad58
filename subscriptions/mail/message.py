"""From an outbox message to a MIME message with the right headers.

RFC 5322 (message), 6531 and 6532 (international addresses), 2919 (List-Id), 2369 and 8058
(List-Unsubscribe), 3834 (Auto-Submitted).
"""

from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from urllib.parse import urlsplit

import idna
from flask import current_app

from subscriptions.core.identity import current_identity
from subscriptions.mail.header_cache import HeaderCache, RememberingPolicy
from subscriptions.mail.models import OutboxMessage
from subscriptions.mail.rendering import RenderedMail, render_mail

ASCII = RememberingPolicy(linesep="\r\n", header_factory=HeaderCache())
INTERNATIONAL = ASCII.clone(utf8=True, header_factory=HeaderCache())

# Keys of an outbox context that make headers; everything else is for the template.
# newsletter_slug, newsletter_name, sender_name, reply_to, unsubscribe_url


def build_message(message: OutboxMessage) -> EmailMessage:
    """The MIME message; the same at every attempt, Message-ID and Date included."""
    rendered = render_mail(message.template, message.locale, message.context)
    recipient = envelope_address(message.recipient)
    mime = EmailMessage(policy=_policy(recipient))
    _address_headers(mime, message, recipient)
    mime["Subject"] = rendered.subject
    mime["Date"] = format_datetime(message.created_at)
    mime["Message-ID"] = f"<{message.reference}@{_host()}>"
    mime["Auto-Submitted"] = "auto-generated"
    _list_headers(mime, message)
    _body(mime, rendered, f"=_{message.reference}")
    return mime


def envelope_address(address: str) -> str:
    """The address as SMTP wants it: the domain in A-labels, the local part as it is."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"


def needs_smtputf8(address: str) -> bool:
    """Whether the server must offer SMTPUTF8 (RFC 6531) for this envelope address."""
    return not address.isascii()


def _policy(recipient: str) -> "EmailPolicy[EmailMessage]":
    return INTERNATIONAL if needs_smtputf8(recipient) else ASCII


def _address_headers(mime: EmailMessage, message: OutboxMessage, recipient: str) -> None:
    identity, context = current_identity(), message.context
    name = context.get("sender_name") or context.get("newsletter_name") or identity.organisation
    mime["From"] = HeaderAddress(display_name=name, addr_spec=identity.sender)
    mime["To"] = recipient
    if context.get("reply_to"):
        mime["Reply-To"] = context["reply_to"]


def _list_headers(mime: EmailMessage, message: OutboxMessage) -> None:
    context = message.context
    if slug := context.get("newsletter_slug"):
        mime["List-Id"] = f"<{slug}.{_host()}>"
    if url := context.get("unsubscribe_url"):
        mime["List-Unsubscribe"] = f"<{url}>"
        mime["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _body(mime: EmailMessage, rendered: RenderedMail, boundary: str) -> None:
    mime.set_content(rendered.text, cte="quoted-printable")
    mime.make_alternative(boundary=boundary)
    mime.add_alternative(rendered.html, subtype="html", cte="quoted-printable")


def _host() -> str:
    settings = current_app.extensions["assent_settings"]
    return urlsplit(settings.public_url).hostname or "localhost"
