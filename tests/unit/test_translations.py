"""What ``make check`` says of the catalogues; that ours are complete, it says itself."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo

from scripts.public_words import public_words
from scripts.translations import problems_of

HOURS = ("One hour.", "%(num)s hours.")


@pytest.fixture
def needed() -> Catalog:
    catalog = Catalog()
    catalog.add("Hello <b>%(name)s</b>")
    catalog.add(HOURS)
    return catalog


@pytest.fixture
def german() -> Catalog:
    catalog = Catalog(locale="de")
    catalog.add("Hello <b>%(name)s</b>", "Hallo <b>%(name)s</b>")
    catalog.add(HOURS, ("Eine Stunde.", "%(num)s Stunden."))
    return catalog


def _problems(catalog: Catalog, needed: Catalog, tmp_path: Path) -> list[str]:
    compiled = tmp_path / "messages.mo"
    with compiled.open("wb") as file:
        write_mo(file, catalog)
    return list(problems_of(catalog, needed, compiled))


def test_a_complete_catalogue_is_one(german: Catalog, needed: Catalog, tmp_path: Path) -> None:
    assert _problems(german, needed, tmp_path) == []
    assert len(list(problems_of(german, needed, tmp_path / "nothing.mo"))) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not translated"),
        ("Hallo <b>%(nam)s</b>", "has other placeholders or tags"),
        ("Hallo %(name)s", "has other placeholders or tags"),
    ],
)
def test_a_bad_translation_is_found(
    german: Catalog, needed: Catalog, tmp_path: Path, text: str, problem: str
) -> None:
    german["Hello <b>%(name)s</b>"].string = text
    [found] = _problems(german, needed, tmp_path)
    assert found.startswith(problem)


def test_so_is_everything_else(german: Catalog, needed: Catalog, tmp_path: Path) -> None:
    german[HOURS].string = ("Eine Stunde.", "")
    german["Hello <b>%(name)s</b>"].flags.add("fuzzy")
    german.add("Bye", "Tschüss")
    german.obsolete["Old"] = german["Bye"]
    needed.add("New")
    found = " ".join(_problems(german, needed, tmp_path))
    for problem in ("is not translated", "is fuzzy", "nobody says", "is missing", "obsolete"):
        assert problem in found


def test_what_is_collected_is_for_the_public() -> None:
    said = {str(message.id) for message in public_words()}
    for words in ("Subscribe", "Name", "Journal of erasures", "Please try again soon"):
        assert words in said
    for words in ("Dead letters", "Set up my account", "Local mailbox"):
        assert words not in said
