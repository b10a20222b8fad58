"""Rights by oneself: everything held, behind a fresh mailed link (GDPR Articles 15 to 21)."""

from subscriptions.web.manage import actions, asking, change_of_address, downloads, page
from subscriptions.web.manage.blueprint import blueprint

__all__ = ["actions", "asking", "blueprint", "change_of_address", "downloads", "page"]
