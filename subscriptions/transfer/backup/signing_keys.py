"""The key file that an installation made for itself: without it no link in any mail works."""

import shutil
from pathlib import Path

from subscriptions.config import Settings
from subscriptions.core.keys import FILE_NAME
from subscriptions.transfer.backup.files import create, whole_file


def copy_keys(settings: Settings, target: Path) -> bool:
    """Copy the key file; False if the keys come from the settings and are not ours to copy."""
    if settings.secret_keys.get_secret_value():
        return False
    with create(target) as file, (settings.data_dir / FILE_NAME).open("rb") as own:
        shutil.copyfileobj(own, file)
    return True


def add_keys(settings: Settings, text: str) -> int:
    """Add the keys that are missing here behind those that are there; return how many.

    The newest key of this installation goes on signing, and what the others signed is still good.
    """
    if settings.secret_keys.get_secret_value():
        return 0
    path = settings.data_dir / FILE_NAME
    own = _keys(path.read_text()) if path.exists() else []
    missing = [key for key in _keys(text) if key not in own]
    if missing:
        with whole_file(path) as file:
            file.write("".join(f"{key}\n" for key in own + missing).encode())
    return len(missing)


def _keys(text: str) -> list[str]:
    return [key.strip() for key in text.replace("\n", ",").split(",") if key.strip()]
