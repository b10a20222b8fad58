"""The Flask extensions, unbound; :func:`subscriptions.create_app` binds them."""

from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from subscriptions.core.db import Base

# Rows stay usable after the commit that wrote them; a unit of work is short.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
mail = Mail()
# Day before month and a clock of 24 hours, in every language.
babel = Babel(
    date_formats={
        **Babel.default_date_formats,
        "date.medium": "d MMM y",
        "date.long": "d MMMM y",
        "datetime.medium": "d MMM y, HH:mm",
    }
)
bootstrap = Bootstrap5()
csrf = CSRFProtect()
