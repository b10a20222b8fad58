"""The registry of personal data: each category says how it is found, exported and erased.

Rooms register their categories when they are imported. Erasing a person goes through here, so
that no room needs to know the rooms above it, and nothing is forgotten when a room is added:
start-up fails if a column names a category that nobody registered.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, MetaData
from sqlalchemy.orm import Session

from subscriptions.core.transactions import Unit

Exporter = Callable[[Session, int], Sequence[dict[str, Any]]]
Eraser = Callable[[Unit, Sequence[int]], int]
EraserAtWish = Callable[[Session, Sequence[int]], int]


@dataclass(frozen=True)
class Category:
    """One category of personal data.

    ``export`` returns what is held about the subscriber with this id, as plain values;
    ``erase`` removes it for the subscribers with these ids and returns how many rows went.
    ``erase_at_wish`` is for what has nothing to do with a subscription: it survives the end of the
    last one, and goes where the person wants everything erased. All run in the caller's
    transaction.
    """

    name: str
    description: str
    export: Exporter
    erase: Eraser
    erase_at_wish: EraserAtWish | None = None


@dataclass
class Registry:
    """All categories, in the order in which they must be erased (dependants first)."""

    categories: dict[str, Category] = field(default_factory=dict)

    def register(self, category: Category) -> None:
        """Add a category; the last one registered is erased first."""
        if category.name in self.categories:
            raise ValueError(f"category {category.name} is registered twice")
        self.categories[category.name] = category

    def erase(self, unit: Unit, subscriber_ids: Sequence[int]) -> dict[str, int]:
        """Erase the subscribers in every category; return the rows erased per category."""
        return {
            category.name: category.erase(unit, subscriber_ids)
            for category in reversed(list(self.categories.values()))
        }

    def erase_at_wish(self, session: Session, subscriber_ids: Sequence[int]) -> dict[str, int]:
        """Erase what an end of subscriptions would leave, because its person wants it gone.

        Comes before :meth:`erase`: it finds the people by rows that go there.
        """
        return {
            category.name: category.erase_at_wish(session, subscriber_ids)
            for category in reversed(list(self.categories.values()))
            if category.erase_at_wish
        }

    def export(self, session: Session, subscriber_id: int) -> dict[str, Sequence[dict[str, Any]]]:
        """Everything held about the subscriber, per category."""
        return {
            category.name: category.export(session, subscriber_id)
            for category in self.categories.values()
        }


registry = Registry()


def personal_columns(metadata: MetaData) -> Iterator[tuple[str, Column[Any]]]:
    """Every column that holds personal data, with its category."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if "personal_data" in column.info:
                yield column.info["personal_data"], column


def unregistered(metadata: MetaData, known: Registry) -> list[str]:
    """Columns whose category nobody registered, as ``table.column (category)``."""
    return [
        f"{column.table.name}.{column.name} ({category})"
        for category, column in personal_columns(metadata)
        if category not in known.categories
    ]
