"""Signed tokens: one purpose, one salt; keys rotate; no address ever inside.

A token is ``reference.epoch.signature`` or, where it expires, ``reference.epoch.time.signature``
(itsdangerous, HMAC-SHA-256). ``reference`` is a random id and ``epoch`` the count of times that
the thing it names was begun anew, so that an old link can't act on a newer subscription.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from itsdangerous import BadSignature, SignatureExpired, Signer, TimestampSigner
from itsdangerous.encoding import base64_encode

from subscriptions.core import clock
from subscriptions.core.errors import ExpiredToken, InvalidToken

MAX_TOKEN_LENGTH = 200


class Purpose(StrEnum):
    """What a token is for. The value is its salt: a new meaning needs a new value."""

    CONFIRM = "assent.confirm.1"
    UNSUBSCRIBE = "assent.unsubscribe.1"
    PREFERENCES = "assent.preferences.1"
    MANAGE = "assent.manage.1"
    SETUP = "assent.operator-setup.1"


EXPIRING = {Purpose.CONFIRM, Purpose.MANAGE, Purpose.SETUP}


class Reference(NamedTuple):
    """What a genuine token speaks of."""

    id: str
    epoch: int


class _ClockedSigner(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


@dataclass(frozen=True)
class TokenService:
    """Makes and reads tokens with the installation's keys, newest first."""

    keys: Sequence[str]

    def make(self, purpose: Purpose, reference: Reference) -> str:
        """The token for ``reference``; the same each time unless the purpose expires."""
        return self._signer(purpose).sign(f"{reference.id}.{reference.epoch}").decode("ascii")

    def read(self, purpose: Purpose, token: str, max_age: timedelta | None = None) -> Reference:
        """The reference inside ``token``.

        Raises :class:`InvalidToken` if it was malformed, forged or made for another purpose, and
        :class:`ExpiredToken` if it is genuine and older than ``max_age``.
        """
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise InvalidToken
        signer = self._signer(purpose)
        try:
            if isinstance(signer, TimestampSigner):
                age = None if max_age is None else int(max_age.total_seconds())
                value = signer.unsign(token, max_age=age)
            else:
                value = signer.unsign(token)
        except SignatureExpired:
            raise ExpiredToken from None
        except BadSignature:
            raise InvalidToken from None
        return _parse(value.decode("ascii"))

    def maker(self, purpose: Purpose) -> Callable[[str, int], str]:
        """A function ``(id, epoch) -> token`` for making very many: the key is derived once.

        Only for purposes that don't expire. The result equals :meth:`make`.
        """
        if purpose in EXPIRING:
            raise ValueError("a token that expires is made one at a time")
        key = self._signer(purpose).derive_key()

        def make(reference: str, epoch: int) -> str:
            value = f"{reference}.{epoch}"
            digest = hmac.digest(key, value.encode("ascii"), "sha256")
            return f"{value}.{base64_encode(digest).decode('ascii')}"

        return make

    def _signer(self, purpose: Purpose) -> Signer:
        kind = _ClockedSigner if purpose in EXPIRING else Signer
        # itsdangerous wants the oldest key first and signs with the last one.
        return kind(
            list(reversed(self.keys)),
            salt=purpose.value,
            key_derivation="hmac",
            digest_method=sha256,
        )


def _parse(value: str) -> Reference:
    reference, _, epoch = value.partition(".")
    if not reference or not epoch.isdecimal():
        raise InvalidToken
    return Reference(reference, int(epoch))
