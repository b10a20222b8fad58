"""The policy file: what is held, why, on which basis, for how long, and what then happens."""

import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from subscriptions.config import ConfigurationError
from subscriptions.core.client import Recording

SHIPPED = files("subscriptions.privacy") / "policies"
SHIPPED_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
MAX_BYTES = 256_000


class Clause(BaseModel):
    """One line of the policy: data, purpose, lawful basis, trigger, period, action."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    categories: tuple[str, ...]
    title: str
    purpose: str
    basis: str
    trigger: str = Field(pattern="^(unconfirmed|unsubscribed|undeliverable|recorded)$")
    keep: timedelta = Field(ge=timedelta(0))
    action: str = Field(pattern="^erase$")


class RecordingRules(BaseModel):
    """How much of a client is recorded with a consent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_address: Recording
    user_agent: Recording


class Policy(BaseModel):
    """The policy in force."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    recording: RecordingRules
    clause: tuple[Clause, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses, in the file's order."""
        return self.clause

    @property
    def categories(self) -> set[str]:
        """Every category that some clause speaks of."""
        return {category for clause in self.clause for category in clause.categories}

    def by_id(self, clause_id: str) -> Clause:
        """The clause with this id; KeyError if there is none."""
        return {clause.id: clause for clause in self.clause}[clause_id]

    def missing(self, categories: Iterable[str]) -> list[str]:
        """The categories that no clause speaks of."""
        return sorted(set(categories) - self.categories)


def load_policy(name_or_path: str) -> Policy:
    """Read a shipped policy or a TOML file, or raise :class:`ConfigurationError`."""
    shipped = SHIPPED_NAME.fullmatch(name_or_path)
    source = SHIPPED / f"{name_or_path}.toml" if shipped else Path(name_or_path)
    try:
        data = source.read_bytes()
        if len(data) > MAX_BYTES:
            raise ConfigurationError(f"policy {name_or_path}: larger than {MAX_BYTES} bytes")
        return Policy.model_validate(tomllib.loads(data.decode()))
    except OSError as error:
        raise ConfigurationError(f"policy {name_or_path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"policy {name_or_path}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"policy {name_or_path}: {where}: {first['msg']}") from None


def current_policy() -> Policy:
    """The policy of the current application."""
    policy: Policy = current_app.extensions["assent_policy"]
    return policy
