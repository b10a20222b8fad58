"""Secrets of second factors, when keys rotate."""

from pathlib import Path

from flask import Flask
from passlib.totp import TOTP

from subscriptions.core.identity import bind_identity
from subscriptions.operators.second_factor import OperatorTotp
from tests.support.applications import make_settings


def test_a_secret_made_before_a_rotation_still_works_and_new_ones_use_the_new_key() -> None:
    before = OperatorTotp({"old": "x" * 32}, "Example")
    kept = before.generate_totp_secret()
    after = OperatorTotp({"new": "y" * 32, "old": "x" * 32}, "Example")
    assert after.get_totp_b32_key(kept) == before.get_totp_b32_key(kept)
    assert '"t":"new"' in after.generate_totp_secret().replace(" ", "")


def test_a_secret_is_not_kept_in_the_clear() -> None:
    factory = OperatorTotp({"a": "x" * 32}, "Example")
    kept = factory.generate_totp_secret()
    assert factory.get_totp_b32_key(kept) not in kept
    assert TOTP(factory.get_totp_b32_key(kept)).base32_key == factory.get_totp_b32_key(kept)


def test_the_picture_to_scan_is_an_element_and_no_data_url(tmp_path: Path) -> None:
    factory = OperatorTotp({"a": "x" * 32}, "Example")
    app = Flask("test")
    bind_identity(app, make_settings(tmp_path, ""))
    with app.app_context():
        picture = factory.generate_qrcode("owner@example.org", factory.generate_totp_secret())
    assert picture.startswith("<svg")
    assert "style=" not in picture
