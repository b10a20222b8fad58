"""Passkeys (WebAuthn): how browsers are asked for them, and where they can be on offer."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_security import UserMixin, WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from subscriptions.config import Settings
from subscriptions.core.identity import current_identity
from subscriptions.operators.models import AFTER, INSTEAD

LOCALHOST = "localhost"
DEFAULT_PORTS = {"http": 80, "https": 443}


def offered(settings: Settings) -> bool:
    """Whether browsers make passkeys for our address: it needs a name, and TLS or ``localhost``."""
    host = _host(settings)
    return not _is_ip(host) and (settings.is_https or host == LOCALHOST)


class OperatorPasskeys(WebauthnUtil):
    """What browsers are asked for. Origin and name are those of our address, not of a request."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["assent_settings"]
        self._origin = _origin(settings)
        self._host = _host(settings)

    def origin(self) -> str:
        """Where our pages come from, as browsers write it."""
        return self._origin

    def registration_options(
        self, user: UserMixin, usage: str, existing_options: dict[str, Any]
    ) -> dict[str, Any]:
        """What a new passkey must be able to do."""
        options = super().registration_options(user, usage, existing_options)
        name = current_identity().organisation  # may have changed since the start
        return {**options, "rp_id": self._host, "rp_name": name}

    def authenticator_selection(
        self, user: UserMixin, usage: str
    ) -> AuthenticatorSelectionCriteria:
        """One instead of the password is found without a name, and asks for finger, face or PIN."""
        if usage == INSTEAD:
            return AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.DISCOURAGED,
        )

    def authentication_options(
        self, user: UserMixin | None, usage: list[str], existing_options: dict[str, Any]
    ) -> dict[str, Any]:
        """What is asked at sign-in."""
        options = super().authentication_options(user, usage, existing_options)
        return {**options, "rp_id": self._host}

    def user_verification(
        self, user: UserMixin | None, usage: list[str]
    ) -> UserVerificationRequirement:
        """After the password the key alone will do; instead of it, it takes finger, face or PIN."""
        if usage == [AFTER]:
            return UserVerificationRequirement.DISCOURAGED
        return UserVerificationRequirement.REQUIRED


def _origin(settings: Settings) -> str:
    """Scheme, host and port as browsers write them (RFC 6454 section 6.2)."""
    parts = urlsplit(settings.public_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or ""


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
