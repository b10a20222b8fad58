"""Which sentences of a confirmation mail read like advertising, and which don't."""

import pytest

from subscriptions.newsletters.advertising import has_link, signs_of_advertising

QUIET = [
    "We write on the first Monday of the month.",
    "You signed up at our stand at the book fair. Thank you for your interest.",
    "If you do not know us: we are the library of the town.",
    "Our letters are about gardens, freedom of the press and 3 museums.",
    "The winter programme is in the next letter.",
    "Wir schreiben einmal im Monat, montags um 9.30 Uhr.",
    "Nous écrivons une fois par mois.",
    "Escribimos una vez al mes.",
]
LOUD = {
    "Welcome to our summer sale.": ["sale"],
    "Confirm now and get 10 % off.": ["10 %"],
    "Your first month is FREE!": ["FREE", "!"],
    "Limited offer: buy two, save 5,00 €.": ["Limited", "offer", "buy", "save", "5,00 €"],
    "All books from $9.99.": ["$9.99"],
    "Exclusive deals for readers": ["Exclusive", "deals"],
    "Hurry! Hurry! Hurry!": ["!"],
    "Sichern Sie sich Ihren Rabattcode und 20% auf alle Angebote.": [
        "Rabattcode",
        "20%",
        "Angebote",
    ],
    "Ein Gutschein über EUR 10 wartet auf Sie.": ["Gutschein", "EUR 10"],
    "Profitez de nos offres et d'un cadeau.": ["offres", "cadeau"],
    "Rebajas y descuentos para usted.": ["Rebajas", "descuentos"],
}


@pytest.mark.parametrize("text", QUIET)
def test_plain_words_are_no_advertising(text: str) -> None:
    assert signs_of_advertising(text) == []
    assert not has_link(text)


@pytest.mark.parametrize("text", LOUD)
def test_advertising_is_noticed_by_its_words(text: str) -> None:
    assert signs_of_advertising(text) == LOUD[text]


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.org/spring",
        "See www.example.org",
        "See example.org for more",
        "Write to us at office@example.org",
    ],
)
def test_what_a_mail_program_makes_a_link_of_is_a_link(text: str) -> None:
    assert has_link(text)
