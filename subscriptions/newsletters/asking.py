"""How a form asks for a field: in which words, and whether it may be left empty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _

EMAIL = "email"  # always asked for, and always required
MAX_LABEL = 100  # characters
MAX_HELP = 300  # characters

# What a form's column holds: for each field that it asks for in another way than by default.
Stored = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field as a form asks for it. Without a ``label`` of its own it has the usual one."""

    name: str
    label: str = ""
    help: str = ""
    required: bool = False


ADDRESS = AskedField(EMAIL)


def asked_field(name: str, stored: Stored) -> AskedField:
    """One field of a form."""
    return AskedField(name, **stored.get(name, {}))


def asked_fields(names: Iterable[str], stored: Stored) -> tuple[AskedField, ...]:
    """The fields of a form, in their order."""
    return tuple(asked_field(name, stored) for name in names)


def stored(fields: Sequence[AskedField]) -> dict[str, dict[str, Any]]:
    """What a form keeps of that; :class:`Invalid` if a label or help is no short plain line."""
    for field in fields:
        _check(field.label, MAX_LABEL)
        _check(field.help, MAX_HELP)
    own = {field.name: _own(field) for field in fields}
    return {name: settings for name, settings in own.items() if settings}


def _own(field: AskedField) -> dict[str, Any]:
    settings = {"label": field.label, "help": field.help, "required": field.required}
    return {name: value for name, value in settings.items() if value}


def _check(text: str, length: int) -> None:
    if len(text) > length or not text.isprintable():
        raise Invalid(_("A label has up to 100, a help up to 300 characters on one line."))
