"""A private virtual environment for a peer, made with venv and pip and gone with the scratch."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.processes import run

INSTALL_SECONDS = 300.0


def python_at_least(minor: int) -> str | None:
    """A Python 3 of at least this minor version: this one, one on the path, or one of pyenv's."""
    if sys.version_info >= (3, minor):
        return sys.executable
    candidates = [shutil.which(f"python3.{number}") for number in range(minor, minor + 4)]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += [str(path) for path in sorted(versions.glob("3.*/bin/python"))]
    return next((found for found in candidates if found and _is_at_least(found, minor)), None)


def _is_at_least(python: str, minor: int) -> bool:
    check = f"import sys, venv, sqlite3; sys.exit(sys.version_info < (3, {minor}))"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


def make_venv(python: str, folder: Path, requirements: list[str]) -> Path:
    """Makes the environment and installs the requirements from PyPI; returns its bin folder."""
    run([python, "-m", "venv", str(folder)], os.environ, folder.parent, INSTALL_SECONDS)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *requirements]
    run(install, os.environ, folder.parent, INSTALL_SECONDS)
    return folder / "bin"
