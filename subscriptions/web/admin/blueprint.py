"""The blueprint of the admin; its views add themselves to it."""

from flask import Blueprint

from subscriptions.web.sessions import PATH

blueprint = Blueprint("admin", __name__, url_prefix=PATH)
