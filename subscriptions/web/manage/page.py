"""The manage page: everything held about a person, and everything they can do about it."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session
from subscriptions.core.words import gettext
from subscriptions.privacy.outliving import outlives_erasure
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.receipts.issuing import receipt_link
from subscriptions.subscribers.change_of_address import waiting_change
from subscriptions.subscribers.channels import Channel, can_be_reached
from subscriptions.subscribers.manage_link import MANAGE_WITHIN, Owner, find_owner
from subscriptions.subscribers.own_data import OwnSubscription, own_subscriptions
from subscriptions.transfer.own_copy import FORMATS
from subscriptions.web.locale import speak
from subscriptions.web.manage.blueprint import blueprint
from subscriptions.web.manage.forms import (
    ChannelForm,
    CorrectionForm,
    NewAddressForm,
    TrackingForm,
    channel_form,
    correction_form,
    tracking_form,
)
from subscriptions.web.manage.held import held_of
from subscriptions.web.tokens import read_token
from subscriptions.web.tracking import browser_objects, may_be_asked

BY_MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Line:
    """One subscription on the page, with its forms and links."""

    own: OwnSubscription
    correction: CorrectionForm
    channels: ChannelForm
    tracking: TrackingForm
    preferences_url: str
    unsubscribe_url: str
    receipt_url: str | None
    missing: list[str]


@blueprint.get("/manage/<token>")
def manage(token: str) -> ResponseReturnValue:
    """The page. Looking changes nothing."""
    return show(token)


def owner_of(token: str) -> Owner:
    """Whose link this is; the page then speaks their language."""
    owner = find_owner(current_session(), read_token(Purpose.MANAGE, token, MANAGE_WITHIN))
    speak(owner.locale)
    return owner


def offered_channels() -> list[Channel]:
    """The channels beside mail that the policy in force has."""
    return [channel for channel in Channel if channel.value in current_policy().channels]


def show(token: str, *, done: str = "", failed: Form | None = None) -> str:
    """The page as things are now. ``done`` names what was just done; ``failed`` needs a look."""
    session = current_session()
    owner = owner_of(token)
    own = own_subscriptions(session, owner.id)
    restricted = [each.restricted_at for each in own if each.restricted_at]
    return render_template(
        "manage/page.html",
        owner=owner,
        lines=[_line(each, failed) for each in own],
        done=done,
        failed=failed,
        held=held_of(session, owner.id),
        by_mail=BY_MAIL in current_policy().channels,
        new_address=failed if isinstance(failed, NewAddressForm) else NewAddressForm(prefix="new"),
        waiting=waiting_change(session, owner),
        may_count=may_be_asked(),
        browser_objects=browser_objects(),
        restricted_since=min(restricted, default=None),
        can_restrict=any(each.is_active for each in own),
        asked_before=bool(outlives_erasure(session, owner.address.key)),
        downloads=_downloads(token),
        action_url=url_for("manage.act", token=token),
    )


def _line(own: OwnSubscription, failed: Form | None) -> Line:
    correction = correction_form(own)
    if isinstance(failed, CorrectionForm) and failed.subscription_id == own.id:
        correction = failed
    links = current_links()
    return Line(
        own=own,
        correction=correction,
        channels=channel_form(own, offered_channels()),
        tracking=tracking_form(own),
        preferences_url=links.to(Purpose.PREFERENCES, own.reference, own.epoch),
        unsubscribe_url=links.to(Purpose.UNSUBSCRIBE, own.reference, own.epoch),
        receipt_url=receipt_link(own.reference, own.epoch) if own.is_active else None,
        missing=_missing(own),
    )


def _missing(own: OwnSubscription) -> list[str]:
    said = {
        Channel.TELEPHONE: gettext("By telephone: we have no number of yours to call."),
        Channel.POST: gettext("By post: we have no postal address of yours."),
    }
    return [
        said[channel]
        for channel in offered_channels()
        if not can_be_reached(own, channel) and channel not in own.permissions
    ]


def _downloads(token: str) -> list[tuple[str, str]]:
    return [(kind, url_for("manage.download", token=token, kind=kind)) for kind in FORMATS]
