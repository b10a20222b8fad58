"""Which language of a form is shown: the one asked for, else the browser's best, else its own."""

from flask import request, url_for

from subscriptions.newsletters.shown import OpenForm
from subscriptions.web.languages import own_name
from subscriptions.web.locale import depends_on_browser

LANGUAGE = "lang"  # in an address, and in what is sent in


def chosen_language(form: OpenForm) -> str:
    """The language to show the form in."""
    asked = request.args.get(LANGUAGE)
    if asked in form.locales:
        return asked
    depends_on_browser()
    return request.accept_languages.best_match(form.locales, form.locale) or form.locale


def languages_of(form: OpenForm) -> list[dict[str, str]]:
    """The languages to choose from, by their own names; none if there is no choice."""
    if not form.others:
        return []
    return [
        {
            "locale": locale,
            "name": own_name(locale),
            "url": url_for("public.form", slug=form.slug, lang=locale),
        }
        for locale in form.locales
    ]
