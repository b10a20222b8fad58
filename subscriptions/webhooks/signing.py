"""The signature of a webhook, after the Standard Webhooks specification (standardwebhooks.com).

The secret is derived from the installation's keys and the webhook's random id, so that none is
stored. Every key of the installation signs: a receiver goes on while keys rotate.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

from flask import current_app

from subscriptions.core.keys import derive_keys


def secret_of(reference: str) -> str:
    """What the receiver verifies by, made from the newest key."""
    return "whsec_" + b64encode(_keys(reference)[0]).decode()


def signed_headers(reference: str, event: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers of a message to the webhook ``reference``; ``timestamp`` in Unix seconds."""
    content = f"{event}.{timestamp}.".encode() + body
    return {
        "webhook-id": event,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(key, content) for key in _keys(reference)),
    }


def _signature(key: bytes, content: bytes) -> str:
    return "v1," + b64encode(hmac.digest(key, content, sha256)).decode()


def _keys(reference: str) -> Sequence[bytes]:
    return derive_keys(current_app.extensions["assent_keys"], f"webhook {reference}")
