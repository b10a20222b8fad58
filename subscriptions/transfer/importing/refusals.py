"""Why a file is refused as a whole. Nothing of it is kept then."""

from http import HTTPStatus

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _


class BadFile(Invalid):
    """The file can't be read as a list of people; the message says what is wrong and where."""

    code = "bad_file"


class FileTooLarge(BadFile):
    """The file has more bytes, rows or columns than we take."""

    code = "file_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = _("The file is too large: at most 200 MB and 2,000,000 rows. Split it into several.")
