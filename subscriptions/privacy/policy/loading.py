"""Reads a policy, or says in one line what is wrong with it and where."""

import errno
import hashlib
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import current_app
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from subscriptions.config import ConfigurationError
from subscriptions.core.personal_data import registry
from subscriptions.privacy.policy.checks import Where, faults
from subscriptions.privacy.policy.locating import line_of
from subscriptions.privacy.policy.model import Policy

SHIPPED = Path(str(files("subscriptions.privacy"))) / "policies"
SHIPPED_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
# No policy is that long, and its text must fit into one variable of the environment.
MAX_BYTES = 100_000
OWN_WORDS = "Value error, "  # what pydantic puts before what a validator of ours says


@dataclass(frozen=True, slots=True)
class AcceptedPolicy:
    """A policy without a fault, and the very text that says it."""

    policy: Policy
    text: str

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the text, in hexadecimal: two policies are the same if their texts are."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def load_policy(name_or_path: str) -> Policy:
    """Read a shipped policy or a TOML file.

    Raises :class:`ConfigurationError` with one message, ``policy FILE:LINE: what is wrong``, if it
    can't be read, says something unknown or contradictory, or forgets something that is held.
    """
    return read_policy(name_or_path).policy


def parse_policy(name: str, content: bytes) -> Policy:
    """The policy that a file says; ``name`` is for the message if it is refused as above."""
    return accept(name, _text(name, content)).policy


def read_policy(name_or_path: str) -> AcceptedPolicy:
    """What :func:`load_policy` reads, with its text."""
    return accept(name_or_path, _text(name_or_path, _read(name_or_path)))


def accept(name: str, text: str) -> AcceptedPolicy:
    """The policy that ``text`` says; ``name`` is for the message if it is refused as above."""
    raw = _parse(name, text)
    try:
        policy = Policy.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _refusal(name, text, first["loc"], _said(raw, first)) from None
    for where, what in faults(policy, registry.categories):
        raise _refusal(name, text, where, what)
    return AcceptedPolicy(policy, text)


def shipped_policies() -> list[str]:
    """The names of the policies that come with Assent."""
    return sorted(file.name.removesuffix(".toml") for file in SHIPPED.iterdir())


def _read(name: str) -> bytes:
    shipped = SHIPPED_NAME.fullmatch(name)
    source = SHIPPED / f"{name}.toml" if shipped else Path(name)
    try:
        return _content(source)
    except OSError as error:
        raise ConfigurationError(f"policy {name}: {error.strerror}") from None


def _content(source: Path) -> bytes:
    """The file, or as much of it as shows that it is too large."""
    if source.exists() and not (source.is_file() or source.is_dir()):
        # Opening a pipe would wait for somebody to write into it.
        raise OSError(errno.EINVAL, "this is not a file")
    with source.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _text(name: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"policy {name}: larger than {MAX_BYTES} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"policy {name}:{line}: this is not UTF-8 text") from None


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = at.group(1) if at else len(text.splitlines())
        raise ConfigurationError(f"policy {name}:{line}: this is not TOML: {error}") from None
    except RecursionError:
        raise ConfigurationError(f"policy {name}: nested too deeply") from None


def _refusal(name: str, text: str, where: Where, what: str) -> ConfigurationError:
    return ConfigurationError(f"policy {name}:{line_of(text, where)}: {what}")


def _said(raw: dict[str, Any], error: ErrorDetails) -> str:
    message = error["msg"].removeprefix(OWN_WORDS)
    if error["type"] == "extra_forbidden":
        message = "this key is not known"
    if error["type"] == "missing":
        message = "this is missing"
    where = error["loc"]
    if len(where) >= 2 and where[0] == "clause" and isinstance(where[1], int):
        clause = raw["clause"][where[1]]
        name = clause.get("id", where[1] + 1) if isinstance(clause, dict) else where[1] + 1
        return ": ".join([f"clause {name}", *map(str, where[2:]), message])
    return ": ".join([*(".".join(map(str, where)),) * bool(where), message])


def current_policy() -> Policy:
    """The policy of the current application."""
    policy: Policy = current_app.extensions["assent_policy"]
    return policy
