"""The signature of a receipt: one canonical form, and not a letter can change."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.privacy.receipts import proof
from subscriptions.privacy.receipts.base58 import ALPHABET, decode_base58, encode_base58
from subscriptions.privacy.receipts.keys import as_key_set, key_id, read_key_set
from subscriptions.privacy.receipts.proof import (
    MAX_INTEGER,
    NotGenuine,
    canonical,
    parse_json,
    sign,
    verify,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
METHOD = f"https://news.example.org/keys#{key_id(KEY.public_key())}"
THEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

NAMES = st.text(st.characters(max_codepoint=126), max_size=8)
LETTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.text(LETTERS, max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXT | st.integers(-MAX_INTEGER, MAX_INTEGER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(NAMES.filter(lambda name: name != "proof"), VALUES, max_size=4)
SIGNED = sign(
    {
        "@context": {"dpv": "https://w3id.org/dpv#"},
        "who": "Ada@example.org",
        "steps": [{"at": "2026-03-02T09:30:00Z", "topics": ["art", "law"]}, {"number": 7}],
    },
    KEY,
    METHOD,
    THEN,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every text and number inside."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _places(inner, (*path, number))
    else:
        yield path


PLACES = list(_places(SIGNED))


def _with(path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(SIGNED))
    part: Any = copy
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = change(part[path[-1]])
    return copy


@given(DOCUMENTS)
def test_the_canonical_form_reads_back_as_what_it_was_made_from(document: dict[str, Any]) -> None:
    assert json.loads(canonical(document)) == document


@given(DOCUMENTS)
def test_the_order_in_which_something_was_written_does_not_matter(document: dict[str, Any]) -> None:
    assert canonical(dict(reversed(document.items()))) == canonical(document)


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    value = {"b": ['\u20ac$\u000f\nA\'B"\\"/', 333], "a": {}, "\r": 1, "1": "\u007f"}
    expected = '{"\\r":1,"1":"\u007f","a":{},"b":["€$\\u000f\\nA\'B\\"\\\\\\"/",333]}'
    assert canonical(value) == expected.encode()


@pytest.mark.parametrize("value", [1.5, True, False, None, 2**53, -(2**53), {"ö": 1}, {1: "a"}])
def test_what_would_need_more_rules_has_no_canonical_form(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical([value])


@given(DOCUMENTS)
def test_what_was_signed_is_genuine(document: dict[str, Any]) -> None:
    secured = sign(document, KEY, METHOD, THEN)
    verified = verify(parse_json(json.dumps(secured).encode()), KEYS)
    assert verified.document == document
    assert verified.key_id in KEYS


@given(st.sampled_from(PLACES), st.data())
def test_any_changed_letter_of_any_value_is_found_out(
    path: tuple[Any, ...], data: st.DataObject
) -> None:
    def change(value: str | int) -> str | int:
        if isinstance(value, int):
            return data.draw(st.integers(-MAX_INTEGER, MAX_INTEGER).filter(lambda n: n != value))
        place = data.draw(st.integers(0, len(value) - 1))
        letter = data.draw(LETTERS.filter(lambda letter: letter != value[place]))
        return value[:place] + letter + value[place + 1 :]

    with pytest.raises(NotGenuine):
        verify(_with(path, change), KEYS)


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_anything_missing_or_shortened_is_found_out(path: tuple[Any, ...]) -> None:
    for change in (lambda value: str(value)[:-1], lambda _value: None, lambda value: [value]):
        with pytest.raises(NotGenuine):
            verify(_with(path, change), KEYS)


def test_anything_added_is_found_out() -> None:
    for added in (SIGNED | {"more": "x"}, SIGNED | {"proof": SIGNED["proof"] | {"more": "x"}}):
        with pytest.raises(NotGenuine):
            verify(added, KEYS)


def test_a_proof_that_reads_the_document_in_another_context_is_refused() -> None:
    document = {"@context": {"dpv": "https://w3id.org/dpv#"}, "who": "Ada"}
    options = {"verificationMethod": METHOD, "@context": {"dpv": "https://elsewhere.example/"}}
    value = "z" + encode_base58(KEY.sign(proof._to_be_signed(document, options)))
    with pytest.raises(NotGenuine):
        verify(document | {"proof": options | {"proofValue": value}}, KEYS)


def test_another_key_of_the_same_name_is_found_out() -> None:
    with pytest.raises(NotGenuine):
        verify(SIGNED, dict.fromkeys(KEYS, OTHER.public_key()))


def test_a_key_that_the_document_brings_along_counts_for_nothing() -> None:
    forged = sign({"who": "Eve"}, OTHER, f"x#{key_id(OTHER.public_key())}", THEN)
    with pytest.raises(NotGenuine):
        verify(forged | as_key_set({"x": OTHER.public_key()}), KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"a": 1, "a": 2}',
        '{"a": {"b": 1, "b": 1}}',
        "[" * 100_000,
        '{"a": ' * 10_000,
        '{"a": ' + "9" * 5_000 + "}",
        '\ufeff{"a": 1}',
    ],
    ids=range(9),
)
def test_what_is_no_object_or_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(NotGenuine):
        parse_json(text.encode())


@pytest.mark.parametrize("inner", ["1.5", "NaN", "true", "null", '"\\ud800"', "1e3"])
@pytest.mark.parametrize("place", ["document", "proof"])
def test_values_that_have_no_canonical_form_are_refused(inner: str, place: str) -> None:
    copy = json.loads(json.dumps(SIGNED))
    (copy if place == "document" else copy["proof"])["more"] = "HERE"
    text = json.dumps(copy).replace('"HERE"', inner)
    with pytest.raises(NotGenuine):
        verify(parse_json(text.encode()), KEYS)


@pytest.mark.parametrize("found", ["x", [], {}, {"proofValue": 7}, {"proofValue": "z1"}])
def test_a_proof_that_is_none_is_refused(found: Any) -> None:
    with pytest.raises(NotGenuine):
        verify(SIGNED | {"proof": found}, KEYS)


@given(st.binary(max_size=70))
def test_base58_reads_back_as_what_it_was_made_from(data: bytes) -> None:
    text = encode_base58(data)
    assert decode_base58(text, len(data)) == data
    assert set(text) <= set(ALPHABET)


def test_base58_is_spelt_as_others_spell_it() -> None:
    assert encode_base58(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert encode_base58(b"\0\0\x28\x7f\xb4\xcd") == "11233QC4"


def test_a_key_has_the_thumbprint_that_the_standard_gives_it() -> None:
    """The key of RFC 8037, appendices A.2 and A.3."""
    public = urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    key = Ed25519PublicKey.from_public_bytes(public)
    assert key_id(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    [entry] = as_key_set({key_id(key): key})["keys"]
    assert entry["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


def test_the_id_of_a_key_is_made_from_the_key_whatever_the_file_says() -> None:
    published = as_key_set({"a-name-of-their-own": OTHER.public_key()})
    assert list(read_key_set(json.dumps(published).encode())) == [key_id(OTHER.public_key())]
