"""The programs a bench needs that pip does not bring: found, or installed with apt when root."""

import os
import shutil
import subprocess
from functools import cache

from benchmarks.errors import BenchError

PACKAGES = {"wrk": "wrk", "smtp-sink": "postfix", "sqlite3": "sqlite3"}
SEARCH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


@cache
def program(name: str) -> str:
    """The path of an installed program. Raises `BenchError` if there is none."""
    found = shutil.which(name, path=SEARCH)
    if found is None:
        raise BenchError(f"{name} is not installed (Debian package: {PACKAGES[name]})")
    return found


def ensure_programs() -> None:
    """Finds wrk, smtp-sink and sqlite3; as root on Debian installs what is missing."""
    missing = [name for name in PACKAGES if shutil.which(name, path=SEARCH) is None]
    if not missing:
        return
    packages = sorted({PACKAGES[name] for name in missing})
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise BenchError(
            f"the bench needs {', '.join(missing)}; on Debian: apt-get install {' '.join(packages)}"
        )
    _install(packages)


def _install(packages: list[str]) -> None:
    """Postfix is left unconfigured (only its smtp-sink is used) and may replace no mail server."""
    answers = "postfix postfix/main_mailer_type select No configuration\n"
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "--no-remove", *packages]
    try:
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=True, timeout=300)
        subprocess.run(["debconf-set-selections"], input=answers, text=True, env=quiet, check=True)
        subprocess.run(install, env=quiet, check=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        raise BenchError(f"apt could not install {' '.join(packages)}: {error}") from error
