"""Kinds of screen that a page is looked at on."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PHONE = ViewportSize(width=360, height=740)
TABLET = ViewportSize(width=768, height=1024)
DESKTOP = ViewportSize(width=1280, height=800)
COLOURS = "96"


@dataclass(frozen=True)
class Look:
    """A kind of screen, what it adds to a picture's name, and which pages it is wanted of.

    No ``pages`` means all of them. A ``short`` picture ends where the screen does.
    """

    suffix: str
    viewport: ViewportSize
    scheme: Scheme
    pages: frozenset[str] = frozenset()
    short: bool = False

    def wants(self, title: str) -> bool:
        """Whether a picture of this page is taken."""
        return not self.pages or title in self.pages

    def take(self, page: Page, path: Path) -> None:
        """Take a picture of the page as it is on this screen."""
        page.set_viewport_size(self.viewport)
        page.emulate_media(color_scheme=self.scheme)
        page.screenshot(path=path, full_page=not self.short)


EVERYTHING = tuple(
    Look(f"-{device}-{scheme}", viewport, scheme)
    for device, viewport in (("desktop", DESKTOP), ("tablet", TABLET), ("phone", PHONE))
    for scheme in SCHEMES
)


def with_fewer_colours(pictures: Sequence[Path]) -> None:
    """Make them small, where ImageMagick is there to do it."""
    if tool := shutil.which("mogrify"):
        options = ["+dither", "-colors", COLOURS, "-define", "png:compression-level=9", "-strip"]
        subprocess.run([tool, *options, *map(str, pictures)], check=True)
