"""Mail addresses: which are taken, which are the same, and what of them may be seen."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from subscriptions.core.addresses import (
    MAX_LENGTH,
    PLAIN,
    InvalidAddress,
    address_key,
    mask,
    parse_address,
)
from subscriptions.mail.message import envelope_address, needs_smtputf8

VALID = {
    "ada@example.org": "ada@example.org",
    "  ada@example.org\t": "ada@example.org",
    "Ada.Lovelace+news@EXAMPLE.Org": "Ada.Lovelace+news@example.org",
    "o'hara@example.org": "o'hara@example.org",
    "x@y.example.co": "x@y.example.co",
    "user@sub.sub.example.museum": "user@sub.sub.example.museum",
    "josé@example.org": "josé@example.org",
    "用户@例え.jp": "用户@例え.jp",
    "ada@exämple.org": "ada@exämple.org",
    "ada@xn--exmple-cua.org": "ada@exämple.org",
    "ada@example。org": "ada@example.org",
    "почта@пример.рф": "почта@пример.рф",
    "अजय@डाटा.भारत": "अजय@डाटा.भारत",
    "a" * 65 + "@example.org": "a" * 65 + "@example.org",  # seen in the wild
}
INVALID = [
    "",
    " ",
    "ada",
    "@example.org",
    "ada@",
    "ada@@example.org",
    "ada@example",
    "ada@localhost",
    "ada@[192.0.2.1]",
    "ada@example..org",
    "ada@.example.org",
    "ada@example.org.",
    "ada@-example.org",
    "ada@exa_mple.org",
    ".ada@example.org",
    "ada.@example.org",
    "a..b@example.org",
    '"ada lovelace"@example.org',
    "ada lovelace@example.org",
    "Ada <ada@example.org>",
    "ada@example.org, bob@example.org",
    "ada@example.org;bob@example.org",
    "ada@example.org\nBcc: bob@example.org",
    "ada@example.org\r\n",
    "ada\n@example.org",
    "ada@exa\nmple.org",
    "ada\0@example.org",
    "ada@example.org\0",
    "ada\u200b@example.org",
    "ada\u202e@example.org",
    "ada\uff20example.org",
    "ada@ex\uff20ample.org",
    "\ufffd@example.org",
    "ada\ufffd@example.org",
    "ada@\ufffd.org",
    "ada\ud800@example.org",
    "ada@" + "a" * 64 + ".org",
    "ada@" + ".".join(["a" * 60] * 5) + ".org",
    "x" * (MAX_LENGTH + 1),
    "x" * 1_000_000,
    "ﷺ" * 30 + "@example.org",
]
LOCAL_PARTS = st.from_regex(r"[a-zA-Z0-9]+([._+-][a-zA-Z0-9]+){0,3}", fullmatch=True)
HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,20}(\.[a-z][a-z0-9]{0,20}){0,2}", fullmatch=True)
SUFFIXES = st.sampled_from(["org", "com", "de", "museum", "co"])
ADDRESSES = st.builds("{}@{}.{}".format, LOCAL_PARTS, HOSTS, SUFFIXES).filter(
    lambda text: len(text) < MAX_LENGTH
)


@pytest.mark.parametrize(("text", "expected"), list(VALID.items()))
def test_a_valid_address_is_taken(text: str, expected: str) -> None:
    assert parse_address(text).display == expected


@pytest.mark.parametrize("text", INVALID, ids=lambda text: f"{text[:40]!a} of {len(text)}")
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        parse_address(text)
    if len(text) > 1:
        assert text not in str(caught.value) + str(caught.value.message)


@given(st.text(max_size=300))
def test_any_text_is_either_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidAddress:
        return
    assert len(address.key) <= 320
    assert envelope_address(address.display)


@given(ADDRESSES)
def test_what_was_taken_is_taken_again_unchanged(text: str) -> None:
    address = parse_address(text)
    again = parse_address(address.display)
    assert again == address


@given(ADDRESSES)
def test_case_makes_no_other_person(text: str) -> None:
    assert parse_address(text.upper()).key == parse_address(text.lower()).key


def test_two_ways_to_write_one_letter_make_no_other_person() -> None:
    composed, decomposed = "jos\u00e9@example.org", "jose\u0301@example.org"
    assert parse_address(composed).key == parse_address(decomposed).key


def test_both_forms_of_an_international_domain_are_one_person() -> None:
    assert parse_address("ada@xn--exmple-cua.org").key == parse_address("ada@exämple.org").key


def test_different_people_stay_different() -> None:
    addresses = ["ada@example.org", "ada+x@example.org", "ada@example.com", "a.da@example.org"]
    assert len({address_key(address) for address in addresses}) == len(addresses)


@given(ADDRESSES)
def test_a_mask_never_shows_the_address(text: str) -> None:
    address = parse_address(text)
    local, _, domain = address.display.rpartition("@")
    shown = mask(address.display)
    assert address.display not in shown
    assert len(local) == 1 or local not in shown
    assert domain not in shown
    assert "…" in shown


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ada@example.org", "a…@e….org"),
        ("x@y.example.co", "x…@y….co"),
        ("用户@例え.jp", "用…@例….jp"),
    ],
)
def test_a_mask_is_known_again_by_its_owner(address: str, expected: str) -> None:
    assert mask(address) == expected


def test_an_address_that_slips_into_a_text_is_masked() -> None:
    address = parse_address("ada.lovelace@example.org")
    assert f"{address}" == "a…@e….org"


@pytest.mark.parametrize(
    ("address", "envelope", "needs"),
    [
        ("ada@example.org", "ada@example.org", False),
        ("ada@exämple.org", "ada@xn--exmple-cua.org", False),
        ("josé@example.org", "josé@example.org", True),
        ("用户@例え.jp", "用户@xn--r8jz45g.jp", True),
    ],
)
def test_only_an_international_local_part_needs_smtputf8(
    address: str, envelope: str, needs: bool
) -> None:
    assert envelope_address(address) == envelope
    assert needs_smtputf8(envelope_address(address)) is needs


@given(st.from_regex(PLAIN, fullmatch=True))
@example("a" * 64 + "@example.org")
@example("a" * 65 + ".b@example.org")
@example("ada@example.test")
@example("ada@Sub.LOCALHOST")
@example("A" * 64 + "@" + ".".join(["b" * 60] * 3) + ".example")
def test_what_looks_plain_is_taken_for_what_the_library_takes_it(text: str) -> None:
    try:
        known = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        with pytest.raises(InvalidAddress):
            parse_address(text)
    else:
        address = parse_address(text)
        assert (address.display, address.key) == (known.normalized, address_key(known.normalized))
