"""A form in another language than its own: what is said otherwise, and what stays."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from subscriptions.newsletters.asking import AskedField
from subscriptions.newsletters.shown import OpenForm

# What a form's column holds, by language: title, intro, thanks, the hash of the wording, and the
# words for each field. Fields, topics and look are those of the form.
Words = Mapping[str, Any]
Translations = Mapping[str, Words]


def translated(form: OpenForm, locale: str, words: Words, wording: str) -> OpenForm:
    """The form in another language; ``wording`` is the text that people agree to in it."""
    return replace(
        form,
        locale=locale,
        title=words["title"],
        intro=words["intro"],
        thanks=words["thanks"],
        wording_hash=words["wording"],
        wording=wording,
        email=asked_in(form.email, words),
        fields=tuple(asked_in(field, words) for field in form.fields),
    )


def asked_in(field: AskedField, words: Words) -> AskedField:
    """A field in the words of that language, or in the usual ones."""
    own = words["fields"].get(field.name, {})
    return AskedField(field.name, own.get("label", ""), own.get("help", ""), field.required)
