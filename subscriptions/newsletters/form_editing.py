"""Changes to a form that is there, all at once."""

from sqlalchemy.orm import Session

from subscriptions.newsletters.asking import EMAIL, asked_field, asked_fields, stored
from subscriptions.newsletters.colours import ACCENT, BACKGROUND, check_theme, theme_of
from subscriptions.newsletters.drafts import FormDraft
from subscriptions.newsletters.models import FormLogo, FormWording, SignupForm
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


def edit_form(session: Session, form: SignupForm, draft: FormDraft) -> None:
    """Make the form what the draft says; :class:`Invalid` where that can't be.

    A new wording is kept beside the old ones, which stay as agreed to.
    """
    check_title(draft.title)
    form.title = draft.title
    form.intro = draft.intro
    form.locale = draft.locale
    form.fields = known_fields([field.name for field in draft.fields])
    form.field_settings = stored([draft.email, *draft.fields])
    form.topic_slugs = known_topics(draft.topic_slugs, form.newsletter)
    check_text(draft.thanks)
    form.thanks = draft.thanks
    form.redirect_url = checked_redirect(session, draft.redirect_url)
    _paint(form, draft)
    form.wording = keep_wording(session, draft.wording)
    session.flush()
    session.merge(FormWording(form_id=form.id, wording_hash=form.wording_hash))


def _paint(form: SignupForm, draft: FormDraft) -> None:
    check_theme(draft.theme)
    form.accent = "" if draft.theme.accent == ACCENT else draft.theme.accent
    form.background = "" if draft.theme.background == BACKGROUND else draft.theme.background
    if draft.logo:
        form.logo = form.logo or FormLogo()
        for name in ("hash", "kind", "width", "height", "data"):
            setattr(form.logo, name, getattr(draft.logo, name))
    elif draft.without_logo:
        form.logo = None
