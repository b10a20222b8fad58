"""The registry of personal data: nothing is held that nobody can export and erase."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.orm import Session

import subscriptions
from subscriptions.config import ConfigurationError
from subscriptions.core.db import Base, personal
from subscriptions.core.personal_data import Category, Registry, registry, unregistered
from subscriptions.core.transactions import Unit
from subscriptions.privacy.policy import load_policy

# Columns of people's tables that are no personal data: ids, states and machinery.
EXEMPT = {"id", "reference", "epoch", "status", "step", "source", "mails", "mails_on", "mailed_at"}
EXEMPT |= {"key_id", "asked_again_at", "erasure_asked_at"}
PERSONAL_TABLES = [
    "subscribers",
    "subscriptions",
    "profiles",
    "consent_records",
    "suppressions",
    "manage_links",
    "address_changes",
    "channel_consents",
    "enquiries",
    "data_requests",
    "request_steps",
]


def _category(name: str, calls: list[str]) -> Category:
    def erase(_unit: Unit, _subscribers: Sequence[int]) -> int:
        calls.append(name)
        return 1

    return Category(name, name, lambda _session, subscriber: [{"id": subscriber}], erase)


def test_who_hangs_on_others_is_erased_first() -> None:
    calls: list[str] = []
    own = Registry()
    for name in ("address", "subscription", "consent"):
        own.register(_category(name, calls))
    assert own.erase(Session(), [7]) == {"consent": 1, "subscription": 1, "address": 1}
    assert calls == ["consent", "subscription", "address"]


def test_what_belongs_to_no_subscription_goes_only_at_the_persons_wish() -> None:
    calls: list[str] = []
    own = Registry()
    own.register(_category("address", calls))
    letters = _category("letters", calls)
    own.register(Category("letters", "", letters.export, lambda *_: 0, letters.erase))
    assert own.erase(Session(), [7]) == {"letters": 0, "address": 1}
    assert own.erase_at_wish(Session(), [7]) == {"letters": 1}
    assert calls == ["address", "letters"]


def test_an_export_has_every_category() -> None:
    own = Registry()
    own.register(_category("address", []))
    assert own.export(Session(), 7) == {"address": [{"id": 7}]}


def test_a_category_is_registered_once() -> None:
    own = Registry()
    own.register(_category("address", []))
    with pytest.raises(ValueError, match="twice"):
        own.register(_category("address", []))


def test_a_column_of_a_category_that_nobody_registered_is_found() -> None:
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer), Column("x", String, info=personal("secret")))
    assert unregistered(metadata, Registry()) == ["t.x (secret)"]


def test_everything_that_we_hold_can_be_exported_and_erased() -> None:
    assert subscriptions
    assert unregistered(Base.metadata, registry) == []


def test_a_policy_that_forgets_a_category_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.categories, "secret", _category("secret", []))
    with pytest.raises(ConfigurationError, match="category secret"):
        load_policy("default")


def test_no_column_about_a_person_forgot_its_category() -> None:
    unlabelled = [
        f"{name}.{column.name}"
        for name in PERSONAL_TABLES
        for column in Base.metadata.tables[name].columns
        if "personal_data" not in column.info
        and column.name not in EXEMPT
        and not column.foreign_keys
    ]
    assert unlabelled == ["subscriptions.restricted_at", "subscriptions.ended_at"]
