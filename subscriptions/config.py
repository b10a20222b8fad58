"""Every setting of an installation: its type, its default and what it is for.

Settings come from the environment (prefix ``ASSENT_``) or from a ``.env`` file in the working
folder. They are read once, at start; anything wrong stops the start with one clear message.
``docs/configuration.md`` is rendered from this file.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from click import ClickException
from dotenv import dotenv_values
from email_validator import EmailNotValidError, validate_email
from limits import parse as parse_limit
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "ASSENT_"
ENV_FILE = ".env"


class ConfigurationError(ClickException):
    """The configuration can't be used; the text says which setting and why.

    A ClickException, so that the ``flask`` command prints one line and exits with 1.
    """


class Settings(BaseSettings):
    """The settings in force, immutable once read."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid"
    )

    data_dir: Path = Field(
        Path("var"),
        description="Folder for everything the installation keeps: database, keys, job queue, "
        "local mailbox. Made on first start with mode 0700.",
    )
    database_url: str = Field(
        "",
        description="Database. Unset: SQLite in the data folder. For more than one machine: "
        "`postgresql://user:password@host/name`.",
    )
    secret_keys: SecretStr = Field(
        SecretStr(""),
        description="Signing keys, comma-separated, newest first; the older ones still verify, so "
        "that keys rotate. Dropping one also forgets the suppression entries made with it. Unset: "
        "one is made on first start in the data folder, mode 0600.",
    )
    base_url: str = Field(
        "",
        description="Address under which the public reaches the service; links in mails start "
        "with it. Unset: made from host and port. With `https://`, HSTS and secure cookies are on.",
    )
    host: str = Field("127.0.0.1", description="Address on which the web server listens.")
    port: int = Field(8000, ge=1, le=65535, description="Port on which the web server listens.")
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Mail server: `smtp://user:password@host:25`, `smtps://host:465`; "
        "`?starttls=require` refuses to send without TLS. Unset: the local mailbox, a real SMTP "
        "listener on loopback that keeps messages in the data folder, shown at `/dev/mailbox`.",
    )
    mail_from: str = Field(
        "",
        description="Sender address of all mail. Unset: what an owner says under *Set-up* in the "
        "admin, else `newsletter@` the host of the base URL.",
    )
    organisation: str = Field(
        "Example Organisation",
        min_length=1,
        max_length=200,
        description="Name of the organisation that runs the newsletters (the data controller). "
        "Unset, like the next two: what an owner says under *Set-up* in the admin.",
    )
    postal_address: str = Field(
        "",
        max_length=500,
        description="Its postal address, shown in the footer of pages and mails (CAN-SPAM).",
    )
    privacy_contact: str = Field(
        "",
        max_length=320,
        description="Where privacy questions go: a mail address or a URL, shown on every page.",
    )
    policy: str = Field(
        "default",
        description="Retention policy: the name of a shipped one or the path of a TOML file.",
    )
    signup_limit: str = Field(
        "30 per 10 minutes",
        description="Sign-ups allowed per client address; `off` for load tests.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Number of reverse proxies in front whose `X-Forwarded-For` and `-Proto` "
        "headers are believed. 0: none is.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only values given in code count here; :func:`load_settings` reads the environment."""
        return (init_settings,)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value.startswith("postgres://"):
            value = "postgresql://" + value.removeprefix("postgres://")
        if value and not re.match(r"(sqlite:///|postgresql(\+psycopg)?://)", value):
            raise ValueError("must start with sqlite:/// or postgresql://")
        try:
            make_url(value or "sqlite:///")
        except (ArgumentError, ValueError):
            raise ValueError("is no database URL") from None  # the value may hold a password
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("base_url")
    @classmethod
    def _absolute_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an absolute http:// or https:// URL")
        if re.search(r"[\s\x00-\x1f\x7f]", value):
            raise ValueError("must be one line without spaces")
        _ = parts.port
        if parts.query or parts.fragment:
            raise ValueError("must not have a query or a fragment")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if not value.get_secret_value():
            return value
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("must look like smtp://user:password@host:port or smtps://…")
        if parts.query not in {"", "starttls=require"}:
            raise ValueError("the only option is ?starttls=require")
        _ = parts.port
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:
            return value
        try:
            return validate_email(
                value, check_deliverability=False, test_environment=True
            ).normalized
        except EmailNotValidError as error:
            raise ValueError("must be a mail address") from error

    @field_validator("organisation", "postal_address", "privacy_contact")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise ValueError("must be one line of text")
        return value.strip()

    @field_validator("signup_limit")
    @classmethod
    def _limit(cls, value: str) -> str:
        if value != "off":
            parse_limit(value)
        return value

    @property
    def database(self) -> str:
        """The database URL in force, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'assent.sqlite'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.database.startswith("sqlite")

    @property
    def public_url(self) -> str:
        """The base URL in force, without a trailing slash."""
        reachable = "localhost" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        shown = f"[{reachable}]" if ":" in reachable else reachable
        return self.base_url or f"http://{shown}:{self.port}"

    @property
    def is_https(self) -> bool:
        """Whether the public reaches the service over TLS."""
        return self.public_url.startswith("https://")

    @property
    def uses_local_mailbox(self) -> bool:
        """Whether mail goes to the local mailbox because no server is set."""
        return not self.smtp_url.get_secret_value()

    @property
    def sender(self) -> str:
        """The sender address in force."""
        host = urlsplit(self.public_url).hostname or "localhost"
        named = host if re.search(r"[a-z]", host) and "." in host else "localhost.localdomain"
        return self.mail_from or f"newsletter@{named}"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment, or raise :class:`ConfigurationError`.

    A real environment variable wins over ``.env``. A name with our prefix that is no setting is
    refused: a misspelt setting must not be a silent default.
    """
    given = dict(environment) if environment is not None else _read_environment()
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    unknown = sorted(name for name in given if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ConfigurationError(f"unknown setting: {', '.join(unknown)}")
    values = {known[name]: value for name, value in given.items() if name in known and value != ""}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(_explain(error)) from None


def _read_environment() -> dict[str, str]:
    try:
        from_file = dotenv_values(ENV_FILE) if Path(ENV_FILE).exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"can't read {ENV_FILE}: {error}") from None
    return {key: value or "" for key, value in from_file.items()} | dict(os.environ)


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else PREFIX
        lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)
