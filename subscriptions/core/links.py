"""The links that go into mails and exports. Their paths are part of the public contract."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from subscriptions.core.tokens import Purpose, Reference, TokenService

PATHS = {
    Purpose.CONFIRM: "confirm",
    Purpose.UNSUBSCRIBE: "unsubscribe",
    Purpose.PREFERENCES: "preferences",
    Purpose.MANAGE: "manage",
    Purpose.SETUP: "admin/setup",
    Purpose.RECEIPT: "receipt",
    Purpose.ADDRESS: "address",
    Purpose.STAY: "stay",
}


@dataclass(frozen=True)
class Links:
    """Makes absolute links with signed tokens."""

    base_url: str
    tokens: TokenService

    def to(self, purpose: Purpose, reference: str, epoch: int) -> str:
        """The link for one purpose."""
        token = self.tokens.make(purpose, Reference(reference, epoch))
        return f"{self.base_url}/{PATHS[purpose]}/{token}"

    def maker(self, purpose: Purpose) -> Callable[[str, int], str]:
        """A fast function ``(reference, epoch) -> link`` for an export's many rows."""
        make = self.tokens.maker(purpose)
        prefix = f"{self.base_url}/{PATHS[purpose]}/"
        return lambda reference, epoch: prefix + make(reference, epoch)


def current_links() -> Links:
    """The links of the current application."""
    links: Links = current_app.extensions["assent_links"]
    return links
