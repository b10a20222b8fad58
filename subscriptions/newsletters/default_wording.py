"""The words of consent that a form has until somebody writes others, in each of our languages."""

from subscriptions.core.languages import in_language, nearest_language
from subscriptions.core.words import gettext
from subscriptions.newsletters.models import SignupForm


def default_wording(name: str, locale: str) -> str:
    """The usual words for the newsletter with this name, in English where we have no others.

    They are stored with the form, and what is stored is what people see and agree to.
    """
    with in_language(locale):
        return gettext(
            "Yes, please send me “%(newsletter)s” by e-mail. I can withdraw this consent at any "
            "time with the unsubscribe link in every mail.",
            newsletter=name,
        )


def same_in(locale: str, form: SignupForm) -> str:
    """What a form that has the usual words says in another language; empty where we can't know."""
    name = form.newsletter.name
    if form.wording.text != default_wording(name, form.locale) or not nearest_language(locale):
        return ""
    return default_wording(name, locale)
