"""What the columns of a file can be, and which of them look like it."""

from collections.abc import Mapping, Sequence

from flask_babel.speaklater import LazyString

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.fields import PROFILE_FIELDS, allowed_fields

EMAIL, TOPICS, LOCALE = "email", "topics", "locale"
CONSENTED_AT, EVIDENCE = "consented_at", "evidence"
TITLES: dict[str, LazyString] = {
    EMAIL: _("E-mail address"),
    TOPICS: _("Topics"),
    LOCALE: _("Language"),
    CONSENTED_AT: _("When they agreed"),
    EVIDENCE: _("Evidence of that"),
    **{name: field.label for name, field in PROFILE_FIELDS.items()},
}
# What lists call these columns, in lower case without blanks; our own export first.
KNOWN_AS = {
    EMAIL: (
        "email",
        "e-mail",
        "emailaddress",
        "e-mailaddress",
        "mail",
        "address",
        "e-mail-adresse",
    ),
    TOPICS: ("topics", "topic", "tags", "interests"),
    LOCALE: ("locale", "language", "lang", "sprache"),
    CONSENTED_AT: ("confirmed_at", "consented_at", "confirmtime", "optin_time", "consentdate"),
    EVIDENCE: ("evidence", "proof", "consentevidence"),
    "name": ("name", "fullname"),
    "job_title": ("job_title", "jobtitle"),
    "role": ("role",),
    "company": ("company", "organisation", "organization", "firma"),
    "industry": ("industry",),
    "employees": ("employees",),
    "phone": ("phone", "telephone", "telefon"),
    "postal_address": ("postal_address", "postaladdress"),
}


def targets() -> list[str]:
    """What a column can be, under the policy in force."""
    return [EMAIL, *(f.name for f in allowed_fields()), TOPICS, LOCALE, CONSENTED_AT, EVIDENCE]


def suggest(names: Sequence[str]) -> dict[str, int]:
    """The place, from 0, of each column whose name says what it is."""
    plain = [name.casefold().replace(" ", "") for name in names]
    found = {}
    for target in targets():
        places = [plain.index(name) for name in KNOWN_AS[target] if name in plain]
        if places:
            found[target] = places[0]
    return found


def check_columns(columns: Mapping[str, int], width: int) -> dict[str, int]:
    """The same, if there is a column of addresses and nothing that the policy does not allow.

    Raises :class:`Invalid` otherwise.
    """
    if EMAIL not in columns:
        raise Invalid(_("Say which column has the e-mail addresses."))
    for target, place in columns.items():
        if target not in TITLES:
            raise Invalid(_("A column can't be “%(name)s”.", name=target))
        if target not in targets():
            raise Invalid(
                _("The privacy policy does not allow to hold “%(field)s”.", field=TITLES[target])
            )
        if not 0 <= place < width:
            raise Invalid(_("The file has no column %(number)d.", number=place + 1))
    if len(set(columns.values())) < len(columns):
        raise Invalid(_("One column can't be two things."))
    return dict(columns)
