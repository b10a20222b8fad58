"""What a key for the API may be allowed to do."""

from enum import StrEnum

from flask_babel.speaklater import LazyString

from subscriptions.core.words import lazy_gettext as _


class Scope(StrEnum):
    """One thing that a key may do. None includes another."""

    NEWSLETTERS_READ = "newsletters:read"
    SUBSCRIBERS_READ = "subscribers:read"
    SUBSCRIBERS_ADD = "subscribers:add"
    SUBSCRIBERS_END = "subscribers:end"


SCOPES: dict[Scope, LazyString] = {
    Scope.NEWSLETTERS_READ: _("Read newsletters, their topics and forms"),
    Scope.SUBSCRIBERS_READ: _("Read subscribers, as an export does"),
    Scope.SUBSCRIBERS_ADD: _("Add subscribers; each is asked to confirm by mail"),
    Scope.SUBSCRIBERS_END: _("End subscriptions, which erases what only they needed"),
}
