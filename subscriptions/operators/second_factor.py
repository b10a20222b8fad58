"""Codes of an authenticator app (TOTP, RFC 6238)."""

import io
from typing import cast

import qrcode
import qrcode.image.svg
from flask_security import Totp, UserMixin
from passlib.totp import TOTP, AppWallet, TotpMatch

from subscriptions.core.identity import current_identity
from subscriptions.operators.models import Operator

METHOD = "authenticator"
TOLERANCE = 30  # seconds that a phone's clock may be off


class OperatorTotp(Totp):
    """Keeps secrets encrypted, accepts each code once, draws the QR code without a data URL."""

    def __init__(self, secrets: dict[str, str] | dict[int, str], issuer: str) -> None:
        newest = str(next(iter(secrets)))
        self._totp = TOTP.using(issuer=issuer, wallet=AppWallet(secrets, default_tag=newest))

    def get_totp_uri(self, username: str, totp_secret: str) -> str:
        """What an app reads out of the QR code; under the name that the organisation has now."""
        issuer = current_identity().organisation.replace(":", " ")
        return str(self._totp.from_source(totp_secret).to_uri(username, issuer=issuer))

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The time step of the last code that was accepted."""
        return cast("Operator", user).tf_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Remember the code's time step, so that it can't be used again."""
        cast("Operator", user).tf_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """An ``<svg>`` element, because our pages load no ``data:`` images."""
        image = qrcode.make(
            self.get_totp_uri(username, totp),
            image_factory=qrcode.image.svg.SvgPathImage,
        )
        with io.BytesIO() as file:
            image.save(file)
            svg = file.getvalue().decode()
        return svg[svg.index("<svg") :]
