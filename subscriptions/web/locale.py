"""In which language a page speaks."""

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale

from subscriptions.config import Settings
from subscriptions.extensions import babel

DEFAULT = "en"
OFFERED = "assent_languages"


def configure(app: Flask, translations: str) -> None:
    """Bind the translations; what is offered is what the folder holds."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = translations
    babel.init_app(app, locale_selector=select_locale)
    with app.app_context():
        app.extensions[OFFERED] = [str(locale) for locale in babel.list_translations()]


def select_locale() -> str:
    """The language of the form or the subscriber, else the browser's best, else English."""
    if not has_request_context():
        return DEFAULT
    offered: list[str] = current_app.extensions[OFFERED]
    chosen: str | None = g.get("page_locale")
    if chosen in offered:
        return chosen or DEFAULT
    return request.accept_languages.best_match(offered, DEFAULT) or DEFAULT


def speak(locale: str) -> None:
    """Let this page speak the language of its form or subscriber, where it is translated."""
    g.page_locale = locale


def current_locale() -> str:
    """The language tag for the page."""
    return str(get_locale() or DEFAULT).replace("_", "-")


def current_settings() -> Settings:
    """The settings of the current application."""
    settings: Settings = current_app.extensions["assent_settings"]
    return settings
