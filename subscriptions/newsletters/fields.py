"""The optional fields that a form may ask for, beside the address.

Which of them this installation allows, its policy says.
"""

from dataclasses import dataclass

from flask import current_app
from flask_babel.speaklater import LazyString

from subscriptions.core.words import lazy_gettext as _


@dataclass(frozen=True)
class ProfileField:
    """One optional field: its column and CSV name, its label, its length and HTML hints."""

    name: str
    label: LazyString
    max_length: int
    autocomplete: str
    input_type: str = "text"


PROFILE_FIELDS: dict[str, ProfileField] = {
    field.name: field
    for field in (
        ProfileField("name", _("Name"), 200, "name"),
        ProfileField("job_title", _("Job title"), 200, "organization-title"),
        ProfileField("role", _("Role"), 200, "off"),
        ProfileField("company", _("Company"), 200, "organization"),
        ProfileField("industry", _("Industry"), 200, "off"),
        ProfileField("employees", _("Number of employees"), 50, "off"),
        ProfileField("phone", _("Phone"), 50, "tel", "tel"),
        ProfileField("postal_address", _("Postal address"), 500, "street-address", "textarea"),
    )
}
FIELDS_ALLOWED = "ASSENT_FIELDS_ALLOWED"


def allowed_fields() -> list[ProfileField]:
    """The fields that forms of this installation may ask for."""
    return [PROFILE_FIELDS[name] for name in current_app.config[FIELDS_ALLOWED]]
