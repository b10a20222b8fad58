"""The catalogues: ``update`` them after the words have changed, ``check`` that nothing is missing.

A catalogue is ``subscriptions/translations/LANGUAGE/LC_MESSAGES/messages.po``, for people; the
``messages.mo`` beside it is what the service reads, and is committed as well, so that a clone runs.
"""

import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from scripts.public_words import ROOT, public_words

FOLDER = ROOT / "subscriptions" / "translations"
# What a translation must take over: the names of values, and tags.
HELD = re.compile(r"%\(\w+\)[sd]|</?\w+")


def update() -> int:
    """Take in new words, drop those that nobody says any more, and compile."""
    needed = public_words()
    for path in _catalogues():
        catalog = _read(path)
        needed.creation_date = catalog.creation_date  # dates alone are no change
        catalog.update(needed, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(_compiled(_read(path)))
    return 0


def check() -> int:
    """Say what is missing or wrong in any catalogue; 1 if anything is."""
    needed = public_words()
    found = [
        f"{path.parent.parent.name}: {problem}"
        for path in _catalogues()
        for problem in problems_of(_read(path), needed, path.with_suffix(".mo"))
    ]
    print("\n".join(found) or "every catalogue is complete", file=sys.stderr if found else None)
    if found:
        print("`make translations` takes in new words; then fill them in.", file=sys.stderr)
    return 1 if found else 0


def problems_of(catalog: Catalog, needed: Catalog, compiled: Path) -> Iterator[str]:
    """What keeps a catalogue from being complete."""
    said, wanted = _by_words(catalog), _by_words(needed)
    for words in wanted.keys() - said.keys():
        yield f"is missing: {words!r}"
    for words in said.keys() - wanted.keys():
        yield f"nobody says any more: {words!r}"
    for words in wanted.keys() & said.keys():
        if problem := _problem_of(said[words], catalog.num_plurals):
            yield f"{problem}: {words!r}"
    if catalog.obsolete:
        yield "has obsolete entries"
    if not compiled.exists() or compiled.read_bytes() != _compiled(catalog):
        yield f"{compiled.name} is not what the catalogue says"


def _problem_of(message: Message, plurals: int) -> str:
    originals, texts = _texts(message.id), _texts(message.string)
    expected = plurals if message.pluralizable else 1
    if message.fuzzy:
        return "is fuzzy"
    if len(texts) != expected or not all(texts):
        return "is not translated"
    allowed = [sorted(HELD.findall(original)) for original in originals]
    if any(sorted(HELD.findall(text)) not in allowed for text in texts):
        return "has other placeholders or tags"
    return ""


def _texts(words: str | Sequence[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or ())


def _catalogues() -> list[Path]:
    return sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def _compiled(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _by_words(catalog: Catalog) -> dict[object, Message]:
    return {message.id: message for message in catalog if message.id}


if __name__ == "__main__":
    sys.exit({"update": update, "check": check}[sys.argv[1]]())
