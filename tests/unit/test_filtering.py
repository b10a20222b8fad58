"""A filter as it is kept."""

from datetime import date

from subscriptions.subscribers.filtering import NO_FORM, Filter
from subscriptions.subscribers.states import Status
from subscriptions.web.admin.filter_inputs import as_words

FULL = Filter(
    status=Status.ACTIVE,
    topic="art",
    form=NO_FORM,
    language="en",
    requested_from=date(2026, 1, 1),
    confirmed_until=date(2026, 2, 28),
    restricted=False,
    paused=True,
)


def test_a_filter_is_kept_as_what_matters_and_comes_back_the_same() -> None:
    kept = FULL.as_json()
    assert "requested_until" not in kept
    assert (kept["status"], kept["confirmed_until"], kept["restricted"]) == (
        "active",
        "2026-02-28",
        False,
    )
    assert Filter.from_json(kept) == FULL
    assert Filter.from_json({}) == Filter()


def test_the_words_of_a_url_say_the_same() -> None:
    words = as_words(FULL)
    assert (words["restricted"], words["paused"], words["form"]) == ("no", "yes", "-")
    assert words["requested_from"] == "2026-01-01"
