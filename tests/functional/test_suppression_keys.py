"""The keys of the suppression: their own purpose, and they rotate."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from pydantic import SecretStr

from subscriptions import create_app
from subscriptions.config import Settings
from subscriptions.core.address_hashes import AddressHasher
from subscriptions.core.addresses import parse_address
from subscriptions.core.keys import derive_keys
from subscriptions.subscribers.suppression import Suppressed as Refused
from subscriptions.subscribers.suppression import entries_of, refuse_suppressed
from tests.support.applications import SECRET_KEY, close
from tests.support.suppressions import entries, suppress_in
from tests.support.visits import ADA, open_newsletter, reading, rows_of

NEW_KEY = "another-key-for-tests-only-9876543210"
KEY = parse_address(ADA).key


@pytest.fixture(autouse=True)
def _suppressed(app: Flask) -> None:
    open_newsletter(app)
    suppress_in(app)
    suppress_in(app, "noise@example.org")


@contextmanager
def _started_with(settings: Settings, *keys: str) -> Iterator[Flask]:
    made = create_app(settings.model_copy(update={"secret_keys": SecretStr(",".join(keys))}))
    yield made
    close(made)


def _found(app: Flask) -> int:
    with reading(app) as session:
        return len(entries_of(session.connection(), KEY))


def test_an_entry_of_an_older_key_is_still_found(app: Flask, settings: Settings) -> None:
    assert _found(app) == 1
    with _started_with(settings, NEW_KEY, SECRET_KEY) as rotated:
        assert _found(rotated) == 1
        with reading(rotated) as session, pytest.raises(Refused):
            refuse_suppressed(session, KEY, None)


def test_under_a_dropped_key_nobody_is_recognised(app: Flask, settings: Settings) -> None:
    with _started_with(settings, NEW_KEY) as forgetful:
        assert _found(forgetful) == 0
        assert len(entries(forgetful)) == 2


def test_suppressing_again_moves_an_entry_to_the_newest_key(app: Flask, settings: Settings) -> None:
    before = {row["key_id"] for row in rows_of(app, "suppressions")}
    with _started_with(settings, NEW_KEY, SECRET_KEY) as rotated:
        suppress_in(rotated)
        assert len(entries(rotated)) == 2
    with _started_with(settings, NEW_KEY) as later:
        assert _found(later) == 1
    after = {row["key_id"] for row in rows_of(app, "suppressions")}
    assert len(before) == 1
    assert before < after


def test_the_key_is_used_for_nothing_else() -> None:
    def made(purpose: str) -> str:
        return AddressHasher(derive_keys([SECRET_KEY], purpose)).newest(KEY).value

    assert made("suppression") != made("local mailbox")
    assert made("suppression") == made("suppression")
