"""The blueprint of the API; its views add themselves to it."""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
