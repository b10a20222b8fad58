"""The hosted forms, what the links in mails open, receipts, and the notice."""

from subscriptions.web.public import hosted_forms, links, notice, receipts, staying
from subscriptions.web.public.blueprint import blueprint

__all__ = ["blueprint", "hosted_forms", "links", "notice", "receipts", "staying"]
