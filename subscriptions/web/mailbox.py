"""The pages of the local mailbox. They exist only while no mail server is set."""

from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime

from subscriptions.core.errors import NotFound
from subscriptions.mail.mailbox import current_mailbox
from subscriptions.web.headers import PUBLIC_CSP, own_policy

blueprint = Blueprint("mailbox", __name__, url_prefix="/dev/mailbox")

SHOWN = 200
FRAMING_CSP = PUBLIC_CSP | {"frame-src": "'self'"}
MAIL_CSP = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "frame-ancestors": "'self'",
    # Without the second word the button of a confirmation page could not be pressed.
    "sandbox": "allow-popups allow-popups-to-escape-sandbox",
}


@blueprint.get("")
def messages() -> ResponseReturnValue:
    """The newest messages."""
    mailbox = current_mailbox()
    shown = [_summary(name, _message(name)) for name in mailbox.names()[:SHOWN]]
    return render_template("public/mailbox.html", messages=shown)


@blueprint.get("/<key>")
@own_policy(FRAMING_CSP)
def message(key: str) -> ResponseReturnValue:
    """One message with its headers and its text."""
    found = _message(key)
    plain = found.get_body(("plain",))
    has_html = found.get_body(("html",)) is not None
    shown = _summary(key, found) | {
        "headers": [(name, str(value)) for name, value in found.items()],
        "text": plain.get_content() if plain else "",
    }
    html_url = url_for("mailbox.html", key=key) if has_html else None
    return render_template("public/mailbox_message.html", message=shown, html_url=html_url)


@blueprint.get("/<key>/html")
@own_policy(MAIL_CSP, frame_options="SAMEORIGIN")
def html(key: str) -> ResponseReturnValue:
    """The HTML part, shut off from everything, its links opening elsewhere."""
    part = _message(key).get_body(("html",))
    if part is None:
        raise NotFound
    return Response(part.get_content(), content_type="text/html; charset=utf-8")


def _message(key: str) -> EmailMessage:
    found = current_mailbox().read(key)
    if found is None:
        raise NotFound
    return found


def _summary(key: str, found: EmailMessage) -> dict[str, object]:
    return {
        "key": key,
        "subject": str(found["Subject"]),
        "sender": str(found["From"]),
        "recipient": str(found["To"]),
        "date": format_datetime(parsedate_to_datetime(str(found["Date"]))),
    }
