"""The blueprint of the public side; its views add themselves to it."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
