"""The keys that sign receipts, and how the public halves of them are published.

Each secret key of the installation gives one Ed25519 key, so they rotate together: the newest
signs, all are published as a JSON Web Key Set (RFC 7517) of type OKP (RFC 8037).
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import current_app

from subscriptions.core.errors import Invalid
from subscriptions.core.keys import derive_key
from subscriptions.core.words import lazy_gettext as _
from subscriptions.privacy.receipts.proof import NotGenuine, parse_json

PURPOSE = "receipts"
# Relied on by receipts that were given out: it never changes.
KEYS_PATH = "/.well-known/assent-receipt-keys.json"

PublicKeys = dict[str, Ed25519PublicKey]


class UnusableKeys(Invalid):
    """A file that is no set of public keys."""

    code = "unusable_keys"
    message = _("The file of keys is not a JSON Web Key Set with Ed25519 keys.")


def signing_keys() -> list[Ed25519PrivateKey]:
    """The keys of this installation, newest first."""
    secrets: Sequence[str] = current_app.extensions["assent_keys"]
    return [
        Ed25519PrivateKey.from_private_bytes(derive_key([secret], PURPOSE)) for secret in secrets
    ]


def public_keys() -> PublicKeys:
    """The public keys of this installation by their id, newest first."""
    return {key_id(public): public for public in (key.public_key() for key in signing_keys())}


def key_id(key: Ed25519PublicKey) -> str:
    """The thumbprint of a public key (RFC 7638): nobody else's key can have the same."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _encode(key.public_bytes_raw())}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return _encode(sha256(text.encode()).digest())


def as_key_set(keys: PublicKeys) -> dict[str, Any]:
    """The keys as they are published."""
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": name,
                "x": _encode(key.public_bytes_raw()),
            }
            for name, key in keys.items()
        ]
    }


def read_key_set(data: bytes) -> PublicKeys:
    """The Ed25519 keys in a published set; :class:`UnusableKeys` if there is none.

    What the file says of a key's id is not believed: the id is made from the key.
    """
    try:
        entries = [entry for entry in parse_json(data)["keys"] if entry["crv"] == "Ed25519"]
        keys = [Ed25519PublicKey.from_public_bytes(_decode(entry["x"])) for entry in entries]
    except (NotGenuine, KeyError, TypeError, ValueError):
        raise UnusableKeys from None
    if not keys:
        raise UnusableKeys
    return {key_id(key): key for key in keys}


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
