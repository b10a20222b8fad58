"""The languages that our own words exist in, and which of them is nearest to somebody's own."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from babel import Locale
from flask import Flask, current_app
from flask_babel import force_locale

ENGLISH = Locale("en")
SPOKEN = "assent_languages"


def bind_languages(app: Flask, translated: Iterable[Locale]) -> None:
    """Speak English, in which everything is written, and what it is translated into."""
    locales = [ENGLISH, *sorted(set(translated) - {ENGLISH}, key=str)]
    app.extensions[SPOKEN] = {str(locale).replace("_", "-"): locale for locale in locales}


def spoken_languages() -> dict[str, Locale]:
    """By their tags (BCP 47), English first."""
    spoken: dict[str, Locale] = current_app.extensions[SPOKEN]
    return spoken


def nearest_language(tag: str) -> Locale | None:
    """The language of this tag or, for one such as *de-AT*, that without its region; else None."""
    spoken = spoken_languages()
    return spoken.get(tag) or spoken.get(tag.partition("-")[0])


@contextmanager
def in_language(tag: str) -> Iterator[Locale]:
    """Speak the nearest language that we have, or English, for a while; yields which it is."""
    language = nearest_language(tag) or ENGLISH
    with force_locale(language):
        yield language
