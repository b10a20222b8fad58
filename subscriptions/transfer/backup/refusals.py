"""Why a backup is not made, or a file not restored."""

from subscriptions.core.errors import Conflict
from subscriptions.core.words import lazy_gettext as _


class BackupRefused(Conflict):
    """The backup can't be made, or not there."""

    code = "backup_refused"


class RestoreRefused(Conflict):
    """The file or the store doesn't allow it. Nothing was replaced."""

    code = "restore_refused"


class Damaged(RestoreRefused):
    """The file is not, byte for byte, what was written."""

    code = "damaged_backup"
    message = _("The file is damaged or cut short. Nothing was changed.")


class Foreign(RestoreRefused):
    """The file is something else."""

    code = "foreign_backup"
    message = _("The file is not a backup of this service. Nothing was changed.")


class StoreInUse(RestoreRefused):
    """A service runs on the store, or another restore does."""

    code = "store_in_use"
    message = _("The store is in use: stop `flask serve` and `flask worker` first.")
