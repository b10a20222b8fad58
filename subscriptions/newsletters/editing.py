"""Changes to what is already on offer."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import InvalidAddress, parse_address
from subscriptions.core.errors import Invalid, NotFound
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter, SignupForm, Topic
from subscriptions.newsletters.operations import check_text, check_title


def edit_newsletter(
    session: Session,
    newsletter: Newsletter,
    *,
    name: str,
    description: str,
    sender_name: str,
    reply_to: str,
    languages: Sequence[str],
) -> None:
    """Change a newsletter. Its slug stays: it is in the List-Id of mails that were sent."""
    check_title(name)
    if sender_name:
        check_title(sender_name)
    check_text(description)
    newsletter.name = name
    newsletter.description = description
    newsletter.sender_name = sender_name
    newsletter.reply_to = _checked_address(reply_to)
    newsletter.languages = list(languages) or ["en"]
    session.flush()


def rename_topic(session: Session, topic: Topic, title: str) -> None:
    """Give a topic another title; who chose it keeps it."""
    check_title(title)
    topic.title = title
    session.flush()


def retire_topic(session: Session, topic: Topic) -> None:
    """Offer a topic no longer; who chose it keeps it. Again: nothing changes."""
    topic.retired_at = topic.retired_at or clock.now()
    session.flush()


def restore_topic(session: Session, topic: Topic) -> None:
    """Offer a retired topic again."""
    topic.retired_at = None
    session.flush()


def move_topic(session: Session, newsletter: Newsletter, topic: Topic, by: int) -> None:
    """Move a topic up (``by`` = -1) or down (1) among the newsletter's topics."""
    topics = list(newsletter.topics)
    place = topics.index(topic)
    target = min(max(place + by, 0), len(topics) - 1)
    topics.insert(target, topics.pop(place))
    for position, each in enumerate(topics):
        each.position = position
    session.flush()
    session.expire(newsletter, ["topics"])


def retire_form(session: Session, form: SignupForm) -> None:
    """Take a form off the web: it accepts no more sign-ups. Again: nothing changes."""
    form.retired_at = form.retired_at or clock.now()
    session.flush()


def restore_form(session: Session, form: SignupForm) -> None:
    """Put a retired form back on the web."""
    form.retired_at = None
    session.flush()


def topic_of(newsletter: Newsletter, slug: str) -> Topic:
    """The newsletter's topic with this slug, retired or not, or :class:`NotFound`."""
    for topic in newsletter.topics:
        if topic.slug == slug:
            return topic
    raise NotFound


def form_of(newsletter: Newsletter, slug: str) -> SignupForm:
    """The newsletter's form with this slug, retired or not, or :class:`NotFound`."""
    for form in newsletter.forms:
        if form.slug == slug:
            return form
    raise NotFound


def _checked_address(text: str) -> str:
    if not text:
        return ""
    try:
        return parse_address(text).display
    except InvalidAddress:
        raise Invalid(_("The address for replies is not an e-mail address.")) from None
