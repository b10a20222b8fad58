"""Flask-Babel's functions with types, which it does not ship."""

from typing import Any

import flask_babel
from flask_babel.speaklater import LazyString


def gettext(text: str, **values: Any) -> str:
    """The text in the language of this request."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, number: int, **values: Any) -> str:
    """The text in the language of this request, in the form that fits the number."""
    return str(flask_babel.ngettext(one, many, number, **values))


def lazy_gettext(text: str, **values: Any) -> LazyString:
    """A text that is translated when it is shown."""
    return flask_babel.lazy_gettext(text, **values)


def mark(text: str) -> str:
    """The same text, to be found by who collects what to translate; ``gettext`` shows it."""
    return text


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """The same two texts, to be found likewise; ``ngettext`` shows the one that fits."""
    return one, many
