"""The signature of a receipt: the W3C cryptosuite ``eddsa-jcs-2022``.

"Data Integrity EdDSA Cryptosuites v1.0", section 3.3: Ed25519 (RFC 8032) over the SHA-256 of the
proof's own fields and the SHA-256 of the document, both in the canonical form of RFC 8785. Any
implementation of the suite can check a receipt; nothing is loaded from anywhere.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.privacy.receipts.base58 import decode_base58, encode_base58

MAX_BYTES = 256_000
MAX_INTEGER = 2**53 - 1  # RFC 8785: beyond it a number is not the same to every reader
SIGNATURE_BYTES = 64
MULTIBASE_BASE58 = "z"

Document = dict[str, Any]


class NotGenuine(Invalid):
    """A file that is no receipt, or not the one that was signed."""

    code = "not_genuine"


NO_RECEIPT = _("Not genuine: this file is not a signed receipt.")
TOO_BIG = _("Not genuine: this file is larger than any receipt (256 kB).")
UNKNOWN_KEY = _("Not proven: the receipt names a signing key that is not known here.")
ALTERED = _("Not genuine: the signature does not fit. The receipt was altered after it was signed.")


@dataclass(frozen=True, slots=True)
class Verified:
    """A document whose signature fits, without it, and the id of the key."""

    document: Document
    key_id: str


def canonical(value: Any) -> bytes:
    """The one way to write ``value`` as JSON (RFC 8785): sorted, without spaces, in UTF-8.

    ValueError or TypeError for what would take more rules: fractions, true, false, null, keys
    beyond ASCII.
    """
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def parse_json(data: bytes) -> Document:
    """The JSON object in a file. :class:`NotGenuine` if there is none, or two readings of it."""
    if len(data) > MAX_BYTES:
        raise NotGenuine(TOO_BIG)
    try:
        found = json.loads(data.decode(), object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError):
        raise NotGenuine(NO_RECEIPT) from None
    if not isinstance(found, dict):
        raise NotGenuine(NO_RECEIPT)
    return found


def sign(document: Document, key: Ed25519PrivateKey, method: str, created: datetime) -> Document:
    """The document with its proof. ``method`` is the URL of the key; its fragment is the key's id.

    The proof's own fields are signed as well.
    """
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": timestamp(created),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    if "@context" in document:
        options["@context"] = document["@context"]
    signature = key.sign(_to_be_signed(document, options))
    value = MULTIBASE_BASE58 + encode_base58(signature)
    return document | {"proof": options | {"proofValue": value}}


def verify(secured: Document, keys: Mapping[str, Ed25519PublicKey]) -> Verified:
    """Check the proof with one of ``keys``, which are found by their id.

    Raises :class:`NotGenuine`. A key that the document itself might bring along counts for nothing.
    """
    try:
        options = dict(secured["proof"])
        signature = _signature(options.pop("proofValue"))
        key_id = str(options["verificationMethod"]).rpartition("#")[2]
        document = {name: value for name, value in secured.items() if name != "proof"}
        if options.get("@context") != document.get("@context"):
            raise NotGenuine(ALTERED)
        message = _to_be_signed(document, options)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise NotGenuine(NO_RECEIPT) from None
    if key_id not in keys:
        raise NotGenuine(UNKNOWN_KEY)
    try:
        keys[key_id].verify(signature, message)
    except InvalidSignature:
        raise NotGenuine(ALTERED) from None
    return Verified(document, key_id)


def timestamp(moment: datetime) -> str:
    """A moment as RFC 3339 writes it, to the second, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _to_be_signed(document: Document, options: Document) -> bytes:
    return sha256(canonical(options)).digest() + sha256(canonical(document)).digest()


def _signature(value: Any) -> bytes:
    """The 64 bytes of a ``proofValue``; ValueError unless they are written in the one way."""
    if not isinstance(value, str):
        raise TypeError("no text")
    signature = decode_base58(value.removeprefix(MULTIBASE_BASE58), SIGNATURE_BYTES)
    if value != MULTIBASE_BASE58 + encode_base58(signature):
        raise ValueError("not base58btc with its prefix")
    return signature


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not (isinstance(name, str) and name.isascii()):
                raise ValueError("a key that sorts differently in UTF-16")
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)
    elif isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"no canonical form of {type(value).__name__} here")
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError("a number that not every reader can hold")


def _each_key_once(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key that is there twice")
    return found
