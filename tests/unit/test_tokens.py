"""Signed tokens: what they carry, and that nothing else is believed."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.core.errors import ExpiredToken, InvalidToken
from subscriptions.core.tokens import EXPIRING, Purpose, Reference, TokenService
from tests.support.time_travel import FrozenClock

OLD, NEW, FOREIGN = ("a" * 40, "b" * 40, "c" * 40)
REFERENCE = Reference("Zk3v_0-aQ1r8sT5uW7xYzA", 3)
LASTING = sorted(set(Purpose) - EXPIRING)
WEEK = timedelta(days=7)


def _service(*keys: str) -> TokenService:
    return TokenService(keys or (NEW,))


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_brings_back_what_it_was_made_from(purpose: Purpose) -> None:
    service = _service()
    assert service.read(purpose, service.make(purpose, REFERENCE)) == REFERENCE


@pytest.mark.parametrize(("made_for", "used_for"), list(permutations(Purpose, 2)))
def test_a_token_is_good_for_its_own_purpose_only(made_for: Purpose, used_for: Purpose) -> None:
    service = _service()
    with pytest.raises(InvalidToken):
        service.read(used_for, service.make(made_for, REFERENCE))


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_of_another_installation_is_forged(purpose: Purpose) -> None:
    with pytest.raises(InvalidToken):
        _service().read(purpose, _service(FOREIGN).make(purpose, REFERENCE))


@pytest.mark.parametrize("purpose", Purpose)
def test_every_shortened_token_is_refused(purpose: Purpose) -> None:
    service = _service()
    token = service.make(purpose, REFERENCE)
    for length in range(len(token)):
        with pytest.raises(InvalidToken):
            service.read(purpose, token[:length])


@pytest.mark.parametrize("purpose", Purpose)
def test_no_change_of_one_character_speaks_of_anything_else(purpose: Purpose) -> None:
    service = _service()
    token = service.make(purpose, REFERENCE)
    for place, character in enumerate(token[:-1]):  # the last one has bits that mean nothing
        other = "A" if character != "A" else "B"
        with pytest.raises(InvalidToken):
            service.read(purpose, token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "x", "a.b.c", "é.0.abc", "\0", "x" * 201, "x" * 1_000_000, "a\nb.0.c", " "],
    ids=lambda token: f"{token[:9]!r} of {len(token)}",
)
def test_what_was_never_a_token_is_refused(token: str) -> None:
    for purpose in Purpose:
        with pytest.raises(InvalidToken):
            _service().read(purpose, token)


@given(st.text(max_size=250))
def test_no_text_at_all_is_taken_for_a_token(text: str) -> None:
    for purpose in Purpose:
        with pytest.raises(InvalidToken):
            _service().read(purpose, text)


def test_an_epoch_can_not_be_raised_by_hand() -> None:
    token = _service().make(Purpose.UNSUBSCRIBE, REFERENCE)
    with pytest.raises(InvalidToken):
        _service().read(Purpose.UNSUBSCRIBE, token.replace(".3.", ".4."))


@pytest.mark.parametrize("purpose", sorted(EXPIRING))
def test_a_token_works_until_its_last_second_and_not_after(
    purpose: Purpose, clock: FrozenClock
) -> None:
    token = _service().make(purpose, REFERENCE)
    clock.advance(days=7)
    assert _service().read(purpose, token, WEEK) == REFERENCE
    clock.advance(seconds=1)
    with pytest.raises(ExpiredToken):
        _service().read(purpose, token, WEEK)


@pytest.mark.parametrize("purpose", LASTING)
def test_a_link_of_every_mail_works_for_ever(purpose: Purpose, clock: FrozenClock) -> None:
    token = _service().make(purpose, REFERENCE)
    clock.advance(days=3650)
    assert _service().read(purpose, token) == REFERENCE


def test_a_forged_token_is_never_called_expired(clock: FrozenClock) -> None:
    token = _service(FOREIGN).make(Purpose.CONFIRM, REFERENCE)
    clock.advance(days=30)
    with pytest.raises(InvalidToken):
        _service().read(Purpose.CONFIRM, token, WEEK)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_rotated_key_still_verifies_what_it_signed(purpose: Purpose) -> None:
    token = _service(OLD).make(purpose, REFERENCE)
    assert _service(NEW, OLD).read(purpose, token) == REFERENCE


@pytest.mark.parametrize("purpose", Purpose)
def test_the_newest_key_signs(purpose: Purpose, clock: FrozenClock) -> None:
    assert clock.now
    assert _service(NEW, OLD).make(purpose, REFERENCE) == _service(NEW).make(purpose, REFERENCE)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_key_that_was_taken_away_verifies_nothing(purpose: Purpose) -> None:
    token = _service(OLD).make(purpose, REFERENCE)
    with pytest.raises(InvalidToken):
        _service(NEW).read(purpose, token)


@pytest.mark.parametrize("keys", [(NEW,), (NEW, OLD)])
@pytest.mark.parametrize("purpose", LASTING)
def test_the_fast_way_makes_the_same_token(purpose: Purpose, keys: Sequence[str]) -> None:
    service = _service(*keys)
    make = service.maker(purpose)
    for reference in (REFERENCE, Reference("-" * 22, 0), Reference("x", 10**9)):
        assert make(*reference) == service.make(purpose, reference)


@pytest.mark.parametrize("purpose", sorted(EXPIRING))
def test_there_is_no_fast_way_for_what_expires(purpose: Purpose) -> None:
    with pytest.raises(ValueError, match="expires"):
        _service().maker(purpose)


@pytest.mark.parametrize("purpose", LASTING)
def test_a_lasting_token_is_the_same_each_time(purpose: Purpose) -> None:
    assert _service().make(purpose, REFERENCE) == _service().make(purpose, REFERENCE)


def test_a_token_fits_into_a_line_of_a_mail_header() -> None:
    longest = Reference("x" * 22, 999_999)
    assert all(len(_service().make(purpose, longest)) <= 100 for purpose in Purpose)
