"""Which role includes which."""

import pytest

from subscriptions.operators.models import NewsletterRole, Operator, OperatorRole
from subscriptions.operators.roles import Role

V, E, O = Role.VIEWER, Role.EDITOR, Role.OWNER  # noqa: E741


def _operator(role: Role | None, certain: dict[int, Role]) -> Operator:
    return Operator(
        roles=[OperatorRole(name=role.value)] if role else [],
        newsletter_roles=[
            NewsletterRole(newsletter_id=newsletter, role=held.value)
            for newsletter, held in certain.items()
        ],
    )


@pytest.mark.parametrize(
    ("role", "included"), [(V, {V}), (E, {V, E}), (O, {V, E, O})], ids=["viewer", "editor", "owner"]
)
def test_each_role_includes_the_ones_below(role: Role, included: set[Role]) -> None:
    assert {other for other in Role if role.includes(other)} == included


@pytest.mark.parametrize(
    ("role", "certain", "here", "elsewhere"),
    [
        (None, {}, None, None),
        (None, {1: E}, E, None),
        (V, {1: E}, E, V),
        (E, {1: V}, E, E),
        (O, {1: V}, O, O),
    ],
)
def test_on_a_newsletter_the_higher_role_counts(
    role: Role | None, certain: dict[int, Role], here: Role | None, elsewhere: Role | None
) -> None:
    operator = _operator(role, certain)
    assert operator.role_on(1) is here
    assert operator.role_on(2) is elsewhere


def test_a_role_on_a_newsletter_is_no_role_everywhere() -> None:
    operator = _operator(None, {1: Role.EDITOR})
    assert operator.may(Role.EDITOR, 1)
    assert not operator.may(Role.VIEWER)
