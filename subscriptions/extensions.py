"""The Flask extensions, unbound; :func:`subscriptions.create_app` binds them."""

from flask_babel import Babel, get_locale
from flask_bootstrap import Bootstrap5
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from subscriptions.core.db import Base
from subscriptions.core.languages import ENGLISH

# Day before month and a clock of 24 hours.
ENGLISH_DATES = {
    **Babel.default_date_formats,
    "date.medium": "d MMM y",
    "date.long": "d MMMM y",
    "datetime.medium": "d MMM y, HH:mm",
}


class DateFormats(dict[str, str | None]):
    """Patterns for dates in English; in every other language they are as is usual there."""

    def __getitem__(self, name: str) -> str | None:
        """The pattern of a format such as ``date.long``, or what ``date`` alone means."""
        is_pattern = "." in name
        return None if is_pattern and get_locale() != ENGLISH else super().__getitem__(name)


# Rows stay usable after the commit that wrote them; a unit of work is short.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
mail = Mail()
babel = Babel(date_formats=DateFormats(ENGLISH_DATES))
bootstrap = Bootstrap5()
csrf = CSRFProtect()
