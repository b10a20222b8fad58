"""Random ids that say nothing."""

from subscriptions.core.db import REFERENCE_LENGTH, new_reference, new_references


def test_references_that_are_made_together_are_neighbours_and_all_different() -> None:
    made = new_references(1_000)

    assert len(set(made)) == 1_000
    assert {len(reference) for reference in made} == {REFERENCE_LENGTH}
    assert len({reference[:3] for reference in made}) == 1
    # Only the beginning is common: the rest of each can't be told from the others.
    assert len({reference[3:9] for reference in made}) > 990


def test_what_they_have_in_common_says_nothing_either() -> None:
    assert len({new_references(1)[0][:3] for _ in range(100)}) > 90
    assert len({new_reference()[:3] for _ in range(100)}) > 90
