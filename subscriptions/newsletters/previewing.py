"""A form that isn't kept yet, as the public page would show it."""

from sqlalchemy.orm import Session

from subscriptions.newsletters.asking import asked_fields, stored
from subscriptions.newsletters.drafts import FormDraft
from subscriptions.newsletters.form_editing import check_draft
from subscriptions.newsletters.models import Newsletter, SignupForm
from subscriptions.newsletters.operations import known_fields, wording_hash
from subscriptions.newsletters.queries import newsletter_topics
from subscriptions.newsletters.shown import OpenForm, ShownLogo

NOT_KEPT = 0  # in place of an id


def form_like(
    session: Session, newsletter: Newsletter, draft: FormDraft, present: SignupForm | None
) -> OpenForm:
    """The form that the draft would make of the ``present`` one; :class:`Invalid` if it can't.

    Reads only.
    """
    check_draft(session, newsletter, draft)
    topics = newsletter_topics(session.connection(), newsletter.id)
    settings = stored(draft.fields)
    return OpenForm(
        id=present.id if present else NOT_KEPT,
        slug=present.slug if present else "",
        title=draft.title,
        intro=draft.intro,
        locale=draft.locale,
        email=draft.email,
        fields=asked_fields(known_fields([field.name for field in draft.fields]), settings),
        wording_hash=wording_hash(draft.wording),
        wording=draft.wording,
        thanks=draft.thanks,
        redirect_url=draft.redirect_url,
        theme=draft.theme,
        logo=_logo(draft, present),
        newsletter_id=newsletter.id,
        revision=newsletter.revision,
        newsletter_slug=newsletter.slug,
        newsletter_name=newsletter.name,
        newsletter_description=newsletter.description,
        sender_name=newsletter.sender_name,
        reply_to=newsletter.reply_to,
        confirmation_texts=newsletter.confirmation_texts,
        topics=tuple(topic for topic in topics if topic.slug in draft.topic_slugs),
    )


def _logo(draft: FormDraft, present: SignupForm | None) -> ShownLogo | None:
    logo = draft.logo or (None if draft.without_logo or present is None else present.logo)
    return ShownLogo(logo.hash, logo.width, logo.height) if logo else None
