"""The second step at sign-in, as an app on a phone does it; passkeys that nobody can use."""

import re

from passlib.totp import TOTP

from subscriptions.core import clock
from subscriptions.operators.models import AFTER, Passkey
from tests.support.operators import Desk


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(TOTP(secret.replace("-", "")).generate().token)


def set_up_second_factor(desk: Desk) -> str:
    """Set it up for who is signed in; returns the secret."""
    page = desk.send("/admin/tf-setup", setup="authenticator")
    shown = re.search(r"<code>([A-Z2-7-]+)</code>", page.text)
    action = re.search(r'action="(/admin/tf-setup/[^"]+)"', page.text)
    assert shown
    assert action
    answer = desk.send(action[1], code=code_of(shown[1]))
    assert answer.location == "/admin/account"
    return shown[1]


def passkey_of(operator_id: int, usage: str = AFTER) -> Passkey:
    """A passkey named Key, to be put into the store."""
    return Passkey(
        operator_id=operator_id,
        name="Key",
        usage=usage,
        credential_id=b"credential",
        public_key=b"public",
        sign_count=0,
        backup_state=False,
        device_type="single_device",
        lastuse_datetime=clock.now(),
    )
