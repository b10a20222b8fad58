"""Every change to what is on offer."""

import hashlib
import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict, Invalid, NotFound
from subscriptions.core.languages import ENGLISH
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.default_wording import default_wording
from subscriptions.newsletters.fields import PROFILE_FIELDS, allowed_fields
from subscriptions.newsletters.models import (
    FormWording,
    Newsletter,
    SignupForm,
    Topic,
    Wording,
)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_TEXT = 5000


def create_newsletter(
    session: Session, slug: str, name: str, *, description: str = "", languages: Sequence[str] = ()
) -> Newsletter:
    """Create a newsletter; :class:`Conflict` if the slug is taken."""
    _check_slug(slug)
    check_title(name)
    if session.scalar(select(Newsletter.id).where(Newsletter.slug == slug)):
        raise Conflict(_("There is a newsletter with this slug already."))
    newsletter = Newsletter(
        slug=slug, name=name, description=description, languages=list(languages) or ["en"]
    )
    session.add(newsletter)
    session.flush()
    return newsletter


def add_topic(session: Session, newsletter: Newsletter, slug: str, title: str) -> Topic:
    """Add a topic at the end; :class:`Conflict` if the newsletter has one with this slug."""
    _check_slug(slug)
    check_title(title)
    if any(topic.slug == slug for topic in newsletter.topics):
        raise Conflict(_("There is a topic with this slug already."))
    topic = Topic(slug=slug, title=title, position=len(newsletter.topics))
    newsletter.topics.append(topic)
    session.flush()
    return topic


def create_form(
    session: Session,
    newsletter: Newsletter,
    slug: str,
    title: str,
    *,
    intro: str = "",
    fields: Sequence[str] = (),
    topic_slugs: Sequence[str] | None = None,
    wording: str | None = None,
) -> SignupForm:
    """Create a hosted form; without a choice of topics it offers all the newsletter has."""
    _check_slug(slug)
    check_title(title)
    if session.scalar(select(SignupForm.id).where(SignupForm.slug == slug)):
        raise Conflict(_("There is a form with this slug already."))
    known = [topic.slug for topic in newsletter.topics]
    form = SignupForm(
        newsletter=newsletter,
        slug=slug,
        title=title,
        intro=intro,
        fields=known_fields(fields),
        topic_slugs=known if topic_slugs is None else known_topics(topic_slugs, newsletter),
        wording=keep_wording(session, wording or default_wording(newsletter.name, str(ENGLISH))),
    )
    session.add(form)
    session.flush()
    session.add(FormWording(form_id=form.id, wording_hash=form.wording_hash))
    return form


def keep_wording(session: Session, text: str) -> Wording:
    """The wording row for this exact text, made if there is none."""
    text = text.strip()
    if not text:
        raise Invalid(_("The wording of the consent can't be empty."))
    key = wording_hash(text)
    wording = session.get(Wording, key)
    if wording is None:
        wording = Wording(hash=key, text=text)
        session.add(wording)
        session.flush()
    return wording


def wording_hash(text: str) -> str:
    """The SHA-256 of the wording's UTF-8 text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def close_newsletter(session: Session, slug: str, *, last_mail_follows: bool = False) -> Newsletter:
    """Close a newsletter: its forms take no more sign-ups. Closing again changes nothing.

    It is over at once, unless there is a last mail to its subscribers to wait for.
    """
    newsletter = session.scalar(select(Newsletter).where(Newsletter.slug == slug))
    if newsletter is None:
        raise NotFound(_("There is no newsletter with this slug."))
    if newsletter.closed_at is None:
        newsletter.closed_at = clock.now()
        newsletter.over_at = None if last_mail_follows else newsletter.closed_at
    return newsletter


def _check_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > 60:
        raise Invalid(_("A slug has up to 60 lower-case letters, digits and single hyphens."))


def check_title(title: str) -> None:
    """Raise :class:`Invalid` unless this is one line of 1 to 200 printable characters."""
    if not title.strip() or len(title) > 200 or not title.isprintable():
        raise Invalid(_("A name has 1 to 200 characters on one line."))


def check_text(text: str) -> None:
    """Raise :class:`Invalid` unless this is plain text of up to 5,000 characters."""
    if len(text) > MAX_TEXT or not text.replace("\n", "").replace("\t", "").isprintable():
        raise Invalid(_("A text has up to 5,000 characters of plain text."))


def known_fields(names: Sequence[str]) -> list[str]:
    """These fields in their order; :class:`Invalid` if there is none such, or it isn't allowed."""
    if unknown := [name for name in names if name not in PROFILE_FIELDS]:
        raise Invalid(_("There is no field called %(name)s.", name=unknown[0]))
    allowed = [field.name for field in allowed_fields()]
    if refused := [name for name in names if name not in allowed]:
        label = PROFILE_FIELDS[refused[0]].label
        raise Invalid(_("The privacy policy does not allow to ask for “%(field)s”.", field=label))
    return [name for name in PROFILE_FIELDS if name in names]


def known_topics(slugs: Sequence[str], newsletter: Newsletter) -> list[str]:
    """These topics of the newsletter in their order; :class:`Invalid` if it has none such."""
    known = [topic.slug for topic in newsletter.topics]
    if unknown := [slug for slug in slugs if slug not in known]:
        raise Invalid(_("There is no topic called %(name)s.", name=unknown[0]))
    return [slug for slug in known if slug in slugs]
