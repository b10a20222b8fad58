"""The hosted forms, what the links in mails open, receipts, the notice, and the contact page."""

from subscriptions.web.public import contact, hosted_forms, links, looks, notice, receipts, staying
from subscriptions.web.public.blueprint import blueprint

__all__ = [
    "blueprint",
    "contact",
    "hosted_forms",
    "links",
    "looks",
    "notice",
    "receipts",
    "staying",
]
