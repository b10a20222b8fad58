"""What an operator may do: three roles, each of which includes the one before."""

from enum import StrEnum

from flask_babel.speaklater import LazyString

from subscriptions.core.words import lazy_gettext as _


class Role(StrEnum):
    """A role, held for every newsletter or for certain ones only. Owners own everything."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"

    def includes(self, other: "Role") -> bool:
        """Whether whoever holds this role may do what ``other`` may do."""
        return RANKS[self] >= RANKS[other]


RANKS = {role: rank for rank, role in enumerate(Role)}

# A role for one newsletter; owning is for the whole installation.
NEWSLETTER_ROLES = (Role.VIEWER, Role.EDITOR)

TITLES: dict[Role, LazyString] = {
    Role.VIEWER: _("Viewer"),
    Role.EDITOR: _("Editor"),
    Role.OWNER: _("Owner"),
}
