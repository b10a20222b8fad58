"""Changes to a form that is there, all at once."""

from sqlalchemy.orm import Session

from subscriptions.newsletters.asking import EMAIL, asked_field, asked_fields, stored
from subscriptions.newsletters.colours import ACCENT, BACKGROUND, check_theme, theme_of
from subscriptions.newsletters.drafts import FormDraft
from subscriptions.newsletters.models import FormLogo, FormWording, Newsletter, SignupForm
from subscriptions.newsletters.operations import (
    check_text,
    check_title,
    keep_wording,
    known_fields,
    known_topics,
)
from subscriptions.newsletters.redirects import checked_redirect


def draft_of(form: SignupForm) -> FormDraft:
    """The form as it is."""
    return FormDraft(
        title=form.title,
        intro=form.intro,
        locale=form.locale,
        email=asked_field(EMAIL, form.field_settings),
        fields=asked_fields(form.fields, form.field_settings),
        topic_slugs=form.topic_slugs,
        wording=form.wording.text,
        thanks=form.thanks,
        redirect_url=form.redirect_url,
        theme=theme_of(form.accent, form.background),
    )


def check_draft(session: Session, newsletter: Newsletter, draft: FormDraft) -> None:
    """Raise :class:`Invalid` with the reason if a form of the newsletter can't be like this."""
    check_title(draft.title)
    for text in (draft.intro, draft.thanks, draft.wording):
        check_text(text)
    known_fields([field.name for field in draft.fields])
    stored([draft.email, *draft.fields])
    known_topics(draft.topic_slugs, newsletter)
    checked_redirect(session, draft.redirect_url)
    check_theme(draft.theme)


def edit_form(session: Session, form: SignupForm, draft: FormDraft) -> None:
    """Make the form what the draft says; :class:`Invalid` where that can't be.

    A new wording is kept beside the old ones, which stay as agreed to.
    """
    check_draft(session, form.newsletter, draft)
    for name in ("title", "intro", "locale", "thanks"):
        setattr(form, name, getattr(draft, name))
    form.fields = known_fields([field.name for field in draft.fields])
    form.field_settings = stored([draft.email, *draft.fields])
    form.topic_slugs = known_topics(draft.topic_slugs, form.newsletter)
    form.redirect_url = checked_redirect(session, draft.redirect_url)
    form.wording = keep_wording(session, draft.wording)
    _paint(form, draft)
    session.flush()
    session.merge(FormWording(form_id=form.id, wording_hash=form.wording_hash))


def _paint(form: SignupForm, draft: FormDraft) -> None:
    form.accent = "" if draft.theme.accent == ACCENT else draft.theme.accent
    form.background = "" if draft.theme.background == BACKGROUND else draft.theme.background
    if draft.logo:
        form.logo = form.logo or FormLogo()
        for name in ("hash", "kind", "width", "height", "data"):
            setattr(form.logo, name, getattr(draft.logo, name))
    elif draft.without_logo:
        form.logo = None
