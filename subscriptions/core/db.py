"""The declarative base, the naming convention and our column types."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite fills a key by itself only if its type is INTEGER to the letter.
BigId = BigInteger().with_variant(Integer(), "sqlite")

REFERENCE_LENGTH = 22
COMMON = 3  # letters of six bits each
OWN_BYTES, OWN_LETTERS = 15, 20  # the same in base64, of which nineteen letters are used

# Text in the order of its bytes, whatever the language of the server: an index on it also leads to
# everything that begins with something.
ADDRESS_KEY = String(320).with_variant(String(320, collation="C"), "postgresql")
BYTEWISE_TEXT = Text().with_variant(Text(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Aware in Python, UTC in the database; a naive value is an error."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """``timestamp with time zone`` where the database has one."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; SQLite keeps the moment without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def new_reference() -> str:
    """A random id of 128 bits in 22 URL-safe characters: says nothing, can't be guessed."""
    return secrets.token_urlsafe(16)


def new_references(number: int) -> list[str]:
    """So many of them that begin alike: that they were made together is all that they say.

    They are neighbours in an index, where others would be spread all over it: a batch of rows costs
    a few of its pages instead of one for each. 114 bits are each row's own.
    """
    alike = new_reference()[:COMMON]
    text = secrets.token_urlsafe(number * OWN_BYTES)  # asking once for each would cost more
    own = REFERENCE_LENGTH - COMMON
    return [alike + text[at : at + own] for at in range(0, number * OWN_LETTERS, OWN_LETTERS)]


def personal(category: str) -> dict[str, str]:
    """Column ``info`` that says to which category of personal data the column belongs."""
    return {"personal_data": category}


def reference_column() -> Any:
    """A column holding the row's random id."""
    return mapped_column(String(REFERENCE_LENGTH), unique=True, default=new_reference)
