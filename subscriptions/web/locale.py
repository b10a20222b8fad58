"""In which language a page speaks."""

from babel import Locale
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import get_locale, refresh

from subscriptions.config import Settings
from subscriptions.core.languages import (
    ENGLISH,
    bind_languages,
    nearest_language,
    spoken_languages,
)
from subscriptions.extensions import babel
from subscriptions.privacy.policy.in_words import policy_words

# Who works here is spoken to in English, whatever the browser prefers. All else is for visitors.
ENGLISH_PATHS = ("/admin", "/api/", "/dev/")


def configure(app: Flask, translations: str) -> None:
    """Bind the translations; what is spoken is what the folder holds."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = translations
    babel.init_app(app, locale_selector=select_locale)
    with app.app_context():
        bind_languages(app, babel.list_translations())
    app.jinja_env.filters["policy_words"] = policy_words
    app.after_request(_say_what_it_hangs_on)


def select_locale() -> Locale:
    """The language of the form or the subscriber, else the browser's best, else English."""
    if said := g.get("page_locale"):
        found = nearest_language(said)
        if found is not None:
            return found
    if not has_request_context() or request.path.startswith(ENGLISH_PATHS):
        return ENGLISH
    depends_on_browser()
    spoken = spoken_languages()
    return spoken[request.accept_languages.best_match(spoken) or str(ENGLISH)]


def speak(locale: str) -> None:
    """Let this page speak the language of its form or subscriber, where our words exist in it."""
    g.page_locale = locale
    refresh()


def depends_on_browser() -> None:
    """Note that this answer would be another one for a browser with other languages."""
    g.depends_on_browser = True


def current_locale() -> str:
    """The language tag for the page."""
    return str(get_locale() or ENGLISH).replace("_", "-")


def current_settings() -> Settings:
    """The settings of the current application."""
    settings: Settings = current_app.extensions["assent_settings"]
    return settings


def _say_what_it_hangs_on(response: Response) -> Response:
    if g.get("depends_on_browser"):
        response.vary.add("Accept-Language")
    return response
