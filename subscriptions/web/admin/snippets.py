"""The code that embeds a form in a page elsewhere, in one of its languages."""

from flask import render_template
from sqlalchemy.orm import Session

from subscriptions.core.languages import in_language
from subscriptions.core.links import current_links
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.newsletters.models import SignupForm, Topic
from subscriptions.newsletters.operations import wording_hash
from subscriptions.newsletters.translating import texts_in


def public_url(form: SignupForm) -> str:
    """Where the form is, for everybody."""
    return f"{current_links().base_url}/forms/{form.slug}"


def offered_topics(form: SignupForm) -> list[Topic]:
    """The topics that the form has now."""
    topics = form.newsletter.topics
    return [each for each in topics if each.slug in form.topic_slugs and each.retired_at is None]


def snippet_of(session: Session, form: SignupForm, locale: str) -> str:
    """Plain HTML that signs up by this form, in a language that it speaks."""
    texts = texts_in(session, form, locale)
    email, *fields = texts.fields
    with in_language(locale):
        snippet = render_template(
            "public/embed_snippet.html",
            form=form,
            public_url=public_url(form),
            topics=offered_topics(form),
            email=email,
            fields=[(PROFILE_FIELDS[asked.name], asked) for asked in fields],
            wording=texts.wording,
            wording_hash=wording_hash(texts.wording),
            lang=None if locale == form.locale else locale,
        )
    return snippet.strip()
