"""The first member of a backup file: what it is, of what, and what must be in it."""

import re
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

APPLICATION: Literal["assent"] = "assent"
VERSION = "0.1.0"
FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST = 1_000_000  # bytes

DATABASE = "database.sqlite"
KEYS = "secret_keys"
JOURNAL = "journal.jsonl"
TABLE = re.compile(r"tables/([a-z_]+)\.copy")
FIXED_NAMES = frozenset({DATABASE, KEYS, JOURNAL})

Kind = Literal["sqlite", "postgresql"]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$", max_length=63)]


class Shape(BaseModel):
    """Unknown keys are refused: another format says so by its number."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(Shape):
    """A file inside the backup."""

    name: str
    size: int = Field(ge=0)
    sha256: str


class TableCopy(Shape):
    """A PostgreSQL table, in the order of loading, with its columns in the order of its file."""

    name: Identifier
    columns: list[Identifier]


class Sequence(Shape):
    """Where a PostgreSQL column had counted to."""

    table: Identifier
    column: Identifier
    last: int
    called: bool


class Manifest(Shape):
    """All that has to be known before a byte is restored. ``made_at`` is before the snapshot."""

    application: Literal["assent"] = APPLICATION
    format: int = FORMAT
    version: str = VERSION
    content: Literal["backup", "journal"]
    database: Kind
    revision: str
    lineage: str
    made_at: AwareDatetime
    tables: list[TableCopy] = []
    sequences: list[Sequence] = []
    members: list[Member] = []


def is_member_name(name: str) -> bool:
    """Whether a backup may hold a file of this name."""
    return name in FIXED_NAMES or TABLE.fullmatch(name) is not None
