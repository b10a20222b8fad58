"""Chromium: found, or installed by ``python -m tests.support.chromium``."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REMEDY = (
    "error: the browser tests need Chromium and it could not be installed.\n"
    "Install it once with: sudo apt-get install chromium"
)


def find_chromium() -> str | None:
    """The path of a Chromium: the system's, else playwright's own; None if there is neither."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwright_chromium()


def ensure_chromium() -> str | None:
    """The path of a Chromium that starts, installed if need be; None if that failed."""
    for install in (None, _install_with_apt, _install_with_playwright):
        if install:
            install()
        if (path := find_chromium()) and _starts(path):
            return path
    return None


def _playwright_chromium() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def _starts(path: str) -> bool:
    result = subprocess.run([path, "--version"], capture_output=True, check=False)
    return result.returncode == 0


def _install_with_apt() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium with apt-get ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-q", *words], env=environment, check=False)


def _install_with_playwright() -> None:
    print("Installing Chromium with playwright ...", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    sys.exit(0 if ensure_chromium() else REMEDY)
