"""Active subscribers by form, language and topic, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import LazyString

from subscriptions.core.words import gettext, lazy_gettext
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.snapshots import Kind
from subscriptions.subscribers.statistics import Figure
from subscriptions.web.languages import own_name

LONGEST = 10
TITLES = {
    Kind.TOPIC: lazy_gettext("Topics chosen"),
    Kind.FORM: lazy_gettext("Where they signed up"),
    Kind.LANGUAGE: lazy_gettext("Languages"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One mark; ``number`` is None for too few to tell, ``share`` is of the largest, in percent."""

    label: str
    number: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How many subscribers bear which mark, the commonest first. ``more`` are not listed."""

    name: str
    title: LazyString
    rows: Sequence[Row]
    more: int


def breakdowns(newsletters: Sequence[Newsletter], figures: Sequence[Figure]) -> list[Breakdown]:
    """A breakdown for each kind of mark that there is something to say of."""
    names = _names(newsletters)
    return list(_broken_down(names, figures, many=len(newsletters) > 1))


def _broken_down(
    names: Mapping[tuple[int, str, str], str], figures: Sequence[Figure], *, many: bool
) -> Iterator[Breakdown]:
    for kind, title in TITLES.items():
        numbers: dict[str, int | None] = {}
        for figure in figures:
            if figure.kind == kind:
                label = _label(names, figure, many=many)
                numbers[label] = _sum(numbers.get(label), figure.number)
        if numbers:
            listed = sorted(numbers.items(), key=lambda item: (-(item[1] or 0), item[0]))
            rows = list(_rows(listed[:LONGEST]))
            yield Breakdown(kind.value, title, rows, len(listed) - len(rows))


def _rows(listed: Sequence[tuple[str, int | None]]) -> Iterator[Row]:
    largest = listed[0][1] or 1
    for label, number in listed:
        yield Row(label, number, round(100 * (number or 0) / largest, 1))


def _sum(one: int | None, other: int | None) -> int | None:
    return (one or 0) + other if other is not None else one


def _label(names: Mapping[tuple[int, str, str], str], figure: Figure, *, many: bool) -> str:
    if figure.kind == Kind.LANGUAGE:
        return own_name(figure.name)
    if figure.kind == Kind.FORM and not figure.name:
        return gettext("Without a form")
    name = names.get((figure.newsletter_id, figure.kind, figure.name), figure.name)
    owner = names.get((figure.newsletter_id, "newsletter", ""), "")
    return f"{name} ({owner})" if many and figure.kind == Kind.TOPIC else name


def _names(newsletters: Sequence[Newsletter]) -> dict[tuple[int, str, str], str]:
    """What the marks are called on the pages."""
    names: dict[tuple[int, str, str], str] = {}
    for each in newsletters:
        names[each.id, "newsletter", ""] = each.name
        names |= {(each.id, Kind.TOPIC.value, topic.slug): topic.title for topic in each.topics}
        names |= {(each.id, Kind.FORM.value, form.slug): form.title for form in each.forms}
    return names
