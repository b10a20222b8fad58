"""Every read of what is on offer."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session, selectinload, undefer

from subscriptions.core.errors import NotFound
from subscriptions.core.statements import Prepared
from subscriptions.newsletters.asking import EMAIL, asked_field, asked_fields
from subscriptions.newsletters.colours import theme_of
from subscriptions.newsletters.models import (
    FormLogo,
    FormWording,
    Newsletter,
    SignupForm,
    Topic,
    Wording,
)
from subscriptions.newsletters.shown import OpenForm, ShownLogo, TopicChoice
from subscriptions.newsletters.translations import Translations, translated

# What is read of a form, by the names that OpenForm has for it.
FORM_COLUMNS = {
    "id": SignupForm.id,
    "slug": SignupForm.slug,
    "title": SignupForm.title,
    "intro": SignupForm.intro,
    "locale": SignupForm.locale,
    "fields": SignupForm.fields,
    "field_settings": SignupForm.field_settings,
    "topic_slugs": SignupForm.topic_slugs,
    "wording_hash": SignupForm.wording_hash,
    "wording": Wording.text,
    "thanks": SignupForm.thanks,
    "translations": SignupForm.translations,
    "redirect_url": SignupForm.redirect_url,
    "accent": SignupForm.accent,
    "background": SignupForm.background,
    "logo_hash": FormLogo.hash,
    "logo_width": FormLogo.width,
    "logo_height": FormLogo.height,
    "newsletter_id": Newsletter.id,
    "revision": Newsletter.revision,
    "newsletter_slug": Newsletter.slug,
    "newsletter_name": Newsletter.name,
    "newsletter_description": Newsletter.description,
    "sender_name": Newsletter.sender_name,
    "reply_to": Newsletter.reply_to,
    "confirmation_texts": Newsletter.confirmation_texts,
}
OPEN_FORM = Prepared(
    select(*(column.label(name) for name, column in FORM_COLUMNS.items()))
    .join(Newsletter, Newsletter.id == SignupForm.newsletter_id)
    .join(Wording, Wording.hash == SignupForm.wording_hash)
    .outerjoin(FormLogo, FormLogo.form_id == SignupForm.id)
    .where(
        SignupForm.slug == bindparam("of_slug"),
        SignupForm.retired_at.is_(None),
        Newsletter.closed_at.is_(None),
    )
)
CURRENT = Prepared(
    select(Newsletter.revision)
    .join(SignupForm, SignupForm.newsletter_id == Newsletter.id)
    .where(SignupForm.id == bindparam("of_form"))
)
OFFERED_TOPICS = Prepared(
    select(Topic.id, Topic.slug, Topic.title)
    .where(Topic.newsletter_id == bindparam("of_newsletter"), Topic.retired_at.is_(None))
    .order_by(Topic.position, Topic.id)
)


def forms_on_the_web(session: Session) -> Sequence[tuple[str, Sequence[str]]]:
    """Each form that takes sign-ups: its slug, and the fields that it asks for."""
    on_the_web = (
        select(SignupForm.slug, SignupForm.fields)
        .join(Newsletter)
        .where(SignupForm.retired_at.is_(None), Newsletter.closed_at.is_(None))
        .order_by(SignupForm.slug)
    )
    return [(slug, fields) for slug, fields in session.execute(on_the_web)]


def open_form(connection: Connection, slug: str) -> OpenForm:
    """The form with this slug, if it takes sign-ups; otherwise :class:`NotFound`."""
    if "\0" in slug:  # PostgreSQL can't even be asked
        raise NotFound
    row = OPEN_FORM.first(connection, {"of_slug": slug})
    if row is None:
        raise NotFound
    values = dict(zip(FORM_COLUMNS, row, strict=True))
    offered, settings = values.pop("topic_slugs"), values.pop("field_settings")
    values["email"] = asked_field(EMAIL, settings)
    values["fields"] = asked_fields(values["fields"], settings)
    values["theme"] = theme_of(values.pop("accent"), values.pop("background"))
    logo = ShownLogo(*(values.pop(f"logo_{name}") for name in ("hash", "width", "height")))
    values["logo"] = logo if logo.hash else None
    translations = values.pop("translations")
    form = OpenForm(**values, topics=_offered(connection, values["newsletter_id"], offered))
    return replace(form, others=_in_other_languages(connection, form, translations))


def _in_other_languages(
    connection: Connection, form: OpenForm, translations: Translations
) -> tuple[OpenForm, ...]:
    if not translations:
        return ()
    texts = wording_texts(connection, [each["wording"] for each in translations.values()])
    return tuple(
        translated(form, locale, words, texts[words["wording"]])
        for locale, words in translations.items()
        if locale != form.locale
    )


def wording_texts(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """The texts of these wordings, by their hashes."""
    rows = connection.execute(select(Wording.hash, Wording.text).where(Wording.hash.in_(hashes)))
    return {row.hash: row.text for row in rows}


def form_logo(session: Session, slug: str, name: str) -> FormLogo:
    """The form's logo of this name, with its bytes; otherwise :class:`NotFound`."""
    logo = session.scalar(
        select(FormLogo)
        .join(SignupForm)
        .where(SignupForm.slug == slug, FormLogo.hash == name)
        .options(undefer(FormLogo.data))
    )
    if logo is None:
        raise NotFound
    return logo


def is_current(connection: Connection, form: OpenForm) -> bool:
    """Whether nothing of the form, its topics or its newsletter has changed since it was read."""
    revision: int | None = CURRENT.value(connection, {"of_form": form.id})
    return revision == form.revision


def _offered(
    connection: Connection, newsletter_id: int, slugs: Sequence[str]
) -> tuple[TopicChoice, ...]:
    if not slugs:
        return ()
    topics = newsletter_topics(connection, newsletter_id)
    return tuple(topic for topic in topics if topic.slug in slugs)


def newsletter_topics(connection: Connection, newsletter_id: int) -> tuple[TopicChoice, ...]:
    """The topics that the newsletter offers now, in their order."""
    rows = OFFERED_TOPICS.all(connection, {"of_newsletter": newsletter_id})
    return tuple(TopicChoice(*row) for row in rows)


def form_has_shown(session: Session, form_id: int, wording_hash: str) -> bool:
    """Whether this wording is, or once was, the form's."""
    found = session.get(FormWording, (form_id, wording_hash))
    return found is not None


def public_newsletters(session: Session) -> Sequence[Newsletter]:
    """The newsletters that take sign-ups, with their forms."""
    return session.scalars(
        select(Newsletter)
        .where(Newsletter.closed_at.is_(None))
        .options(selectinload(Newsletter.forms))
        .order_by(Newsletter.name)
    ).all()


def all_newsletters(session: Session) -> Sequence[Newsletter]:
    """Every newsletter, closed ones too, with topics and forms."""
    return session.scalars(
        select(Newsletter)
        .options(selectinload(Newsletter.forms), selectinload(Newsletter.topics))
        .order_by(Newsletter.name)
    ).all()


def newest_newsletter(session: Session) -> Newsletter | None:
    """The one that was made last, of those that take sign-ups; None if there is none."""
    newest = select(Newsletter).where(Newsletter.closed_at.is_(None)).order_by(Newsletter.id.desc())
    return session.scalars(newest.limit(1)).one_or_none()


def newest_form(session: Session) -> str | None:
    """The slug of the form that was made last, of those that take sign-ups."""
    newest = (
        select(SignupForm.slug)
        .join(Newsletter)
        .where(SignupForm.retired_at.is_(None), Newsletter.closed_at.is_(None))
        .order_by(SignupForm.id.desc())
    )
    return session.scalar(newest.limit(1))


def newsletter_by_slug(session: Session, slug: str) -> Newsletter:
    """The newsletter with this slug, or :class:`NotFound`."""
    newsletter = session.scalar(select(Newsletter).where(Newsletter.slug == slug))
    if newsletter is None:
        raise NotFound(_("There is no newsletter with this slug."))
    return newsletter
