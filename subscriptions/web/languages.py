"""Languages by their own names."""

from collections.abc import Iterable

from babel import Locale, UnknownLocaleError

from subscriptions.web.checkboxes import SelectChoice


def language_choices(tags: Iterable[str]) -> list[SelectChoice]:
    """Tag and name of each language in itself, each once, in the order given."""
    return [SelectChoice(tag, own_name(tag)) for tag in dict.fromkeys(tags)]


def own_name(tag: str) -> str:
    """The name of a language in itself; the tag where it is not known."""
    try:
        name = Locale.parse(tag, sep="-").display_name
    except (UnknownLocaleError, ValueError):
        return tag
    return name.capitalize() if name else tag
