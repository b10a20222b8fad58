"""In which language a page speaks."""

from flask import current_app, g, has_request_context, request
from flask_babel import get_locale

from subscriptions.config import Settings
from subscriptions.extensions import babel

DEFAULT = "en"


def select_locale() -> str:
    """The language of the form or the subscriber, else the browser's best, else English."""
    if not has_request_context():
        return DEFAULT
    offered = [str(translation) for translation in babel.list_translations()] or [DEFAULT]
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
