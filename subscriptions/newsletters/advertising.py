"""Whether a text reads like advertising, or leads somewhere: what a confirmation mail must not do.

A mail that asks for consent may not advertise (§7 UWG). A few signs are looked for; a person
decides.
"""

import re

# English, German, French, Spanish; beginnings of words where they are bent.
WORDS = (
    r"sale|discounts?|offers?|deals?|bargains?|free|gift|voucher|coupon|save|buy|order now|"
    r"limited|exclusive|win|prize|shop|prices?|cheap(?:er|est)?|don't miss|"
    r"rabatt\w*|angebot\w*|sonderangebot\w*|gratis|kostenlos\w*|gutschein\w*|sparen|kaufen?|"
    r"bestellen|aktion\w*|exklusiv\w*|gewinn\w*|preise?|günstig\w*|nur heute|"
    r"soldes?|remises?|offres?|gratuit\w*|cadeaux?|achet\w+|promo\w*|"
    r"ofertas?|descuentos?|rebajas?|compr[ae]\w*|regalos?"
)
NUMBER = r"\d+(?:[.,]\d+)*"
SIGNS = re.compile(
    rf"\b(?:{WORDS})\b"
    rf"|{NUMBER}\s?%"
    rf"|(?:[€$£]|\bEUR|\bUSD)\s?{NUMBER}"
    rf"|{NUMBER}\s?(?:[€$£]|EUR\b|USD\b|euros?\b|dollars?\b)"
    r"|!",
    re.IGNORECASE,
)
# What mail programs make a link of as well.
LINK = re.compile(r"\bhttps?:|\bwww\.|\w\.[a-z]{2,}\b|\w@\w", re.IGNORECASE)


def signs_of_advertising(text: str) -> list[str]:
    """What in the text reads like advertising, each once, as it is written; often nothing."""
    return list(dict.fromkeys(SIGNS.findall(text)))


def has_link(text: str) -> bool:
    """Whether there is something in the text that a mail program could make a link of."""
    return LINK.search(text) is not None
