"""What operators do about a form's other languages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.asking import EMAIL, AskedField, asked_fields, stored
from subscriptions.newsletters.default_wording import same_in
from subscriptions.newsletters.drafts import FormDraft
from subscriptions.newsletters.models import FormWording, SignupForm, Wording
from subscriptions.newsletters.operations import check_text, check_title, keep_wording
from subscriptions.newsletters.translations import asked_in


@dataclass(frozen=True, slots=True)
class FormTexts:
    """What a form says in one language; ``fields`` begin with the address."""

    title: str
    intro: str
    wording: str
    thanks: str
    fields: Sequence[AskedField]


def languages_beside(form: SignupForm) -> list[str]:
    """The languages that the form speaks, or could speak, beside its own."""
    known = dict.fromkeys([*form.newsletter.languages, *form.translations])
    return [locale for locale in known if locale != form.locale]


def texts_in(session: Session, form: SignupForm, locale: str) -> FormTexts:
    """What the form says in this language; where it doesn't speak it yet, hardly anything."""
    if locale == form.locale:
        return _own_texts(form)
    asked = asked_fields([EMAIL, *form.fields], form.field_settings)
    words = form.translations.get(locale)
    if words is None:
        fields = [asked_in(field, {"fields": {}}) for field in asked]
        return FormTexts("", "", same_in(locale, form), "", fields)
    wording = session.get_one(Wording, words["wording"])
    fields = [asked_in(field, words) for field in asked]
    return FormTexts(words["title"], words["intro"], wording.text, words["thanks"], fields)


def _own_texts(form: SignupForm) -> FormTexts:
    asked = asked_fields([EMAIL, *form.fields], form.field_settings)
    return FormTexts(form.title, form.intro, form.wording.text, form.thanks, asked)


def translate(session: Session, form: SignupForm, locale: str, texts: FormTexts) -> None:
    """Have the form speak this language too; :class:`Invalid` where that can't be.

    A new wording is a new version, as in the form's own language.
    """
    if locale not in languages_beside(form):
        raise Invalid(_("The newsletter does not have this language, or the form is in it."))
    check_title(texts.title)
    for text in (texts.intro, texts.thanks, texts.wording):
        check_text(text)
    wording = keep_wording(session, texts.wording)
    words = {
        "title": texts.title,
        "intro": texts.intro,
        "thanks": texts.thanks,
        "wording": wording.hash,
        "fields": stored([AskedField(each.name, each.label, each.help) for each in texts.fields]),
    }
    form.translations = form.translations | {locale: words}
    session.flush()
    session.merge(FormWording(form_id=form.id, wording_hash=wording.hash))


def in_words(draft: FormDraft, locale: str, texts: FormTexts) -> FormDraft:
    """The draft as it would be in another language."""
    email, *fields = (
        replace(asked, label=own.label, help=own.help)
        for asked, own in zip([draft.email, *draft.fields], texts.fields, strict=True)
    )
    return replace(
        draft,
        locale=locale,
        title=texts.title,
        intro=texts.intro,
        wording=texts.wording,
        thanks=texts.thanks,
        email=email,
        fields=fields,
    )


def untranslate(session: Session, form: SignupForm, locale: str) -> None:
    """Have the form speak this language no longer. Again: nothing changes."""
    form.translations = {name: each for name, each in form.translations.items() if name != locale}
    session.flush()
