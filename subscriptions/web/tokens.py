"""From the token in a URL to what it speaks of."""

from datetime import timedelta

from flask import current_app

from subscriptions.core.tokens import Purpose, Reference, TokenService


def read_token(purpose: Purpose, token: str, max_age: timedelta | None = None) -> Reference:
    """The reference inside; raises what :meth:`TokenService.read` raises."""
    service: TokenService = current_app.extensions["assent_tokens"]
    return service.read(purpose, token, max_age)
