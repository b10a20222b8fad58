"""The installation's signing keys and what is derived from them."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

FILE_NAME = "secret_keys"
MIN_LENGTH = 32


class WeakKey(ValueError):
    """A signing key is too short to be one."""


def load_keys(configured: str, data_dir: Path) -> list[str]:
    """The keys, newest first: from the setting, else from the data folder, made if missing.

    Raises :class:`WeakKey` if a key has fewer than 32 characters.
    """
    text = configured or _from_file(data_dir / FILE_NAME)
    keys = [key.strip() for key in text.replace("\n", ",").split(",") if key.strip()]
    if not keys or any(len(key) < MIN_LENGTH for key in keys):
        raise WeakKey(f"each signing key needs at least {MIN_LENGTH} characters")
    return keys


def derive_key(keys: list[str], purpose: str) -> bytes:
    """A 32-byte key for one purpose, from the newest key."""
    return hmac.digest(keys[0].encode(), purpose.encode(), hashlib.sha256)


def derive_keys(keys: list[str], purpose: str) -> list[bytes]:
    """The same from each key, newest first, for what must outlive a rotation."""
    return [derive_key([key], purpose) for key in keys]


def _from_file(path: Path) -> str:
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        # A link appears whole or not at all: of two processes that start at once, one makes the
        # key and both read it.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
